package runner_test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// other is a template with an HTTP API and a REST API that use the authorizer of testdata/template.yaml.
const other = "../testdata/other.yaml"

// with returns templates that take the defaults of their parameters.
func with(paths ...string) []runner.Other {
	var others []runner.Other
	for _, path := range paths {
		others = append(others, runner.Other{Template: path})
	}

	return others
}

func TestTheAPIsOfAnotherTemplateShareTheAuthorizersProcess(t *testing.T) {
	system := start(t, runner.Options{With: with(other)})
	others := system.OtherAPIs()
	if len(others) != 2 ||
		!strings.HasSuffix(others[0].Example(""), "/here") ||
		!strings.HasSuffix(others[1].Example(""), "/v7/context") {
		t.Fatalf("the other APIs are %+v, want an HTTP API and a REST API", others)
	}

	response, body := call(t, "GET", system.APIURL()+"/guarded", "everything", "")
	want(t, response, body, 200, `"calls":"1"`)
	response, body = call(t, "GET", others[0].Example(""), "everything", "")
	want(t, response, body, 200, "hello from other 2 False")
	response, body = call(t, "GET", others[1].Example(""), "everything", "")
	want(t, response, body, 200, "hello from other 3 False")
	response, body = call(t, "GET", others[0].URL()+"/context/me", "bad", "")
	want(t, response, body, 403, `{"message":"Forbidden"}`)
	response, body = call(t, "GET", others[1].Example(""), "bad", "")
	want(t, response, body, 403, "explicit deny")
	response, body = call(t, "GET", system.BaseURL()+"/_local/", "", "")
	want(t, response, body, 200, "GET    "+others[0].URL()+"/context/{name}")
}

func TestAnotherAPIServesOnlyLoopbackHosts(t *testing.T) {
	system := start(t, runner.Options{With: with(other)})
	request, err := http.NewRequest("GET", system.OtherAPIs()[0].Example(""), nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Host = "evil.example"
	response, body := send(t, request)
	want(t, response, body, 421, "")
}

func TestCloseEndsTheOtherAPIs(t *testing.T) {
	system := start(t, runner.Options{With: with(other)})
	call(t, "GET", system.OtherAPIs()[0].Example(""), "everything", "")
	pids := system.PIDs()
	if len(pids) != 3 { // engine, authorizer and the python function
		t.Fatalf("the processes are %v, want 3", pids)
	}

	system.Close()

	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d still runs", pid)
		}
	}

	for _, api := range system.OtherAPIs() {
		if _, err := net.Dial("tcp", strings.Split(api.URL(), "/")[2]); err == nil {
			t.Errorf("%s still accepts connections after Close", api.URL())
		}
	}
}

// consecutive returns a free port that is followed by a taken one.
func consecutive(t *testing.T) int {
	t.Helper()
	for range 100 {
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { taken.Close() })
		port := taken.Addr().(*net.TCPAddr).Port
		if free, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port-1)); err == nil {
			free.Close()
			return port - 1
		}
	}

	t.Fatal("found no free port before a taken one")
	return 0
}

