package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// restAPI implements what is specific to REST APIs.
type restAPI struct{ *Gateway }

// find returns the route of a request, with its path parameters as they were sent. A more specific path without the method
// leaves the request to a less specific one that has it. That is recorded on AWS for {proxy+} next to a fixed segment, and
// assumed for other paths.
func (a *restAPI) find(method, path string) (*route, map[string]string) {
	given := segments(path)
	best := choose(a.routes, method, given)
	if best == nil || a.isPreflight(method) && best.Path != matchPath(a.routes, path).Path {
		return nil, nil
	}

	return best, best.parameters(given)
}

// isPreflight reports whether the API answers OPTIONS on its own. With the property Cors, SAM gives every path without
// OPTIONS a method that does.
func (a *restAPI) isPreflight(method string) bool {
	return a.api.CORS != nil && method == http.MethodOptions
}

// matchPath returns the most specific route whose path matches: a fixed segment beats a parameter, which beats
// {proxy+}.
func matchPath(routes []route, path string) *route {
	given := segments(path)
	var best *route
	for i := range routes {
		if routes[i].matches(given) && (best == nil || routes[i].beats(best)) {
			best = &routes[i]
		}
	}

	return best
}

// unrouted answers a CORS preflight and rejects everything else.
func (a *restAPI) unrouted(w http.ResponseWriter, call *call) *failure {
	if !a.isPreflight(call.request.Method) {
		return noRoute(call.header("Authorization"))
	}

	call.route = matchPath(a.routes, call.path)
	if call.route == nil {
		return noRoute(call.header("Authorization"))
	}

	if failure := a.authorize(call, a.api.CORS.Authorizer); failure != nil {
		return failure
	}

	header := w.Header()
	for name, value := range map[string]string{
		"Access-Control-Allow-Origin":  a.api.CORS.AllowOrigin,
		"Access-Control-Allow-Headers": a.api.CORS.AllowHeaders,
		"Access-Control-Allow-Methods": a.api.CORS.AllowMethods,
		"Access-Control-Max-Age":       a.api.CORS.MaxAge,
	} {
		if value != "" {
			header.Set(name, strings.Trim(value, "'"))
		}
	}

	if a.api.CORS.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}

	header.Set("Content-Type", "application/json")
	call.identify(header)
	w.WriteHeader(http.StatusOK)
	return nil
}

