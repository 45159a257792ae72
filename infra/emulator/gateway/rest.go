package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// restAPI implements what is specific to REST APIs.
type restAPI struct{ *Gateway }

// find returns the route of a request. Like a REST API, it selects the resource by its path first and then the method
// on it.
func (a *restAPI) find(method, path string) (*route, map[string]string) {
	best := matchPath(a.routes, path)
	if best == nil {
		return nil, nil
	}

	var any *route
	for i := range a.routes {
		candidate := &a.routes[i]
		if candidate.Path != best.Path {
			continue
		}

		if candidate.Method == method {
			return candidate, decoded(candidate.parameters(segments(path)))
		}

		if candidate.Method == "ANY" {
			any = candidate
		}
	}

	if any == nil {
		return nil, nil
	}

	return any, decoded(any.parameters(segments(path)))
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

func decoded(values map[string]string) map[string]string {
	for name, value := range values {
		if plain, err := url.PathUnescape(value); err == nil {
			values[name] = plain
		}
	}

	return values
}

// unrouted answers a CORS preflight and rejects everything else.
func (a *restAPI) unrouted(w http.ResponseWriter, call *call) *failure {
	if a.api.CORS == nil || call.request.Method != http.MethodOptions {
		return &failure{kind: missingAuthenticationToken}
	}

	call.route = matchPath(a.routes, call.path)
	if call.route == nil {
		return &failure{kind: missingAuthenticationToken}
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

// identity returns the last value of each header and the first value of each query parameter.
func (a *restAPI) identity(call *call, authorizer template.Authorizer) []string {
	var values []string
	for _, name := range authorizer.Headers {
		values = append(values, call.header(name))
	}

	for _, name := range authorizer.QueryStrings {
		values = append(values, call.query.Get(name))
	}

	return values
}

func (a *restAPI) authorizerEvent(call *call, authorizer template.Authorizer, identity []string) map[string]any {
	if authorizer.Type == "TOKEN" {
		return call.tokenEvent(identity[0])
	}
	return call.requestEvent()
}

// refuses reports whether the authorizer returned the error "Unauthorized", which AWS documents as a rejection.
func (a *restAPI) refuses(failed *lambda.Error) bool { return failed.Message == "Unauthorized" }

// verdict requires a policy, and a context of strings, numbers and booleans.
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

	values["principalId"] = verdict.PrincipalID
	values["integrationLatency"] = took.Milliseconds()
	return values
}

func (a *restAPI) proxyEvent(call *call) map[string]any {
	return call.proxyRequest(a.api.BinaryMediaTypes)
}

// reply renames the headers that a REST API reserves, and decodes base64 only for the API's binary media types.
func (a *restAPI) reply(w http.ResponseWriter, call *call, answer []byte) error {
	var response *proxyResponse
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(&response); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}

	headers, err := response.check()
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
	body := response.content(call, w.Header().Get("Content-Type"), a.api.BinaryMediaTypes)
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

func setHeader(header http.Header, name string, values []string) {
	if name == "Transfer-Encoding" {
		return
	}

	if remapped[name] {
		name = "X-Amzn-Remapped-" + name
	}

	header[name] = values
}

// content returns the body. It decodes base64 if the body is marked so and the API treats the media type as binary.
func (p *proxyResponse) content(call *call, contentType string, binary []string) []byte {
	accept, _, _ := strings.Cut(call.header("Accept"), ",")
	return p.body(isBinary(contentType, binary) || accept != "" && isBinary(accept, binary))
}
