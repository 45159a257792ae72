package templates

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// root is the repository, seen from this directory.
const root = "../../.."

func loaded(t *testing.T) *template.Template {
	t.Helper()
	whole, err := template.Load(root+"/template.yaml", nil)
	if err != nil {
		t.Fatal(err)
	}

	return whole
}

func directories(t *testing.T) []string {
	t.Helper()
	names, err := Directories(root + "/functions")
	if err != nil {
		t.Fatal(err)
	}

	return names
}

func text(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

// Two functions with one CodeUri would be built once and share one binary.
func TestEveryFunctionIsOneDirectoryAndOneResourceNamedAfterIt(t *testing.T) {
	var described []string
	for _, function := range loaded(t).Functions {
		described = append(described, function.Name)
		if want := LogicalID(function.Name); function.LogicalID != want {
			t.Errorf("functions/%s is the resource %s, not %s", function.Name, function.LogicalID, want)
		}

		if want := filepath.Join(root, "functions", function.Name); filepath.Clean(function.Dir) != want {
			t.Errorf("%s has its code in %s, not %s", function.LogicalID, function.Dir, want)
		}
	}

	slices.Sort(described)

	if written := directories(t); !slices.Equal(described, written) {
		t.Errorf("template.yaml has\n%q\nfunctions/ has\n%q", described, written)
	}
}

func TestRoutesAreTheOperationsOfTheDescription(t *testing.T) {
	routes := map[string]string{}
	for _, api := range loaded(t).APIs {
		for _, route := range api.Routes {
			routes[route.Method+" "+route.Path] = route.Function
		}
	}

	described, err := description.Load(filepath.Join(root, description.File))
	if err != nil {
		t.Fatal(err)
	}

	operations := described.Routes()

	for route, function := range routes {
		if operations[route] != function {
			t.Errorf("%s goes to %s, but pkg/api/openapi.yaml calls it %q", route, function, operations[route])
		}
	}

	for route, operation := range operations {
		if routes[route] == "" {
			t.Errorf("%s (%s) has no route in template.yaml", route, operation)
		}
	}
}

// What needs no credentials is counted here by name: nothing becomes public by an oversight.
func TestOnlyTheFrontDoorIsPublic(t *testing.T) {
	var public []string
	for _, api := range loaded(t).APIs {
		for _, route := range api.Routes {
			if route.Authorizer == "" {
				public = append(public, route.Method+" "+route.Path)
			}
		}
	}

	slices.Sort(public)
	want := []string{"GET /console", "GET /console/{proxy+}", "GET /sign-in", "POST /sessions"}
	if !slices.Equal(public, want) {
		t.Errorf("public: %q\nwant: %q", public, want)
	}
}

// Cognito compares addresses letter by letter, so those that the console asks for must be those that are registered.
func TestTheUserPoolKnowsTheAddressesThatTheConsoleAsksFor(t *testing.T) {
	provider := text(t, "infra/stack/identity-provider.yaml")
	for _, c := range []struct{ registered, file, asked string }{
		{`CallbackURLs: [!Sub "${ConsoleUrl}/signed-in"]`, "sign-in.ts", "`${consoleBase}/signed-in`"},
		{`LogoutURLs: [!Sub "${ConsoleUrl}/signed-out"]`, "sign-out.ts", "${consoleBase}/signed-out`"},
	} {
		if !strings.Contains(provider, c.registered) {
			t.Errorf("the user pool does not say %s", c.registered)
		}

		if !strings.Contains(text(t, "functions/console/web/src/session/"+c.file), c.asked) {
			t.Errorf("%s does not ask for %s", c.file, c.asked)
		}
	}
}

// allowedActions are those whose leading keys IAM can check. Scan and PartiQL carry none, so that no condition binds
// them; a batch write has neither conditions nor a place in a transaction.
var allowedActions = []string{
	"dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem",
	"dynamodb:Query", "dynamodb:UpdateItem",
}

var knownKeys = []string{"USER#", "ORG#", "IDENTITY#", "EMAIL#", "AUDIT#", "IDEM#", "LEASE#", "RENAME"}

func TestPoliciesGiveExactActionsOnKnownKeysOfTheTable(t *testing.T) {
	grants, err := Grants(root+"/template.yaml", "t")
	if err != nil {
		t.Fatal(err)
	}

	if len(grants) == 0 {
		t.Fatal("template.yaml gives nothing to anyone")
	}

	for _, grant := range grants {
		if grant.Action == "ses:SendEmail" {
			if grant.Function != "member-invite" && grant.Function != "invitation-resend" {
				t.Errorf("%v: only invitations are mail", grant)
			}

			continue
		}

		if !slices.Contains(allowedActions, grant.Action) {
			t.Errorf("%v: the action is not one of %q", grant, allowedActions)
		}

		if !slices.Contains(knownKeys, strings.TrimSuffix(grant.LeadingKeys, "*")) {
			t.Errorf("%v: the leading keys are none that pkg/table makes", grant)
		}

		if grant.Resource != "table/t" && grant.Action != "dynamodb:Query" {
			t.Errorf("%v: an index can only be queried", grant)
		}
	}
}

func TestKnownKeysAreThoseThatTheTableMakes(t *testing.T) {
	keys := text(t, "pkg/table/keys.go")
	for _, prefix := range knownKeys {
		if !strings.Contains(keys, `"`+prefix) {
			t.Errorf("pkg/table/keys.go makes no key that begins with %s", prefix)
		}
	}
}

func TestNoStatementSaysTheSameTwice(t *testing.T) {
	policies, err := Policies(root+"/template.yaml", "t")
	if err != nil {
		t.Fatal(err)
	}

	for function, policy := range policies {
		seen := map[string]bool{}
		for _, document := range asList(policy) {
			for _, raw := range asList(document.(map[string]any)["Statement"]) {
				statement := raw.(map[string]any)
				condition, _ := json.Marshal(statement["Condition"])
				place := statement["Resource"].(string) + string(condition)
				if seen[place] {
					t.Errorf("%s: two statements on %s: make them one", function, place)
				}

				seen[place] = true
			}
		}
	}
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}

func TestTheTableHasTheKeysThatPkgTableUses(t *testing.T) {
	tables := loaded(t).Tables
	if len(tables) != 1 {
		t.Fatalf("%d tables", len(tables))
	}

	both := func(partition, sort string) []template.Key {
		return []template.Key{{Name: partition, Type: "HASH"}, {Name: sort, Type: "RANGE"}}
	}

	want := template.Table{
		LogicalID:    "Table",
		Name:         tables[0].Name,
		TTLAttribute: table.AttrTTL,
		Keys:         both(table.AttrPK, table.AttrSK),
		Attributes: map[string]string{
			table.AttrPK: "S", table.AttrSK: "S", table.AttrGSI1PK: "S", table.AttrGSI1SK: "S", table.AttrGSI2PK: "S", table.AttrGSI2SK: "S",
		},
		Indexes: []template.Index{
			{Name: table.Index1, Keys: both(table.AttrGSI1PK, table.AttrGSI1SK), Projection: "ALL"},
			{Name: table.Index2, Keys: both(table.AttrGSI2PK, table.AttrGSI2SK), Projection: "KEYS_ONLY"},
		},
	}
	if !reflect.DeepEqual(tables[0], want) {
		t.Errorf("infra/stack/data.yaml describes\n%+v\npkg/table expects\n%+v", tables[0], want)
	}
}

func TestDataOutlivesTheStackAndMistakes(t *testing.T) {
	data := text(t, "infra/stack/data.yaml")
	for _, line := range []string{
		"DeletionPolicy: Retain", "UpdateReplacePolicy: Retain", "PointInTimeRecoveryEnabled: true",
		"DeletionProtectionEnabled: !Ref DeletionProtection", "BillingMode: PAY_PER_REQUEST",
	} {
		if !strings.Contains(data, line) {
			t.Errorf("infra/stack/data.yaml lacks %q", line)
		}
	}

	whole := text(t, "template.yaml")
	for _, parameter := range []string{"DeletionProtection:\n    Type: String\n    Default: \"true\""} {
		if !strings.Contains(whole, parameter) {
			t.Errorf("template.yaml lacks %q", parameter)
		}
	}
}

// With RestoredTable, all that functions are told and allowed is about that table.
func TestARestoredTableTakesTheTablesPlace(t *testing.T) {
	restored, err := template.Load(root+"/template.yaml", map[string]string{"RestoredTable": "saved"})
	if err != nil {
		t.Fatal(err)
	}

	arn := regexp.MustCompile(`arn:aws:dynamodb:[^ \]]+`)
	for _, function := range restored.Functions {
		if name := function.Environment["TABLE_NAME"]; name != "saved" {
			t.Errorf("%s works on %q", function.Name, name)
		}

		for _, allowed := range arn.FindAllString(fmt.Sprint(function.Policies), -1) {
			if !regexp.MustCompile(`:table/saved(/index/GSI[12])?$`).MatchString(allowed) {
				t.Errorf("%s may work on %s", function.Name, allowed)
			}
		}
	}
}

// TestOperatingListsEveryParameter compares the table in docs/operating.md with the template.
func TestOperatingListsEveryParameter(t *testing.T) {
	var template struct {
		Parameters map[string]struct {
			Default string `yaml:"Default"`
		} `yaml:"Parameters"`
	}
	if err := read(root+"/template.yaml", &template); err != nil {
		t.Fatal(err)
	}

	document := text(t, "docs/operating.md")
	for name, parameter := range template.Parameters {
		row := "| `" + name + "` | `" + parameter.Default + "` |"
		if parameter.Default == "" {
			row = "| `" + name + "` | |"
		}

		if !strings.Contains(document, row) {
			t.Errorf("docs/operating.md has no line %q", row)
		}
	}

	if rows := len(regexp.MustCompile(`(?m)^\| `+"`[A-Z][A-Za-z]+` \\|").FindAllString(document, -1)); rows != len(template.Parameters) {
		t.Errorf("docs/operating.md lists %d parameters of %d", rows, len(template.Parameters))
	}
}

const problems = "https://github.com/leasehold-dev/leasehold#problem-"

func TestEveryAnswerOfTheGatewayIsAProblem(t *testing.T) {
	known := text(t, "pkg/identity/error.go")
	responses := loaded(t).APIs[0].Responses
	for _, name := range []string{"UNAUTHORIZED", "ACCESS_DENIED", "AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR", "DEFAULT_4XX", "DEFAULT_5XX"} {
		if _, ok := responses[name]; !ok {
			t.Errorf("%s is left to the gateway", name)
		}
	}

	for name, response := range responses {
		var problem struct {
			Type, Title, Detail string
			Status              int
		}
		if err := json.Unmarshal([]byte(response.Templates["application/json"]), &problem); err != nil {
			t.Errorf("%s: the body is no JSON: %v", name, err)
		}

		kind, ours := strings.CutPrefix(problem.Type, problems)
		if !ours || kind != "$context.authorizer.problem" && !strings.Contains(known, `"`+kind+`"`) {
			t.Errorf("%s: pkg/identity knows no problem %q", name, problem.Type)
		}

		if problem.Title == "" || problem.Detail == "" || problem.Status != response.Status {
			t.Errorf("%s: title, detail or status is wrong: %+v", name, problem)
		}

		checkHeaders(t, name, response)
	}
}

func checkHeaders(t *testing.T, name string, response template.GatewayResponse) {
	t.Helper()
	if response.Headers["Content-Type"] != "'application/problem+json'" {
		t.Errorf("%s: Content-Type is %q", name, response.Headers["Content-Type"])
	}

	if _, challenged := response.Headers["WWW-Authenticate"]; challenged != (response.Status == 401) {
		t.Errorf("%s: a challenge belongs to 401 and to nothing else", name)
	}

	if _, later := response.Headers["Retry-After"]; later != (response.Status == 503 || response.Status == 429) {
		t.Errorf("%s: Retry-After belongs to 429 and 503 and to nothing else", name)
	}

	for header, value := range response.Headers {
		if !regexp.MustCompile(`^('[^']*'|context\.authorizer\.\w+)$`).MatchString(value) {
			t.Errorf("%s: %s: %s is neither quoted text nor a value of the authorizer", name, header, value)
		}
	}
}

func TestWhatIsTakenFromTheAuthorizerIsWhatItGives(t *testing.T) {
	given := text(t, "functions/authorizer/answer.go")
	builtIn := []string{"latency", "status"} // API Gateway's own
	for _, file := range []string{"template.yaml", "infra/stack/examples/rest-api.yaml"} {
		for _, match := range regexp.MustCompile(`context\.authorizer\.(\w+)`).FindAllStringSubmatch(text(t, file), -1) {
			if name := match[1]; !slices.Contains(builtIn, name) && !strings.Contains(given, `"`+name+`":`) {
				t.Errorf("%s takes %s from the authorizer, which does not give it", file, name)
			}
		}
	}
}

func TestTheExampleRefusesMalformedTokensAsWeDo(t *testing.T) {
	expression := regexp.MustCompile(`ValidationExpression: "(.*)"`)
	ours := expression.FindStringSubmatch(text(t, "template.yaml"))
	theirs := expression.FindStringSubmatch(text(t, "infra/stack/examples/rest-api.yaml"))
	if ours == nil || theirs == nil || ours[1] != theirs[1] {
		t.Errorf("ours: %q\nthe example's: %q", ours, theirs)
	}
}

func TestEveryMetricThatIsWatchedIsWritten(t *testing.T) {
	var sources strings.Builder
	for _, pattern := range []string{"functions/*/*.go", "pkg/mail/*.go"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}

		for _, file := range files {
			sources.WriteString(text(t, strings.TrimPrefix(file, root)))
		}
	}

	watched := regexp.MustCompile(`(?:Namespace: Leasehold\s+MetricName: |"Leasehold", ")(\w+)`)
	matches := watched.FindAllStringSubmatch(text(t, "infra/stack/observability.yaml"), -1)
	if len(matches) == 0 {
		t.Fatal("nothing is watched")
	}

	for _, match := range matches {
		if !strings.Contains(sources.String(), `"`+match[1]+`", metric.`) {
			t.Errorf("infra/stack/observability.yaml watches %s, which no function writes", match[1])
		}
	}
}

