package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// lambdas is an Invoker whose functions are Go functions. It records the events of each.
type lambdas struct {
	mutex  sync.Mutex
	answer map[string]func(payload []byte) (string, error)
	events map[string][][]byte
	waited time.Duration // the timeout of the last call of a function that hangs
}

// mustHaveWaited checks the gateway's timeout for the last function that hung.
func (l *lambdas) mustHaveWaited(t *testing.T, limit time.Duration) {
	t.Helper()
	if l.waited > limit || l.waited < limit-10*time.Second {
		t.Errorf("the gateway waits for %v, want %v", l.waited, limit)
	}
}

func (l *lambdas) mustHaveCalledNobody(t *testing.T) {
	t.Helper()
	if l.calls("authorizer")+l.calls("work") != 0 {
		t.Error("a function or the authorizer was called")
	}
}

func (l *lambdas) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	l.mutex.Lock()
	l.events[function] = append(l.events[function], payload)
	answer := l.answer[function]
	l.mutex.Unlock()

	if answer == nil { // the function hangs until the gateway gives up
		until, _ := ctx.Deadline()
		l.waited = time.Until(until)
		return nil, context.DeadlineExceeded
	}

	text, err := answer(payload)
	return []byte(text), err
}

func (l *lambdas) calls(function string) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.events[function])
}

// last decodes the last event of a function.
func (l *lambdas) last(t *testing.T, function string, into any) {
	t.Helper()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	all := l.events[function]
	if len(all) == 0 {
		t.Fatalf("%s was not called", function)
	}

	if err := json.Unmarshal(all[len(all)-1], into); err != nil {
		t.Fatal(err)
	}
}

func says(text string) func([]byte) (string, error) {
	return func([]byte) (string, error) { return text, nil }
}

func policyText(effect, resource string) string {
	return `{"principalId":"p",` +
		`"policyDocument":{"Version":"2012-10-17",` +
		fmt.Sprintf(`"Statement":[{"Action":"execute-api:Invoke","Effect":%q,"Resource":%q}]},`, effect, resource) +
		`"context":{"userId":"usr_1","number":7,"yes":true,"reason":"it \"said\" no",` +
		`"challenge":"Bearer error=\"invalid_token\""}}`
}

const fine = `{"statusCode":200,"body":"fine"}`

// system is a gateway with its functions, served over HTTP.
type system struct {
	*lambdas
	api template.API
	now time.Time
	url string
}

