package template

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// loadForeign reads a template as that of another stack.
func loadForeign(t *testing.T, files ...string) (*Template, error) {
	t.Helper()
	return LoadStack(write(t, files...), Stack{
		Name:    "orders",
		Foreign: true,
		Imports: map[string]string{"tokens": "arn:aws:lambda:us-east-1:123456789012:function:judge:live"},
	})
}

const definedREST = `
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      DefinitionBody:
        openapi: 3.0.1
        info: { title: Orders, version: "1" }
        x-internal: ignored
        x-amazon-apigateway-binary-media-types: [image/png]
        x-amazon-apigateway-minimum-compression-size: 7
        x-amazon-apigateway-gateway-responses:
          ACCESS_DENIED:
            statusCode: 401
            responseParameters: { gatewayresponse.header.WWW-Authenticate: context.authorizer.challenge }
            responseTemplates: { application/json: '{"no":1}' }
        paths:
          /orders/{id}:
            parameters: []
            get:
              operationId: read
              security: [{ Tokens: [] }]
              x-amazon-apigateway-integration:
                type: AWS_PROXY
                httpMethod: POST
                timeoutInMillis: 5000
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations
            x-amazon-apigateway-any-method:
              security: [{ Requests: [] }]
              x-amazon-apigateway-integration:
                type: aws_proxy
                uri: !Sub arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${G.Alias}/invocations
          /open:
            post:
              x-amazon-apigateway-integration:
                type: aws_proxy
                uri: "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:${AWS::AccountId}:function:own-name/invocations"
        components:
          securitySchemes:
            Tokens:
              type: apiKey
              name: Authorization
              in: header
              x-amazon-apigateway-authtype: custom
              x-amazon-apigateway-authorizer:
                type: token
                authorizerUri: { "Fn::Join": ["", ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", !ImportValue tokens, "/invocations"]] }
                authorizerResultTtlInSeconds: 0
                identityValidationExpression: "^Bearer .+$"
            Requests:
              type: apiKey
              x-amazon-apigateway-authorizer:
                type: request
                authorizerUri: !Sub
                  - arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${Arn}/invocations
                  - Arn: !ImportValue tokens
                identitySource: method.request.header.Authorization, context.identity.sourceIp, method.request.querystring.q, stageVariables.s
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Events: { Any: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /orders, Method: any } } }
  G: { Type: AWS::Serverless::Function, Properties: { CodeUri: other/src, AutoPublishAlias: live } }
  H: { Type: AWS::Serverless::Function, Properties: { CodeUri: third/src, FunctionName: own-name } }
  Permission: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref G } }
`

