package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// httpAPI implements what is specific to HTTP APIs.
type httpAPI struct{ *Gateway }

// find returns the route of a request. Of the routes that match method and path, the most specific path wins, then the
// exact method over ANY. The default route takes the other requests. A trailing slash counts, unlike in a REST API.
func (a *httpAPI) find(method, path string) (*route, map[string]string) {
	given := exactSegments(path)
	if best := choose(a.routes, method, given); best != nil {
		return best, best.parameters(given)
	}

	for i := range a.routes {
		if a.routes[i].Path == template.DefaultRoute {
			return &a.routes[i], nil
		}
	}

	return nil, nil
}

// exactSegments splits a path at its slashes, including a trailing one, and decodes the segments.
func exactSegments(path string) []string {
	if path == "/" || path == "" {
		return nil
	}

	given := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, segment := range given {
		if plain, err := url.PathUnescape(segment); err == nil {
			given[i] = plain
		}
	}

	return given
}

// unpack does nothing: AWS documents content codings only for REST APIs.
func (a *httpAPI) unpack(*call) error { return nil }

// unrouted answers a preflight of an API with CORS, and rejects everything else.
func (a *httpAPI) unrouted(w http.ResponseWriter, call *call) *failure {
	if a.api.CORS == nil || !call.isPreflight() {
		return &failure{kind: missingAuthenticationToken}
	}

	call.allowOrigin(w.Header(), a.api.CORS)
	call.sign(w.Header())
	w.WriteHeader(http.StatusNoContent)

	return nil
}

// identity returns all values of each header and query parameter, joined by commas as in the events. AWS does not
// document which of several values counts. The last values are those of the context, of which the loader accepts the
// address only.
func (a *httpAPI) identity(call *call, authorizer template.Authorizer) []string {
	var values []string
	for _, name := range authorizer.Headers {
		values = append(values, strings.Join(call.headers[http.CanonicalHeaderKey(name)], ","))
	}

	for _, name := range authorizer.QueryStrings {
		values = append(values, strings.Join(call.query[name], ","))
	}

	for range authorizer.Context {
		values = append(values, call.sourceIP)
	}

	return values
}

func (a *httpAPI) authorizerEvent(call *call, authorizer template.Authorizer, identity []string) map[string]any {
	if authorizer.PayloadFormat == "1.0" {
		return call.authorizerEvent1(identity)
	}
	return call.authorizerEvent2(identity)
}

// refuses returns false: AWS documents no error with which an authorizer of an HTTP API rejects a caller.
func (a *httpAPI) refuses(*lambda.Error) bool { return false }

// verdict requires a boolean if simple responses are enabled, and a policy otherwise. The context may hold any values.
func (a *httpAPI) verdict(authorizer template.Authorizer, answer []byte) (*verdict, error) {
	parsed, err := parseVerdict(answer)
	switch {
	case err != nil:
		return nil, err
	case authorizer.SimpleResponses && parsed.Simple == nil:
		return nil, errors.New("isAuthorized is missing: EnableSimpleResponses requires it")
	case authorizer.SimpleResponses:
		return parsed, nil
	case parsed.Policy == nil && parsed.Simple != nil:
		return nil, errors.New("policyDocument is missing: isAuthorized alone requires EnableSimpleResponses")
	}

	if parsed.PrincipalID == "" {
		return nil, errors.New("there is no principalId")
	}

	return parsed, parsed.checkPolicy()
}

// authorizerContext nests the context under "lambda" in format 2.0. In format 1.0 it is flat and includes the
// principal, as in a REST API; AWS documents only the two keys of JWT authorizers.
func (a *httpAPI) authorizerContext(call *call, verdict *verdict, _ time.Duration) map[string]any {
	if call.route.PayloadFormat != "1.0" {
		return map[string]any{"lambda": verdict.Context}
	}

	values := map[string]any{}
	maps.Copy(values, verdict.Context)

	if verdict.PrincipalID != "" {
		values["principalId"] = verdict.PrincipalID
	}

	return values
}

func (a *httpAPI) proxyEvent(call *call) map[string]any {
	if call.route.PayloadFormat == "1.0" {
		return call.proxyEvent1()
	}
	return call.proxyEvent2()
}

func (a *httpAPI) reply(w http.ResponseWriter, call *call, answer []byte) error {
	read := readAnswer2
	if call.route.PayloadFormat == "1.0" {
		read = readAnswer1
	}

	response, headers, err := read(answer)
	if err != nil {
		return err
	}

	body, err := response.body(true)
	if err != nil { // AWS does not document this case
		body = []byte(*response.Body)
	}

	for name, values := range headers {
		if !hopByHop[name] && name != "Content-Length" {
			w.Header()[name] = values
		}
	}

	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", plainText)
	}

	if a.api.CORS != nil {
		dropCORS(w.Header())
		call.allowOrigin(w.Header(), a.api.CORS)
	}

	call.sign(w.Header())
	response.write(w, call, body)
	return nil
}

// ownAnswer is a response that an HTTP API sends without a function.
type ownAnswer struct {
	status  int
	message string
}

// ownAnswers maps each kind of failure to the response of an HTTP API. AWS documents those about authorization; the
// messages of the others follow users' reports.
var ownAnswers = map[*kind]ownAnswer{
	unknownStage:               {http.StatusNotFound, "Not Found"},
	missingAuthenticationToken: {http.StatusNotFound, "Not Found"},
	unauthorized:               {http.StatusUnauthorized, "Unauthorized"},
	accessDenied:               {http.StatusForbidden, "Forbidden"},
	authorizerFailure:          {http.StatusInternalServerError, "Internal Server Error"},
	integrationFailure:         {http.StatusInternalServerError, "Internal Server Error"},
	integrationTimedOut:        {http.StatusServiceUnavailable, "Service Unavailable"},
	throttled:                  {http.StatusTooManyRequests, "Too Many Requests"},
	badRequestBody:             {http.StatusBadRequest, "Bad Request"},
	requestTooLarge:            {http.StatusRequestEntityTooLarge, "Request Entity Too Large"},
	headTooLarge:               {http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large"},
}

func (a *httpAPI) respond(w http.ResponseWriter, call *call, failed *failure) {
	own := ownAnswers[failed.kind]
	w.Header().Set("Content-Type", "application/json")
	if a.api.CORS != nil {
		call.allowOrigin(w.Header(), a.api.CORS)
	}

	call.sign(w.Header())
	w.WriteHeader(own.status)
	message, _ := json.Marshal(own.message)
	fmt.Fprintf(w, `{"message":%s}`, message)
}

// sign sets the header that every response of an HTTP API has.
func (c *call) sign(header http.Header) { header.Set("Apigw-Requestid", c.extendedID) }
