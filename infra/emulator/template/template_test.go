package template

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write writes templates to a directory and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return filepath.Join(dir, files[0])
}

func load(t *testing.T, parameters map[string]string, files ...string) *Template {
	t.Helper()
	loaded, err := Load(write(t, files...), parameters)
	if err != nil {
		t.Fatal(err)
	}

	return loaded
}

// variable loads a template whose function has a variable V with the given value, and returns the resolved value.
func variable(value string, parameters map[string]string, t *testing.T) (string, error) {
	loaded, err := Load(write(t, "template.yaml", `
Parameters:
  Name: { Type: String, Default: world }
  Count: { Type: Number, Default: 7 }
Mappings:
  Sizes: { small: { memory: 128 } }
Conditions:
  IsWorld: !Equals [!Ref Name, world]
  IsNot: !Not [!Condition IsWorld]
  Both: !And [!Condition IsWorld, !Equals [!Ref Count, 7]]
  Either: { "Fn::Or": [{ Condition: IsNot }, !Equals [a, b]] }
  Circle: !Not [!Condition Circle]
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Sub "${Name}-table", KeySchema: [{ AttributeName: a, KeyType: HASH }] } }
  Queue: { Type: AWS::SQS::Queue }
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/f/
      Environment: { Variables: { V: `+value+` } }
`), parameters)
	if err != nil {
		return "", err
	}

	return loaded.Functions[0].Environment["V"], nil
}

func TestEveryFunctionResolvesInShortAndLongForm(t *testing.T) {
	for expression, want := range map[string]string{
		`plain`:                      "plain",
		`007`:                        "007",
		`true`:                       "true",
		`1.10`:                       "1.10",
		`""`:                         "",
		`!Ref Name`:                  "world",
		`{ Ref: Name }`:              "world",
		`!Ref Count`:                 "7",
		`!Ref AWS::Region`:           "us-east-1",
		`!Ref AWS::StackName`:        "leasehold",
		`!Ref Table`:                 "world-table",
		`!Ref Queue`:                 "leasehold-Queue",
		`!GetAtt F.Arn`:              "arn:aws:lambda:us-east-1:123456789012:function:f",
		`{ "Fn::GetAtt": [F, Arn] }`: "arn:aws:lambda:us-east-1:123456789012:function:f",
		`!Ref F`:                     "f",
		`!Ref F.Alias`:               "arn:aws:lambda:us-east-1:123456789012:function:f:Alias",
		`!GetAtt Table.Arn`:          "arn:aws:dynamodb:us-east-1:123456789012:table/world-table",
		`!Sub "hello ${Name} at ${Table.Arn} ${!Name}"`: "hello world at arn:aws:dynamodb:us-east-1:123456789012:table/world-table ${Name}",
		`!Sub ["${A}-${Name}", { A: !Ref Count }]`:      "7-world",
		`{ "Fn::Sub": "${AWS::AccountId}" }`:            "123456789012",
		`!Join ["-", [a, !Ref Name, c]]`:                "a-world-c",
		`!Select [1, [a, b]]`:                           "b",
		`!Select [0, !Split [",", "x,y"]]`:              "x",
		`!FindInMap [Sizes, small, memory]`:             "128",
		`{ "Fn::Base64": hi }`:                          "aGk=",
		`!If [IsWorld, yes, !Ref Missing]`:              "yes",
		`!If [IsNot, !GetAtt Missing.Arn, no]`:          "no",
		`!If [Both, both, other]`:                       "both",
		`!If [Either, either, neither]`:                 "neither",
	} {
		if got, err := variable(expression, nil, t); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", expression, got, err, want)
		}
	}
}

func TestAGivenParameterBeatsItsDefault(t *testing.T) {
	if got, err := variable(`!If [IsNot, !Ref Name, default]`, map[string]string{"Name": "moon"}, t); err != nil ||
		got != "moon" {
		t.Errorf("got %q, %v, want moon", got, err)
	}
}

