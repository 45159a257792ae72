package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// setting is a check of the answer of one command of the AWS CLI.
type setting struct {
	claim string
	// command is the command without the word aws. Its words in capital letters are placeholders.
	command string
	// unless returns why the check does not apply to a stack, or "" if it does; nil if it always applies.
	unless func(t *Target) string
	judge  func(t *Target, answer []byte) error
}

func (s setting) check() Check {
	return Check{Claim: s.claim, Command: "aws " + s.command, run: s.run}
}

func (s setting) run(ctx context.Context, t *Target) error {
	if t.Stack == nil {
		return errSkipped("there is no AWS account")
	}

	if s.unless != nil {
		if why := s.unless(t); why != "" {
			return errSkipped(why)
		}
	}

	var answer json.RawMessage
	command := strings.ReplaceAll(t.name(s.command), "'", "")
	if err := t.Ask(ctx, &answer, strings.Fields(command)...); err != nil {
		return fmt.Errorf("ask AWS: %w", err)
	}

	return s.judge(t, answer)
}

// about returns a judge that first decodes the answer.
func about[T any](judge func(t *Target, answer T) error) func(*Target, []byte) error {
	return func(t *Target, text []byte) error {
		var answer T
		if len(text) > 0 {
			if err := json.Unmarshal(text, &answer); err != nil {
				return fmt.Errorf("decode the answer: %w", err)
			}
		}

		return judge(t, answer)
	}
}

// empty returns the reason for leaving out a check if a parameter is empty.
func empty(parameter string) func(*Target) string {
	return func(t *Target) string {
		if t.value(parameter) == "" {
			return parameter + " is empty"
		}

		return ""
	}
}

// minConcurrency is the number of concurrent functions that an account needs at least. Some new accounts have 10.
const minConcurrency = 100

// tokens are the options that find a token in a log. SINCE is a time in milliseconds since 1970.
const tokens = "--start-time SINCE --filter-pattern '%lh[dps]_[0-9A-Za-z]+%' --max-items 1"

