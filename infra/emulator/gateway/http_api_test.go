package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

const (
	allows  = `{"isAuthorized":true,"context":{"userId":"usr_1","number":7,"list":["a"],"map":{"b":true}}}`
	refuses = `{"isAuthorized":false,"context":{"problem":"token-expired"}}`
)

// serveHTTP serves an HTTP API at the default stage, after change.
func serveHTTP(t *testing.T, change func(*system)) *system {
	t.Helper()
	s := serve(t, func(s *system) {
		s.answer["authorizer"] = says(allows)
		s.api = template.API{
			Protocol: template.HTTP,
			Stage:    template.DefaultStage,
			Authorizers: map[string]template.Authorizer{
				"Tokens": {
					Name:            "Tokens",
					Function:        "authorizer",
					Type:            "REQUEST",
					PayloadFormat:   "2.0",
					SimpleResponses: true,
					Headers:         []string{"Authorization"},
				},
			},
			Routes: []template.Route{
				{
					Method:        "GET",
					Path:          "/guarded",
					Function:      "work",
					Authorizer:    "Tokens",
					PayloadFormat: "2.0",
				},
				{
					Method:        "POST",
					Path:          "/guarded/{id}/part",
					Function:      "work",
					Authorizer:    "Tokens",
					PayloadFormat: "2.0",
				},
				{
					Method:        "ANY",
					Path:          "/open",
					Function:      "work",
					PayloadFormat: "2.0",
				},
				{
					Method:        "ANY",
					Path:          "/old/{id}",
					Function:      "work",
					Authorizer:    "Tokens",
					PayloadFormat: "1.0",
				},
			},
		}
		if change != nil {
			change(s)
		}
	})

	s.url = strings.TrimSuffix(s.url, "/v1")
	return s
}

// alter returns a change of the authorizer of an HTTP API.
func alter(change func(*template.Authorizer)) func(*system) {
	return func(s *system) {
		authorizer := s.api.Authorizers["Tokens"]
		change(&authorizer)
		s.api.Authorizers["Tokens"] = authorizer
	}
}

func policyAuthorizer(format string) func(*system) {
	return alter(func(a *template.Authorizer) { a.PayloadFormat, a.SimpleResponses = format, false })
}

func TestARequestWithoutARouteOfAnHTTPAPIIs404(t *testing.T) {
	s := serveHTTP(t, nil)
	for _, c := range [][2]string{
		{"GET", "/nowhere"},
		{"GET", "/"},
		{"PUT", "/guarded"},
		{"GET", "/open/"},
		{"GET", "/old/"},
		{"GET", "/old/1/2"},
	} {
		got := s.do(t, c[0], c[1], "", "Authorization", "Bearer good")
		got.want(t, 404, `{"message":"Not Found"}`)

		if got.header.Get("Content-Type") != "application/json" ||
			got.header.Get("Apigw-Requestid") == "" ||
			got.header.Get("X-Amzn-Errortype") != "" {
			t.Errorf("the headers are %v, want JSON with the request ID", got.header)
		}
	}

	s.mustHaveCalledNobody(t)
}

func TestAnHTTPAPISelectsTheMostSpecificRouteWithTheMethod(t *testing.T) {
	routes := func(s *system) {
		s.api.Routes = nil
		for _, key := range []string{
			"ANY /{proxy+}",
			"GET /pets/{proxy+}",
			"GET /pets/dog/{id}",
			"ANY /pets/dog/1",
			"GET /pets/dog/1",
			"ANY $default",
		} {
			method, path, _ := strings.Cut(key, " ")
			s.api.Routes = append(s.api.Routes, template.Route{
				Method:        method,
				Path:          path,
				Function:      key,
				PayloadFormat: "2.0",
			})

			s.answer[key] = says(fmt.Sprintf("%q", key))
		}
	}

	for _, reversed := range []bool{false, true} {
		s := serveHTTP(t, func(s *system) {
			routes(s)
			if reversed {
				slices.Reverse(s.api.Routes)
			}
		})

		for request, want := range map[string]string{
			"GET /pets/dog/1":   "GET /pets/dog/1",
			"PUT /pets/dog/1":   "ANY /pets/dog/1",
			"GET /pets/dog/2":   "GET /pets/dog/{id}",
			"PUT /pets/dog/2":   "ANY /{proxy+}",
			"GET /pets/cat/1":   "GET /pets/{proxy+}",
			"GET /pets/dog/2/3": "GET /pets/{proxy+}",
			"POST /test/5":      "ANY /{proxy+}",
			"GET /":             "ANY $default",
			"GET /pets/dog/":    "GET /pets/{proxy+}",
			"GET /p%65ts/dog/1": "GET /pets/dog/1",
		} {
			method, path, _ := strings.Cut(request, " ")
			if got := s.do(t, method, path, ""); got.body != want {
				t.Errorf("%s went to %s, want %s", request, got.body, want)
			}
		}
	}
}