func serve(t *testing.T, change func(*system)) *system {
	t.Helper()
	s := &system{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	s.lambdas = &lambdas{
		events: map[string][][]byte{},
		answer: map[string]func([]byte) (string, error){
			"authorizer": says(policyText("Allow", "*")),
			"work":       says(fine),
		},
	}

	s.api = template.API{
		Stage: "v1",
		Authorizers: map[string]template.Authorizer{
			"Tokens": {
				Name:                 "Tokens",
				Function:             "authorizer",
				Type:                 "TOKEN",
				Headers:              []string{"Authorization"},
				ValidationExpression: "^Bearer [a-z]+$",
			},
		},
		Responses: map[string]template.GatewayResponse{},
		Routes: []template.Route{
			{
				Method:     "GET",
				Path:       "/guarded",
				Function:   "work",
				Authorizer: "Tokens",
			},
			{
				Method:     "DELETE",
				Path:       "/guarded/{id}/part",
				Function:   "work",
				Authorizer: "Tokens",
			},
			{Method: "ANY", Path: "/open", Function: "work"},
			{Method: "GET", Path: "/items/{item}", Function: "item"},
			{Method: "GET", Path: "/items/new", Function: "new"},
			{Method: "GET", Path: "/items/{proxy+}", Function: "greedy"},
			{Method: "GET", Path: "/items/{item}/parts/{part}", Function: "part"},
			{Method: "POST", Path: "/items/new", Function: "create"},
		},
	}

	for _, name := range []string{"item", "new", "greedy", "part", "create"} {
		s.answer[name] = says(`{"statusCode":200,"body":"` + name + `"}`)
	}

	if change != nil {
		change(s)
	}

	gateway, err := New(s.api, s.lambdas, Options{Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}

	server := httptest.NewUnstartedServer(gateway)
	server.Listener = KeepHeaderNames(server.Config, server.Listener)
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL + "/v1"
	return s
}

// bothKinds serves an API of each kind, for what they have in common.
func bothKinds(t *testing.T) map[string]*system {
	t.Helper()
	return map[string]*system{template.REST: serve(t, nil), template.HTTP: serveHTTP(t, nil)}
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (s *system) do(t *testing.T, method, path, body string, headers ...string) reply {
	t.Helper()
	request, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	for i := 0; i < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return reply{response.StatusCode, response.Header, string(text)}
}

func (r reply) want(t *testing.T, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Errorf("got %d %s, want %d %s", r.status, r.body, status, body)
	}
}

func TestAnUnknownPathOrMethodIs403WithoutALambdaCall(t *testing.T) {
	s := serve(t, nil)
	for _, c := range [][2]string{
		{"GET", "/nowhere"},
		{"GET", ""},
		{"POST", "/guarded"},
		{"HEAD", "/guarded"},
		{"GET", "/guarded/1"},
		{"POST", "/items/1"},
	} {
		for authorization, want := range map[string]string{
			"":            "MissingAuthenticationTokenException",
			"Bearer good": "IncompleteSignatureException",
		} {
			got := s.do(t, c[0], c[1], "", "Authorization", authorization)
			if got.status != 403 || got.header.Get("X-Amzn-Errortype") != want {
				t.Errorf("%s %s: got %d %s, want 403 with %s", c[0], c[1], got.status, got.body, want)
			}
		}
	}

	s.mustHaveCalledNobody(t)
}

func TestTheMostSpecificRouteMatches(t *testing.T) {
	s := serve(t, nil)
	for path, want := range map[string]string{
		"/items/new":         "new",
		"/items/new/":        "new",
		"/items/1":           "item",
		"/items/1/2":         "greedy",
		"/items/1/parts/2":   "part",
		"/items/1/parts/2/3": "greedy",
		"/items/new/more":    "greedy",
	} {
		s.do(t, "GET", path, "").want(t, 200, want)
	}
}

func TestPathsAndPathParametersAreAsTheyWereSent(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "GET", "/items/a%2Fb%20c/parts/d%25", "").want(t, 200, "part")
	var event events.APIGatewayProxyRequest
	s.last(t, "part", &event)

	if event.PathParameters["item"] != "a%2Fb%20c" ||
		event.PathParameters["part"] != "d%25" ||
		event.Path != "/items/a%2Fb%20c/parts/d%25" ||
		event.Resource != "/items/{item}/parts/{part}" {
		t.Errorf("got %v, %s and %s, want everything encoded", event.PathParameters, event.Path, event.Resource)
	}

	if event.RequestContext.Path != "/v1"+event.Path || event.RequestContext.ResourcePath != event.Resource {
		t.Errorf("the context has the paths %s and %s, want those of the event", event.RequestContext.Path, event.RequestContext.ResourcePath)
	}

	s.do(t, "GET", "/items/a/b/c", "")
	s.last(t, "greedy", &event)

	if event.PathParameters["proxy"] != "a/b/c" {
		t.Errorf("the parameters are %v, want proxy to be a/b/c", event.PathParameters)
	}
}

func TestAMissingOrMalformedCredentialIsUnauthorizedWithoutALambdaCall(t *testing.T) {
	s := serve(t, nil)
	for _, headers := range [][]string{
		nil,
		{"Authorization", "Bearer GOOD"},
		{"Authorization", "Basic good"},
		{"Authorization", "Bearer good\tBearer good"},
	} {
		s.do(t, "GET", "/guarded", "", headers...).want(t, 401, `{"message":"Unauthorized"}`)
	}

	s.mustHaveCalledNobody(t)
}

func TestATokenAuthorizerReceivesItsEvent(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "DELETE", "/guarded/a%20b/part?x=1", "", "Authorization", "Bearer good").want(t, 200, "fine")
	var event map[string]any
	s.last(t, "authorizer", &event)
	want := map[string]any{
		"type":               "TOKEN",
		"authorizationToken": "Bearer good",
		"methodArn":          "arn:aws:execute-api:us-east-1:123456789012:local/v1/DELETE/guarded/a b/part",
	}

	if fmt.Sprint(event) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", event, want)
	}
}