var settings = []setting{
	{
		claim:   "API Gateway reuses the authorizer's answers as long as AuthorizerCacheSeconds says",
		command: "apigateway get-authorizers --rest-api-id API-ID",
		judge: about(func(t *Target, a struct {
			Items []struct{ AuthorizerResultTTLInSeconds *int }
		}) error {
			if len(a.Items) != 1 || a.Items[0].AuthorizerResultTTLInSeconds == nil {
				return errors.New("the API has no authorizer with a time to live, so the default of 300 seconds applies")
			}

			seconds := strconv.Itoa(*a.Items[0].AuthorizerResultTTLInSeconds)
			return want("the time in seconds", seconds, t.value("AuthorizerCacheSeconds"))
		}),
	},
	{
		claim:   "the authorizer that API Gateway calls uses the stack's table and parameters",
		command: "lambda get-function-configuration --function-name STACK-authorizer --qualifier live",
		judge: about(func(t *Target, a struct {
			Environment struct{ Variables map[string]string }
		}) error {
			return errors.Join(
				want("its table", a.Environment.Variables["TABLE_NAME"], t.Stack.Output("TableName")),
				want("its cache", a.Environment.Variables["AUTHORIZER_CACHE_SECONDS"], t.value("AuthorizerCacheSeconds")),
				want("its Basic authentication", a.Environment.Variables["BASIC_AUTHENTICATION"], t.value("BasicAuthentication")),
			)
		}),
	},
	{
		claim:   "no canary of the authorizer is unfinished",
		command: "lambda get-alias --function-name STACK-authorizer --name live",
		judge: about(func(_ *Target, a struct {
			RoutingConfig struct{ AdditionalVersionWeights map[string]float64 }
		}) error {
			return want("the number of other versions with calls", len(a.RoutingConfig.AdditionalVersionWeights), 0)
		}),
	},
	{
		claim:   "every function is active and for the processor of Architecture",
		command: "lambda list-functions",
		judge:   about(judgeFunctions),
	},
	{
		claim:   "the account lets at least 100 functions run at once",
		command: "lambda get-account-settings",
		judge: about(func(_ *Target, a struct {
			AccountLimit struct{ ConcurrentExecutions int }
		}) error {
			if n := a.AccountLimit.ConcurrentExecutions; n < minConcurrency {
				return fmt.Errorf("the limit is %d. Request more in Service Quotas (Lambda, concurrent executions)", n)
			}

			return nil
		}),
	},
	{
		claim:   "the table is active, with both indexes, and protected from deletion as DeletionProtection says",
		command: "dynamodb describe-table --table-name TABLE",
		judge:   about(judgeTable),
	},
	{
		claim:   "the table has point-in-time recovery",
		command: "dynamodb describe-continuous-backups --table-name TABLE",
		judge: about(func(_ *Target, a struct {
			ContinuousBackupsDescription struct {
				PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
			}
		}) error {
			status := a.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus
			return want("the recovery", status, "ENABLED")
		}),
	},
	{
		claim:   "the table removes dead tokens by their time to live",
		command: "dynamodb describe-time-to-live --table-name TABLE",
		judge: about(func(_ *Target, a struct {
			TimeToLiveDescription struct{ TimeToLiveStatus, AttributeName string }
		}) error {
			ttl := a.TimeToLiveDescription
			return want("the time to live", ttl.TimeToLiveStatus+" "+ttl.AttributeName, "ENABLED purge_at")
		}),
	},
	{
		claim:   "the table names its throttled keys",
		command: "dynamodb describe-contributor-insights --table-name TABLE",
		judge: about(func(_ *Target, a struct{ ContributorInsightsStatus, ContributorInsightsMode string }) error {
			return want("Contributor Insights", a.ContributorInsightsStatus+" "+a.ContributorInsightsMode, "ENABLED THROTTLED_KEYS")
		}),
	},
	{
		claim:   "no alarm is on",
		command: "cloudwatch describe-alarms --alarm-name-prefix STACK- --state-value ALARM",
		judge: about(func(_ *Target, a struct {
			MetricAlarms []struct{ AlarmName, StateReason string }
		}) error {
			var on []error
			for _, alarm := range a.MetricAlarms {
				on = append(on, fmt.Errorf("%s: %s", alarm.AlarmName, alarm.StateReason))
			}

			return errors.Join(on...)
		}),
	},
	{
		claim:   "the subscription of AlarmAddress is confirmed",
		command: "sns list-subscriptions",
		unless:  empty("AlarmAddress"),
		judge: about(func(t *Target, a struct {
			Subscriptions []struct{ TopicArn, Endpoint, SubscriptionArn string }
		}) error {
			for _, s := range a.Subscriptions {
				ours := strings.HasSuffix(s.TopicArn, ":"+t.Stack.StackName+"-alarms")
				if ours && s.Endpoint == t.value("AlarmAddress") && strings.HasPrefix(s.SubscriptionArn, "arn:") {
					return nil
				}
			}

			return fmt.Errorf("%s has not confirmed the mail from AWS", t.value("AlarmAddress"))
		}),
	},
	{
		claim:   "SES lets this account send to everybody",
		command: "sesv2 get-account",
		unless:  placeholderSender,
		judge: about(func(_ *Target, a struct{ ProductionAccessEnabled, SendingEnabled bool }) error {
			return errors.Join(
				want("production access", a.ProductionAccessEnabled, true),
				want("sending", a.SendingEnabled, true),
			)
		}),
	},
	{
		claim:   "SES has verified MailSender or its domain",
		command: "sesv2 list-email-identities",
		unless:  placeholderSender,
		judge:   about(judgeSender),
	},
	{
		claim:   "the user pool is protected from deletion as DeletionProtection says",
		command: "cognito-idp describe-user-pool --user-pool-id POOL",
		unless:  otherIssuer,
		judge: about(func(t *Target, a struct {
			UserPool struct{ DeletionProtection string }
		}) error {
			protection := map[string]string{"true": "ACTIVE", "false": "INACTIVE"}[t.value("DeletionProtection")]
			return want("the protection", a.UserPool.DeletionProtection, protection)
		}),
	},
	{
		claim:   "API Gateway has a role for access logs",
		command: "apigateway get-account",
		judge: about(func(_ *Target, a struct{ CloudwatchRoleArn string }) error {
			return exists("the role", a.CloudwatchRoleArn)
		}),
	},
	{
		claim:   "the custom domain is available",
		command: "apigateway get-domain-name --domain-name DOMAIN",
		unless:  empty("DomainName"),
		judge: about(func(_ *Target, a struct{ DomainNameStatus string }) error {
			return want("the domain", a.DomainNameStatus, "AVAILABLE")
		}),
	},
	{
		claim:   "no function has logged a token in the last hour",
		command: "logs filter-log-events --log-group-name /leasehold/STACK/functions " + tokens,
		judge:   about(judgeLog),
	},
	{
		claim:   "the access log of the last hour has no token",
		command: "logs filter-log-events --log-group-name /leasehold/STACK/access " + tokens,
		judge:   about(judgeLog),
	},
	{
		claim:   "no failed sweep waits in the dead-letter queue",
		command: "cloudwatch describe-alarms --alarm-names STACK-sweep-failed STACK-sweep-not-run",
		judge: about(func(_ *Target, a struct {
			MetricAlarms []struct{ AlarmName, StateValue string }
		}) error {
			var on []error
			for _, alarm := range a.MetricAlarms {
				on = append(on, want(alarm.AlarmName, alarm.StateValue, "OK"))
			}

			return errors.Join(append(on, want("the number of alarms", len(a.MetricAlarms), 2))...)
		}),
	},
	{
		claim:   "the pipe of the events runs",
		command: "pipes list-pipes --name-prefix STACK-EventBus",
		unless: func(t *Target) string {
			if t.value("Events") != "on" {
				return "Events is off"
			}

			return ""
		},
		judge: about(func(_ *Target, a struct {
			Pipes []struct{ CurrentState, StateReason string }
		}) error {
			if len(a.Pipes) != 1 {
				return want("the number of pipes", len(a.Pipes), 1)
			}

			return want("its state", strings.TrimSpace(a.Pipes[0].CurrentState+" "+a.Pipes[0].StateReason), "RUNNING")
		}),
	},
	{
		claim:   "the stack has not drifted and is protected from deletion",
		command: "cloudformation describe-stacks --stack-name STACK",
		judge: about(func(_ *Target, a struct {
			Stacks []struct {
				EnableTerminationProtection bool
				DriftInformation            struct{ StackDriftStatus string }
			}
		}) error {
			if len(a.Stacks) != 1 {
				return errors.New("there is no such stack")
			}

			return errors.Join(
				want("the stack's drift from its template", a.Stacks[0].DriftInformation.StackDriftStatus == "DRIFTED", false),
				want("termination protection", a.Stacks[0].EnableTerminationProtection, true),
			)
		}),
	},
}

