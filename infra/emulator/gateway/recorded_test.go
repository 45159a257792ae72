package gateway

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// The tests in this file compare the gateway with what other projects recorded on AWS. The sources are:
//
//   - LocalStack, github.com/localstack/localstack at 8b9a79f0, directory tests/aws/services/apigateway. Its tests marked
//     aws.validated ran against AWS. Each test here names the file and the test there.
//   - aws-lambda-go, github.com/aws/aws-lambda-go at 815d21f4, directory events/testdata: sample events of AWS.
//   - SAM CLI, github.com/aws/aws-sam-cli at fe8f8dbb, directory samcli/lib/generated_sample_events/events/apigateway: sample
//     events of AWS.
//
// Tests whose names say Reported rest on reports of users instead, and name them.

// recorded is a REST API with the two routes of LocalStack's recordings. The stage is v1 instead of stage.
func recorded(t *testing.T) *system {
	t.Helper()
	return serve(t, func(s *system) {
		s.api.Routes = []template.Route{
			{Method: "ANY", Path: "/{proxy+}", Function: "work"},
			{Method: "ANY", Path: "/hardcoded", Function: "work"},
		}
	})
}

// send sends lines as a request and returns the response with its head as sent. HTTP clients would change both.
func (s *system) send(t *testing.T, body string, lines ...string) (response *http.Response, head, content string) {
	t.Helper()
	host := strings.TrimPrefix(s.url, "http://")
	host, _, _ = strings.Cut(host, "/")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}

	defer conn.Close()
	lines = append(lines, "Host: "+host, "Connection: close", fmt.Sprintf("Content-Length: %d", len(body)))
	fmt.Fprintf(conn, "%s\r\n\r\n%s", strings.Join(lines, "\r\n"), body)

	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}

	response, err = http.ReadResponse(bufio.NewReader(strings.NewReader(string(all))), nil)
	if err != nil {
		t.Fatalf("%s: read the response: %v", lines[0], err)
	}

	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	head, _, _ = strings.Cut(string(all), "\r\n\r\n")
	return response, head, string(text)
}

// same compares a part of an event with a recording.
func same(t *testing.T, what string, got, recorded any) {
	t.Helper()
	one, _ := json.Marshal(got)
	other, _ := json.Marshal(recorded)
	if string(one) != string(other) {
		t.Errorf("%s is %s here, but AWS was recorded with %s", what, one, other)
	}
}

// LocalStack: test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration.
func TestThePathsAndParametersOfProxyEventsAreAsRecorded(t *testing.T) {
	const emails = "/proxy-value/api/user/test%2Balias@gmail.com/plus/test+alias@gmail.com"
	proxy := func(value string) map[string]string { return map[string]string{"proxy": value} }

	for _, c := range []struct {
		name, target, path, context, resource string
		parameters                            map[string]string
	}{
		{"invocation-payload-without-trailing-slash", "/v1/proxy-value", "/proxy-value", "/v1/proxy-value", "/{proxy+}", proxy("proxy-value")},
		{"invocation-payload-with-trailing-slash", "/v1/proxy-value/", "/proxy-value/", "/v1/proxy-value/", "/{proxy+}", proxy("proxy-value")},
		{
			"invocation-payload-with-double-slash", "/v1/proxy-value//double-slash",
			"/proxy-value//double-slash", "/v1/proxy-value//double-slash", "/{proxy+}", proxy("proxy-value//double-slash"),
		},
		{"invocation-payload-with-prepended-slash-to-stage", "//v1/proxy-value", "/proxy-value", "/v1/proxy-value", "/{proxy+}", proxy("proxy-value")},
		{"invocation-payload-with-prepended-slash", "/v1//proxy-value", "/proxy-value", "/v1//proxy-value", "/{proxy+}", proxy("proxy-value")},
		{"invocation-payload-with-path-encoded-email", "/v1" + emails, emails, "/v1" + emails, "/{proxy+}", proxy(emails[1:])},
		{"invocation-hardcoded", "/v1//hardcoded", "/hardcoded", "/v1//hardcoded", "/hardcoded", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := recorded(t)
			s.send(t, "", "GET "+c.target+" HTTP/1.1")
			var event map[string]any
			s.last(t, "work", &event)

			same(t, "path", event["path"], c.path)
			same(t, "requestContext.path", event["requestContext"].(map[string]any)["path"], c.context)
			same(t, "resource", event["resource"], c.resource)
			same(t, "pathParameters", event["pathParameters"], c.parameters)
		})
	}
}