func TestTheDefaultRouteHasNoPath(t *testing.T) {
	s := serveHTTP(t, func(s *system) {
		s.api.Routes = []template.Route{{
			Method:        "ANY",
			Path:          template.DefaultRoute,
			Function:      "work",
			PayloadFormat: "2.0",
		}}
	})

	s.do(t, "PATCH", "/any/thing", "").want(t, 200, "fine")
	var event events.APIGatewayV2HTTPRequest
	s.last(t, "work", &event)

	if event.RouteKey != "$default" ||
		event.RequestContext.RouteKey != "$default" ||
		event.RawPath != "/any/thing" ||
		event.PathParameters != nil {
		t.Errorf("the event is %+v, want the default route without parameters", event)
	}
}

func TestOnlyANamedStageIsInThePaths(t *testing.T) {
	s := serveHTTP(t, func(s *system) { s.api.Stage = "live" })
	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 404, `{"message":"Not Found"}`)
	s.do(t, "GET", "/lively/guarded", "", "Authorization", "Bearer good").want(t, 404, `{"message":"Not Found"}`)
	s.do(t, "GET", "/live/guarded", "", "Authorization", "Bearer good").want(t, 200, "fine")
	var event events.APIGatewayV2HTTPRequest
	s.last(t, "work", &event)

	if event.RawPath != "/live/guarded" ||
		event.RequestContext.HTTP.Path != "/live/guarded" ||
		event.RequestContext.Stage != "live" ||
		event.RouteKey != "GET /guarded" {
		t.Errorf("the event is %+v, want the stage in its paths", event)
	}

	var asked events.APIGatewayV2CustomAuthorizerV2Request
	s.last(t, "authorizer", &asked)

	if asked.RouteArn != "arn:aws:execute-api:us-east-1:123456789012:local/live/GET/guarded" {
		t.Errorf("the routeArn is %s, want one with the stage", asked.RouteArn)
	}
}

// known decodes an event into its type in aws-lambda-go, and fails for a key that the type does not have.
func known(t *testing.T, event []byte, into any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(event))
	decoder.DisallowUnknownFields()

	if err := decoder.Decode(into); err != nil {
		t.Errorf("the event does not match the type of aws-lambda-go: %v in %s", err, event)
	}
}

// speak sends a request with a query, a body, cookies and repeated headers.
func (s *system) speak(t *testing.T, method, path string) {
	t.Helper()
	s.do(t, method, path+"?x=1&x=2&y=a%20b", `{"k":1}`,
		"Authorization", "Bearer good",
		"Content-Type", "application/json",
		"User-Agent", "tester",
		"Cookie", "a=1; b=2",
		"X-Twice", "1",
		"X-Twice", "2",
		"Connection", "X-Hop",
		"X-Hop", "gone").want(t, 200, "fine")
}

func TestTheEventsOfFormat2AreThoseOfTheDocumentation(t *testing.T) {
	s := serveHTTP(t, nil)
	s.speak(t, "POST", "/guarded/a%20b/part")
	keepsItsForm(t, s.events["authorizer"][0], "http-authorizer-2.json")
	keepsItsForm(t, s.events["work"][0], "http-proxy-2.json")
	known(t, s.events["authorizer"][0], &events.APIGatewayV2CustomAuthorizerV2Request{})
	known(t, s.events["work"][0], &events.APIGatewayV2HTTPRequest{})
}

func TestTheEventsOfFormat1AreThoseOfTheDocumentation(t *testing.T) {
	s := serveHTTP(t, func(s *system) {
		policyAuthorizer("1.0")(s)
		s.answer["authorizer"] = says(policyText("Allow", "*"))
	})

	s.speak(t, "POST", "/old/a%20b")
	keepsItsForm(t, s.events["authorizer"][0], "http-authorizer-1.json")
	keepsItsForm(t, s.events["work"][0], "http-proxy-1.json")
}