func TestADefinitionHoldsTheRoutesOfARESTAPI(t *testing.T) {
	loaded, err := loadForeign(t, "template.yaml", definedREST)
	if err != nil {
		t.Fatal(err)
	}

	api := loaded.APIs[0]
	want := []Route{
		{Method: "POST", Path: "/open", Function: "own-name", PayloadFormat: "1.0"},
		{Method: "ANY", Path: "/orders/{id}", Function: "orders-G", Authorizer: "Requests", PayloadFormat: "1.0"},
		{Method: "GET", Path: "/orders/{id}", Function: "orders-F", Authorizer: "Tokens", PayloadFormat: "1.0", Timeout: 5 * time.Second},
	}
	if fmt.Sprint(api.Routes) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v: the event of F adds no route", api.Routes, want)
	}

	if got, want := fmt.Sprint(api.Authorizers), "map["+
		"Requests:{Requests judge REQUEST  false [Authorization] [q] [s] [identity.sourceIp]  5m0s} "+
		"Tokens:{Tokens judge TOKEN  false [Authorization] [] [] [] ^Bearer .+$ 0s}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(api.Responses, api.BinaryMediaTypes, *api.CompressFrom), "map[ACCESS_DENIED:{401 "+
		"map[WWW-Authenticate:context.authorizer.challenge] map[application/json:{\"no\":1}]}] [image/png] 7"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

const definedHTTP = `
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens: { FunctionArn: !ImportValue tokens, AuthorizerPayloadFormatVersion: "2.0", EnableFunctionDefaultPermissions: true }
      DefinitionBody:
        Fn::Transform: { Name: AWS::Include, Parameters: { Location: api/api.yaml } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Events: { Any: { Type: HttpApi, Properties: { ApiId: !Ref Api } } }
`

const includedHTTP = `
openapi: 3.0.1
x-amazon-apigateway-cors: { allowOrigins: ["https://app.example.com"], allowHeaders: [authorization], maxAge: 60 }
paths:
  /$default:
    x-amazon-apigateway-any-method:
      isDefaultRoute: true
      security: [{ NONE: [] }]
      x-amazon-apigateway-integration: { type: aws_proxy, payloadFormatVersion: "1.0", uri: { "Fn::GetAtt": [F, Arn] } }
  /orders:
    get:
      x-amazon-apigateway-integration: { type: aws_proxy, payloadFormatVersion: "2.0", uri: { "Fn::GetAtt": [F, Arn] } }
  /defined:
    get:
      security: [{ Own: [] }]
      x-amazon-apigateway-integration: { type: aws_proxy, payloadFormatVersion: "2.0", uri: { "Fn::GetAtt": [F, Arn] } }
components:
  securitySchemes:
    Own:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer:
        type: request
        identitySource: $request.header.Authorization, $context.identity.sourceIp
        authorizerPayloadFormatVersion: "2.0"
        enableSimpleResponses: true
        authorizerUri: { "Fn::Sub": ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${A}/invocations", { A: { "Fn::ImportValue": tokens } }] }
`

// writeIncluded writes definedHTTP and the document that it includes.
func loadIncluded(t *testing.T, template, included string) (*Template, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "api"), 0o755); err != nil {
		t.Fatal(err)
	}

	for name, text := range map[string]string{"template.yaml": template, "api/api.yaml": included} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return LoadStack(filepath.Join(dir, "template.yaml"), Stack{
		Name:    "orders",
		Foreign: true,
		Imports: map[string]string{"tokens": "arn:aws:lambda:us-east-1:123456789012:function:judge:live"},
	})
}

