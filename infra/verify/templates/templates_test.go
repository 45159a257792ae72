package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// root is the path of the repository from this directory.
const root = "../../.."

func loaded(t *testing.T) *template.Template {
	t.Helper()
	whole, err := template.Load(root+"/template.yaml", map[string]string{"Events": "on"})
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

// TestEveryFunctionIsOneDirectoryAndOneResourceNamedAfterIt also rejects a CodeUri that two functions share. SAM would
// build it once, and both would run the same binary.
func TestEveryFunctionIsOneDirectoryAndOneResourceNamedAfterIt(t *testing.T) {
	var described []string
	for _, function := range loaded(t).Functions {
		described = append(described, function.Name)
		if want := LogicalID(function.Name); function.LogicalID != want {
			t.Errorf("the resource of functions/%s is %s, want %s", function.Name, function.LogicalID, want)
		}

		if want := filepath.Join(root, "functions", function.Name); filepath.Clean(function.Dir) != want {
			t.Errorf("the code of %s is in %s, want %s", function.LogicalID, function.Dir, want)
		}
	}

	slices.Sort(described)

	if want := directories(t); !slices.Equal(described, want) {
		t.Errorf("template.yaml has the functions\n%q\nwant those of functions/\n%q", described, want)
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
			t.Errorf("%s calls the function %s, want %q as in pkg/api/openapi.yaml", route, function, operations[route])
		}
	}

	for route, operation := range operations {
		if routes[route] == "" {
			t.Errorf("%s (%s) has no route in template.yaml", route, operation)
		}
	}
}

// TestEveryGetHasItsHead also checks that a HEAD has the function and the authorizer of its GET, so that it is no way around
// them.
func TestEveryGetHasItsHead(t *testing.T) {
	for _, api := range loaded(t).APIs {
		heads, gets := map[string]template.Route{}, 0
		for _, route := range api.Routes {
			if route.Method == http.MethodHead {
				heads[route.Path] = route
			}
		}

		for _, route := range api.Routes {
			if route.Method != http.MethodGet {
				continue
			}

			gets++
			head, found := heads[route.Path]
			delete(heads, route.Path)
			head.Method = http.MethodGet
			if !found || head != route {
				t.Errorf("the HEAD of %s is %+v (found: %v), want the same as its GET, %+v", route.Path, head, found, route)
			}
		}

		for path := range heads {
			t.Errorf("%s has a HEAD but no GET", path)
		}

		if gets == 0 {
			t.Errorf("%s has no GET", api.LogicalID)
		}
	}
}

// TestPagesMaySendEveryMethodOfTheAPI compares the methods of the routes with those that a preflight allows.
func TestPagesMaySendEveryMethodOfTheAPI(t *testing.T) {
	for _, api := range loaded(t).APIs {
		methods := map[string]bool{}
		for _, route := range api.Routes {
			methods[route.Method] = true
		}

		want := "'" + strings.Join(slices.Sorted(maps.Keys(methods)), ",") + "'"
		if api.CORS == nil || api.CORS.AllowMethods != want {
			t.Errorf("the preflights of %s allow %+v, want the methods %s", api.LogicalID, api.CORS, want)
		}
	}
}

// TestOnlyWhatStrangersNeedIsPublic lists all routes without an authorizer, so that none becomes public by mistake.
func TestOnlyWhatStrangersNeedIsPublic(t *testing.T) {
	var public []string
	for _, route := range publicRoutes(t) {
		public = append(public, route.Method+" "+route.Path)
	}

	slices.Sort(public)
	want := []string{"POST /sessions", "POST /sessions/back-channel-logout", "POST /tokens/report", "POST /console/errors"}
	for _, path := range []string{"/console", "/console/{proxy+}", "/docs", "/docs/{proxy+}", "/openapi.json", "/openapi.yaml", "/sign-in"} {
		want = append(want, "GET "+path, "HEAD "+path)
	}

	slices.Sort(want)

	if !slices.Equal(public, want) {
		t.Errorf("the routes without an authorizer are\n%q\nwant\n%q", public, want)
	}
}

// publicRoutes returns the routes without an authorizer.
func publicRoutes(t *testing.T) []template.Route {
	t.Helper()
	var public []template.Route
	for _, api := range loaded(t).APIs {
		for _, route := range api.Routes {
			if route.Authorizer == "" {
				public = append(public, route)
			}
		}
	}

	return public
}

