package runner_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

func TestOtherToolsInvokeTheAuthorizerOnTheRunnersPort(t *testing.T) {
	system := start(t, runner.Options{})
	url := system.BaseURL() + "/2015-03-31/functions/authorizer/invocations"

	response, body := call(t, "POST", url, "", `{"type":"TOKEN","authorizationToken":"Bearer everything","methodArn":"a"}`)
	want(t, response, body, 200, `"principalId":"somebody"`)
	response, body = call(t, "POST", url, "", `{"type":"TOKEN","authorizationToken":"Bearer broken-in-another-way","methodArn":"a"}`)
	want(t, response, body, 200, `"errorMessage":"as asked"`)

	if got := response.Header.Get("X-Amz-Function-Error"); got != "Unhandled" {
		t.Errorf("the header X-Amz-Function-Error is %q, want Unhandled", got)
	}

	for header, status := range map[string]int{"Origin": 403, "Host": 421} {
		request, err := http.NewRequest("POST", url, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}

		if header == "Host" {
			request.Host = "evil.example"
		} else {
			request.Header.Set(header, "http://evil.example")
		}

		response, body := send(t, request)
		want(t, response, body, status, "")
	}
}

// borrowing is a template whose own authorizer is the example that asks the authorizer of a runner.
const borrowing = `
Parameters:
  Endpoint: { Type: String }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: { DefaultAuthorizer: Borrowed, Authorizers: { Borrowed: { FunctionArn: !GetAtt Borrowed.Arn, Identity: { ReauthorizeEvery: 0 } } } }
  Borrowed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Runtime: python3.13
      Handler: borrowed_authorizer.handler
      Environment: { Variables: { LEASEHOLD_ENDPOINT: !Ref Endpoint } }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Runtime: python3.13
      Handler: hello.handler
      Events: { Get: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /hello, Method: get } } }
`

func TestTheExampleOfABorrowedAuthorizerAsksTheRunner(t *testing.T) {
	example, err := os.ReadFile("../../stack/examples/borrowed_authorizer.py")
	if err != nil {
		t.Fatal(err)
	}

	path := writeProject(t, t.TempDir(), map[string]string{
		"template.yaml":          borrowing,
		"borrowed_authorizer.py": string(example),
		"hello.py":               "def handler(e, c): return {'statusCode': 200, 'body': e['requestContext']['authorizer']['principalId']}",
	})
	lender := start(t, runner.Options{})
	system := start(t, runner.Options{With: []runner.Other{{
		Template:   path,
		Parameters: map[string]string{"Endpoint": lender.BaseURL()},
	}}})

	url := system.OtherAPIs()[0].URL() + "/hello"
	response, body := call(t, "GET", url, "everything", "")
	want(t, response, body, 200, "somebody")
	response, body = call(t, "GET", url, "bad", "")
	want(t, response, body, 403, "explicit deny")
	response, body = call(t, "GET", url, "unauthorized", "")
	want(t, response, body, 401, "Unauthorized")
}