func TestARequestAuthorizerReceivesItsEvent(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.Authorizers["Tokens"] = template.Authorizer{
			Name:         "Tokens",
			Function:     "authorizer",
			Type:         "REQUEST",
			Headers:      []string{"Authorization"},
			QueryStrings: []string{"q"},
		}
	})

	s.do(t, "DELETE", "/guarded/7/part?q=1&q=2", "", "Authorization", "anything").want(t, 200, "fine")
	var event events.APIGatewayCustomAuthorizerRequestTypeRequest
	s.last(t, "authorizer", &event)

	if event.Type != "REQUEST" || event.HTTPMethod != "DELETE" || event.Resource != "/guarded/{id}/part" || event.Path != "/guarded/7/part" || event.PathParameters["id"] != "7" ||
		event.Headers["Authorization"] != "anything" || event.QueryStringParameters["q"] != "2" || len(event.MultiValueQueryStringParameters["q"]) != 2 ||
		event.RequestContext.Stage != "v1" || event.RequestContext.Identity.SourceIP != "127.0.0.1" || !strings.HasSuffix(event.MethodArn, "/v1/DELETE/guarded/7/part") {
		t.Errorf("the event is %+v, want every field of the request", event)
	}

	s.do(t, "DELETE", "/guarded/7/part", "", "Authorization", "anything").want(t, 401, `{"message":"Unauthorized"}`)
}

func TestThePolicyDecides(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:123456789012:local/v1/"
	implicit := `{"Message":"User is not authorized to access this resource"}`
	explicit := `{"Message":"User is not authorized to access this resource with an explicit deny"}`
	cases := []struct {
		name, answer string
		status       int
		body         string
	}{
		{"allow this", policyText("Allow", arn+"GET/guarded"), 200, "fine"},
		{"allow a stage", policyText("Allow", "arn:aws:execute-api:*:*:*/v1/*"), 200, "fine"},
		{"allow one letter", policyText("Allow", arn+"GET/guarde?"), 200, "fine"},
		{"allow another method", policyText("Allow", arn+"PUT/guarded"), 403, implicit},
		{"allow another stage", policyText("Allow", "arn:aws:execute-api:*:*:*/v2/*"), 403, implicit},
		{"deny all", policyText("Deny", "*"), 403, explicit},
		{"deny another", policyText("Deny", arn+"PUT/guarded"), 403, implicit},
		{
			"deny beats allow",
			strings.Replace(policyText("Allow", "*"), `"Statement":[`, `"Statement":[{"Action":["execute-api:Invoke"],"Effect":"Deny","Resource":["x","*guarded"]},`, 1),
			403,
			explicit,
		},
		{
			"another action",
			strings.Replace(policyText("Allow", "*"), "execute-api:Invoke", "lambda:Invoke", 1),
			403,
			implicit,
		},
		{"any action", strings.Replace(policyText("Allow", "*"), "execute-api:Invoke", "Execute-API:*", 1), 200, "fine"},
	}

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(s *system) { s.answer["authorizer"] = says(c.answer) })
			s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, c.status, c.body)
		})
	}
}