func TestAnIncludedDefinitionHoldsTheRoutesOfAnHTTPAPI(t *testing.T) {
	loaded, err := loadIncluded(t, definedHTTP, includedHTTP)
	if err != nil {
		t.Fatal(err)
	}

	api := loaded.APIs[0]
	if got, want := fmt.Sprint(api.Routes), "[{ANY $default orders-F  1.0 0s <nil>} {GET /defined orders-F Own 2.0 0s <nil>} "+
		"{GET /orders orders-F Tokens 2.0 0s <nil>}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(api.Authorizers["Own"]), "{Own judge REQUEST 2.0 true [Authorization] [] [] [identity.sourceIp]  0s}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(api.CORS.Origins, api.CORS.Headers, api.CORS.MaxAge), "[https://app.example.com] [authorization]60"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestADefinitionThatCannotBeServedNamesAWayOn(t *testing.T) {
	for _, c := range []struct{ old, change, want, wayOn string }{
		{"type: AWS_PROXY", "type: aws", `has the integration "aws"`, "let a function answer it"},
		{"type: AWS_PROXY", "type: aws_proxy\n                integrationSubtype: SQS-SendMessage", "aws_proxy SQS-SendMessage", "let a function answer it"},
		{"httpMethod: POST", "httpMethod: GET", "with which API Gateway can't call a function", "write POST"},
		{"httpMethod: POST", "connectionType: VPC_LINK", "uses a VPC link", "remove connectionType"},
		{"httpMethod: POST", "responseTransferMode: STREAM", "does not support responseTransferMode", "comes in one piece"},
		{"${F.Arn}", "${stageVariables.f}", "stageVariables", ""},
		{"functions/${F.Arn}/", "functions/arn:aws:lambda:eu-west-1:1:function:far/", "needs the uri of a function", "functions/${MyFunction.Arn}/invocations"},
		{"security: [{ Tokens: [] }]", "security: [{ Keys: [] }]", "names the security scheme Keys", "FunctionArn of Leasehold's"},
		{"x-internal: ignored", "security: [{ Tokens: [] }]", "does not support security of the definition", "in each operation"},
		{"x-internal: ignored", "x-amazon-apigateway-policy: {}", "does not support x-amazon-apigateway-policy", "remove it from a copy"},
		{"operationId: read", "x-amazon-apigateway-request-validator: all", "does not support x-amazon-apigateway-request-validator", "not validated here"},
		{"operationId: read", "x-amazon-apigateway-auth: { type: AWS_IAM }", "does not support x-amazon-apigateway-auth", "FunctionArn of Leasehold's"},
		{"            get:\n", "            trace: {}\n            get:\n", "does not support trace of the path /orders/{id}", "remove it from a copy"},
		{"stageVariables.s", "context.identity.apiKey", "does not support the identity source context.identity.apiKey", "remove it"},
		{"Type: AWS::Lambda::Permission", "Type: AWS::Other::Thing", "calls own-name, which API Gateway is not permitted to do", "add an AWS::Lambda::Permission"},
	} {
		if !strings.Contains(definedREST, c.old) {
			t.Fatalf("the template does not contain %s", c.old)
		}

		_, err := loadForeign(t, "template.yaml", strings.Replace(definedREST, c.old, c.change, 1))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.wayOn) {
			t.Errorf("%s: got %v, want %s ... %s", c.change, err, c.want, c.wayOn)
		}
	}

	mock := "get:\n      x-amazon-apigateway-integration: { type: mock }\n    options:\n      x-amazon-apigateway-integration: { type: mock }"
	_, err := loadIncluded(t, definedHTTP, strings.Replace(includedHTTP, "get:", mock, 1))
	if err == nil || !strings.Contains(err.Error(), `has the integration "mock"`) {
		t.Errorf("got %v, want an error about the mock", err)
	}

	for change, want := range map[string]string{
		"Name: AWS::Other":     "does not support the macro AWS::Other",
		"Location: s3://a/b":   "AWS::Include needs a local file",
		"Location: other.yaml": "read the template",
	} {
		name, _, _ := strings.Cut(change, ":")
		old := map[string]string{"Name": "Name: AWS::Include", "Location": "Location: api/api.yaml"}[name]
		if _, err := loadIncluded(t, strings.Replace(definedHTTP, old, change, 1), includedHTTP); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
}

func TestAMockForPreflightsPointsToCors(t *testing.T) {
	text := strings.Replace(definedREST, "            x-amazon-apigateway-any-method:",
		"            options:\n              x-amazon-apigateway-integration: { type: mock }\n            x-amazon-apigateway-any-method:", 1)
	_, err := loadForeign(t, "template.yaml", text)
	if err == nil || !strings.Contains(err.Error(), "remove the operation, and set Cors of the API") {
		t.Errorf("got %v, want the way by Cors", err)
	}
}

func TestTheDefaultAuthorizerGuardsADefinitionButForPreflights(t *testing.T) {
	options := "          /open:\n            options:\n              x-amazon-apigateway-integration: { type: aws_proxy, uri: !GetAtt F.Arn }\n"
	text := strings.Replace(definedREST, "          /open:\n", options, 1)
	auth := "Auth: { DefaultAuthorizer: Tokens, AddDefaultAuthorizerToCorsPreflight: %t }\n      DefinitionBody:"
	for guarded, want := range map[bool]string{
		true:  "[{OPTIONS /open orders-F Tokens 1.0 0s <nil>} {POST /open own-name Tokens 1.0 0s <nil>}",
		false: "[{OPTIONS /open orders-F  1.0 0s <nil>} {POST /open own-name Tokens 1.0 0s <nil>}",
	} {
		loaded, err := loadForeign(t, "template.yaml", strings.Replace(text, "DefinitionBody:", fmt.Sprintf(auth, guarded), 1))
		if err != nil {
			t.Fatal(err)
		}

		if got := fmt.Sprint(loaded.APIs[0].Routes); !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
