package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestACanaryIsJudgedByTheNewVersionAlone looks at what can stop a deployment of the authorizer.
func TestACanaryIsJudgedByTheNewVersionAlone(t *testing.T) {
	all := resources(t, nil)
	preference := all["AuthorizerFunction"].Properties["DeploymentPreference"].(map[string]any)
	hooks := preference["Hooks"].(map[string]any)
	if hooks["PreTraffic"] != "authorizer-check" || preference["Type"] != "Canary10Percent5Minutes" {
		t.Errorf("the deployment is %v, want a canary that authorizer-check precedes", preference)
	}

	for _, id := range []string{"CanaryErrorsAlarm", "CanaryLatencyAlarm"} {
		alarm := all[id].Properties
		var names []string
		for _, dimension := range asList(alarm["Dimensions"]) {
			names = append(names, dimension.(map[string]any)["Name"].(string))
		}

		if !slices.Equal(names, []string{"FunctionName", "Resource", "ExecutedVersion"}) {
			t.Errorf("%s has the dimensions %q, want those of one version behind the alias", id, names)
		}

		// The alarm must go off within the five minutes of the canary, and for one call.
		if periods := alarm["EvaluationPeriods"]; alarm["Period"] != "60" || periods != "1" && periods != "2" {
			t.Errorf("%s needs %v periods of %v s, want 1 or 2 minutes", id, periods, alarm["Period"])
		}

		if !slices.Contains(asList(preference["Alarms"]), any("leasehold-"+id)) {
			t.Errorf("%s does not stop a deployment", id)
		}
	}

	if threshold := all["CanaryErrorsAlarm"].Properties["Threshold"]; threshold != "1" {
		t.Errorf("a canary stops after %v errors a minute, want 1", threshold)
	}
}

// TestTheCheckOfADeploymentMayDoNothingElse compares the policies of the hook and of CodeDeploy with the exact permissions.
func TestTheCheckOfADeploymentMayDoNothingElse(t *testing.T) {
	all := resources(t, nil)
	statement := func(action, resource string) map[string]any {
		return map[string]any{"Effect": "Allow", "Action": []any{action}, "Resource": resource}
	}

	document := asList(all["AuthorizerCheckFunction"].Properties["Policies"])[0].(map[string]any)
	want := []any{
		statement("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:authorizer:*"),
		statement("codedeploy:PutLifecycleEventHookExecutionStatus",
			"arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:leasehold-ServerlessDeploymentApplication/*"),
	}
	if !reflect.DeepEqual(document["Statement"], any(want)) {
		t.Errorf("authorizer-check may\n%v\nwant\n%v", document["Statement"], want)
	}

	inline := asList(all["DeploymentRole"].Properties["Policies"])[0].(map[string]any)["PolicyDocument"].(map[string]any)
	only := asList(inline["Statement"])[0].(map[string]any)
	if len(asList(inline["Statement"])) != 1 || only["Action"] != "lambda:InvokeFunction" ||
		only["Resource"] != "arn:aws:lambda:us-east-1:123456789012:function:authorizer-check" {
		t.Errorf("CodeDeploy may also do %v, want only to invoke authorizer-check", inline["Statement"])
	}
}