// LocalStack: test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration.
func TestTheQueryOfProxyEventsIsAsRecorded(t *testing.T) {
	const query = "dateTimeOffset=2023-06-12T18:05:10.123456+00:00&email=test%2Balias@gmail.com&plus=test+alias@gmail.com" +
		"&url=https://www.google.com/&whitespace=foo%20bar&zhash=abort/"

	for _, c := range []struct {
		name, query  string
		single, many string
	}{
		{"invocation-payload-without-trailing-slash", "", "null", "null"},
		{"invocation-payload-with-trailing-slash-and-query-params", "urlparam=test", `{"urlparam":"test"}`, `{"urlparam":["test"]}`},
		{
			"invocation-payload-with-params-encoding", query,
			`{"dateTimeOffset":"2023-06-12T18:05:10.123456 00:00","email":"test+alias@gmail.com","plus":"test alias@gmail.com",` +
				`"url":"https://www.google.com/","whitespace":"foo bar","zhash":"abort/"}`,
			`{"dateTimeOffset":["2023-06-12T18:05:10.123456 00:00"],"email":["test+alias@gmail.com"],` +
				`"plus":["test alias@gmail.com"],"url":["https://www.google.com/"],"whitespace":["foo bar"],"zhash":["abort/"]}`,
		},
		{
			"invocation-payload-with-params-encoding-multi", "category=electronics&category=books&price=10&price=20&price=30",
			`{"category":"books","price":"30"}`, `{"category":["electronics","books"],"price":["10","20","30"]}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := recorded(t)
			s.send(t, "", "POST /v1/proxy-value?"+c.query+" HTTP/1.1")
			var event map[string]any
			s.last(t, "work", &event)

			same(t, "queryStringParameters", event["queryStringParameters"], json.RawMessage(c.single))
			same(t, "multiValueQueryStringParameters", event["multiValueQueryStringParameters"], json.RawMessage(c.many))
		})
	}
}

// LocalStack: test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration. The headers that CloudFront adds in
// front of an edge-optimized API are absent here. LocalStack's header_utils.py is the only source for the headers below
// Content-Type.
func TestTheHeadersOfProxyEventsAreAsRecorded(t *testing.T) {
	s := recorded(t)
	s.send(t, `{"message":"hello world"}`, "POST /v1/proxy-value HTTP/1.1",
		"User-agent: python-requests/testing",
		"accept: */*",
		"tEsT-HEADeR: aValUE",
		"aUThorization: Bearer token123;API key456",
		"Content-Type: application/json;charset=utf-8",
		"Content-MD5: x",
		"Max-Forwards: 3",
		"Server: s",
		"WWW-Authenticate: Basic",
		"Proxy-Authenticate: Basic",
		"TE: trailers")

	var event map[string]any
	s.last(t, "work", &event)

	headers := event["headers"].(map[string]any)
	same(t, "headers", slices.Sorted(maps.Keys(headers)), []string{
		"Authorization", "Content-Type", "Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port",
		"X-Forwarded-Proto", "accept", "tEsT-HEADeR",
	})

	same(t, "tEsT-HEADeR", headers["tEsT-HEADeR"], "aValUE")
	same(t, "Authorization", headers["Authorization"], "Bearer token123;API key456")
	same(t, "multiValueHeaders", len(event["multiValueHeaders"].(map[string]any)), len(headers))
}

// LocalStack: test_apigateway_lambda.snapshot.json, test_lambda_aws_proxy_integration, and for the authorizer's members of
// requestContext SAM CLI's AwsProxy.json and aws-lambda-go's apigw-request.json.
func TestTheMembersOfProxyEventsAreAsRecorded(t *testing.T) {
	s := recorded(t)
	s.send(t, "", "GET /v1/proxy-value HTTP/1.1")
	var event map[string]any
	s.last(t, "work", &event)

	context := event["requestContext"].(map[string]any)
	for _, c := range []struct {
		name    string
		members any
		want    []string
	}{
		{"event", event, []string{
			"body", "headers", "httpMethod", "isBase64Encoded", "multiValueHeaders", "multiValueQueryStringParameters", "path",
			"pathParameters", "queryStringParameters", "requestContext", "resource", "stageVariables",
		}},
		{"requestContext", context, []string{
			"accountId", "apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "httpMethod", "identity",
			"path", "protocol", "requestId", "requestTime", "requestTimeEpoch", "resourceId", "resourcePath", "stage",
		}},
		{"identity", context["identity"], []string{
			"accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
			"cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "sourceIp", "user", "userAgent", "userArn",
		}},
	} {
		same(t, "the members of "+c.name, slices.Sorted(maps.Keys(c.members.(map[string]any))), c.want)
	}

	same(t, "body", event["body"], nil)
	same(t, "stageVariables", event["stageVariables"], nil)
}

// LocalStack: test_apigateway_lambda.snapshot.json, test_aws_proxy_response_payload_format_validation. That invocation
// failed there as invoke-api-empty-response because the function raised an error, so no recording shows the answer {}.
func TestTheAnswersOfFunctionsBecomeResponsesAsRecorded(t *testing.T) {
	const failure = `{"message":"Internal server error"}`
	for _, c := range []struct {
		name, answer string
		status       int
		body         string
		lines        []string // of the head
	}{
		{"invoke-api-no-body", `{"statusCode":200}`, 200, "", nil},
		{
			"invoke-api-with-headers", `{"statusCode":200,"headers":{"test-header":"value","header-bool":true}}`, 200, "",
			[]string{"test-header: value", "header-bool: true", "Content-Type: application/json"},
		},
		{"invoke-api-with-headers-null", `{"statusCode":200,"headers":null}`, 200, "", []string{"Content-Type: application/json"}},
		{"invoke-api-wrong-format", `{"statusCode":200,"wrongValue":"value"}`, 502, failure, nil},
		{"invoke-api-b64-encoded-true", `{"statusCode":200,"body":"dGVzdC1kYXRh","isBase64Encoded":true}`, 200, "dGVzdC1kYXRh", nil},
		{"invoke-api-b64-encoded-false", `{"statusCode":200,"body":"dGVzdC1kYXRh"}`, 200, "dGVzdC1kYXRh", nil},
		{
			"invoke-api-multi-headers-valid", `{"statusCode":200,"multiValueHeaders":{"test-multi":["value1","value2"]}}`,
			200, "", []string{"test-multi: value1", "test-multi: value2"},
		},
		{
			"invoke-api-multi-headers-overwrite",
			`{"statusCode":200,"multiValueHeaders":{"test-multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}`,
			200, "", []string{"test-multi: value-multi", "test-multi: value-solo"},
		},
		{
			"invoke-api-multi-headers-overwrite-casing",
			`{"statusCode":200,"multiValueHeaders":{"tesT-Multi":["value-multi"]},"headers":{"test-multi":"value-solo"}}`,
			200, "", []string{"tesT-Multi: value-multi", "tesT-Multi: value-solo"},
		},
		{
			"invoke-api-multi-headers-invalid", `{"statusCode":200,"multiValueHeaders":{"test-multi-invalid":"value1"}}`,
			502, failure, nil,
		},
		{"invoke-api-invalid-status-code", `{"statusCode":"test"}`, 502, failure, nil},
		{"invoke-api-status-code-str", `{"statusCode":"201"}`, 201, "", nil},
		{"invoke-api-just-string", `"justAString"`, 502, failure, nil},
		{"invoke-api-only-headers", `{"headers":{"test-header":"value"}}`, 200, "", []string{"test-header: value"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := recorded(t)
			s.answer["work"] = says(c.answer)
			response, head, body := s.send(t, "", "POST /v1/test HTTP/1.1")
			same(t, "the response", []any{response.StatusCode, body}, []any{c.status, c.body})

			lines := c.lines
			if c.status < 300 {
				lines = append(lines, "x-amzn-RequestId: ", "x-amz-apigw-id: ", "X-Amzn-Trace-Id: Root=1-")
			}

			for _, line := range lines {
				if !strings.Contains(head, "\r\n"+line) {
					t.Errorf("the head lacks %q, which AWS was recorded with: it is\n%s", line, head)
				}
			}
		})
	}
}

// AWS documents that of equal pairs in both only one is sent: API Gateway developer guide, "Output format of a Lambda
// function for proxy integration".
func TestAHeaderThatBothMappingsContainIsSentOnce(t *testing.T) {
	s := recorded(t)
	s.answer["work"] = says(`{"headers":{"x-a":"1","X-B":"2"},"multiValueHeaders":{"X-A":["1","1"],"X-B":["3"]}}`)
	got := s.do(t, "GET", "/test", "")
	same(t, "X-A", got.header["X-A"], []string{"1", "1"})
	same(t, "X-B", got.header["X-B"], []string{"3", "2"})
}

// LocalStack: test_apigateway_common.py, test_invocation_trace_id. Its MOCK integrations send no trace ID.
func TestTheTraceIDOfAResponseIsAsRecorded(t *testing.T) {
	const root, parent = "Root=1-3152b799-8954dae64eda91bc9a23a7e8", ";Parent=7fa8c0f79203be72"
	s := recorded(t)

	full := root + parent + ";Sampled=1"
	if got := s.do(t, "GET", "/proxy-value", "", "x-amzn-trace-id", full).header.Get("X-Amzn-Trace-Id"); got != full {
		t.Errorf("the trace ID is %s here, but AWS was recorded with the one of the request, %s", got, full)
	}

	got := s.do(t, "GET", "/proxy-value", "", "x-amzn-trace-id", root).header.Get("X-Amzn-Trace-Id")
	if !strings.HasPrefix(got, root+";Parent=") || strings.Contains(got, parent) {
		t.Errorf("the trace ID is %s here, but AWS was recorded with %s and a parent", got, root)
	}

	if got := s.do(t, "GET", "/proxy-value", "").header.Get("X-Amzn-Trace-Id"); !strings.HasPrefix(got, "Root=1-") {
		t.Errorf("the trace ID is %q here, but AWS was recorded with one", got)
	}

	preflights := serve(t, func(s *system) { s.api.CORS = &template.CORS{AllowOrigin: "'*'"} })
	if got := preflights.do(t, "OPTIONS", "/guarded", ""); got.status != 200 || got.header["X-Amzn-Trace-Id"] != nil {
		t.Errorf("a MOCK integration answered %d with %v, but AWS was recorded without a trace ID", got.status, got.header)
	}
}

// named gives each route its own function, which answers with its name.
func named(t *testing.T, routes ...template.Route) *system {
	t.Helper()
	return serve(t, func(s *system) {
		s.api.Routes = routes
		for _, route := range routes {
			s.answer[route.Function] = says(`{"body":"` + route.Function + `"}`)
		}
	})
}

// LocalStack: test_apigateway_common.py, TestApigatewayRouting::test_proxy_routing_with_hardcoded_resource_sibling.
func TestAMethodThatAFixedPathLacksGoesToTheGreedyPathAsRecorded(t *testing.T) {
	s := named(t,
		template.Route{Method: "POST", Path: "/test", Function: "post"},
		template.Route{Method: "ANY", Path: "/test/any", Function: "any"},
		template.Route{Method: "OPTIONS", Path: "/{proxy+}", Function: "options"})

	s.do(t, "OPTIONS", "/test", "").want(t, 200, "options")
	s.do(t, "POST", "/test", "").want(t, 200, "post")
	s.do(t, "OPTIONS", "/test/any", "").want(t, 200, "any")
	s.do(t, "GET", "/test/any", "").want(t, 200, "any")
}

// LocalStack: test_apigateway_common.py, TestApigatewayRouting::test_routing_with_hardcoded_resource_sibling_order.
func TestAGreedyPathComesAfterAFixedOneAsRecorded(t *testing.T) {
	s := named(t,
		template.Route{Method: "GET", Path: "/part1", Function: "part1"},
		template.Route{Method: "GET", Path: "/{param+}", Function: "proxy"},
		template.Route{Method: "GET", Path: "/part1/hardcoded-value", Function: "hardcoded-value"})

	s.do(t, "GET", "/part1", "").want(t, 200, "part1")
	s.do(t, "GET", "/part1/hardcoded-value", "").want(t, 200, "hardcoded-value")
	s.do(t, "GET", "/part1/random-value", "").want(t, 200, "proxy")
}

// LocalStack: test_apigateway_common.snapshot.json, TestApigatewayRouting::test_routing_not_found.
func TestAnUnknownRouteIsAnsweredAsRecorded(t *testing.T) {
	s := named(t, template.Route{Method: "GET", Path: "/existing", Function: "exists"})
	s.do(t, "GET", "/existing", "").want(t, 200, "exists")

	for _, c := range [][2]string{{"GET", "/random-non-existing"}, {"POST", "/existing"}} {
		got := s.do(t, c[0], c[1], "")
		got.want(t, 403, `{"message":"Missing Authentication Token"}`)
		same(t, "x-amzn-ErrorType", got.header.Get("X-Amzn-Errortype"), "MissingAuthenticationTokenException")
	}
}

// LocalStack: test_apigateway_lambda.py, test_aws_proxy_binary_response. Only the first media type in Accept counts, and the
// Content-Type of the answer does not.
func TestTheAcceptHeaderDecidesWhetherBase64IsDecodedAsRecorded(t *testing.T) {
	none, first := []string(nil), []string{"image/png", "*/test"}
	last := []string{"image/png", "application/*", "image/jpg"}

	for _, c := range []struct {
		types       []string
		contentType string
		accept      string
		binary      bool
	}{
		{none, "image/png", "image/png", false},
		{first, "image/png", "image/png", true},
		{first, "image/png", "image/jpg", false},
		{first, "image/png", "image/*", false},
		{first, "image/png", "*/test", false},
		{first, "image/png", "random/test", false},
		{first, "image/png", "*/*", false},
		{first, "image/png", "image/webp,image/png,*/*;q=0.8", false},
		{first, "image/png", "image/png,image/*,*/*;q=0.8", true},
		{last, "application/test", "application/whatever", true},
		{last, "application/test", "application/*", true},
		{last, "image/png", "image/jpg", true},
		{last, "application/whatever", "image/png", true},
		{last, "", "image/png", true},
		{last, "", "application", false},
		{last, "", "", false},
	} {
		s := serve(t, func(s *system) {
			s.api.BinaryMediaTypes = c.types
			s.answer["work"] = says(fmt.Sprintf(
				`{"statusCode":200,"headers":{"Content-Type":%q},"body":"iVBORw==","isBase64Encoded":true}`, c.contentType))
		})

		want := map[bool]string{true: "\x89PNG", false: "iVBORw=="}[c.binary]
		if got := s.do(t, "POST", "/open", "", "Accept", c.accept); got.status != 200 || got.body != want {
			t.Errorf("Accept %q with %v: got %d %q here, but AWS was recorded with 200 %q", c.accept, c.types, got.status, got.body, want)
		}
	}

	s := serve(t, func(s *system) {
		s.api.BinaryMediaTypes = last
		s.answer["work"] = says(`{"statusCode":200,"body":"èé+à)(","isBase64Encoded":true}`)
	})

	s.do(t, "POST", "/open", "", "Accept", "image/png").want(t, 500, `{"message":"Internal server error"}`)
}

// aws-lambda-go: apigw-custom-auth-request.json and apigw-custom-auth-request-type-request.json. SAM CLI:
// ApiGatewayAuthorizer.json and ApiGatewayRestRequestAuthorizer.json.
func TestTheMembersOfAuthorizersEventsAreThoseOfTheSamples(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 200, "fine")
	var token map[string]any
	s.last(t, "authorizer", &token)
	same(t, "the members of a TOKEN event", slices.Sorted(maps.Keys(token)), []string{"authorizationToken", "methodArn", "type"})

	s = serve(t, func(s *system) {
		s.api.Authorizers["Tokens"] = template.Authorizer{
			Name:     "Tokens",
			Function: "authorizer",
			Type:     "REQUEST",
			Headers:  []string{"HeaderAuth1"},
		}
	})

	s.do(t, "GET", "/guarded", "", "HeaderAuth1", "headerValue1").want(t, 200, "fine")
	var event map[string]any
	s.last(t, "authorizer", &event)
	same(t, "the members of a REQUEST event", slices.Sorted(maps.Keys(event)), []string{
		"headers", "httpMethod", "methodArn", "multiValueHeaders", "multiValueQueryStringParameters", "path",
		"pathParameters", "queryStringParameters", "requestContext", "resource", "stageVariables", "type",
	})

	// The samples have empty mappings where the events of functions have null.
	for _, name := range []string{"pathParameters", "queryStringParameters", "stageVariables"} {
		same(t, name, event[name], map[string]string{})
	}
}

// aws-lambda-go: apigw-v2-custom-authorizer-v1-request.json, apigw-v2-custom-authorizer-v2-request.json,
// apigw-v2-request-lambda-authorizer.json and apigw-v2-request-no-authorizer.json. SAM CLI: HttpApi.json. The samples also
// have the members of mutual TLS (authentication) and of stage variables, which the emulator does not offer.
func TestTheMembersOfEventsOfHTTPAPIsAreThoseOfTheSamples(t *testing.T) {
	context := []string{
		"accountId", "apiId", "domainName", "domainPrefix", "http", "requestId", "routeKey", "stage", "time", "timeEpoch",
	}

	s := serveHTTP(t, nil)
	s.speak(t, "POST", "/guarded/1/part")
	var asked, event map[string]any
	s.last(t, "authorizer", &asked)
	s.last(t, "work", &event)

	same(t, "the authorizer's event", slices.Sorted(maps.Keys(asked)), []string{
		"cookies", "headers", "identitySource", "pathParameters", "queryStringParameters", "rawPath", "rawQueryString",
		"requestContext", "routeArn", "routeKey", "type", "version",
	})
	same(t, "the authorizer's context", slices.Sorted(maps.Keys(asked["requestContext"].(map[string]any))), context)
	same(t, "the function's event", slices.Sorted(maps.Keys(event)), []string{
		"body", "cookies", "headers", "isBase64Encoded", "pathParameters", "queryStringParameters", "rawPath",
		"rawQueryString", "requestContext", "routeKey", "version",
	})
	same(t, "the function's context", slices.Sorted(maps.Keys(event["requestContext"].(map[string]any))),
		slices.Sorted(slices.Values(append(context, "authorizer"))))

	s.send(t, "", "GET /open HTTP/1.1", "User-Agent: curl/7.58.0", "Accept: */*")
	event = nil
	s.last(t, "work", &event)
	same(t, "an event without body, query, cookies and parameters", slices.Sorted(maps.Keys(event)), []string{
		"headers", "isBase64Encoded", "rawPath", "rawQueryString", "requestContext", "routeKey", "version",
	})
	same(t, "its headers", slices.Sorted(maps.Keys(event["headers"].(map[string]any))), []string{
		"accept", "content-length", "host", "user-agent", "x-amzn-trace-id", "x-forwarded-for", "x-forwarded-port",
		"x-forwarded-proto",
	})

	s = serveHTTP(t, policyAuthorizer("1.0"))
	s.answer["authorizer"] = says(policyText("Allow", "*"))
	s.do(t, "GET", "/guarded", "", "Authorization", "user1").want(t, 200, "fine")
	asked = nil
	s.last(t, "authorizer", &asked)

	for member, want := range map[string]any{
		"version":            "1.0",
		"type":               "REQUEST",
		"identitySource":     "user1",
		"authorizationToken": "user1",
		"pathParameters":     map[string]string{},
		"resource":           "/guarded",
		"path":               "/guarded",
		"httpMethod":         "GET",
	} {
		same(t, member, asked[member], want)
	}
}

// FinchPowers/AWS-API-Gateway-Errors-Mapping-Guide at 519548a3, README.md, "Unexisting Method + Route", and the texts in
// github.com/serverless/serverless/issues/3205.
func TestReportedAnAuthorizationHeaderWithoutARouteIsReadAsASignature(t *testing.T) {
	s := serve(t, nil)
	for authorization, want := range map[string]string{
		"Bearer sometoken": `'sometoken' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer sometoken'.`,
		"sometoken":        `'sometoken' not a valid key=value pair (missing equal-sign) in Authorization header: 'sometoken'.`,
		"Basic YTpi=": `Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. ` +
			`Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a ` +
			`'X-Amz-Date' or a 'Date' header. Authorization=Basic`,
	} {
		got := s.do(t, "GET", "/does-not-exist", "", "Authorization", authorization)
		got.want(t, 403, `{"message":"`+want+`"}`)
		same(t, "x-amzn-ErrorType", got.header.Get("X-Amzn-Errortype"), "IncompleteSignatureException")
	}
}

// Marco Gonzalez, "API Gateway + Lambda authorizer + Lambda proxy integration failure modes" (dev.to/marcogrcr).
func TestReportedAnAnswerOfAnAuthorizerNeedsNoPrincipal(t *testing.T) {
	s := serve(t, func(s *system) {
		s.answer["authorizer"] = says(`{"policyDocument":{"Version":"2012-10-17",` +
			`"Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}`)
	})

	s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good").want(t, 200, "fine")
	var event struct {
		RequestContext struct{ Authorizer map[string]any }
	}

	s.last(t, "work", &event)
	delete(event.RequestContext.Authorizer, "integrationLatency")

	if len(event.RequestContext.Authorizer) > 0 {
		t.Errorf("the authorizer in the context is %v, want no members", event.RequestContext.Authorizer)
	}
}

// Marco Gonzalez as above, and the answers to stackoverflow.com/questions/36436672: an authorizer that fails is answered as
// one that is configured wrongly.
func TestReportedAFailingAuthorizerIsAConfigurationError(t *testing.T) {
	s := serve(t, func(s *system) {
		s.api.Responses["AUTHORIZER_FAILURE"] = template.GatewayResponse{Status: 418}
		s.api.Responses["AUTHORIZER_CONFIGURATION_ERROR"] = template.GatewayResponse{Status: 503}
	})

	for _, err := range []error{&lambda.Error{Type: "errorString", Message: "down"}, errors.New("no binary")} {
		s.answer["authorizer"] = func([]byte) (string, error) { return "", err }
		got := s.do(t, "GET", "/guarded", "", "Authorization", "Bearer good")
		got.want(t, 503, `{"message":null}`)
		same(t, "x-amzn-ErrorType", got.header.Get("X-Amzn-Errortype"), "AuthorizerConfigurationException")
	}
}

// LocalStack's code, integrations/aws.py, _format_body.
func TestReportedABodyThatIsNotUTF8IsSentAsBase64(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "POST", "/open", "\xff\xfe", "Content-Type", "application/octet-stream").want(t, 200, "fine")
	var event struct {
		Body            string
		IsBase64Encoded bool
	}

	s.last(t, "work", &event)

	if event.Body != "//4=" || !event.IsBase64Encoded {
		t.Errorf("the event is %+v, want the two bytes in base64", event)
	}
}