func judgeFunctions(t *Target, a struct {
	Functions []struct {
		FunctionName  string
		Architectures []string
		State         string
	}
},
) error {
	var problems []error
	count := 0

	for _, f := range a.Functions {
		if !strings.HasPrefix(f.FunctionName, t.Stack.StackName+"-") {
			continue
		}

		count++
		processors := strings.Join(f.Architectures, " ")
		problems = append(problems, want("the processor of "+f.FunctionName, processors, t.value("Architecture")))

		// The list leaves the state out for a function that is active.
		if f.State != "" && f.State != "Active" && f.State != "Inactive" {
			problems = append(problems, fmt.Errorf("%s is %s", f.FunctionName, f.State))
		}
	}

	if count == 0 {
		problems = append(problems, errors.New("there are no functions"))
	}

	return errors.Join(problems...)
}

func judgeTable(t *Target, a struct {
	Table struct {
		TableStatus               string
		DeletionProtectionEnabled bool
		GlobalSecondaryIndexes    []struct{ IndexName, IndexStatus string }
	}
},
) error {
	problems := []error{
		want("the table", a.Table.TableStatus, "ACTIVE"),
		want("the protection", strconv.FormatBool(a.Table.DeletionProtectionEnabled), t.value("DeletionProtection")),
		want("the number of indexes", len(a.Table.GlobalSecondaryIndexes), 2),
	}
	for _, index := range a.Table.GlobalSecondaryIndexes {
		problems = append(problems, want(index.IndexName, index.IndexStatus, "ACTIVE"))
	}

	return errors.Join(problems...)
}

func judgeLog(_ *Target, a struct {
	Events []struct{ LogStreamName string }
},
) error {
	if len(a.Events) > 0 {
		return fmt.Errorf("a line in %s contains one. Revoke it, and report this as SECURITY.md says", a.Events[0].LogStreamName)
	}

	return nil
}

func judgeSender(t *Target, a struct {
	EmailIdentities []struct {
		IdentityName   string
		SendingEnabled bool
	}
},
) error {
	sender := t.value("MailSender")
	_, domain, _ := strings.Cut(sender, "@")

	for _, identity := range a.EmailIdentities {
		parent := strings.HasSuffix(domain, "."+identity.IdentityName)
		if identity.SendingEnabled && (slices.Contains([]string{sender, domain}, identity.IdentityName) || parent) {
			return nil
		}
	}

	return fmt.Errorf("neither %s nor %s is an identity that may send", sender, domain)
}

// placeholderSender returns the reason for leaving out a check of SES.
func placeholderSender(t *Target) string {
	if strings.HasSuffix(t.value("MailSender"), ".invalid") {
		return "MailSender is a placeholder"
	}

	return ""
}

// otherIssuer returns the reason for leaving out a check of the stack's own user pool.
func otherIssuer(t *Target) string {
	if t.value("OidcIssuer") != "" {
		return "the stack has no user pool"
	}

	return ""
}