func TestAWrongReferenceIsAnErrorThatNamesThePlace(t *testing.T) {
	for expression, want := range map[string]string{
		`!Ref Missing`:               `Resources.F.Environment.Variables.V: there is no parameter or resource "Missing"`,
		`!GetAtt Missing.Arn`:        `there is no resource "Missing"`,
		`!Sub "${Missing}"`:          `${Missing}: there is no parameter or resource "Missing"`,
		`!If [Missing, a, b]`:        `there is no condition "Missing"`,
		`!If [Circle, a, b]`:         `is circular`,
		`!FindInMap [Sizes, big, x]`: `the mapping Sizes has no value for big and x`,
		`!Select [2, [a, b]]`:        `Fn::Select needs an index within its list`,
		`!ImportValue other`:         `no known stack exports "other"`,
		`!Join [a]`:                  `Fn::Join needs a separator and a list`,
		`[a, list]`:                  `a string is needed here`,
		`!Ref AWS::NotificationARNs`: `there is no parameter or resource "AWS::NotificationARNs"`,
	} {
		_, err := variable(expression, nil, t)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "template.yaml:") {
			t.Errorf("%s: got %v, want %s", expression, err, want)
		}
	}
}

func TestACircularReferenceIsAnError(t *testing.T) {
	_, err := Load(write(t, "template.yaml", "Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Ref T } } }"), nil)
	if err == nil || !strings.Contains(err.Error(), "is circular") {
		t.Errorf("got %v, want an error about a circular reference", err)
	}
}

func TestAnInvalidTemplateIsAnError(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"- a", "is not a mapping"},
		{"a: [", "is not YAML"},
		{"Parameters: {}", "has no Resources"},
		{
			"Parameters: { P: { Type: String } }\nResources: { A: { Type: T } }",
			"Parameters.P: the parameter has neither a value nor a default",
		},
		{
			"Resources: { S: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: nowhere.yaml } } }",
			"nested stack S: read the template",
		},
		{
			"Resources: { S: { Type: AWS::Serverless::Application, Properties: { Location: { ApplicationId: x } } } }",
			"needs the path of a local template",
		},
		{
			"Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: f/, Timeout: soon } } }",
			`Timeout: "soon" is not a whole number`,
		},
		{
			"Resources: { F: { Type: AWS::Serverless::Function, Properties: { Runtime: x } } }",
			"needs a local directory",
		},
		{
			"Resources: { T: { Type: AWS::DynamoDB::Table, Properties: { BillingMode: PAY_PER_REQUEST } } }",
			"the table needs a key",
		},
		{"Resources: { A: { Type: AWS::Serverless::Api, Properties: { Name: a } } }", "needs a stage name"},
		{
			"Resources: { F: { Type: AWS::Serverless::Function, Condition: No, Properties: { CodeUri: f/ } } }",
			`there is no condition "No"`,
		},
		{
			"Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: f/, Events: { E: { Type: Api } } } } }",
			"event E needs Path and Method",
		},
	} {
		if _, err := Load(write(t, "template.yaml", c.text), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.text, err, c.want)
		}
	}

	if _, err := Load(write(t, "template.yaml", "Resources: { A: { Type: T } }"), map[string]string{"Nope": "x"}); err == nil ||
		!strings.Contains(err.Error(), "there is no parameter Nope") {
		t.Errorf("an unknown parameter: got %v, want an error that names it", err)
	}
}

const api = `
Globals:
  Function: { Timeout: 9, MemorySize: 512, Environment: { Variables: { A: global, B: global } } }
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      BinaryMediaTypes: ["image~1png", "*/*"]
      Auth:
        DefaultAuthorizer: Main
        Authorizers:
          Main: { FunctionArn: !GetAtt AuthFunction.Arn, Identity: { ValidationExpression: "^x$", ReauthorizeEvery: 0 } }
          Other: { FunctionArn: !GetAtt AuthFunction.Arn, FunctionPayloadType: REQUEST, Identity: { Headers: [X-A], QueryStrings: [q], StageVariables: [V], Context: [identity.sourceIp], ReauthorizeEvery: 60 } }
      Variables: { V: value }
      GatewayResponses:
        ACCESS_DENIED: { StatusCode: 401, ResponseParameters: { Headers: { A: "'b'", C: context.authorizer.c } }, ResponseTemplates: { application/json: "{}" } }
  AuthFunction: { Type: AWS::Serverless::Function, Properties: { CodeUri: ./functions/auth } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/f/
      Timeout: 4
      Environment: { Variables: { B: own, C: !Ref AWS::NoValue } }
      Events:
        One: { Type: Api, Properties: { Path: /a, Method: get, RestApiId: !Ref Api } }
        Two: { Type: Api, Properties: { Path: /b, Method: post, RestApiId: !Ref Api, Auth: { Authorizer: NONE } } }
        Three: { Type: Api, Properties: { Path: /c, Method: any, RestApiId: !Ref Api, Auth: { Authorizer: Other } } }
        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour), Input: "{}" } }
        Off: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day), State: DISABLED } }
        Queue: { Type: SQS, Properties: { Queue: !Ref AWS::StackName } }
`

