package templates

import (
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// createOnly lists the properties that CloudFormation can't change without replacing the resource, for each type in the
// stack. It leaves out those that the templates do not set. The source is createOnlyProperties of the CloudFormation
// registry, which cfn-lint includes.
var createOnly = map[string][]string{
	"AWS::ApiGateway::Account":           nil,
	"AWS::ApiGateway::ApiKey":            {"Name"},
	"AWS::ApiGateway::BasePathMapping":   {"BasePath", "DomainName"},
	"AWS::ApiGateway::DomainName":        {"DomainName"},
	"AWS::CloudFormation::Stack":         nil,
	"AWS::CloudWatch::Alarm":             {"AlarmName"},
	"AWS::CloudWatch::Dashboard":         {"DashboardName"},
	"AWS::Cognito::ManagedLoginBranding": {"UserPoolId", "ClientId"},
	"AWS::Cognito::UserPool":             {"UsernameAttributes", "UsernameConfiguration"},
	"AWS::Cognito::UserPoolClient":       {"UserPoolId", "GenerateSecret"},
	"AWS::Cognito::UserPoolDomain":       {"UserPoolId", "Domain"},
	"AWS::DynamoDB::Table":               {"TableName", "KeySchema"},
	"AWS::Events::EventBus":              {"Name"},
	"AWS::IAM::Policy":                   {"PolicyName"},
	"AWS::IAM::Role":                     {"RoleName"},
	"AWS::Logs::LogGroup":                {"LogGroupName"},
	"AWS::Logs::QueryDefinition":         nil,
	"AWS::Pipes::Pipe":                   {"Name", "Source"},
	"AWS::Route53::RecordSetGroup":       {"HostedZoneId"},
	"AWS::SES::ConfigurationSet":         {"Name"},
	"AWS::SNS::Topic":                    {"TopicName"},
	"AWS::SQS::Queue":                    {"QueueName"},
	"AWS::SQS::QueuePolicy":              nil,
	"AWS::Serverless::Api":               {"StageName"}, // replaces the stage, not the API
	"AWS::Serverless::Function":          {"FunctionName"},
	"AWS::WAFv2::WebACL":                 {"Name", "Scope"},
	"AWS::WAFv2::WebACLAssociation":      {"ResourceArn", "WebACLArn"},
}

// holdsData lists the types whose deletion or replacement loses what people entrusted to the service.
var holdsData = []string{"AWS::DynamoDB::Table", "AWS::Cognito::UserPool"}

// change is an update of a running stack by one parameter, and its effects.
type change struct {
	// given are other parameters that the stack has before and after.
	given map[string]string
	// to is the parameter's new value. Before, it has its default.
	to string
	// replaced, removed and added are the resources of which another one is created, that the stack stops to describe, and
	// that it begins to.
	replaced, removed, added []string
	// publishes is true if the authorizer's environment changes, so that a new version of it must be published.
	publishes bool
}

const certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/c"

var ownDomain = map[string]string{"DomainName": "api.example.com", "CertificateArn": certificate}

// changes has one row for each parameter of template.yaml.
var changes = map[string]change{
	"AlarmAddress":                   {to: "ops@example.com", added: []string{"Observability/AlarmTopic"}},
	"ApiGatewayLogRole":              {to: "keep", removed: []string{"Observability/FirstApiKey", "Observability/LogAccount", "Observability/LogRole"}},
	"Architecture":                   {to: "x86_64"},
	"AuditDays":                      {to: "7", publishes: true},
	"AuthorizerCacheSeconds":         {to: "60", publishes: true},
	"BasicAuthentication":            {to: "true", publishes: true},
	"CertificateArn":                 {given: ownDomain, to: certificate + "2"},
	"ConsoleUrl":                     {to: "https://a.execute-api.eu-central-1.amazonaws.com/v1/console"},
	"CorsAllowedOrigin":              {to: "https://app.example.com"},
	"DeletionProtection":             {to: "false"},
	"DomainName":                     {given: map[string]string{"CertificateArn": certificate}, to: "api.example.com", added: []string{"Domain", "Domain/Domain", "Domain/Mapping"}},
	"HostedZoneId":                   {given: ownDomain, to: "Z1", added: []string{"Domain/Records"}},
	"ApiScopes":                      {to: "orders:read orders:write"},
	"InvitationsPerInviterADay":      {to: "7"},
	"InvitationsPerOrganizationADay": {to: "7"},
	"KeepExecuteApiEndpoint":         {given: ownDomain, to: "true"},
	"KmsKeyArn":                      {to: "arn:aws:kms:eu-central-1:123456789012:key/k", added: []string{"KeyPolicy"}},
	"LogRetentionDays":               {to: "7"},
	"MailIdentity":                   {to: "example.com"},
	"MailSender":                     {to: "hello@example.com"},
	"OidcClientId":                   {given: map[string]string{"OidcIssuer": "https://id.example.com"}, to: "console"},
	"OidcIssuer":                     {given: map[string]string{"OidcClientId": "console"}, to: "https://id.example.com", removed: userPoolStack},
	"OidcRelinkUntil":                {to: "2027-01-31T18:00:00Z"},
	"OidcTrustEmail":                 {to: "true"},
	"Events":                         {to: "on", added: eventResources},
	"RestoredStreamArn":              {given: eventsOfARestore, to: stream + "2", replaced: []string{"EventBus/Pipe"}},
	"RestoredTable":                  {to: "leasehold-restored-1", publishes: true},
	"SelfSignUp":                     {to: "false"},
	"SignInDomainPrefix":             {to: "acme", replaced: []string{"IdentityProvider/Domain"}},
	"StageName":                      {to: "v2", replaced: []string{"Api"}},
	"PublicThrottleBurst":            {to: "7"},
	"PublicThrottleRate":             {to: "7"},
	"ThrottleBurst":                  {to: "7"},
	"ThrottleRate":                   {to: "7"},
	"WafRateLimit":                   {to: "1000", added: []string{"Firewall", "Firewall/Association", "Firewall/Firewall", "Firewall/Tokens"}},
}

const stream = "arn:aws:dynamodb:eu-central-1:123456789012:table/leasehold-restored-1/stream/"

// eventsOfARestore are the parameters of a stack with events and a restored table, without the stream.
var eventsOfARestore = map[string]string{"Events": "on", "RestoredTable": "leasehold-restored-1"}

// eventResources lists the resources that Events adds.
var eventResources = []string{
	"EventBus",
	"EventBus/Bus",
	"EventBus/DeadLetters",
	"EventBus/EventsFailingAlarm",
	"EventBus/EventsLostAlarm",
	"EventBus/Pipe",
	"EventBus/PipeRole",
	"EventPublishFunction",
}

// userPoolStack lists the resources of the stack's own user pool. When OidcIssuer takes its place, the nested stack is
// retained with all of them.
var userPoolStack = []string{
	"IdentityProvider",
	"IdentityProvider/Branding",
	"IdentityProvider/ConsoleClient",
	"IdentityProvider/Domain",
	"IdentityProvider/UserPool",
}

// TestEveryParameterChangesOnlyWhatItMust compares the stack before and after a change of each parameter. It demands what
// must be replaced, removed, added and published, and that no change deletes a table or a user pool.
func TestEveryParameterChangesOnlyWhatItMust(t *testing.T) {
	for parameter := range parametersOf(t) {
		t.Run(parameter, func(t *testing.T) {
			c, ok := changes[parameter]
			if !ok {
				t.Fatal("the parameter has no row in changes")
			}

			after := maps.Clone(c.given)
			if after == nil {
				after = map[string]string{}
			}

			before := maps.Clone(after)
			delete(before, parameter)
			if parameter == "CertificateArn" {
				before[parameter] = certificate
			}

			after[parameter] = c.to
			checkChange(t, c, before, after)
			checkVersion(t, c.publishes, before, after)
		})
	}

	for parameter := range changes {
		if _, ok := parametersOf(t)[parameter]; !ok {
			t.Errorf("changes has a row for %s, which is no parameter", parameter)
		}
	}
}

// parametersOf returns the parameters of template.yaml with their defaults.
func parametersOf(t *testing.T) map[string]string {
	t.Helper()
	var file struct {
		Parameters map[string]struct {
			Default string `yaml:"Default"`
		} `yaml:"Parameters"`
	}

	if err := yaml.Unmarshal([]byte(text(t, "template.yaml")), &file); err != nil {
		t.Fatal(err)
	}

	defaults := map[string]string{}
	for name, parameter := range file.Parameters {
		defaults[name] = parameter.Default
	}

	return defaults
}

func resources(t *testing.T, parameters map[string]string) map[string]template.Resource {
	t.Helper()
	found, err := template.Resources(root+"/template.yaml", template.Stack{Parameters: parameters})
	if err != nil {
		t.Fatal(err)
	}

	return found
}

// checkChange compares the resources before and after a change with the row.
func checkChange(t *testing.T, c change, before, after map[string]string) {
	t.Helper()
	old, updated := resources(t, before), resources(t, after)
	var replaced, removed, added []string
	for id, resource := range old {
		now, ok := updated[id]
		switch {
		case !ok:
			removed = append(removed, id)
			checkKept(t, old, id)
		case isReplaced(t, resource, now):
			replaced = append(replaced, id)
			if slices.Contains(holdsData, resource.Type) {
				t.Errorf("the change replaces %s, which holds data", id)
			}
		}
	}

	for id := range updated {
		if _, ok := old[id]; !ok {
			added = append(added, id)
		}
	}

	for what, lists := range map[string][2][]string{
		"replaced": {replaced, c.replaced},
		"removed":  {removed, c.removed},
		"added":    {added, c.added},
	} {
		got, want := slices.Sorted(slices.Values(lists[0])), slices.Sorted(slices.Values(lists[1]))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

// checkKept demands that a resource with data outlives its removal from the stack: it and the nested stacks around it have
// a policy that retains them.
func checkKept(t *testing.T, old map[string]template.Resource, id string) {
	t.Helper()
	if !slices.Contains(holdsData, old[id].Type) {
		return
	}

	for {
		if policy := old[id].DeletionPolicy; !strings.HasPrefix(policy, "Retain") {
			t.Errorf("%s has the DeletionPolicy %q, want one that retains it", id, policy)
		}

		cut := strings.LastIndex(id, "/")
		if cut < 0 {
			return
		}

		id = id[:cut]
	}
}

// isReplaced reports whether an update replaces a resource.
func isReplaced(t *testing.T, before, after template.Resource) bool {
	t.Helper()
	properties, ok := createOnly[before.Type]
	if !ok {
		t.Errorf("createOnly does not list %s", before.Type)
	}

	return before.Type != after.Type || slices.ContainsFunc(properties, func(name string) bool {
		return !reflect.DeepEqual(before.Properties[name], after.Properties[name])
	})
}

// checkVersion demands that the description of the authorizer's version changes exactly when its environment does. A
// published version keeps its environment, so a change without a new description never reaches the alias. Lambda rejects a
// new version that differs from the last one in its description only.
func checkVersion(t *testing.T, publishes bool, before, after map[string]string) {
	t.Helper()
	oldEnvironment, oldDescription := version(t, before)
	environment, description := version(t, after)

	if changed := !maps.Equal(oldEnvironment, environment); changed != publishes {
		t.Errorf("the authorizer's environment changed: %v, want %v\nbefore %q\nafter  %q", changed, publishes,
			oldEnvironment, environment)
	}

	if changed := oldDescription != description; changed != publishes {
		t.Errorf("the description of the authorizer's version changed: %v, want %v\nbefore %q\nafter  %q", changed,
			publishes, oldDescription, description)
	}
}

// version returns the authorizer's environment and the description of its version.
func version(t *testing.T, parameters map[string]string) (environment map[string]string, description string) {
	t.Helper()
	whole, err := template.Load(root+"/template.yaml", parameters)
	if err != nil {
		t.Fatal(err)
	}

	for _, function := range whole.Functions {
		if function.Name == "authorizer" {
			environment = function.Environment
		}
	}

	authorizer := resources(t, parameters)["AuthorizerFunction"]
	description, _ = authorizer.Properties["VersionDescription"].(string)
	if len(environment) == 0 || description == "" || authorizer.Properties["AutoPublishAliasAllProperties"] != "true" {
		t.Fatalf("the authorizer has the environment %q and the description %q", environment, description)
	}

	return environment, description
}

// TestTheAuthorizerCanReadBothTablesOfARestore checks the policy that old and new version share while a canary moves calls
// to a restored table, and back: each permission on the table also holds for the stack's own and the restored tables.
func TestTheAuthorizerCanReadBothTablesOfARestore(t *testing.T) {
	for name, restored := range map[string]string{
		"own table":      "",
		"restored table": "leasehold-restored-1",
		"other name":     "saved",
	} {
		t.Run(name, func(t *testing.T) {
			policies := resources(t, map[string]string{"RestoredTable": restored})["AuthorizerFunction"].Properties["Policies"]
			usual, others := map[string]bool{}, map[string]bool{}
			for _, each := range asList(asList(policies)[0].(map[string]any)["Statement"]) {
				statement := each.(map[string]any)
				permission := fmt.Sprint(statement["Action"], statement["Condition"])
				tables := tablesOf(statement["Resource"])
				if sid, _ := statement["Sid"].(string); !strings.HasPrefix(sid, DuringARestore) {
					usual[permission] = true
					continue
				}

				others[permission] = true
				if want := []string{"leasehold-Data-Table", "leasehold-restored*"}; !slices.Equal(tables, want) {
					t.Errorf("%s is on the tables %q, want %q", statement["Sid"], tables, want)
				}
			}

			if len(usual) == 0 || !maps.Equal(usual, others) {
				t.Errorf("the authorizer may do %v on other tables, want exactly %v, as on the table", others, usual)
			}
		})
	}
}

// tablesOf returns the names of the tables of a statement's Resource, one ARN or a list.
func tablesOf(resource any) []string {
	arns := asList(resource)
	if len(arns) == 0 {
		arns = []any{resource}
	}

	var tables []string
	for _, arn := range arns {
		_, table, _ := strings.Cut(arn.(string), ":table/")
		tables = append(tables, table)
	}

	return tables
}

// TestOnlyTheAuthorizerUsesOtherTables looks for statements of DuringARestore.
func TestOnlyTheAuthorizerUsesOtherTables(t *testing.T) {
	for id, resource := range resources(t, nil) {
		policies, err := yaml.Marshal(resource.Properties["Policies"])
		if err != nil {
			t.Fatal(err)
		}

		if strings.Contains(string(policies), DuringARestore) != (id == "AuthorizerFunction") {
			t.Errorf("%s has the policies %s, want a statement %s for the authorizer only", id, policies, DuringARestore)
		}
	}
}

// TestTheDeploymentKnowsWhatScopesMayNotBeginWith compares the nouns of the permissions with those in the source of the
// deployment, which imports nothing of package identity.
func TestTheDeploymentKnowsWhatScopesMayNotBeginWith(t *testing.T) {
	source, err := os.ReadFile("../../stack/deploy/scopes.go")
	if err != nil {
		t.Fatal(err)
	}

	for _, rule := range identity.Matrix {
		noun, _, _ := strings.Cut(string(rule.Permission), ":")
		if !strings.Contains(string(source), strconv.Quote(noun)) {
			t.Errorf("ownNouns has no %q, with which the permission %s begins", noun, rule.Permission)
		}
	}
}

func TestEveryGatewayResponseAllowsTheOriginOfTheParameter(t *testing.T) {
	for origin, want := range map[string]string{"": "", "https://app.example.com": "'https://app.example.com'", "*": "'*'"} {
		whole, err := template.Load(root+"/template.yaml", map[string]string{"CorsAllowedOrigin": origin})
		if err != nil {
			t.Fatal(err)
		}

		api := whole.APIs[0]
		if api.CORS == nil || api.CORS.AllowOrigin != want || api.CORS.AllowCredentials || api.CORS.Authorizer != "" {
			t.Errorf("%q: preflights are answered with %+v, want the origin %q, no credentials and no authorizer", origin, api.CORS, want)
		}

		for kind, response := range api.Responses {
			exposes := response.Headers["Access-Control-Expose-Headers"] != ""
			if got := response.Headers["Access-Control-Allow-Origin"]; got != want || exposes != (want != "") {
				t.Errorf("%q: %s allows %q, want %q", origin, kind, got, want)
			}
		}

		variable := map[string]string{"": "", "*": "any"}
		if got, ok := variable[origin]; ok && api.Variables["allowedOrigin"] != got || !ok && api.Variables["allowedOrigin"] != origin {
			t.Errorf("%q: the functions read %q", origin, api.Variables["allowedOrigin"])
		}
	}

	for _, wrong := range []string{"https://app.example.com/", "app.example.com", "https://a,https://b", "https://*", "'"} {
		if _, err := template.Load(root+"/template.yaml", map[string]string{"CorsAllowedOrigin": wrong}); err == nil {
			t.Errorf("the template accepts the origin %q", wrong)
		}
	}
}

// TestTheFirewallPassesPasswordsIfTheyCanBeTokens resolves the firewall for both values of BasicAuthentication.
func TestTheFirewallPassesPasswordsIfTheyCanBeTokens(t *testing.T) {
	const header = "Basic YWRhOmxocF8wMDA="
	for basic, wantChallenge := range map[string]string{
		"false": `Bearer realm="leasehold"`,
		"true":  `Basic realm="leasehold", charset="UTF-8", Bearer realm="leasehold"`,
	} {
		found := resources(t, map[string]string{
			"WafRateLimit":        "1000",
			"BasicAuthentication": basic,
			"CorsAllowedOrigin":   "https://app.example.com",
		})
		patterns, _ := found["Firewall/Tokens"].Properties["RegularExpressionList"].([]any)
		passes := slices.ContainsFunc(patterns, func(pattern any) bool {
			return regexp.MustCompile(fmt.Sprint(pattern)).MatchString(header)
		})
		if passes != (basic == "true") || len(patterns) < 3 {
			t.Errorf("%s: the patterns %q pass %s: %v", basic, patterns, header, passes)
		}

		rules := fmt.Sprint(found["Firewall/Firewall"].Properties["Rules"])
		if want := "Name:WWW-Authenticate Value:" + wantChallenge + "]"; !strings.Contains(rules, want) {
			t.Errorf("%s: the rules don't send %s", basic, want)
		}

		if n := strings.Count(rules, "Name:Access-Control-Allow-Origin Value:https://app.example.com]"); n != 2 {
			t.Errorf("%s: %d rules allow the origin, want 2", basic, n)
		}

		longest := "Basic " + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("u", 1000)+":"+strings.Repeat("x", 2048)))
		if size := map[string]int{"true": 4200, "false": 2100}[basic]; !strings.Contains(rules, fmt.Sprintf("Size:%d ", size)) ||
			basic == "true" && len(longest) > size {
			t.Errorf("%s: the rules don't have the size %d, or it is less than %d", basic, size, len(longest))
		}
	}
}