func TestTheNamesOfHeadersAreFoundInEveryRequestOfAConnection(t *testing.T) {
	const requests = "POST /a HTTP/1.1\r\nx-One: 1\r\nContent-Length: 15\r\n\r\nx-body: 1\r\n\r\nzz" +
		"\r\nPOST /b HTTP/1.1\r\nX-tWO: 2\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nab\r\n\r\n0\r\nx-Trailer: 1\r\n\r\n" +
		"GET /c HTTP/1.1\nx-one: 3\nX-ONE: 4\n\n"
	want := []head{
		{"POST /a HTTP/1.1", map[string]string{"X-One": "x-One", "Content-Length": "Content-Length"}},
		{"POST /b HTTP/1.1", map[string]string{"X-Two": "X-tWO", "Transfer-Encoding": "Transfer-Encoding"}},
		{"GET /c HTTP/1.1", map[string]string{"X-One": "x-one"}},
	}

	for size := 1; size <= len(requests); size++ {
		var p parser
		var got []head
		for text := []byte(requests); len(text) > 0; text = text[min(size, len(text)):] {
			got = append(got, p.read(text[:min(size, len(text))])...)
		}

		if !reflect.DeepEqual(got, want) {
			t.Fatalf("in reads of %d bytes, the heads are %v, want %v", size, got, want)
		}
	}
}

func TestAConnectionThatKeepsNoNamesServesCanonicalOnes(t *testing.T) {
	for name, text := range map[string]string{
		"a length that is no number": "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
		"a chunk without a size":     "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\nGET / HTTP/1.1\r\n",
		"an endless line":            "GET " + strings.Repeat("x", maxLine+1),
	} {
		var p parser
		p.read([]byte(text))
		if !p.lost || len(p.read([]byte("\r\n\r\nGET / HTTP/1.1\r\n\r\n"))) > 0 {
			t.Errorf("%s: the parser goes on, want it to give up", name)
		}
	}

	if got := (&call{request: &http.Request{}, headers: map[string][]string{"X-A": {"1"}}}).spelled(); len(got["X-A"]) != 1 {
		t.Errorf("the headers are %v, want the canonical name", got)
	}
}