// TestEveryAuthorizerVersionServesEveryPayloadFormat crosses both versions of the authorizer's answer with both formats
// of the function's event.
func TestEveryAuthorizerVersionServesEveryPayloadFormat(t *testing.T) {
	flat := `{"challenge":"Bearer error=\"invalid_token\"","claims":null,"number":7,"principalId":"p",` +
		`"reason":"it \"said\" no","scopes":null,"userId":"usr_1","yes":true}`
	nested := `{"lambda":{"challenge":"Bearer error=\"invalid_token\"","number":7,` +
		`"reason":"it \"said\" no","userId":"usr_1","yes":true}}`
	for _, c := range []struct {
		name, answer, path, want string
		change                   func(*system)
	}{
		{
			"simple to 2.0",
			allows,
			"/guarded",
			`{"lambda":{"list":["a"],"map":{"b":true},"number":7,"userId":"usr_1"}}`,
			nil,
		},
		{"simple without context to 2.0", `{"isAuthorized":true}`, "/guarded", `{"lambda":null}`, nil},
		{
			"simple to 1.0",
			allows,
			"/old/1",
			`{"claims":null,"list":["a"],"map":{"b":true},"number":7,"scopes":null,"userId":"usr_1"}`,
			nil,
		},
		{"policy of 2.0 to 2.0", policyText("Allow", "*"), "/guarded", nested, policyAuthorizer("2.0")},
		{"policy of 2.0 to 1.0", policyText("Allow", "*"), "/old/1", flat, policyAuthorizer("2.0")},
		{"policy of 1.0 to 2.0", policyText("Allow", "*"), "/guarded", nested, policyAuthorizer("1.0")},
		{"policy of 1.0 to 1.0", policyText("Allow", "*"), "/old/1", flat, policyAuthorizer("1.0")},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serveHTTP(t, c.change)
			s.answer["authorizer"] = says(c.answer)
			s.do(t, "GET", c.path, "", "Authorization", "Bearer good").want(t, 200, "fine")
			var event struct {
				RequestContext struct{ Authorizer json.RawMessage }
			}

			s.last(t, "work", &event)

			if string(event.RequestContext.Authorizer) != c.want {
				t.Errorf("the authorizer in the context is %s, want %s", event.RequestContext.Authorizer, c.want)
			}
		})
	}
}

func TestAPublicRouteOfAnHTTPAPIAsksNobody(t *testing.T) {
	s := serveHTTP(t, nil)
	s.do(t, "GET", "/open", "").want(t, 200, "fine")
	var event events.APIGatewayV2HTTPRequest
	s.last(t, "work", &event)

	if s.calls("authorizer") != 0 ||
		event.RequestContext.Authorizer != nil ||
		event.Cookies != nil ||
		event.QueryStringParameters != nil ||
		event.Body != "" {
		t.Errorf("the authorizer was called, or the event %+v has more than the request", event)
	}
}

func TestAMissingIdentitySourceIs401WithoutALambdaCall(t *testing.T) {
	s := serveHTTP(t, alter(func(a *template.Authorizer) { a.QueryStrings = []string{"q"} }))
	for _, c := range [][]string{
		{"/guarded?q=1"},
		{"/guarded", "Authorization", "x"},
		{"/guarded?Q=1", "Authorization", "x"},
		{"/guarded?q=", "Authorization", "x"},
		{"/guarded?q=1", "Authorization", ""},
	} {
		s.do(t, "GET", c[0], "", c[1:]...).want(t, 401, `{"message":"Unauthorized"}`)
	}

	s.mustHaveCalledNobody(t)

	s.do(t, "GET", "/guarded?q=1&q=2", "", "Authorization", "x", "Authorization", "y").want(t, 200, "fine")
	var asked events.APIGatewayV2CustomAuthorizerV2Request
	s.last(t, "authorizer", &asked)

	if got, want := fmt.Sprint(asked.IdentitySource), "[x,y 1,2]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWithoutIdentitySourcesTheAuthorizerIsAlwaysAsked(t *testing.T) {
	s := serveHTTP(t, alter(func(a *template.Authorizer) { a.Headers = nil }))
	s.do(t, "GET", "/guarded", "").want(t, 200, "fine")

	if s.calls("authorizer") != 1 {
		t.Errorf("%d calls, want 1", s.calls("authorizer"))
	}
}