// methodSetting is an entry of MethodSettings, whose limits refer to parameters.
type methodSetting struct {
	ResourcePath         string `yaml:"ResourcePath"`
	HTTPMethod           string `yaml:"HttpMethod"`
	ThrottlingRateLimit  string `yaml:"ThrottlingRateLimit"`
	ThrottlingBurstLimit string `yaml:"ThrottlingBurstLimit"`
}

// TestEveryPublicRouteHasAThrottleOfItsOwn compares the routes without an authorizer with the entries of MethodSettings.
func TestEveryPublicRouteHasAThrottleOfItsOwn(t *testing.T) {
	var file struct {
		Resources struct {
			API struct {
				Properties struct {
					MethodSettings []methodSetting `yaml:"MethodSettings"`
				} `yaml:"Properties"`
			} `yaml:"Api"`
		} `yaml:"Resources"`
	}

	if err := yaml.Unmarshal([]byte(text(t, "template.yaml")), &file); err != nil {
		t.Fatal(err)
	}

	want := []methodSetting{{"/*", "*", "ThrottleRate", "ThrottleBurst"}}
	for _, route := range publicRoutes(t) {
		path := "/" + strings.ReplaceAll(route.Path, "/", "~1")
		want = append(want, methodSetting{path, route.Method, "PublicThrottleRate", "PublicThrottleBurst"})
	}

	got := file.Resources.API.Properties.MethodSettings
	order := func(a, b methodSetting) int {
		return strings.Compare(a.ResourcePath+a.HTTPMethod, b.ResourcePath+b.HTTPMethod)
	}
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("template.yaml throttles\n%+v\nwant one entry for all methods and one for each public route\n%+v", got, want)
	}
}

// TestTheFirewallCoversEveryPublicRoute also checks that the firewall exists only if its parameter asks for it.
func TestTheFirewallCoversEveryPublicRoute(t *testing.T) {
	firewall := text(t, "infra/stack/firewall.yaml")
	matches := regexp.MustCompile(`SearchString: !Sub "/\$\{StageName\}(/[a-z-]+)"`).FindAllStringSubmatch(firewall, -1)
	for _, route := range publicRoutes(t) {
		if !slices.ContainsFunc(matches, func(match []string) bool { return strings.HasPrefix(route.Path, match[1]) }) {
			t.Errorf("infra/stack/firewall.yaml does not limit %s %s", route.Method, route.Path)
		}
	}

	// A path that is spelled with escapes or dots must not get around the rule.
	if n := strings.Count(firewall, "[{ Priority: 0, Type: URL_DECODE }, { Priority: 1, Type: NORMALIZE_PATH }]"); n != len(matches) {
		t.Errorf("%d of %d paths are decoded and normalized, want all", n, len(matches))
	}

	for _, line := range []string{"  Firewall:\n    Type: AWS::CloudFormation::Stack\n    Condition: HasFirewall\n",
		`HasFirewall: !Not [!Equals [!Ref WafRateLimit, "0"]]`,
		"  WafRateLimit:\n    Type: String\n    Default: \"0\"\n",
	} {
		if !strings.Contains(text(t, "template.yaml"), line) {
			t.Errorf("template.yaml does not contain %q", line)
		}
	}
}

// TestEveryTemplateIsLinted looks for each template in the script that runs AWS's tools on them.
func TestEveryTemplateIsLinted(t *testing.T) {
	files, err := filepath.Glob(root + "/infra/stack/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("infra/stack has the templates %q (error %v)", files, err)
	}

	script := text(t, "infra/stack/deploy/lint.sh")
	for _, file := range files {
		if name := "infra/stack/" + filepath.Base(file); !strings.Contains(script, name) {
			t.Errorf("infra/stack/deploy/lint.sh does not check %s", name)
		}
	}
}