func TestAnAPIAndItsFunctionsAreReadAsSAMReadsThem(t *testing.T) {
	loaded := load(t, nil, "template.yaml", api)
	f := loaded.Functions[1]
	if f.Name != "f" ||
		f.Timeout != 4*time.Second ||
		f.MemoryMB != 512 ||
		fmt.Sprint(f.Environment) != "map[A:global B:own]" {
		t.Errorf("the function is %+v, want its own properties over those of Globals", f)
	}

	if got, want := fmt.Sprint(loaded.APIs[0].Routes),
		"[{GET /a f Main  0s <nil>} {POST /b f   0s <nil>} {ANY /c f Other  0s <nil>}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(loaded.Schedules), "[{f Hourly rate(1 hour) {}}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(loaded.Unserved), "[event Queue of f, which is of type SQS]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	main, other := loaded.APIs[0].Authorizers["Main"], loaded.APIs[0].Authorizers["Other"]
	if main.Type != "TOKEN" ||
		main.Headers[0] != "Authorization" ||
		main.ReauthorizeEvery != 0 ||
		main.Function != "auth" ||
		main.ValidationExpression != "^x$" {
		t.Errorf("the authorizer is %+v, want a TOKEN authorizer that caches nothing", main)
	}

	if other.Type != "REQUEST" ||
		other.Headers[0] != "X-A" ||
		other.QueryStrings[0] != "q" ||
		other.StageVariables[0] != "V" ||
		other.Context[0] != "identity.sourceIp" ||
		other.ReauthorizeEvery != time.Minute {
		t.Errorf("the authorizer is %+v, want a REQUEST authorizer that caches for a minute", other)
	}

	if got, want := fmt.Sprint(loaded.APIs[0].Responses["ACCESS_DENIED"]),
		"{401 map[A:'b' C:context.authorizer.c] map[application/json:{}]}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(loaded.APIs[0].BinaryMediaTypes), "[image/png */*]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnAPIThatCannotBeServedIsRejected(t *testing.T) {
	for old, change := range map[string]string{
		"DefaultAuthorizer: Main": "DefaultAuthorizer: Nobody",
		`A: "'b'"`:                `A: "Bearer $context.authorizer.c"`,
		`"^x$"`:                   `"^(x$"`,
		"./functions/auth":        "./functions/f",
		"Main: { FunctionArn: !GetAtt AuthFunction.Arn": "Main: { FunctionArn: arn:aws:lambda:eu-west-1:1:function:far",
	} {
		if _, err := Load(write(t, "template.yaml", strings.Replace(api, old, change, 1)), nil); err == nil {
			t.Errorf("Load accepted %s", change)
		}
	}
}

func TestAnUnsupportedPropertyOfARESTAPIIsRejected(t *testing.T) {
	for _, c := range []struct{ old, change, want string }{
		{"StageName: v1", "StageName: v1\n      DefinitionUri: api.yaml", "does not support DefinitionUri of a REST API: give the document as DefinitionBody"},
		{
			"DefaultAuthorizer: Main",
			"DefaultAuthorizer: Main\n        ApiKeyRequired: true",
			"does not support ApiKeyRequired of Auth",
		},
		{"Context: [identity.sourceIp]", "Context: [identity.apiKey]", "does not support the identity source context.identity.apiKey"},
		{"Headers: [X-A]", "Header: X-A", "does not support Header of Identity of the REQUEST authorizer Other"},
		{"Headers: [X-A]", `ValidationExpression: "^x$"`, "does not support ValidationExpression of Identity of the REQUEST authorizer"},
		{`ValidationExpression: "^x$"`, "Headers: [X-A]", "does not support Headers of Identity of the TOKEN authorizer Main"},
		{`ValidationExpression: "^x$"`, "Context: [stage]", "does not support Context of Identity of the TOKEN authorizer Main"},
		{"FunctionPayloadType: REQUEST", "FunctionPayloadType: OTHER", `FunctionPayloadType is "OTHER", want TOKEN or REQUEST`},
		{
			"Headers: [X-A], QueryStrings: [q], StageVariables: [V], Context: [identity.sourceIp], ",
			"",
			"ReauthorizeEvery, which is 300 if it is absent, needs an identity source",
		},
		{"FunctionPayloadType: REQUEST", "UserPoolArn: arn", "does not support UserPoolArn of authorizer Other"},
		{"Path: /a, ", "Path: /a, RequestModel: { ValidateBody: true }, ", "does not support ValidateBody of RequestModel of event One"},
		{
			"Auth: { Authorizer: NONE }",
			"Auth: { ApiKeyRequired: true }",
			"does not support ApiKeyRequired of Auth of event Two",
		},
	} {
		_, err := Load(write(t, "template.yaml", strings.Replace(api, c.old, c.change, 1)), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.change, err, c.want)
		}
	}
}

func TestNestedStacksTakeParametersAndGiveOutputs(t *testing.T) {
	loaded := load(t, map[string]string{"Suffix": "x"}, "template.yaml", `
Parameters: { Suffix: { Type: String } }
Resources:
  Data: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: data.yaml, Parameters: { Name: !Sub "table-${Suffix}" } } }
  Skipped: { Type: AWS::CloudFormation::Stack, Condition: No, Properties: { TemplateURL: nowhere.yaml } }
  F: { Type: AWS::Serverless::Function, Properties: { CodeUri: f/, Environment: { Variables: { T: !GetAtt Data.Outputs.Table, U: !Sub "${Data.Outputs.Table}!" } } } }
Conditions: { No: !Equals [a, b] }
`, "data.yaml", `
Parameters: { Name: { Type: String } }
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Ref Name
      AttributeDefinitions: [{ AttributeName: PK, AttributeType: S }, { AttributeName: G, AttributeType: N }]
      KeySchema: [{ AttributeName: PK, KeyType: HASH }]
      GlobalSecondaryIndexes: [{ IndexName: I, KeySchema: [{ AttributeName: G, KeyType: HASH }], Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [a] } }]
      TimeToLiveSpecification: { AttributeName: purge_at, Enabled: true }
Outputs: { Table: { Value: !Ref Table } }
`)
	if got, want := fmt.Sprint(loaded.Functions[0].Environment), "map[T:table-x U:table-x!]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(loaded.Tables),
		"[{Table table-x map[G:N PK:S] [{PK HASH}] [{I [{G HASH}] INCLUDE [a]}] [] purge_at }]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

const httpAPI = `
Parameters: { Theirs: { Type: String, Default: theirs } }
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      StageName: live
      Auth:
        DefaultAuthorizer: Main
        Authorizers:
          Main: { FunctionArn: !ImportValue { "Fn::Sub": "${Theirs}-arn" }, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true, EnableFunctionDefaultPermissions: true, Identity: { Headers: [X-A], QueryStrings: [q], ReauthorizeEvery: 60 } }
          Old: { FunctionArn: !ImportValue theirs-arn, AuthorizerPayloadFormatVersion: "1.0", FunctionInvokeRole: role }
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return 1
      Events:
        One: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /a, Method: get } }
        Two: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /b, Method: any, PayloadFormatVersion: "1.0", Auth: { Authorizer: NONE } } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api, Auth: { Authorizer: Old } } }
        Own: { Type: HttpApi, Properties: { Path: /own, Method: post } }
`

// theirs holds the exports that httpAPI imports.
var theirs = map[string]string{"theirs-arn": "arn:aws:lambda:us-east-1:123456789012:function:judge:live"}

func TestAnHTTPAPIIsReadAsSAMReadsIt(t *testing.T) {
	loaded, err := LoadStack(write(t, "template.yaml", httpAPI), Stack{Name: "orders", Imports: theirs})
	if err != nil {
		t.Fatal(err)
	}

	f := loaded.Functions[0]
	if f.Name != "orders-F" ||
		f.Runtime != "python3.13" ||
		f.Handler != "index.handler" ||
		f.Dir != "" ||
		f.InlineCode != "def handler(event, context):\n    return 1\n" {
		t.Errorf("the function is %+v, want one with inline code", f)
	}

	if len(loaded.APIs) != 2 {
		t.Fatalf("the APIs are %+v, want 2", loaded.APIs)
	}

	named, implicit := loaded.APIs[0], loaded.APIs[1]
	if got, want := fmt.Sprint(named.Protocol, named.Stage, named.Routes),
		"HTTPlive[{ANY $default orders-F Old 2.0 0s <nil>} {GET /a orders-F Main 2.0 0s <nil>} {ANY /b orders-F  1.0 0s <nil>}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(implicit.Protocol, implicit.Stage, implicit.Routes),
		"HTTP$default[{POST /own orders-F  2.0 0s <nil>}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	if got, want := fmt.Sprint(named.Authorizers),
		"map[Main:{Main judge REQUEST 2.0 true [X-A] [q] [] []  1m0s} Old:{Old judge REQUEST 1.0 false [] [] [] []  0s}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAnUnsupportedPropertyOfAnHTTPAPIIsRejected(t *testing.T) {
	for _, c := range []struct{ old, change, want string }{
		{"StageName: live", "CorsConfiguration: yes please", "write true, or a mapping with AllowOrigins"},
		{"StageName: live", "CorsConfiguration: { AllowOrigin: a }", "does not support AllowOrigin of CorsConfiguration"},
		{
			"StageName: live",
			`CorsConfiguration: { AllowOrigins: ["*"], AllowCredentials: true }`,
			"credentials can't be allowed for all origins",
		},
		{"StageName: live", "StageVariables: { A: b }", "does not support StageVariables of an HTTP API"},
		{"DefaultAuthorizer: Main", "EnableIamAuthorizer: true", "does not support EnableIamAuthorizer of Auth"},
		{"DefaultAuthorizer: Main", "DefaultAuthorizer: Nobody", `names the authorizer "Nobody"`},
		{"Headers: [X-A]", "Context: [routeKey]", "does not support the identity source $context.routeKey"},
		{"Headers: [X-A]", "StageVariables: [a]", "does not support StageVariables of Identity of authorizer Main"},
		{"FunctionInvokeRole: role", "JwtConfiguration: {}", "does not support JwtConfiguration of authorizer Old"},
		{", FunctionInvokeRole: role", "", "authorizer Old needs EnableFunctionDefaultPermissions: true"},
		{
			"FunctionInvokeRole: role",
			"FunctionInvokeRole: NONE",
			"authorizer Old needs EnableFunctionDefaultPermissions: true",
		},
		{
			`AuthorizerPayloadFormatVersion: "2.0", `,
			"",
			`authorizer Main needs the payload format version "1.0" or "2.0", not ""`,
		},
		{
			`AuthorizerPayloadFormatVersion: "2.0"`,
			`AuthorizerPayloadFormatVersion: "1.0"`,
			"simple responses need AuthorizerPayloadFormatVersion 2.0",
		},
		{"Headers: [X-A], QueryStrings: [q], ", "", "ReauthorizeEvery needs an identity source"},
		{"!ImportValue theirs-arn", "!ImportValue ours-arn", `exports "ours-arn"`},
		{
			"!ImportValue theirs-arn",
			"arn:aws:lambda:us-east-1:123456789012:function:far",
			"names no function of the template",
		},
		{
			`PayloadFormatVersion: "1.0", Auth`,
			`PayloadFormatVersion: "3.0", Auth`,
			`event Two needs the payload format version "1.0" or "2.0", not "3.0"`,
		},
		{`Path: /a, Method: get`, `Path: /a`, "event One needs both Path and Method, or neither"},
		{
			`Path: /a, Method: get`,
			`Path: /a, Method: get, TimeoutInMillis: soon`,
			`"soon" is not a whole number`,
		},
		{
			`Auth: { Authorizer: NONE }`,
			`Auth: { AuthorizationScopes: [a] }`,
			"does not support AuthorizationScopes of Auth of event Two",
		},
		{
			`ApiId: !Ref Api, Path: /a`,
			`ApiId: abc123, Path: /a`,
			`belongs to the API "abc123", which the template does not describe`,
		},
	} {
		_, err := LoadStack(write(t, "template.yaml", strings.Replace(httpAPI, c.old, c.change, 1)), Stack{Imports: theirs})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.change, err, c.want)
		}
	}
}

func TestAPermissionInTheTemplatePermitsTheAuthorizer(t *testing.T) {
	text := strings.Replace(httpAPI, ", FunctionInvokeRole: role", "", 1) + "  Permission: { Type: AWS::Lambda::Permission }\n"
	if _, err := LoadStack(write(t, "template.yaml", text), Stack{Imports: theirs}); err != nil {
		t.Error(err)
	}
}

func TestOutputsWithAnExportNameAreExported(t *testing.T) {
	loaded := load(t, nil, "template.yaml", `
Conditions: { No: !Equals [a, b] }
Resources: { F: { Type: AWS::Serverless::Function, Properties: { CodeUri: functions/f/ } } }
Outputs:
  Arn: { Value: !Ref F.Alias, Export: { Name: !Sub "${AWS::StackName}-arn" } }
  Hidden: { Value: !GetAtt F.Arn }
  Unmade: { Condition: No, Value: !Ref Missing, Export: { Name: unmade } }
`)
	if got, want := fmt.Sprint(loaded.Exports),
		"map[leasehold-arn:arn:aws:lambda:us-east-1:123456789012:function:f:Alias]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTheLimitsOfRoutesAreRead(t *testing.T) {
	rest := load(t, nil, "template.yaml", strings.Replace(api, "StageName: v1", `StageName: v1
      MethodSettings:
        - { ResourcePath: "/*", HttpMethod: "*", ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 }
        - { ResourcePath: "/~1a~1{b+}", HttpMethod: get, ThrottlingRateLimit: 0.5 }
        - { ResourcePath: /, HttpMethod: POST, ThrottlingBurstLimit: 3 }
        - { ResourcePath: /~1a, HttpMethod: POST, MetricsEnabled: true }`, 1))
	if got, want := fmt.Sprint(rest.APIs[0].Throttles),
		"[{* * 500 1000} {GET /a/{b+} 0.5 5000} {POST / 10000 3}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}

	loaded := load(t, nil, "template.yaml", `
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefaultRouteSettings: { ThrottlingRateLimit: 2, ThrottlingBurstLimit: 4 }
      RouteSettings: { GET /a: { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 }, $default: { ThrottlingBurstLimit: 7 } }
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Events: { One: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /b, Method: get, RouteSettings: { ThrottlingBurstLimit: 9 } } } }
`)
	throttles := map[Throttle]bool{}
	for _, throttle := range loaded.APIs[0].Throttles {
		throttles[throttle] = true
	}

	for _, want := range []Throttle{{"*", "*", 2, 4}, {"GET", "/a", 1, 1}, {"ANY", "$default", 10000, 7}} {
		if !throttles[want] {
			t.Errorf("got %v, want %v among them", throttles, want)
		}
	}

	if route := loaded.APIs[0].Routes[0]; route.Throttle == nil || route.Throttle.Burst != 9 {
		t.Errorf("the route is %+v, want a burst of 9", route)
	}
}

func TestAnErrorNamesThePlaceInGlobals(t *testing.T) {
	const text = `
Globals:
  HttpApi:
    StageVariables: { A: b }
    Auth: { EnableIamAuthorizer: true }
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: f
      Events: { One: { Type: HttpApi } }
`
	for removed, want := range map[string]string{
		"":                               "template.yaml:4: Globals.HttpApi.StageVariables: the emulator does not support StageVariables",
		"    StageVariables: { A: b }\n": "template.yaml:4: Globals.HttpApi.Auth: the emulator does not support EnableIamAuthorizer",
	} {
		_, err := Load(write(t, "template.yaml", strings.Replace(text, removed, "", 1)), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