func TestARefusalOfAnHTTPAPIIs403AndAFailure500(t *testing.T) {
	failing := func([]byte) (string, error) {
		return "", &lambda.Error{Type: "errorString", Message: "Unauthorized"}
	}

	forbidden, broken := `{"message":"Forbidden"}`, `{"message":"Internal Server Error"}`
	for _, c := range []struct {
		name   string
		change func(*system)
		answer func([]byte) (string, error)
		status int
		body   string
	}{
		{"refused", nil, says(refuses), 403, forbidden},
		{"denied", policyAuthorizer("1.0"), says(policyText("Deny", "*")), 403, forbidden},
		{"another route allowed", policyAuthorizer("2.0"), says(policyText("Allow", "*/PUT/guarded")), 403, forbidden},
		{"an error", nil, failing, 500, broken},
		{"not started", nil, func([]byte) (string, error) { return "", errors.New("no binary") }, 500, broken},
		{"no answer in time", nil, nil, 500, broken},
		{"null", nil, says("null"), 500, broken},
		{"no JSON", nil, says("yes"), 500, broken},
		{"text for a boolean", nil, says(`{"isAuthorized":"true"}`), 500, broken},
		{"a policy for a simple response", nil, says(policyText("Allow", "*")), 500, broken},
		{"a simple response for a policy", policyAuthorizer("2.0"), says(allows), 500, broken},
		{"a simple response in format 1.0", policyAuthorizer("1.0"), says(allows), 500, broken},
		{
			"no principal",
			policyAuthorizer("2.0"),
			says(strings.Replace(policyText("Allow", "*"), `"principalId":"p"`, `"principalId":""`, 1)),
			500,
			broken,
		},
		{
			"both, and the policy denies",
			policyAuthorizer("2.0"),
			says(`{"isAuthorized":true,` + policyText("Deny", "*")[1:]),
			403,
			forbidden,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serveHTTP(t, c.change)
			s.answer["authorizer"] = c.answer
			got := s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good")
			got.want(t, c.status, c.body)

			if s.calls("work") != 0 || got.header.Get("Www-Authenticate") != "" {
				t.Error("the function was called, or the response has a WWW-Authenticate header")
			}

			if c.answer == nil {
				s.mustHaveWaited(t, 10*time.Second)
			}
		})
	}
}

func TestAnHTTPAPICachesAResultForAllRoutes(t *testing.T) {
	s := serveHTTP(t, alter(func(a *template.Authorizer) { a.ReauthorizeEvery = time.Minute }))
	ask := func(path, credentials string, status, calls int) {
		t.Helper()
		if got := s.do(t, "GET", path, "", "Authorization", credentials); got.status != status ||
			s.calls("authorizer") != calls {
			t.Errorf("%s: got %d after %d calls, want %d after %d", path, got.status, s.calls("authorizer"), status, calls)
		}
	}

	ask("/guarded", "Bearer good", 200, 1)
	ask("/guarded", "Bearer good", 200, 1)
	ask("/old/1", "Bearer good", 200, 1)
	s.answer["authorizer"] = says(refuses)
	ask("/guarded", "Bearer good", 200, 1)
	ask("/guarded", "Bearer other", 403, 2)
	ask("/guarded", "Bearer other", 403, 2)
	s.now = s.now.Add(time.Minute)
	ask("/guarded", "Bearer good", 403, 3)
}

func TestTextIsSentUnchangedAndAnythingElseAsBase64(t *testing.T) {
	s := serveHTTP(t, nil)
	for media, isText := range map[string]bool{
		"text/plain":                        true,
		"text/csv; charset=utf-8":           true,
		"application/json":                  true,
		"application/json; charset=utf-8":   true,
		"application/xml":                   true,
		"application/javascript":            true,
		"application/octet-stream":          false,
		"image/png":                         false,
		"application/x-www-form-urlencoded": false,
		"application/problem+json":          false,
		"":                                  false,
	} {
		for _, path := range []string{"/open", "/old/1"} {
			s.do(t, "POST", path, "a=1&b", "Content-Type", media, "Authorization", "Bearer good").want(t, 200, "fine")
			var event struct {
				Body            string
				IsBase64Encoded bool
			}

			s.last(t, "work", &event)
			want := map[bool]string{true: "a=1&b", false: "YT0xJmI="}[isText]
			if event.Body != want || event.IsBase64Encoded == isText {
				t.Errorf("%s: the event is %+v, want text unchanged and anything else in base64", media, event)
			}
		}
	}
}

func TestTheAnswerOfFormat2BecomesTheResponse(t *testing.T) {
	s := serveHTTP(t, nil)
	s.answer["work"] = says(`{
		"statusCode": 201,
		"headers": {
			"X-One": "1",
			"x-number": 5,
			"Set-Cookie": "first=1",
			"WWW-Authenticate": "Bearer",
			"Connection": "x",
			"Content-Length": "99"
		},
		"multiValueHeaders": {"X-Many": ["1"]},
		"cookies": ["a=1; Path=/", "b=2"],
		"body": "aGk=",
		"isBase64Encoded": true,
		"extra": 1
	}`)

	got := s.do(t, "GET", "/open", "")
	got.want(t, 201, "hi")

	for name, want := range map[string]string{
		"X-One":            "[1]",
		"X-Number":         "[5]",
		"X-Many":           "[]",
		"Set-Cookie":       "[first=1 a=1; Path=/ b=2]",
		"Www-Authenticate": "[Bearer]",
		"Content-Length":   "[2]",
		"Content-Type":     "[text/plain; charset=utf-8]",
	} {
		if fmt.Sprint(got.header.Values(name)) != want {
			t.Errorf("%s: got %v, want %s", name, got.header.Values(name), want)
		}
	}
}