// TestTheFirewallAnswersWithAProblem compares the responses of the firewall, which replace API Gateway's.
func TestTheFirewallAnswersWithAProblem(t *testing.T) {
	firewall := text(t, "infra/stack/firewall.yaml")
	bodies := regexp.MustCompile(`\{"type":.*\}`).FindAllString(firewall, -1)
	rules := []struct {
		problem identity.Problem
		status  int
		header  string
	}{
		{identity.RateLimited, 429, `{ Name: Retry-After, Value: "300" }`},
		{identity.MalformedCredentials, 401, `- 'Bearer realm="leasehold"'`},
	}

	if len(bodies) != len(rules) {
		t.Fatalf("the firewall has %d bodies, want %d", len(bodies), len(rules))
	}

	for i, rule := range rules {
		var problem struct {
			Type, Title, Detail string
			Status              int
		}

		if err := json.Unmarshal([]byte(bodies[i]), &problem); err != nil {
			t.Fatal(err)
		}

		if problem.Type != problems+string(rule.problem) || problem.Title != rule.problem.Title() || problem.Detail == "" ||
			!strings.Contains(firewall, fmt.Sprintf("ResponseCode: %d\n", problem.Status)) || problem.Status != rule.status {
			t.Errorf("the firewall's problem is %+v, want %s", problem, rule.problem)
		}

		if !strings.Contains(firewall, rule.header) {
			t.Errorf("the firewall does not send %s", rule.header)
		}
	}

	if !strings.Contains(firewall, "EvaluationWindowSec: 300") {
		t.Error("the firewall does not say to wait for as long as it counts")
	}
}

// TestMalformedCredentialsAreAnsweredAlikeEverywhere compares the body of the gateway, of the firewall and of the
// authorizer: which of them answers depends on the request and on the operator's parameters.
func TestMalformedCredentialsAreAnsweredAlikeEverywhere(t *testing.T) {
	gateway := loaded(t).APIs[0].Responses["UNAUTHORIZED"]
	body := gateway.Templates["application/json"]

	if !strings.Contains(text(t, "infra/stack/firewall.yaml"), body) {
		t.Error("the firewall's body differs from the gateway response UNAUTHORIZED")
	}

	var problem struct{ Title, Detail string }
	if err := json.Unmarshal([]byte(body), &problem); err != nil {
		t.Fatal(err)
	}

	refusal := fmt.Sprintf("identity.Refuse(identity.MalformedCredentials, %q)", problem.Detail)
	if problem.Title != identity.MalformedCredentials.Title() || !strings.Contains(text(t, "functions/authorizer/main.go"), refusal) {
		t.Errorf("functions/authorizer/main.go has no %s", refusal)
	}

	challenge := strings.Trim(gateway.Headers["WWW-Authenticate"], "'")
	if !strings.Contains(text(t, "functions/authorizer/answer.go"), "`"+challenge+"`") {
		t.Errorf("functions/authorizer/answer.go has no challenge %s", challenge)
	}
}

// TestTheFirewallLetsNoOtherHeaderThroughThanATokens applies the patterns as AWS WAF does: a header passes if one of them
// matches. Package secret compares them with real tokens.
func TestTheFirewallLetsNoOtherHeaderThroughThanATokens(t *testing.T) {
	firewall := text(t, "infra/stack/firewall.yaml")
	patterns := regexp.MustCompile(`(?m)^        - "(\^.*\$)"$`).FindAllStringSubmatch(firewall, -1)
	passes := func(header string) bool {
		return slices.ContainsFunc(patterns, func(p []string) bool { return regexp.MustCompile(p[1]).MatchString(header) })
	}

	pat, derived := "lhp_"+strings.Repeat("a", 88), "lhd_"+strings.Repeat("aZ0._-", 340)
	for header, want := range map[string]bool{
		"Bearer " + pat:                    true,
		"bEARER   " + pat:                  true,
		"Bearer " + derived:                true,
		"Bearer " + derived + "/":          false,
		"Bearer lhd_":                      false,
		"Basic " + pat:                     false,
		"Bearer nonsense":                  false,
		"Bearer " + pat + "a":              false,
		"Bearer lhq_" + pat[4:]:            false,
		pat:                                false,
		"Bearer " + pat + ",Bearer " + pat: false,
	} {
		if passes(header) != want {
			t.Errorf("%q passes: %t, want %t", header, !want, want)
		}
	}

	for _, pattern := range patterns {
		if regexp.MustCompile(pattern[1]).NumSubexp() > 0 {
			t.Errorf("%s has a capturing group, which AWS WAF does not support", pattern[1])
		}
	}
}

