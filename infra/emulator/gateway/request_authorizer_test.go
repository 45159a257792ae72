package gateway

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// everySource is a REQUEST authorizer with an identity source of each kind.
func everySource(s *system) {
	s.api.Variables = map[string]string{"tenant": "acme"}
	s.api.Authorizers["Tokens"] = template.Authorizer{
		Name:             "Tokens",
		Function:         "authorizer",
		Type:             "REQUEST",
		Headers:          []string{"Authorization"},
		QueryStrings:     []string{"q"},
		StageVariables:   []string{"tenant"},
		Context:          []string{"identity.sourceIp"},
		ReauthorizeEvery: time.Minute,
	}
}

// from returns a function that sends a GET request to the gateway as if it came from an address.
func (s *system) from(t *testing.T) func(address, path string, headers ...string) reply {
	t.Helper()
	gateway, err := New(s.api, s.lambdas, Options{Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}

	return func(address, path string, headers ...string) reply {
		t.Helper()
		request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1"+path, nil)
		request.RemoteAddr = address + ":4711"
		for i := 0; i < len(headers); i += 2 {
			request.Header.Add(headers[i], headers[i+1])
		}

		recorder := httptest.NewRecorder()
		gateway.ServeHTTP(recorder, request)
		return reply{recorder.Code, recorder.Header(), recorder.Body.String()}
	}
}

// The documentation of CreateAuthorizer, identitySource: all identity sources form the key of the cache.
func TestTheCacheOfARequestAuthorizerTellsEveryIdentitySourceApart(t *testing.T) {
	s := serve(t, everySource)
	get := s.from(t)
	for range 2 {
		get("192.0.2.1", "/guarded?q=1", "Authorization", "Bearer good").want(t, 200, "fine")
	}

	if s.calls("authorizer") != 1 {
		t.Fatalf("%d calls for the same values, want 1", s.calls("authorizer"))
	}

	get("192.0.2.1", "/guarded?q=1", "Authorization", "Bearer other").want(t, 200, "fine")
	get("192.0.2.1", "/guarded?q=2", "Authorization", "Bearer good").want(t, 200, "fine")
	get("192.0.2.2", "/guarded?q=1", "Authorization", "Bearer good").want(t, 200, "fine")

	if s.calls("authorizer") != 4 {
		t.Errorf("%d calls, want one more for each of the token, the parameter and the address", s.calls("authorizer"))
	}

	get("192.0.2.2", "/guarded?q=1", "Authorization", "Bearer good", "X-Forwarded-For", "192.0.2.9").want(t, 200, "fine")

	if s.calls("authorizer") != 4 {
		t.Error("a header of the client changed the source address")
	}
}

// The documentation of CreateAuthorizer, identitySource: a source that is missing or empty is answered with 401 without a
// call.
func TestAMissingIdentitySourceOfARESTAPIIs401WithoutALambdaCall(t *testing.T) {
	for _, cached := range []time.Duration{0, time.Minute} {
		s := serve(t, func(s *system) {
			everySource(s)
			authorizer := s.api.Authorizers["Tokens"]
			authorizer.ReauthorizeEvery = cached
			s.api.Authorizers["Tokens"] = authorizer
		})

		s.do(t, "GET", "/guarded?q=1", "").want(t, 401, `{"message":"Unauthorized"}`)
		s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 401, `{"message":"Unauthorized"}`)
		s.do(t, "GET", "/guarded?q=", "", "Authorization", "Bearer good").want(t, 401, `{"message":"Unauthorized"}`)
		s.mustHaveCalledNobody(t)
		s.do(t, "GET", "/guarded?q=1", "", "Authorization", "Bearer good").want(t, 200, "fine")
	}

	s := serve(t, func(s *system) {
		everySource(s)
		s.api.Variables = nil
	})
	s.do(t, "GET", "/guarded?q=1", "", "Authorization", "Bearer good").want(t, 401, `{"message":"Unauthorized"}`)
	s.mustHaveCalledNobody(t)
}

func TestEveryContextSourceIsInTheContextOfARequest(t *testing.T) {
	for _, source := range template.ContextSources {
		s := serve(t, func(s *system) {
			everySource(s)
			authorizer := s.api.Authorizers["Tokens"]
			authorizer.QueryStrings, authorizer.Context = nil, []string{source}
			s.api.Authorizers["Tokens"] = authorizer
		})

		if got := s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good"); got.status != 200 {
			t.Errorf("context.%s: got %d %s, want an identity source that is there", source, got.status, got.body)
		}
	}
}

func TestTheEventOfARequestAuthorizerKeepsItsForm(t *testing.T) {
	s := serve(t, everySource)
	s.do(t, "DELETE", "/guarded/a%20b/part?q=1&q=2", `{"k":1}`,
		"Authorization", "Bearer good",
		"X-Twice", "1",
		"X-Twice", "2",
		"X-Forwarded-For", "192.0.2.7",
		"User-Agent", "tester").want(t, 200, "fine")

	keepsItsForm(t, s.events["authorizer"][0], "rest-request.json")
}

// aws-lambda-go: apigw-custom-auth-request-type-request.json has stage variables, and its context has these members. The
// sample's apiKey and clientCert belong to features that the emulator does not offer.
func TestARequestEventHasTheAddressTheClientAndTheVariables(t *testing.T) {
	s := serve(t, everySource)
	s.do(t, "GET", "/guarded?q=1", "", "Authorization", "Bearer good", "User-Agent", "tester",
		"X-Forwarded-For", "192.0.2.7").want(t, 200, "fine")

	var event struct {
		StageVariables    map[string]string
		MultiValueHeaders map[string][]string
		RequestContext    map[string]any
	}
	s.last(t, "authorizer", &event)

	same(t, "stageVariables", event.StageVariables, map[string]string{"tenant": "acme"})
	same(t, "the client's X-Forwarded-For", event.MultiValueHeaders["X-Forwarded-For"], []string{"192.0.2.7, 127.0.0.1"})

	for _, name := range []string{"path", "accountId", "resourceId", "stage", "requestId", "identity", "resourcePath", "httpMethod", "apiId"} {
		if event.RequestContext[name] == nil {
			t.Errorf("the context has no %s", name)
		}
	}

	identity := event.RequestContext["identity"].(map[string]any)
	same(t, "sourceIp", identity["sourceIp"], "127.0.0.1")
	same(t, "userAgent", identity["userAgent"], "tester")

	var called struct{ StageVariables map[string]string }
	s.last(t, "work", &called)
	same(t, "the function's stageVariables", called.StageVariables, map[string]string{"tenant": "acme"})
}

func TestTheSourcesOfARequestAuthorizerAreNamedInTheOrderOfSAM(t *testing.T) {
	s := serve(t, everySource)
	gateway, err := New(s.api, s.lambdas, Options{Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/guarded?q=1&q=2", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}

	request.RemoteAddr = "192.0.2.1:4711"
	request.Header["Authorization"] = []string{"first", "last"}

	got := gateway.protocol.identity(gateway.newCall(request), s.api.Authorizers["Tokens"])
	if want := []string{"last", "1", "acme", "192.0.2.1"}; !slices.Equal(got, want) {
		t.Errorf("the identity is %q, want %q", got, want)
	}
}
