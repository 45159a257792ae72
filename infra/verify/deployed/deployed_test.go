package deployed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// TestTheChecksPassOnThisMachine runs the checks of the API against the local runner, and looks for the token that they
// leave.
func TestTheChecksPassOnThisMachine(t *testing.T) {
	running, err := runner.Start(context.WithoutCancel(t.Context()), runner.Options{Build: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(running.Close)

	session, err := signin.Session(t.Context(), running.APIURL(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}

	target := Target{URL: running.APIURL(), Session: session.Secret}
	body := `{"name":"Harbor Labs"}`
	if got, err := target.send(t.Context(), http.MethodPost, "/organizations", session.Secret, body); err != nil || got.status != 201 {
		t.Fatalf("founding an organization answered %d %s (error %v)", got.status, got.body, err)
	}

	var out bytes.Buffer
	if err := Run(t.Context(), &target, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}

	if want := "11 passed, 0 failed, 21 left out"; !strings.Contains(out.String(), want) {
		t.Errorf("it printed\n%s\nwant %q", out.String(), want)
	}

	for query, want := range map[string]int{"": 0, "?includeExpired=true": 1} {
		got, err := target.send(t.Context(), http.MethodGet, "/me/tokens"+query, session.Secret, "")
		var list struct{ Items []any }
		if err := errors.Join(err, json.Unmarshal(got.body, &list)); err != nil || len(list.Items) != want {
			t.Errorf("/me/tokens%s has %d tokens, want %d (error %v): %s", query, len(list.Items), want, err, got.body)
		}
	}
}

// deployment is a stack as AWS describes it if everything is right: the answers of the AWS CLI by their first two words.
func deployment() (*account.Stack, map[string]string) {
	stack := &account.Stack{StackName: "prod"}
	for name, value := range map[string]string{
		"AuthorizerCacheSeconds": "60",
		"BasicAuthentication":    "true",
		"Architecture":           "arm64",
		"DeletionProtection":     "true",
		"AlarmAddress":           "ops@example.com",
		"MailSender":             "no-reply@mail.example.com",
		"DomainName":             "api.example.com",
		"Events":                 "on",
	} {
		stack.Parameters = append(stack.Parameters, struct{ ParameterKey, ParameterValue string }{name, value})
	}

	for name, value := range map[string]string{
		"TableName": "prod-Data-1X-Table",
		"Issuer":    "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool",
	} {
		stack.Outputs = append(stack.Outputs, struct{ OutputKey, OutputValue string }{name, value})
	}

	return stack, map[string]string{
		"cloudformation describe-stack-resource": `{"StackResourceDetail":{"PhysicalResourceId":"abc123"}}`,
		"apigateway get-authorizers":             `{"items":[{"authorizerResultTtlInSeconds":60}]}`,
		"lambda get-function-configuration": `{"Environment":{"Variables":{"TABLE_NAME":"prod-Data-1X-Table",
			"AUTHORIZER_CACHE_SECONDS":"60","BASIC_AUTHENTICATION":"true"}}}`,
		"lambda get-alias": `{"FunctionVersion":"7"}`,
		"lambda list-functions": `{"Functions":[{"FunctionName":"prod-authorizer","Architectures":["arm64"]},
			{"FunctionName":"other","Architectures":["x86_64"]}]}`,
		"lambda get-account-settings": `{"AccountLimit":{"ConcurrentExecutions":1000}}`,
		"dynamodb describe-table": `{"Table":{"TableStatus":"ACTIVE","DeletionProtectionEnabled":true,"GlobalSecondaryIndexes":
			[{"IndexName":"GSI1","IndexStatus":"ACTIVE"},{"IndexName":"GSI2","IndexStatus":"ACTIVE"}]}}`,
		"dynamodb describe-continuous-backups": `{"ContinuousBackupsDescription":
			{"PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"ENABLED"}}}`,
		"dynamodb describe-time-to-live": `{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"purge_at"}}`,
		"dynamodb describe-contributor-insights": `{"ContributorInsightsStatus":"ENABLED",
			"ContributorInsightsMode":"THROTTLED_KEYS"}`,
		"cloudwatch describe-alarms": `{"MetricAlarms":[]}`,
		"cloudwatch describe-alarms --alarm-names": `{"MetricAlarms":[{"AlarmName":"prod-sweep-failed","StateValue":"OK"},
			{"AlarmName":"prod-sweep-not-run","StateValue":"OK"}]}`,
		"sns list-subscriptions": `{"Subscriptions":[{"TopicArn":"arn:aws:sns:eu-central-1:1:prod-alarms",
			"Endpoint":"ops@example.com","SubscriptionArn":"arn:aws:sns:eu-central-1:1:prod-alarms:s"}]}`,
		"sesv2 get-account":              `{"ProductionAccessEnabled":true,"SendingEnabled":true}`,
		"sesv2 list-email-identities":    `{"EmailIdentities":[{"IdentityName":"example.com","SendingEnabled":true}]}`,
		"cognito-idp describe-user-pool": `{"UserPool":{"DeletionProtection":"ACTIVE"}}`,
		"apigateway get-account":         `{"cloudwatchRoleArn":"arn:aws:iam::1:role/logs"}`,
		"apigateway get-domain-name":     `{"domainNameStatus":"AVAILABLE"}`,
		"logs filter-log-events":         `{"events":[]}`,
		"pipes list-pipes":               `{"Pipes":[{"CurrentState":"RUNNING"}]}`,
		"cloudformation describe-stacks": `{"Stacks":[{"EnableTerminationProtection":true,
			"DriftInformation":{"StackDriftStatus":"IN_SYNC"}}]}`,
	}
}

// verify runs the checks of AWS's answers and returns the failures.
func verify(t *testing.T, stack *account.Stack, answers map[string]string) error {
	t.Helper()
	target := Target{Stack: stack, URL: "https://api.example.com/v1"}
	target.Run = func(_ context.Context, _ string, arguments ...string) ([]byte, error) {
		for _, words := range []int{3, 2} {
			if text, ok := answers[strings.Join(arguments[:words], " ")]; ok {
				return []byte(text), nil
			}
		}

		t.Errorf("the command %q has no answer", arguments)
		return nil, nil
	}

	if err := target.resolve(t.Context()); err != nil {
		t.Fatal(err)
	}

	var failures []error
	for _, s := range settings {
		failures = append(failures, s.run(t.Context(), &target))
	}

	return errors.Join(failures...)
}

func TestTheChecksPassOnARightStack(t *testing.T) {
	stack, answers := deployment()
	if err := verify(t, stack, answers); err != nil {
		t.Error(err)
	}
}

func TestEveryCheckFailsOnAWrongStack(t *testing.T) {
	for command, wrong := range map[string]struct{ answer, failure string }{
		"apigateway get-authorizers": {`{"items":[{"authorizerResultTtlInSeconds":300}]}`, "is 300, want 60"},
		"lambda get-function-configuration": {
			`{"Environment":{"Variables":{"TABLE_NAME":"old"}}}`,
			"its table is old, want prod-Data-1X-Table\nits cache is , want 60\nits Basic authentication is , want true",
		},
		"lambda get-alias":                         {`{"RoutingConfig":{"AdditionalVersionWeights":{"8":0.1}}}`, "other versions"},
		"lambda list-functions":                    {`{"Functions":[{"FunctionName":"prod-x","Architectures":["x86_64"]}]}`, "prod-x is x86_64"},
		"lambda get-account-settings":              {`{"AccountLimit":{"ConcurrentExecutions":10}}`, "the limit is 10"},
		"dynamodb describe-table":                  {`{"Table":{"TableStatus":"ACTIVE"}}`, "the protection is false"},
		"dynamodb describe-continuous-backups":     {`{}`, "want ENABLED"},
		"dynamodb describe-time-to-live":           {`{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}`, "DISABLED"},
		"dynamodb describe-contributor-insights":   {`{"ContributorInsightsStatus":"DISABLED"}`, "Insights is DISABLED"},
		"cloudwatch describe-alarms":               {`{"MetricAlarms":[{"AlarmName":"prod-latency","StateReason":"slow"}]}`, "slow"},
		"cloudwatch describe-alarms --alarm-names": {`{"MetricAlarms":[{"AlarmName":"a","StateValue":"ALARM"}]}`, "a is ALARM"},
		"sns list-subscriptions":                   {`{"Subscriptions":[]}`, "has not confirmed"},
		"sesv2 get-account":                        {`{"SendingEnabled":true}`, "production access is false"},
		"sesv2 list-email-identities":              {`{"EmailIdentities":[{"IdentityName":"ample.com","SendingEnabled":true}]}`, "may send"},
		"cognito-idp describe-user-pool":           {`{"UserPool":{"DeletionProtection":"INACTIVE"}}`, "INACTIVE"},
		"apigateway get-account":                   {`{}`, "the role is missing"},
		"apigateway get-domain-name":               {`{"domainNameStatus":"UPDATING"}`, "UPDATING"},
		"pipes list-pipes":                         {`{"Pipes":[{"CurrentState":"CREATE_FAILED","StateReason":"role"}]}`, "CREATE_FAILED role"},
		"logs filter-log-events":                   {`{"events":[{"logStreamName":"s"}]}`, "Revoke it"},
		"cloudformation describe-stacks":           {`{"Stacks":[{"DriftInformation":{"StackDriftStatus":"DRIFTED"}}]}`, "from its template is true"},
	} {
		stack, answers := deployment()
		answers[command] = wrong.answer
		if err := verify(t, stack, answers); err == nil || !strings.Contains(err.Error(), wrong.failure) {
			t.Errorf("with a wrong answer to %s, the failures are %v, want %q", command, err, wrong.failure)
		}
	}
}

// TestEveryCommandIsComplete checks that a command has no placeholder left once the stack is known.
func TestEveryCommandIsComplete(t *testing.T) {
	stack, answers := deployment()
	target := Target{Stack: stack, URL: "https://api.example.com/v1"}
	target.Run = func(context.Context, string, ...string) ([]byte, error) {
		return []byte(answers["cloudformation describe-stack-resource"]), nil
	}

	if err := target.resolve(t.Context()); err != nil {
		t.Fatal(err)
	}

	placeholder := regexp.MustCompile(`\b(STACK|API-ID|API|TABLE|POOL|DOMAIN|SINCE)\b`)
	replaced := 0

	for _, check := range Checks() {
		if check.Claim == "" || check.Command == "" {
			t.Errorf("the check %+v has no claim or no command", check)
		}

		command := target.name(check.Command)
		if left := placeholder.FindString(command); left != "" {
			t.Errorf("the command %q still has %s", command, left)
		}

		if command != check.Command {
			replaced++
		}
	}

	if replaced < 20 {
		t.Errorf("%d commands name the stack or its API, want at least 20", replaced)
	}
}