// TestTheDashboardShowsTheFirewallsRules compares the names of the metrics.
func TestTheDashboardShowsTheFirewallsRules(t *testing.T) {
	firewall, dashboard := text(t, "infra/stack/firewall.yaml"), text(t, "infra/stack/observability.yaml")
	rules := regexp.MustCompile(`(?m)^        - Name: (\S+)$`).FindAllStringSubmatch(firewall, -1)
	if len(rules) != 2 || !strings.Contains(firewall, "        MetricName: !Ref Name\n") {
		t.Errorf("the firewall has the rules %q, want two, and the metric of its name", rules)
	}

	for _, rule := range rules {
		if !strings.Contains(firewall, "            MetricName: "+rule[1]+"\n") {
			t.Errorf("the rule %s has no metric of its name", rule[1])
		}

		if !strings.Contains(dashboard, `"WebACL", "${Name}", "Region", "${AWS::Region}", "Rule", "`+rule[1]+`"`) {
			t.Errorf("infra/stack/observability.yaml does not show the metric %s of the firewall", rule[1])
		}
	}
}

// TestTheUserPoolRegistersTheConsolesAddresses compares the addresses of the console with those of the user pool. Cognito
// requires that they are equal, character by character.
func TestTheUserPoolRegistersTheConsolesAddresses(t *testing.T) {
	provider := text(t, "infra/stack/identity-provider.yaml")
	for _, c := range []struct{ registered, file, used string }{
		{"CallbackURLs:\n        - !Sub \"${ConsoleUrl}/signed-in\"\n", "sign-in.ts", "`${consoleBase}/signed-in`"},
		{"LogoutURLs:\n        - !Sub \"${ConsoleUrl}/signed-out\"\n", "sign-out.ts", "${consoleBase}/signed-out`"},
	} {
		if !strings.Contains(provider, c.registered) {
			t.Errorf("infra/stack/identity-provider.yaml does not contain %s", c.registered)
		}

		if !strings.Contains(text(t, "functions/console/web/src/session/"+c.file), c.used) {
			t.Errorf("%s does not contain %s", c.file, c.used)
		}
	}
}

// TestTheUserPoolRegistersTheAddressesOfTheCommand compares the ports at which the command leasehold waits for a sign-in
// with the addresses of the user pool and of the guide for other issuers.
func TestTheUserPoolRegistersTheAddressesOfTheCommand(t *testing.T) {
	declared := regexp.MustCompile(`landingPorts = \[\]int\{([0-9, ]+)\}`).
		FindStringSubmatch(text(t, "pkg/client/leasehold/landing.go"))
	if declared == nil {
		t.Fatal("pkg/client/leasehold/landing.go declares no landingPorts")
	}

	for port := range strings.SplitSeq(declared[1], ", ") {
		address := "http://localhost:" + port + "/signed-in"
		for _, file := range []string{"infra/stack/identity-provider.yaml", "docs/operating.md"} {
			if strings.Count(text(t, file), address) != 1 {
				t.Errorf("%s does not list %s once", file, address)
			}
		}
	}
}

// allowedActions lists the actions whose leading keys IAM can check. Scan and PartiQL have no leading keys, so no condition
// would limit them. BatchWriteItem supports neither conditions nor transactions.
var allowedActions = []string{
	"dynamodb:BatchGetItem",
	"dynamodb:ConditionCheckItem",
	"dynamodb:DeleteItem",
	"dynamodb:GetItem",
	"dynamodb:PutItem",
	"dynamodb:Query",
	"dynamodb:UpdateItem",
}

// knownKeys lists the prefixes of the partition keys.
var knownKeys = []string{
	"USER#", "ORG#", "IDENTITY#", "EMAIL#", "IDTOKEN#", "SID#", "LOGOUT#", "AUDIT#", "IDEM#", "QUOTA#", "LEASE#", "RENAME",
	"DELETION", "ERASURE", "EXPIRY#", "NOTICES", "REUSE",
}

// senders lists the functions that send mail.
var senders = []string{"member-invite", "invitation-resend", "token-report", "lease-warn"}

// peoplesLogs is the part of AUDIT# that belongs to people and to no organization.
const peoplesLogs = "AUDIT#usr_"