func TestAFailingAuthorizerAdmitsNobody(t *testing.T) {
	fails := func(message string) func([]byte) (string, error) {
		return func([]byte) (string, error) { return "", &lambda.Error{Type: "errorString", Message: message} }
	}

	cases := []struct {
		name   string
		answer func([]byte) (string, error)
		status int
		body   string
	}{
		{"the error Unauthorized", fails("Unauthorized"), 401, `{"message":"Unauthorized"}`},
		{"another error", fails("Unauthorized."), 500, `{"message":null}`},
		{"not started", func([]byte) (string, error) { return "", errors.New("no binary") }, 500, `{"message":null}`},
		{"no answer in time", nil, 500, `{"message":null}`},
		{"null", says("null"), 500, `{"message":null}`},
		{"no JSON", says("yes"), 500, `{"message":null}`},
		{"no policy", says(`{"principalId":"p"}`), 500, `{"message":null}`},
		{"no statement", says(`{"principalId":"p","policyDocument":{"Statement":[]}}`), 500, `{"message":null}`},
		{"odd effect", says(policyText("allow", "*")), 500, `{"message":null}`},
		{
			"nested context",
			says(strings.Replace(policyText("Allow", "*"), `"number":7`, `"number":{"a":1}`, 1)),
			500,
			`{"message":null}`,
		},
	}

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(s *system) { s.answer["authorizer"] = c.answer })
			s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, c.status, c.body)

			if s.calls("work") != 0 {
				t.Error("the function was called")
			}

			if c.answer == nil {
				s.mustHaveWaited(t, 29*time.Second)
			}
		})
	}
}

func TestTheTemplateCustomizesAGatewayResponse(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.Responses["ACCESS_DENIED"] = template.GatewayResponse{
			Status: 401,
			Headers: map[string]string{
				"WWW-Authenticate": "context.authorizer.challenge",
				"Content-Type":     "'application/problem+json'",
				"X-Path":           "method.request.header.X-Asked",
				"X-None":           "context.authorizer.none",
			},
			Templates: map[string]string{
				"application/json": `{"user":"$context.authorizer.userId","n":$context.authorizer.number,` +
					`"none":"$context.authorizer.none.","raw":"$context.authorizer.reason",` +
					`"message":$context.error.messageString,"plain":"$context.error.message",` +
					`"type":"$context.error.responseType","id":"$context.requestId",` +
					`"where":"$context.httpMethod $context.path","kept":"$input.body ${context.stage}"}`,
			},
		}

		s.answer["authorizer"] = says(policyText("Deny", "*"))
	})

	got := s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good", "X-Asked", "this")
	message := "User is not authorized to access this resource with an explicit deny"
	// As on AWS, values are not escaped: quotes in them break the JSON.
	want := `{"user":"usr_1","n":7,"none":".","raw":"it "said" no",` +
		`"message":"` + message + `","plain":"` + message + `",` +
		`"type":"ACCESS_DENIED","id":"` + got.header.Get("X-Amzn-Requestid") + `",` +
		`"where":"GET /v1/guarded","kept":"$input.body ${context.stage}"}`
	got.want(t, 401, want)

	if got.header.Get("Www-Authenticate") != `Bearer error="invalid_token"` ||
		got.header.Get("Content-Type") != "application/problem+json" ||
		got.header.Get("X-Path") != "this" ||
		got.header.Values("X-None") != nil {
		t.Errorf("the headers are %v, want those of the template", got.header)
	}
}

func TestTheDefaultGatewayResponseServesTypesWithoutTheirOwn(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.Responses["DEFAULT_4XX"] = template.GatewayResponse{Templates: map[string]string{"application/json": "four"}}
		s.api.Responses["DEFAULT_5XX"] = template.GatewayResponse{Templates: map[string]string{"application/json": "five"}}
		s.api.Responses["UNAUTHORIZED"] = template.GatewayResponse{Templates: map[string]string{"application/json": "own", "text/plain": "plain"}}
		s.answer["work"] = says("null")
	})

	s.do(t, "GET", "/nowhere", "").want(t, 403, "four")
	s.do(t, "GET", "/open", "").want(t, 502, "five")
	s.do(t, "GET", "/guarded", "", "Accept", "text/html").want(t, 401, "own")
	s.do(t, "GET", "/guarded", "", "Accept", "text/plain").want(t, 401, "plain")
}