// noRoute returns the failure of a request without a route. Users report that API Gateway reads an Authorization header as
// an AWS signature then (serverless/serverless issue 3205, and the section "Unexisting Method + Route" of FinchPowers'
// AWS-API-Gateway-Errors-Mapping-Guide). The name of the response's type is assumed. A real signature is not checked.
func noRoute(authorization string) *failure {
	scheme, rest, _ := strings.Cut(authorization, " ")
	switch {
	case authorization == "" || scheme == "AWS4-HMAC-SHA256":
		return &failure{kind: missingAuthenticationToken}
	case strings.Contains(rest, "="):
		return &failure{kind: incompleteSignature, message: "Authorization header requires 'Credential' parameter. " +
			"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
			"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + scheme}
	case rest == "":
		rest = scheme
	}

	message := "'%s' not a valid key=value pair (missing equal-sign) in Authorization header: '%s'."
	return &failure{kind: incompleteSignature, message: fmt.Sprintf(message, rest, authorization)}
}

// identity returns the values of the identity sources, in the order in which SAM lists them: the last value of each header,
// the first value of each query parameter, the stage variables, and the values of the context.
func (a *restAPI) identity(call *call, authorizer template.Authorizer) []string {
	var values []string
	for _, name := range authorizer.Headers {
		values = append(values, call.header(name))
	}

	for _, name := range authorizer.QueryStrings {
		values = append(values, call.query.Get(name))
	}

	for _, name := range authorizer.StageVariables {
		values = append(values, a.api.Variables[name])
	}

	context := call.context()
	for _, path := range authorizer.Context {
		values = append(values, contextValue(context, path))
	}

	return values
}

// contextValue returns the text at a path of the request's context, such as identity.sourceIp; "" if there is none.
func contextValue(context map[string]any, path string) string {
	var value any = context
	for name := range strings.SplitSeq(path, ".") {
		parent, _ := value.(map[string]any)
		value = parent[name]
	}

	text, _ := value.(string)
	return text
}

func (a *restAPI) authorizerEvent(call *call, authorizer template.Authorizer, identity []string) map[string]any {
	if authorizer.Type == "TOKEN" {
		return call.tokenEvent(identity[0])
	}
	return call.requestEvent(a.api.Variables)
}

// refuses reports whether the authorizer returned the error "Unauthorized", which AWS documents as a rejection.
func (a *restAPI) refuses(failed *lambda.Error) bool { return failed.Message == "Unauthorized" }

// verdict requires a policy, and a context of strings, numbers and booleans. A principal is optional: AWS documents it as
// required, but users report that an answer without one is accepted (Marco Gonzalez, "API Gateway + Lambda authorizer +
// Lambda proxy integration failure modes", dev.to).
func (a *restAPI) verdict(_ template.Authorizer, answer []byte) (*verdict, error) {
	parsed, err := parseVerdict(answer)
	if err != nil {
		return nil, err
	}

	for name, value := range parsed.Context {
		switch value.(type) {
		case string, bool, json.Number, nil:
		default:
			return nil, fmt.Errorf("context key %s is neither a string, a number nor a boolean", name)
		}
	}

	return parsed, parsed.checkPolicy()
}

// authorizerContext returns the context's values as strings, the principal, and the authorizer's latency in
// milliseconds.
func (a *restAPI) authorizerContext(_ *call, verdict *verdict, took time.Duration) map[string]any {
	values := map[string]any{}
	for name, value := range verdict.Context {
		if value != nil {
			values[name] = fmt.Sprint(value)
		}
	}

	if verdict.PrincipalID != "" {
		values["principalId"] = verdict.PrincipalID
	}

	values["integrationLatency"] = took.Milliseconds()
	return values
}

func (a *restAPI) proxyEvent(call *call) map[string]any {
	return call.proxyRequest(a.api.BinaryMediaTypes, a.api.Variables)
}

// reply renames the headers that a REST API reserves, and decodes base64 only for a client that accepts a binary media type
// of the API. All members of the answer are optional, and there are no others.
func (a *restAPI) reply(w http.ResponseWriter, call *call, answer []byte) error {
	var response *proxyResponse
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&response); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}

	if response != nil && len(response.StatusCode) == 0 {
		response.StatusCode = json.RawMessage("200")
	}

	headers, err := response.check()
	if err != nil {
		return err
	}

	body, err := response.body(acceptsBinary(call.header("Accept"), a.api.BinaryMediaTypes))
	if err != nil {
		return err
	}

	for name, values := range headers {
		setHeader(w.Header(), name, values)
	}

	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}

	call.identify(w.Header())
	w.Header().Set("X-Amzn-Trace-Id", trace(call.header("X-Amzn-Trace-Id")))
	response.write(w, call, a.compressed(call, w.Header(), body))
	return nil
}

// remapped lists the headers that a REST API reserves. It renames them in a function's answer.
var remapped = map[string]bool{
	"Authorization":      true,
	"Connection":         true,
	"Content-Length":     true,
	"Content-Md5":        true,
	"Date":               true,
	"Host":               true,
	"Proxy-Authenticate": true,
	"Server":             true,
	"Trailer":            true,
	"Upgrade":            true,
	"User-Agent":         true,
	"Via":                true,
	"Www-Authenticate":   true,
}

// setHeader sets a header with its name as the function spells it, unless the gateway or net/http looks at the header.
func setHeader(header http.Header, name string, values []string) {
	switch canonical := textproto.CanonicalMIMEHeaderKey(name); {
	case canonical == "Transfer-Encoding":
		return
	case remapped[canonical]:
		name = "X-Amzn-Remapped-" + canonical
	case canonical == "Content-Type" || canonical == "Content-Encoding":
		name = canonical
	}

	header[name] = values
}

// acceptsBinary reports whether the first media type of an Accept header is one of the API's binary media types. The
// Content-Type of the answer does not matter.
func acceptsBinary(accept string, binary []string) bool {
	first, _, _ := strings.Cut(accept, ",")
	media, _, _ := strings.Cut(first, ";")
	return isBinary(strings.ToLower(strings.TrimSpace(media)), binary)
}

// trace returns the X-Amzn-Trace-Id of a response: the one of the request, with what it lacks.
func trace(sent string) string {
	fields := map[string]string{"Parent": randomHex(16), "Sampled": "0"}
	for field := range strings.SplitSeq(sent, ";") {
		if name, value, found := strings.Cut(strings.TrimSpace(field), "="); found {
			fields[name] = value
		}
	}

	return fmt.Sprintf("Root=%s;Parent=%s;Sampled=%s", fields["Root"], fields["Parent"], fields["Sampled"])
}