func TestPoliciesGrantExactActionsOnKnownKeysOfTheTable(t *testing.T) {
	grants, err := Grants(root+"/template.yaml", "the-table")
	if err != nil {
		t.Fatal(err)
	}

	if len(grants) == 0 {
		t.Fatal("the policies of template.yaml grant nothing")
	}

	for _, grant := range grants {
		if grant.Action == "ses:SendEmail" {
			if !slices.Contains(senders, grant.Function) {
				t.Errorf("%v: only %q may send mail", grant, senders)
			}

			continue
		}

		if !slices.Contains(allowedActions, grant.Action) {
			t.Errorf("%v: the action is not one of %q", grant, allowedActions)
		}

		if prefix := strings.TrimSuffix(grant.LeadingKeys, "*"); !slices.Contains(knownKeys, prefix) && prefix != peoplesLogs {
			t.Errorf("%v: the leading keys are not one of %q", grant, knownKeys)
		}

		if grant.Resource != "table/the-table" && grant.Action != "dynamodb:Query" {
			t.Errorf("%v: an index can only be queried", grant)
		}
	}
}

func TestKnownKeysAreKeysOfPkgTable(t *testing.T) {
	keys := text(t, "pkg/table/keys.go")
	for _, prefix := range knownKeys {
		if !strings.Contains(keys, `"`+prefix) {
			t.Errorf("pkg/table/keys.go makes no key that begins with %s", prefix)
		}
	}
}