func TestAResultIsCachedForReauthorizeEvery(t *testing.T) {
	s := serve(t, func(s *system) {
		authorizer := s.api.Authorizers["Tokens"]
		authorizer.ReauthorizeEvery = time.Minute
		s.api.Authorizers["Tokens"] = authorizer
		s.answer["authorizer"] = says(policyText("Allow", "*GET/guarded"))
	})

	for range 2 {
		s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 200, "fine")
	}

	if s.calls("authorizer") != 1 {
		t.Errorf("%d calls for one token, want 1", s.calls("authorizer"))
	}

	if got := s.do(t, "DELETE", "/guarded/1/part", "", "Authorization", "Bearer good"); got.status != 403 {
		t.Errorf("the cached policy answered another method with %d, want 403", got.status)
	}

	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer other")

	if s.calls("authorizer") != 2 {
		t.Errorf("%d calls for two tokens, want 2", s.calls("authorizer"))
	}

	s.now = s.now.Add(time.Minute)
	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good")

	if s.calls("authorizer") != 3 {
		t.Errorf("%d calls after a minute, want 3", s.calls("authorizer"))
	}
}

func TestWithoutReauthorizeEveryEachRequestAsks(t *testing.T) {
	for kind, s := range bothKinds(t) {
		for range 3 {
			s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 200, "fine")
		}

		if s.calls("authorizer") != 3 {
			t.Errorf("%s: %d calls, want one per request", kind, s.calls("authorizer"))
		}
	}
}