// TestEveryFunctionThatUsesTheTableMayUseItsKey compares the roles of KeyPolicy with the functions.
func TestEveryFunctionThatUsesTheTableMayUseItsKey(t *testing.T) {
	const key = "arn:aws:kms:us-east-1:123456789012:key/k"
	all := resources(t, map[string]string{"KmsKeyArn": key})
	var want []string
	for id, resource := range all {
		policies, err := yaml.Marshal(resource.Properties["Policies"])
		if err != nil {
			t.Fatal(err)
		}

		if resource.Type == "AWS::Serverless::Function" && strings.Contains(string(policies), "dynamodb:") {
			want = append(want, "leasehold-"+id+"Role")
		}
	}

	policy := all["KeyPolicy"].Properties
	var got []string
	for _, role := range asList(policy["Roles"]) {
		got = append(got, role.(string))
	}

	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("KeyPolicy is attached to\n%q\nwant all functions that use the table\n%q", got, want)
	}

	statements := asList(policy["PolicyDocument"].(map[string]any)["Statement"])
	only := statements[0].(map[string]any)
	condition := map[string]any{"StringEquals": map[string]any{"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
	if len(statements) != 1 || only["Resource"] != key || !reflect.DeepEqual(only["Condition"], any(condition)) {
		t.Errorf("KeyPolicy has the statements %v, want one on the key, through DynamoDB only", statements)
	}
}

// ofCommand are the addresses at which the command leasehold waits for a sign-in.
var ofCommand = []any{
	"http://localhost:28451/signed-in",
	"http://localhost:28452/signed-in",
	"http://localhost:28453/signed-in",
}

// TestTheConsolesAddressIsTheSameEverywhere compares the addresses in mails and in the user pool. A domain wins over
// ConsoleUrl, and the user pool sends people back to both, and to the command leasehold.
func TestTheConsolesAddressIsTheSameEverywhere(t *testing.T) {
	const given, domain = "https://a.execute-api.us-east-1.amazonaws.com/v1/console", "https://api.example.com/v1/console"
	for name, c := range map[string]struct {
		parameters map[string]string
		want       string
		callbacks  []any
		closed     string
	}{
		"before the second deployment": {nil, "https://console.invalid", []any{"https://console.invalid/signed-in"}, "false"},
		"execute-api":                  {map[string]string{"ConsoleUrl": given}, given, []any{given + "/signed-in"}, "false"},
		"domain, first": {
			map[string]string{"DomainName": "api.example.com", "CertificateArn": certificate},
			domain,
			[]any{domain + "/signed-in"},
			"true",
		},
		"domain, later": {
			map[string]string{"DomainName": "api.example.com", "CertificateArn": certificate, "ConsoleUrl": given},
			domain,
			[]any{domain + "/signed-in", given + "/signed-in"},
			"true",
		},
		"domain, set twice": {
			map[string]string{"DomainName": "api.example.com", "CertificateArn": certificate, "ConsoleUrl": domain},
			domain,
			[]any{domain + "/signed-in"},
			"true",
		},
		"domain, moving": {
			map[string]string{
				"DomainName":             "api.example.com",
				"CertificateArn":         certificate,
				"ConsoleUrl":             given,
				"KeepExecuteApiEndpoint": "true",
			},
			domain,
			[]any{domain + "/signed-in", given + "/signed-in"},
			"false",
		},
	} {
		t.Run(name, func(t *testing.T) {
			all := resources(t, c.parameters)
			want := slices.Concat(c.callbacks, ofCommand)
			if got := all["IdentityProvider/ConsoleClient"].Properties["CallbackURLs"]; !reflect.DeepEqual(got, any(want)) {
				t.Errorf("the user pool sends people back to %q, want %q", got, want)
			}

			for _, id := range []string{"MemberInviteFunction", "InvitationResendFunction", "TokenReportFunction", "LeaseWarnFunction"} {
				environment := all[id].Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
				if got := environment["CONSOLE_URL"]; got != c.want {
					t.Errorf("mails of %s link to %s, want %s", id, got, c.want)
				}
			}

			if got := all["Api"].Properties["DisableExecuteApiEndpoint"]; got != c.closed {
				t.Errorf("DisableExecuteApiEndpoint is %v, want %s", got, c.closed)
			}
		})
	}
}

// TestTheUserPoolSendsThroughSESWithAnIdentity checks the parameters MailIdentity and SelfSignUp.
func TestTheUserPoolSendsThroughSESWithAnIdentity(t *testing.T) {
	pool := func(parameters map[string]string) map[string]any {
		return resources(t, parameters)["IdentityProvider/UserPool"].Properties
	}

	byDefault := pool(nil)
	if got := byDefault["EmailConfiguration"]; !reflect.DeepEqual(got, any(map[string]any{"EmailSendingAccount": "COGNITO_DEFAULT"})) {
		t.Errorf("by default, the user pool sends with %v, want Cognito's own sender", got)
	}

	if got := byDefault["AdminCreateUserConfig"].(map[string]any)["AllowAdminCreateUserOnly"]; got != "false" {
		t.Errorf("by default, AllowAdminCreateUserOnly is %v, want false", got)
	}

	given := pool(map[string]string{"MailSender": "no-reply@example.com", "MailIdentity": "example.com", "SelfSignUp": "false"})
	want := map[string]any{
		"EmailSendingAccount": "DEVELOPER",
		"From":                "no-reply@example.com",
		"SourceArn":           "arn:aws:ses:us-east-1:123456789012:identity/example.com",
	}
	if got := given["EmailConfiguration"]; !reflect.DeepEqual(got, any(want)) {
		t.Errorf("with an identity, the user pool sends with %v, want %v", got, want)
	}

	if got := given["AdminCreateUserConfig"].(map[string]any)["AllowAdminCreateUserOnly"]; got != "true" {
		t.Errorf("with SelfSignUp=false, AllowAdminCreateUserOnly is %v, want true", got)
	}
}

// TestAFailedFirstDeploymentCanBeRepeated checks that CloudFormation removes the nested stacks of a first deployment that
// fails, although it keeps them in any other case, and that no name in them is fixed.
func TestAFailedFirstDeploymentCanBeRepeated(t *testing.T) {
	all := resources(t, nil)
	for _, id := range []string{"Data", "IdentityProvider"} {
		if policy := all[id].DeletionPolicy; policy != "RetainExceptOnCreate" {
			t.Errorf("%s has the DeletionPolicy %q, want RetainExceptOnCreate", id, policy)
		}
	}

	// A protected resource can't be deleted, so a rollback that tried to would get stuck.
	for _, id := range []string{"Data/Table", "IdentityProvider/UserPool"} {
		if policy := all[id].DeletionPolicy; policy != "Retain" {
			t.Errorf("%s has the DeletionPolicy %q, want Retain", id, policy)
		}
	}

	if got := all["IdentityProvider/Domain"].Properties["Domain"]; got != "leasehold-00000000-0000" {
		t.Errorf("the sign-in domain's prefix is %v, want one with a part of the stack's ID", got)
	}
}

// TestALogRoleFollowsTheFirstResourceOfAPIGateway: CloudFormation can't set the role in an account that has none.
func TestALogRoleFollowsTheFirstResourceOfAPIGateway(t *testing.T) {
	if !strings.Contains(text(t, "infra/stack/observability.yaml"),
		"    Type: AWS::ApiGateway::Account\n    Condition: CreatesLogRole\n    DependsOn: FirstApiKey\n") {
		t.Error("LogAccount does not depend on FirstApiKey")
	}

	if got := resources(t, nil)["Observability/FirstApiKey"].Properties["Enabled"]; got != "false" {
		t.Errorf("FirstApiKey has Enabled %v, want false", got)
	}
}

// TestTheThrottlesAlarmCountsTheIndexes: the dimension TableName alone does not include them.
func TestTheThrottlesAlarmCountsTheIndexes(t *testing.T) {
	all := resources(t, nil)
	alarm := all["Observability/ThrottlesAlarm"].Properties
	seen := map[string]bool{}
	var expression string
	for _, each := range asList(alarm["Metrics"]) {
		metric := each.(map[string]any)
		if text, ok := metric["Expression"].(string); ok {
			expression = text
			continue
		}

		source := metric["MetricStat"].(map[string]any)["Metric"].(map[string]any)
		name := source["MetricName"].(string)
		for _, dimension := range asList(source["Dimensions"]) {
			if d := dimension.(map[string]any); d["Name"] == "GlobalSecondaryIndexName" {
				name += " " + d["Value"].(string)
			}
		}

		seen[name] = true
		if !strings.Contains(expression, "FILL("+metric["Id"].(string)+", 0)") {
			t.Errorf("the alarm does not add %s, which it reads", metric["Id"])
		}
	}

	want := []string{
		"ReadThrottleEvents", "ReadThrottleEvents GSI1", "ReadThrottleEvents GSI2", "Throttles",
		"WriteThrottleEvents", "WriteThrottleEvents GSI1", "WriteThrottleEvents GSI2",
	}
	if got := slices.Sorted(maps.Keys(seen)); !slices.Equal(got, want) {
		t.Errorf("the alarm counts %q, want %q", got, want)
	}

	table := all["Data/Table"].Properties
	described := append([]any{any(table)}, asList(table["GlobalSecondaryIndexes"])...)
	for _, each := range described {
		insights := each.(map[string]any)["ContributorInsightsSpecification"]
		if !reflect.DeepEqual(insights, any(map[string]any{"Enabled": "true", "Mode": "THROTTLED_KEYS"})) {
			t.Errorf("the table or an index has the Contributor Insights %v, want throttled keys", insights)
		}
	}
}

// TestANewStackRaisesNoAlarm: before the first sweep, request and invitation, all metrics are missing. An alarm that treats
// missing data as breaching would go off on the first day.
func TestANewStackRaisesNoAlarm(t *testing.T) {
	alarms := 0
	for id, resource := range resources(t, nil) {
		if resource.Type != "AWS::CloudWatch::Alarm" {
			continue
		}

		alarms++
		missing := resource.Properties["TreatMissingData"]
		want := "notBreaching"
		if id == "Observability/SweepNotRunAlarm" || id == "Observability/WarnNotRunAlarm" {
			// An hour without a sweep is missing data, too. FILL counts it, but only after the first sweep. Once no sweep
			// is in the range that CloudWatch reads, ignore keeps the alarm as it is.
			want = "ignore"
			expression := asList(resource.Properties["Metrics"])[0].(map[string]any)["Expression"]
			if expression != "FILL(runs, 0)" {
				t.Errorf("%s watches %v, want FILL(runs, 0)", id, expression)
			}
		}

		if missing != want {
			t.Errorf("%s treats missing data as %v, want %s", id, missing, want)
		}
	}

	if alarms == 0 {
		t.Error("the stack has no alarms")
	}
}

// TestAMailThatIsNotSentRaisesAnAlarm checks that all functions that send mail are watched.
func TestAMailThatIsNotSentRaisesAnAlarm(t *testing.T) {
	alarm := resources(t, nil)["Observability/MailsNotSentAlarm"].Properties
	watched := fmt.Sprint(alarm["Metrics"])
	for _, function := range senders {
		if !strings.Contains(watched, "leasehold-"+function) {
			t.Errorf("the alarm watches %s, want also %s", watched, function)
		}
	}

	if alarm["Threshold"] != "1" || alarm["EvaluationPeriods"] != "1" {
		t.Errorf("the alarm needs %v in %v periods, want 1 in 1", alarm["Threshold"], alarm["EvaluationPeriods"])
	}
}

// TestLogsShowWhyAFunctionWasNotReached looks for the fields of the access log that say why API Gateway did not reach a
// function or the authorizer, and for the reports of the functions' memory and duration. The message of an error can
// quote a token, so it must not be in the log.
func TestLogsShowWhyAFunctionWasNotReached(t *testing.T) {
	whole := text(t, "template.yaml")
	_, format, _ := strings.Cut(whole, "Format: >-\n")
	format, _, _ = strings.Cut(format, "\n      Auth:")
	var line map[string]string
	if err := json.Unmarshal([]byte(format), &line); err != nil {
		t.Fatalf("the access log is not JSON: %v", err)
	}

	for name, want := range map[string]string{
		"authorizerError":   "$context.authorizer.error",
		"integrationError":  "$context.integration.error",
		"integrationStatus": "$context.integration.status",
		"extendedRequestId": "$context.extendedRequestId",
	} {
		if line[name] != want {
			t.Errorf("the access log has the field %s with %q, want %q", name, line[name], want)
		}
	}

	if strings.Contains(format, "error.message") {
		t.Error("the access log has the message of errors, which can quote a token")
	}

	if !strings.Contains(whole, "\n      SystemLogLevel: INFO\n") {
		t.Error("SystemLogLevel is not INFO, so the logs do not report memory and duration")
	}
}

// TestAFunctionWithLessThanOneProcessorUsesOne keeps Go from spreading a function over the two processors that it sees: Lambda
// gives a function one processor for every 1,769 MB.
func TestAFunctionWithLessThanOneProcessorUsesOne(t *testing.T) {
	for _, function := range loaded(t).Functions {
		if procs := function.Environment["GOMAXPROCS"]; function.MemoryMB < 1769 && procs != "1" || function.MemoryMB >= 1769 && procs == "1" {
			t.Errorf("%s has %d MB and GOMAXPROCS %q", function.Name, function.MemoryMB, procs)
		}
	}
}