// A stack's name begins those of its functions, so a metric by function is one stack's own.
func TestNoStackWatchesTheMetricsOfAnother(t *testing.T) {
	watching := text(t, "infra/stack/observability.yaml")
	own := regexp.MustCompile(`Namespace: Leasehold\s+MetricName: \w+\s+Dimensions: \[\{ Name: FunctionName, Value: !Sub "\$\{Name\}-([\w-]+)"|` +
		`"Leasehold", "\w+", "FunctionName", "\$\{Name\}-([\w-]+)"|\{Leasehold,FunctionName,\w+\} [^']* FunctionName=\\"\$\{Name\}-([\w-]+)\\"'`)
	matches := own.FindAllStringSubmatch(watching, -1)
	if all := len(regexp.MustCompile(`Namespace: Leasehold\b|"Leasehold",|\{Leasehold,`).FindAllString(watching, -1)); all == 0 || len(matches) != all {
		t.Errorf("%d of %d are by a function of the stack", len(matches), all)
	}

	for _, match := range matches {
		if function := match[1] + match[2] + match[3]; !slices.Contains(directories(t), function) {
			t.Errorf("there is no function %s", function)
		}
	}
}

// The build cache hashes only a function's own directory, so that a change in pkg/ would ship stale code.
func TestBuildsAreNeverCached(t *testing.T) {
	if !strings.Contains(text(t, "samconfig.toml"), "\ncached = false\n") {
		t.Error("samconfig.toml does not say cached = false")
	}
}

func TestTheSweepRunsHourly(t *testing.T) {
	schedules := loaded(t).Schedules
	if len(schedules) != 1 || schedules[0].Function != "lease-sweep" || schedules[0].Expression != "rate(1 hour)" {
		t.Errorf("schedules: %+v", schedules)
	}
}

func TestAPolicyThatRefersToAnythingElseIsAnError(t *testing.T) {
	function := `
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/f/
      Policies: [{ Statement: [{ Effect: Allow, Action: ["dynamodb:GetItem"], Resource: !GetAtt Other.Arn }] }]
`
	for name, c := range map[string]struct{ other, want string }{
		"nothing":         {"", `there is no resource "Other"`},
		"another table":   {"  Other: { Type: AWS::DynamoDB::Table, Properties: { TableName: o, KeySchema: [{ AttributeName: PK, KeyType: HASH }] } }", "table/o, which is not one of"},
		"another service": {"  Other: { Type: AWS::SQS::Queue }", "leasehold-Other/Arn, which is not one of"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "template.yaml")
			text := "Parameters: { RestoredTable: { Type: String } }\nResources:" + function + c.other
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}

			if grants, err := Grants(file, "t"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error with %s", grants, err, c.want)
			}
		})
	}
}