func TestNoTwoStatementsHaveTheSameResourceAndCondition(t *testing.T) {
	policies, err := Policies(root+"/template.yaml", "the-table")
	if err != nil {
		t.Fatal(err)
	}

	for function, policy := range policies {
		seen := map[string]bool{}
		for _, document := range asList(policy) {
			for _, raw := range asList(document.(map[string]any)["Statement"]) {
				statement := raw.(map[string]any)
				condition, _ := json.Marshal(statement["Condition"])
				scope := statement["Resource"].(string) + string(condition)
				if seen[scope] {
					t.Errorf("%s has two statements on %s: merge them", function, scope)
				}

				seen[scope] = true
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
		t.Fatalf("the templates have %d tables, want 1", len(tables))
	}

	keys := func(partition, sort string) []template.Key {
		return []template.Key{{Name: partition, Type: "HASH"}, {Name: sort, Type: "RANGE"}}
	}

	want := template.Table{
		LogicalID:    "Table",
		Name:         tables[0].Name,
		TTLAttribute: table.AttrTTL,
		StreamView:   "NEW_IMAGE",
		Keys:         keys(table.AttrPK, table.AttrSK),
		Attributes: map[string]string{
			table.AttrPK:     "S",
			table.AttrSK:     "S",
			table.AttrGSI1PK: "S",
			table.AttrGSI1SK: "S",
			table.AttrGSI2PK: "S",
			table.AttrGSI2SK: "S",
		},
		Indexes: []template.Index{
			{Name: table.Index1, Keys: keys(table.AttrGSI1PK, table.AttrGSI1SK), Projection: "ALL"},
			{Name: table.Index2, Keys: keys(table.AttrGSI2PK, table.AttrGSI2SK), Projection: "KEYS_ONLY"},
		},
	}

	if !reflect.DeepEqual(tables[0], want) {
		t.Errorf("the table of infra/stack/data.yaml is\n%+v\nwant, for pkg/table,\n%+v", tables[0], want)
	}
}

func TestDataOutlivesTheStackAndMistakes(t *testing.T) {
	data := text(t, "infra/stack/data.yaml")
	for _, line := range []string{
		"DeletionPolicy: Retain",
		"UpdateReplacePolicy: Retain",
		"PointInTimeRecoveryEnabled: true",
		"DeletionProtectionEnabled: !Ref DeletionProtection",
		"BillingMode: PAY_PER_REQUEST",
	} {
		if !strings.Contains(data, line) {
			t.Errorf("infra/stack/data.yaml does not contain %q", line)
		}
	}

	parameter := "DeletionProtection:\n    Type: String\n    Default: \"true\""
	if !strings.Contains(text(t, "template.yaml"), parameter) {
		t.Errorf("template.yaml does not contain %q", parameter)
	}
}

// TestARestoredTableReplacesTheTable checks that with the parameter RestoredTable, the environment and the policies of all
// functions name only the restored table.
func TestARestoredTableReplacesTheTable(t *testing.T) {
	restored, err := template.Load(root+"/template.yaml", map[string]string{"RestoredTable": "saved"})
	if err != nil {
		t.Fatal(err)
	}

	arn := regexp.MustCompile(`arn:aws:dynamodb:[^ \]]+`)
	for _, function := range restored.Functions {
		if name := function.Environment["TABLE_NAME"]; name != "saved" {
			t.Errorf("%s has the table name %q, want saved", function.Name, name)
		}

		for _, allowed := range arn.FindAllString(fmt.Sprint(Emulated(function.Policies)), -1) {
			if !regexp.MustCompile(`:table/saved(/index/GSI[12])?$`).MatchString(allowed) {
				t.Errorf("a policy of %s is on %s, want only the table saved and its indexes", function.Name, allowed)
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

	if err := yaml.Unmarshal([]byte(text(t, "template.yaml")), &template); err != nil {
		t.Fatal(err)
	}

	document := text(t, "docs/operating.md")
	for name, parameter := range template.Parameters {
		row := "| `" + name + "` | `" + parameter.Default + "` |"
		if parameter.Default == "" {
			row = "| `" + name + "` | |"
		}

		if !strings.Contains(document, row) {
			t.Errorf("docs/operating.md has no row that starts with %q", row)
		}
	}

	rows := regexp.MustCompile(`(?m)^\| `+"`[A-Z][A-Za-z]+` \\|").FindAllString(document, -1)
	if len(rows) != len(template.Parameters) {
		t.Errorf("docs/operating.md lists %d parameters, want the %d of template.yaml", len(rows), len(template.Parameters))
	}
}

// problems is the common start of all problem types.
const problems = "https://github.com/leasehold-dev/leasehold#problem-"

func TestEveryAnswerOfTheGatewayIsAProblem(t *testing.T) {
	known := text(t, "pkg/identity/error.go")
	responses := loaded(t).APIs[0].Responses
	for _, name := range []string{
		"UNAUTHORIZED",
		"ACCESS_DENIED",
		"AUTHORIZER_FAILURE",
		"AUTHORIZER_CONFIGURATION_ERROR",
		"DEFAULT_4XX",
		"DEFAULT_5XX",
	} {
		if _, ok := responses[name]; !ok {
			t.Errorf("template.yaml does not define the gateway response %s", name)
		}
	}

	for name, response := range responses {
		var problem struct {
			Type, Title, Detail string
			Status              int
		}

		if err := json.Unmarshal([]byte(response.Templates["application/json"]), &problem); err != nil {
			t.Errorf("%s: the body is not valid JSON: %v", name, err)
		}

		kind, ours := strings.CutPrefix(problem.Type, problems)
		if !ours || kind != "$context.authorizer.problem" && !strings.Contains(known, `"`+kind+`"`) {
			t.Errorf("%s: the problem type is %q, want one of pkg/identity", name, problem.Type)
		}

		if problem.Title == "" || problem.Detail == "" || problem.Status != response.Status {
			t.Errorf("%s: the problem is %+v, want a title, a detail and the status %d", name, problem, response.Status)
		}

		checkHeaders(t, name, response)
	}
}

func checkHeaders(t *testing.T, name string, response template.GatewayResponse) {
	t.Helper()
	if response.Headers["Content-Type"] != "'application/problem+json'" {
		t.Errorf("%s: Content-Type is %q, want 'application/problem+json'", name, response.Headers["Content-Type"])
	}

	if _, challenged := response.Headers["WWW-Authenticate"]; challenged != (response.Status == 401) {
		t.Errorf("%s: has WWW-Authenticate: %v, want it with the status 401 only", name, challenged)
	}

	if _, later := response.Headers["Retry-After"]; later != (response.Status == 503 || response.Status == 429) {
		t.Errorf("%s: has Retry-After: %v, want it with the statuses 429 and 503 only", name, later)
	}

	for header, value := range response.Headers {
		if !regexp.MustCompile(`^('[^']*'|context\.authorizer\.\w+)$`).MatchString(value) {
			t.Errorf("%s: the value of %s is %s, want quoted text or a value of the authorizer", name, header, value)
		}
	}
}

func TestTemplatesUseOnlyContextValuesOfTheAuthorizer(t *testing.T) {
	source := text(t, "functions/authorizer/answer.go")

	// API Gateway provides these values itself.
	builtIn := []string{"error", "latency", "status"}

	for _, file := range []string{"template.yaml", "infra/stack/examples/rest-api.yaml"} {
		for _, match := range regexp.MustCompile(`context\.authorizer\.(\w+)`).FindAllStringSubmatch(text(t, file), -1) {
			if name := match[1]; !slices.Contains(builtIn, name) && !strings.Contains(source, `{"`+name+`", `) {
				t.Errorf("%s uses context.authorizer.%s, which the authorizer does not return", file, name)
			}
		}
	}
}

// TestTheAuthorizersSeeTheSourceAddress also checks that API Gateway never reuses an authorization for another address.
func TestTheAuthorizersSeeTheSourceAddress(t *testing.T) {
	for _, file := range []string{"template.yaml", "infra/stack/examples/rest-api.yaml"} {
		source := text(t, file)
		for _, line := range []string{
			"            FunctionPayloadType: REQUEST\n",
			"              Headers: [Authorization]\n",
			"              Context: [identity.sourceIp]\n",
		} {
			if !strings.Contains(source, line) {
				t.Errorf("the authorizer of %s lacks %q", file, strings.TrimSpace(line))
			}
		}
	}
}

func TestEveryWatchedMetricIsWritten(t *testing.T) {
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
		t.Fatal("infra/stack/observability.yaml watches no metric")
	}

	for _, match := range matches {
		if !strings.Contains(sources.String(), `"`+match[1]+`", metric.`) {
			t.Errorf("infra/stack/observability.yaml watches %s, which no function writes", match[1])
		}
	}
}

// TestNoStackWatchesTheMetricsOfAnother checks that every metric has the dimension FunctionName. The names of functions
// start with the name of their stack, so this dimension selects the metrics of one stack.
func TestNoStackWatchesTheMetricsOfAnother(t *testing.T) {
	watching := text(t, "infra/stack/observability.yaml")
	name := `\$\{Name\}-([\w-]+)`
	byFunction := regexp.MustCompile(strings.Join([]string{
		`Namespace: Leasehold\s+MetricName: \w+\s+Dimensions: \[\{ Name: FunctionName, Value: !Sub "` + name + `"`,
		`"Leasehold", "\w+", "FunctionName", "` + name + `"`,
		`\{Leasehold,FunctionName,\w+\} [^']* FunctionName=\\"` + name + `\\"'`,
	}, "|"))
	matches := byFunction.FindAllStringSubmatch(watching, -1)

	all := regexp.MustCompile(`Namespace: Leasehold\b|"Leasehold",|\{Leasehold,`).FindAllString(watching, -1)
	if len(all) == 0 || len(matches) != len(all) {
		t.Errorf("%d of %d metrics have the dimension FunctionName with the stack's name, want all", len(matches), len(all))
	}

	for _, match := range matches {
		if function := match[1] + match[2] + match[3]; !slices.Contains(directories(t), function) {
			t.Errorf("infra/stack/observability.yaml watches the function %s, which does not exist", function)
		}
	}
}

// TestBuildsAreNeverCached keeps SAM's build cache off. The cache hashes only a function's own directory, so a change in
// pkg/ would deploy old code.
func TestBuildsAreNeverCached(t *testing.T) {
	if !strings.Contains(text(t, "samconfig.toml"), "\ncached = false\n") {
		t.Error("samconfig.toml does not contain cached = false")
	}
}

func TestTheJobsRunHourly(t *testing.T) {
	var jobs []string
	for _, schedule := range loaded(t).Schedules {
		jobs = append(jobs, schedule.Function+" "+schedule.Expression)
	}

	if want := []string{"lease-sweep rate(1 hour)", "lease-warn rate(1 hour)"}; !slices.Equal(jobs, want) {
		t.Errorf("the schedules are %q, want %q", jobs, want)
	}
}

func TestGrantsRejectsPoliciesOnOtherResources(t *testing.T) {
	function := `
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/f/
      Policies: [{ Statement: [{ Effect: Allow, Action: ["dynamodb:GetItem"], Resource: !GetAtt Other.Arn }] }]
`
	for name, c := range map[string]struct{ other, want string }{
		"nothing": {
			other: "",
			want:  `there is no resource "Other"`,
		},
		"another table": {
			other: "  Other: { Type: AWS::DynamoDB::Table, " +
				"Properties: { TableName: o, KeySchema: [{ AttributeName: PK, KeyType: HASH }] } }",
			want: "table/o, which is not one of",
		},
		"another service": {
			other: "  Other: { Type: AWS::SQS::Queue }",
			want:  "leasehold-Other/Arn, which is not one of",
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "template.yaml")
			text := "Parameters: { RestoredTable: { Type: String } }\nResources:" + function + c.other
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}

			if grants, err := Grants(file, "t"); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Grants returned %v and the error %v, want an error that contains %q", grants, err, c.want)
			}
		})
	}
}