func TestTheAnswerOfFormat1BecomesTheResponse(t *testing.T) {
	s := serveHTTP(t, nil)
	s.answer["work"] = says(`{
		"statusCode": "202",
		"headers": {"X-One": "1", "Content-Type": "application/json"},
		"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
		"cookies": ["lost=1"],
		"body": "[]"
	}`)

	got := s.do(t, "GET", "/old/1", "", "Authorization", "Bearer good")
	got.want(t, 202, "[]")

	if fmt.Sprint(got.header.Values("Set-Cookie"), got.header.Values("X-One"), got.header.Values("Content-Type")) != "[a=1 b=2] [1] [application/json]" {
		t.Errorf("the headers are %v, want both cookies, X-One and the Content-Type", got.header)
	}
}

func TestFormat2InfersTheResponseWithoutAStatusCode(t *testing.T) {
	s := serveHTTP(t, nil)
	for answer, body := range map[string]string{
		`"Hello from Lambda!"`:               "Hello from Lambda!",
		`{ "message": "Hello" }`:             `{ "message": "Hello" }`,
		`{"body":"x","headers":{"X-A":"1"}}`: `{"body":"x","headers":{"X-A":"1"}}`,
		`[1,2]`:                              `[1,2]`,
		`7`:                                  "7",
		`null`:                               "null",
		`{}`:                                 `{}`,
	} {
		s.answer["work"] = says(answer)
		got := s.do(t, "GET", "/open", "")
		got.want(t, 200, body)

		if got.header.Get("Content-Type") != "application/json" || got.header.Get("X-A") != "" {
			t.Errorf("%s: the headers are %v, want only Content-Type application/json", answer, got.header)
		}
	}
}

func TestAFunctionThatFailsOrAnswersInTheWrongShapeIs500AndASlowOne503(t *testing.T) {
	s := serveHTTP(t, nil)
	broken := `{"message":"Internal Server Error"}`
	for path, answers := range map[string][]string{
		"/open": {
			"no JSON",
			"",
			`{"statusCode":"many"}`,
			`{"statusCode":99}`,
			`{"statusCode":200,"body":{"a":1}}`,
			`{"statusCode":200,"headers":{"A":["b"]}}`,
			`{"statusCode":200,"cookies":"a=1"}`,
		},
		"/old/1": {"no JSON", "null", `"text"`, "[]", "{}", `{"message":"Hello"}`, `{"statusCode":"many"}`},
	} {
		for _, answer := range answers {
			s.answer["work"] = says(answer)
			s.do(t, "GET", path, "", "Authorization", "Bearer good").want(t, 500, broken)
		}
	}

	s.answer["work"] = func([]byte) (string, error) {
		return "", &lambda.Error{Type: "Sandbox.Timedout", Message: "secret detail"}
	}

	s.do(t, "GET", "/open", "").want(t, 500, broken)
	s.answer["work"] = nil
	s.do(t, "GET", "/open", "").want(t, 503, `{"message":"Service Unavailable"}`)
	s.mustHaveWaited(t, 30*time.Second)
}

func TestEveryFailureHasAnAnswerOfAnHTTPAPI(t *testing.T) {
	for _, kind := range []*kind{
		accessDenied,
		authorizerFailure,
		badRequestBody,
		headTooLarge,
		integrationFailure,
		integrationTimedOut,
		missingAuthenticationToken,
		requestTooLarge,
		unauthorized,
		unknownStage,
	} {
		if ownAnswers[kind].status < 400 || ownAnswers[kind].message == "" {
			t.Errorf("%s has no response in ownAnswers", kind)
		}
	}
}

func TestNoTemplateCustomizesTheAnswerForAnotherStage(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.Responses["DEFAULT_4XX"] = template.GatewayResponse{Status: 418, Templates: map[string]string{"application/json": "ours"}}
	})

	s.url = strings.TrimSuffix(s.url, "/v1")
	for _, path := range []string{"/", "/v2/open", "/v1x/open", "/open"} {
		s.do(t, "GET", path, "").want(t, 403, `{"message":"Forbidden"}`)
	}
}