func TestAnotherTemplateThatCannotBeServedIsAnErrorOfOneLine(t *testing.T) {
	text, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}

	changed := func(old, by string) string {
		if !strings.Contains(string(text), old) {
			t.Fatalf("testdata/other.yaml does not contain %s", old)
		}

		path := filepath.Join(t.TempDir(), "theirs.yaml")
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, by)), 0o600); err != nil {
			t.Fatal(err)
		}

		return path
	}

	whole := changed("Resources:", "Resources:")
	port := consecutive(t)
	for _, c := range []struct {
		name, with, want string
		port             int
	}{
		{"no file", "nowhere.yaml", "a template of --with is wrong: read the template", 0},
		{
			"an import that nothing exports",
			changed("leasehold-authorizer-arn", "other-authorizer-arn"),
			`exports "other-authorizer-arn"`,
			0,
		},
		{
			"a function in files that do not exist",
			changed("InlineCode: |", "CodeUri: src/\n      Description: |"),
			"src, which does not exist: build it there, or run sam build",
			0,
		},
		{"another language", changed("python3.13", "java21"), `has the runtime "java21"`, 0},
		{"an image", changed("InlineCode: |", "PackageType: Image\n      Description: |"), "a container image can't run here", 0},
		{
			"no API",
			changed("Type: AWS::Serverless::", "Type: AWS::Other::"),
			"describes no API: name a template with an AWS::Serverless::Api",
			0,
		},
		{
			"the next port is taken",
			whole,
			"port " + strconv.Itoa(port+1) + " is taken: stop the program that listens there, or choose another port with --port",
			port,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			started, err := runner.Start(t.Context(), complete(runner.Options{With: with(c.with), Port: c.port}))
			if err == nil {
				started.Close()
			}

			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestTheSameTemplateTwiceIsAnError(t *testing.T) {
	_, err := runner.Start(t.Context(), complete(runner.Options{With: with(other, other)}))
	if err == nil || !strings.Contains(err.Error(), "two functions have the name other-Show") {
		t.Errorf("got %v, want an error that names other-Show", err)
	}
}

func TestAMissingPythonIsAnErrorAtTheStart(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := runner.Start(t.Context(), complete(runner.Options{With: with(other)}))
	if err == nil || !strings.Contains(err.Error(), "python3 is missing") || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v, want an error about python3", err)
	}
}

// project is a template with functions of two languages in directories of one name.
var project = map[string]string{
	"template.yaml": `
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Tokens
        Authorizers:
          Tokens:
            FunctionArn: !ImportValue leasehold-authorizer-arn
            AuthorizerPayloadFormatVersion: "1.0"
            EnableFunctionDefaultPermissions: true
            Identity: { Headers: [Authorization] }
  Snake:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: snake/src
      Runtime: python3.13
      Handler: app.handler
      Layers: [!Ref Extra]
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /snake, Method: get } }
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }
        Jobs: { Type: SQS, Properties: { Queue: q } }
  Script:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: script/src
      Runtime: nodejs22.x
      Handler: app.handler
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /script, Method: get } }
  Extra: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: extra } }
  Orders: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
`,
	"snake/src/app.py": `
def handler(event, context):
    return {"from": "Python", "name": context.function_name}
`,
	"script/src/app.mjs": `
export const handler = async (event, context) => ({ from: "Node.js", name: context.functionName });
`,
}

// writeProject writes the files of a project and returns the path of its template.
func writeProject(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return filepath.Join(dir, "template.yaml")
}

func TestFunctionsInDirectoriesOfOneNameServeTheirRoutes(t *testing.T) {
	var log bytes.Buffer
	path := writeProject(t, filepath.Join(t.TempDir(), "My orders"), project)
	system := start(t, runner.Options{With: with(path), Log: &log})
	base := system.OtherAPIs()[0].URL()

	response, body := call(t, "GET", base+"/snake", "everything", "")
	want(t, response, body, 200, `{"from": "Python", "name": "My-orders-Snake"}`)
	response, body = call(t, "GET", base+"/script", "everything", "")
	want(t, response, body, 200, `{"from":"Node.js","name":"My-orders-Script"}`)
	response, body = call(t, "GET", base+"/script", "", "")
	want(t, response, body, 401, "")

	system.Close()

	for _, line := range []string{
		"the table Orders is not created",
		"the schedule Hourly of My-orders-Snake does not run",
		"nothing sends the event Jobs of My-orders-Snake, which is of type SQS",
		"the layers of Snake are absent: put what they hold in its directory",
	} {
		if !strings.Contains(log.String(), path+": "+line+"\n") {
			t.Errorf("the log is %s, want a line %s", &log, line)
		}
	}
}

func TestTwoProjectsWithFilesOfOneNameAreServed(t *testing.T) {
	dir := t.TempDir()
	one := writeProject(t, filepath.Join(dir, "one"), project)
	two := writeProject(t, filepath.Join(dir, "two", ".aws-sam", "build"), project)
	system := start(t, runner.Options{With: with(one, two)})

	response, body := call(t, "GET", system.OtherAPIs()[0].URL()+"/snake", "everything", "")
	want(t, response, body, 200, "one-Snake")
	response, body = call(t, "GET", system.OtherAPIs()[1].URL()+"/snake", "everything", "")
	want(t, response, body, 200, "two-Snake")
}

func TestTheRunnersOwnTemplateHasNoHTTPAPIAndNoInlineCode(t *testing.T) {
	for change, want := range map[string]string{
		"http.yaml":   "A is an HTTP API: move it to another template and serve that one with --with",
		"inline.yaml": "F has InlineCode: move it to another template and serve that one with --with",
	} {
		resource := map[string]string{
			"http.yaml":   "A: { Type: AWS::Serverless::HttpApi, Properties: {} }",
			"inline.yaml": "F: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.13, Handler: index.handler, InlineCode: pass } }",
		}[change]

		dir, err := os.MkdirTemp("../testdata", "tmp-") // inside the module, as a template is
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { os.RemoveAll(dir) })
		path := filepath.Join(dir, change)
		if err := os.WriteFile(path, []byte("Resources: { "+resource+" }"), 0o600); err != nil {
			t.Fatal(err)
		}

		if _, err := runner.Start(t.Context(), complete(runner.Options{Template: path})); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// defined is a template whose API is an OpenAPI document in another file.
var defined = map[string]string{
	"template.yaml": `
Parameters:
  LeaseholdStack: { Type: String, Default: leasehold }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Cors: "'https://app.example.com'"
      DefinitionBody:
        Fn::Transform: { Name: AWS::Include, Parameters: { Location: api.yaml } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Runtime: python3.13
      Handler: app.handler
      Events: { Any: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /orders, Method: get } } }
`,
	"api.yaml": `
openapi: 3.0.1
paths:
  /orders:
    get:
      security: [{ Leasehold: [] }]
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: { "Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations" }
components:
  securitySchemes:
    Leasehold:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authtype: custom
      x-amazon-apigateway-authorizer:
        type: token
        authorizerResultTtlInSeconds: 0
        authorizerUri:
          Fn::Sub:
            - arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Authorizer}/invocations
            - Authorizer: { "Fn::ImportValue": { "Fn::Sub": "${LeaseholdStack}-authorizer-arn" } }
`,
	"src/app.py": `
def handler(event, context):
    return {"statusCode": 200, "body": "for " + event["requestContext"]["authorizer"]["principalId"]}
`,
}

func TestTheAuthorizerGuardsAnAPIThatADocumentDefines(t *testing.T) {
	system := start(t, runner.Options{With: with(writeProject(t, t.TempDir(), defined))})
	url := system.OtherAPIs()[0].URL() + "/orders"
	response, body := call(t, "GET", url, "everything", "")
	want(t, response, body, 200, "for somebody")
	response, body = call(t, "GET", url, "", "")
	want(t, response, body, 401, "Unauthorized")
	response, body = call(t, "GET", url, "bad", "")
	want(t, response, body, 403, "explicit deny")

	response, body = call(t, "OPTIONS", url, "", "")
	want(t, response, body, 200, "")

	if got := response.Header.Get("Access-Control-Allow-Origin"); got != "https://app.example.com" {
		t.Errorf("the preflight allows %q, want https://app.example.com", got)
	}
}