func TestTheFunctionReceivesTheWholeRequest(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "GET", "/guarded?a=1&b=x%20y&a=2&empty=", `{"k":"ü"}`,
		"Authorization", "Bearer good",
		"X-Twice", "1",
		"X-Twice", "2",
		"X-Forwarded-For", "10.0.0.1",
		"Connection", "X-Hop",
		"X-Hop", "gone",
		"Te", "trailers",
		"User-Agent", "tester",
		"Content-Type", "application/json")

	var event events.APIGatewayProxyRequest
	s.last(t, "work", &event)
	host := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/v1")
	_, port, _ := net.SplitHostPort(host)
	for name, want := range map[string]string{
		"Authorization":     "Bearer good",
		"X-Twice":           "2",
		"X-Forwarded-For":   "10.0.0.1, 127.0.0.1",
		"X-Forwarded-Proto": "http",
		"X-Forwarded-Port":  port,
		"Host":              host,
		"X-Hop":             "",
		"Te":                "",
		"Connection":        "",
	} {
		if event.Headers[name] != want {
			t.Errorf("header %s is %q, want %q", name, event.Headers[name], want)
		}
	}

	if fmt.Sprint(event.MultiValueHeaders["X-Twice"]) != "[1 2]" ||
		fmt.Sprint(event.MultiValueQueryStringParameters["a"]) != "[1 2]" {
		t.Errorf("got the headers %v and the query %v, want [1 2] in both", event.MultiValueHeaders, event.MultiValueQueryStringParameters)
	}

	if fmt.Sprint(event.QueryStringParameters) != "map[a:2 b:x y empty:]" ||
		event.Body != `{"k":"ü"}` ||
		event.IsBase64Encoded {
		t.Errorf("got the query %v and the body %s, want those of the request", event.QueryStringParameters, event.Body)
	}

	context := event.RequestContext
	if context.Stage != "v1" || context.HTTPMethod != "GET" || context.Path != "/v1/guarded" || context.Protocol != "HTTP/1.1" || context.RequestTimeEpoch != s.now.UnixMilli() ||
		context.RequestTime != "01/Mar/2026:12:00:00 +0000" || context.Identity.SourceIP != "127.0.0.1" || context.Identity.UserAgent != "tester" || context.RequestID == "" || context.DomainName != host {
		t.Errorf("the context is %+v, want that of the request", context)
	}

	delete(context.Authorizer, "integrationLatency")

	if got, want := fmt.Sprint(context.Authorizer),
		`map[challenge:Bearer error="invalid_token" number:7 principalId:p reason:it "said" no userId:usr_1 yes:true]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if _, text := context.Authorizer["number"].(string); !text {
		t.Error("a number of the authorizer's context is not a string")
	}
}

func TestWhatAPIGatewayLeavesNullIsNull(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "GET", "/open", "")
	var event map[string]any
	s.last(t, "work", &event)

	for _, name := range []string{
		"body",
		"queryStringParameters",
		"multiValueQueryStringParameters",
		"pathParameters",
		"stageVariables",
	} {
		if value, present := event[name]; value != nil || !present {
			t.Errorf("%s is %v, want null", name, value)
		}
	}

	if _, present := event["requestContext"].(map[string]any)["authorizer"]; present {
		t.Error("a public route has an authorizer in its context")
	}
}

func TestAForgedContextHeaderIsOnlyAHeader(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good", "X-Golambdaproxy-Apigw-Context", `{"authorizer":{"userId":"usr_evil"}}`)
	var event events.APIGatewayProxyRequest
	s.last(t, "work", &event)

	if event.RequestContext.Authorizer["userId"] != "usr_1" {
		t.Errorf("the authorizer is %v, want the user usr_1 from the authorizer", event.RequestContext.Authorizer)
	}
}

func TestBinaryGoesAsBase64BothWays(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.BinaryMediaTypes = []string{"image/*"}
		s.answer["work"] = says(`{"statusCode":200,"headers":{"Content-Type":"image/png"},"body":"iVBORw==","isBase64Encoded":true}`)
	})

	s.do(t, "POST", "/open", "\x89PNG\xff", "Content-Type", "image/png", "Accept", "image/png").want(t, 200, "\x89PNG")
	var event events.APIGatewayProxyRequest
	s.last(t, "work", &event)

	if event.Body != "iVBORw//" && event.Body != "iVBOR/8=" || !event.IsBase64Encoded {
		t.Errorf("the body is %s with isBase64Encoded %t, want base64", event.Body, event.IsBase64Encoded)
	}

	s.answer["work"] = says(`{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"aGk=","isBase64Encoded":true}`)
	s.do(t, "GET", "/open", "", "Accept", "text/plain").want(t, 200, "aGk=")
}

func TestTheFunctionsAnswerBecomesTheResponse(t *testing.T) {
	s := serve(t, func(s *system) {
		s.answer["work"] = says(`{
			"statusCode": 201,
			"headers": {
				"X-One": "1",
				"X-Number": 5,
				"Set-Cookie": "c=3",
				"WWW-Authenticate": "Bearer",
				"Connection": "x",
				"Transfer-Encoding": "chunked",
				"Content-Length": "99"
			},
			"multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
			"body": "made"
		}`)
	})

	got := s.do(t, "GET", "/open", "")
	got.want(t, 201, "made")

	for name, want := range map[string]string{
		"X-One":                            "[1]",
		"X-Number":                         "[5]",
		"Set-Cookie":                       "[a=1 b=2 c=3]",
		"Www-Authenticate":                 "[]",
		"X-Amzn-Remapped-Www-Authenticate": "[Bearer]",
		"X-Amzn-Remapped-Content-Length":   "[99]",
		"Content-Type":                     "[application/json]",
	} {
		if fmt.Sprint(got.header.Values(name)) != want {
			t.Errorf("%s: got %v, want %s", name, got.header.Values(name), want)
		}
	}
}

func TestAMalformedAnswerIs502(t *testing.T) {
	for _, answer := range []string{
		`"text"`,
		"null",
		"[]",
		`{"statusCode":"many"}`,
		`{"statusCode":99}`,
		`{"statusCode":200,"body":{"a":1}}`,
		`{"statusCode":200,"extra":1}`,
		`{"statusCode":200,"headers":{"A":["b"]}}`,
		"no JSON",
	} {
		s := serve(t, func(s *system) { s.answer["work"] = says(answer) })
		s.do(t, "GET", "/open", "").want(t, 502, `{"message":"Internal server error"}`)
	}
}

func TestAFunctionThatFailsIs502(t *testing.T) {
	s := serve(t, func(s *system) {
		s.answer["work"] = func([]byte) (string, error) {
			return "", &lambda.Error{Type: "Sandbox.Timedout", Message: "secret detail"}
		}
	})

	s.do(t, "GET", "/open", "").want(t, 502, `{"message":"Internal server error"}`)
}

func TestAFunctionThatTakesTooLongIs504(t *testing.T) {
	s := serve(t, func(s *system) { s.answer["item"] = nil })
	s.do(t, "GET", "/items/1", "").want(t, 504, `{"message":"Endpoint request timed out"}`)
	s.mustHaveWaited(t, 29*time.Second)
}

func TestABodyOverTenMegabytesIs413(t *testing.T) {
	message := map[string]string{
		template.REST: `{"message":"Request Too Long"}`,
		template.HTTP: `{"message":"Request Entity Too Large"}`,
	}

	for kind, s := range bothKinds(t) {
		s.do(t, "POST", "/open", strings.Repeat("x", 10<<20)).want(t, 200, "fine")
		s.do(t, "POST", "/open", strings.Repeat("x", 10<<20+1)).want(t, 413, message[kind])
	}
}

func TestAHeadOver10240BytesIsRejected(t *testing.T) {
	for kind, s := range bothKinds(t) {
		if got := s.do(t, "GET", "/open", "", "X-Long", strings.Repeat("x", 9_000)); got.status != 200 {
			t.Errorf("%s, 9,000 bytes: got %d, want 200", kind, got.status)
		}

		if got := s.do(t, "GET", "/open", "", "X-Long", strings.Repeat("x", 10_240)); got.status != 431 {
			t.Errorf("%s, 10,240 bytes and more: got %d, want 431", kind, got.status)
		}
	}
}

func TestCORSAnswersPreflights(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.CORS = &template.CORS{
			AllowOrigin:      "'https://a.example'",
			AllowHeaders:     "'authorization'",
			AllowMethods:     "'GET'",
			MaxAge:           "'600'",
			AllowCredentials: true,
		}
	})

	got := s.do(t, "OPTIONS", "/guarded", "")
	if got.status != 200 ||
		got.header.Get("Access-Control-Allow-Origin") != "https://a.example" ||
		got.header.Get("Access-Control-Max-Age") != "600" ||
		got.header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("got %d with %v, want 200 with the CORS headers", got.status, got.header)
	}

	if got := s.do(t, "OPTIONS", "/nowhere", ""); got.status != 403 {
		t.Errorf("an unknown path: got %d, want 403", got.status)
	}

	guarded := serve(t, func(s *system) { s.api.CORS = &template.CORS{AllowOrigin: "'*'", Authorizer: "Tokens"} })
	if got := guarded.do(t, "OPTIONS", "/guarded", ""); got.status != 401 {
		t.Errorf("a preflight with an authorizer: got %d, want 401", got.status)
	}
}

// TestOddRequestLinesAreAnswered sends request lines that a client library would not.
func TestOddRequestLinesAreAnswered(t *testing.T) {
	s := serve(t, nil)
	address := strings.TrimSuffix(strings.TrimPrefix(s.url, "http://"), "/v1")
	for line, want := range map[string]int{
		"GET /v1//open HTTP/1.1":          200,
		"GET /v1/items/%2e%2e HTTP/1.1":   200,
		"GET /v1/open?%zz=1&a;b HTTP/1.1": 200,
		"GET /v1/items/../open HTTP/1.1":  200,
	} {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}

		fmt.Fprintf(connection, "%s\r\nHost: %s\r\nConnection: close\r\n\r\n", line, address)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("%s: read the response: %v", line, err)
		}

		if response.StatusCode != want {
			t.Errorf("%s: got %d, want %d", line, response.StatusCode, want)
		}

		connection.Close()
	}
}
