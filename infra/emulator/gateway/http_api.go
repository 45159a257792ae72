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

// httpAPI is what HTTP APIs do their own way.
type httpAPI struct{ *Gateway }

// find picks as an HTTP API does: among the routes that take both method and path the most special path wins, then the
// method over ANY; the default route takes what is left. Unlike for a REST API a trailing slash counts.
func (a *httpAPI) find(method, path string) (*route, map[string]string) {
	given := exactSegments(path)
	var best, fallback *route
	for i := range a.routes {
		candidate := &a.routes[i]
		switch {
		case candidate.Path == template.DefaultRoute:
			fallback = candidate
		case candidate.Method != method && candidate.Method != "ANY" || !candidate.matches(given):
		case best == nil || candidate.beats(best) || candidate.Path == best.Path && best.Method == "ANY":
			best = candidate
		}
	}

	if best == nil {
		return fallback, nil
	}

	return best, best.parameters(given)
}

// exactSegments cuts a path at its slashes, a trailing one too, and decodes the pieces.
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

// unpack leaves the body to the function: AWS documents content codings for REST APIs only.
func (a *httpAPI) unpack(*call) error { return nil }

func (a *httpAPI) unrouted(http.ResponseWriter, *call) *failure {
	return &failure{kind: missingAuthenticationToken}
}

// identity takes all values of a header or query parameter, joined by commas as the events have them. AWS does not say
// which of several counts.
func (a *httpAPI) identity(call *call, authorizer template.Authorizer) []string {
	var values []string
	for _, name := range authorizer.Headers {
		values = append(values, strings.Join(call.headers[http.CanonicalHeaderKey(name)], ","))
	}

	for _, name := range authorizer.QueryStrings {
		values = append(values, strings.Join(call.query[name], ","))
	}

	return values
}

func (a *httpAPI) authorizerEvent(call *call, authorizer template.Authorizer, identity []string) map[string]any {
	if authorizer.PayloadFormat == "1.0" {
		return call.authorizerEvent1(identity)
	}
	return call.authorizerEvent2(identity)
}

// refuses knows no such word: AWS documents none.
func (a *httpAPI) refuses(*lambda.Error) bool { return false }

// verdict wants a boolean where simple responses are enabled, else a policy. The context may hold anything.
func (a *httpAPI) verdict(authorizer template.Authorizer, answer []byte) (*verdict, error) {
	parsed, err := parseVerdict(answer)
	switch {
	case err != nil:
		return nil, err
	case authorizer.SimpleResponses && parsed.Simple == nil:
		return nil, errors.New("there is no isAuthorized, which EnableSimpleResponses makes it need")
	case authorizer.SimpleResponses:
		return parsed, nil
	case parsed.Policy == nil && parsed.Simple != nil:
		return nil, errors.New("there is no policyDocument: isAuthorized needs EnableSimpleResponses")
	}

	return parsed, parsed.checkPolicy()
}

// told is the context below "lambda" in format 2.0. In format 1.0 it is flat, with the principal of a policy, as for REST
// APIs; AWS documents only the two keys that JWT authorizers fill.
func (a *httpAPI) told(call *call, verdict *verdict, _ time.Duration) map[string]any {
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

	for name, values := range headers {
		if !hopByHop[name] && name != "Content-Length" {
			w.Header()[name] = values
		}
	}

	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", plainText)
	}

	call.sign(w.Header())
	response.write(w, call, response.body(true))
	return nil
}

// ownAnswer is what an HTTP API answers by itself.
type ownAnswer struct {
	status  int
	message string
}

// ownAnswers are all of them, by what a REST API calls the failure. Those of authorization are as AWS documents them; it
// does not the messages of the others, which are as people report them.
var ownAnswers = map[*kind]ownAnswer{
	unknownStage:               {http.StatusNotFound, "Not Found"},
	missingAuthenticationToken: {http.StatusNotFound, "Not Found"},
	unauthorized:               {http.StatusUnauthorized, "Unauthorized"},
	accessDenied:               {http.StatusForbidden, "Forbidden"},
	authorizerFailure:          {http.StatusInternalServerError, "Internal Server Error"},
	integrationFailure:         {http.StatusInternalServerError, "Internal Server Error"},
	integrationTimedOut:        {http.StatusServiceUnavailable, "Service Unavailable"},
	badRequestBody:             {http.StatusBadRequest, "Bad Request"},
	requestTooLarge:            {http.StatusRequestEntityTooLarge, "Request Entity Too Large"},
	headTooLarge:               {http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large"},
}

func (a *httpAPI) respond(w http.ResponseWriter, call *call, failed *failure) {
	own := ownAnswers[failed.kind]
	w.Header().Set("Content-Type", "application/json")
	call.sign(w.Header())
	w.WriteHeader(own.status)
	message, _ := json.Marshal(own.message)
	fmt.Fprintf(w, `{"message":%s}`, message)
}

// sign adds the header that every answer of an HTTP API has.
func (c *call) sign(header http.Header) { header.Set("Apigw-Requestid", c.extendedID) }
