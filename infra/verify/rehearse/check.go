package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// step is one step of the rehearsal: what it shows, and how.
type step struct {
	claim string
	run   func() error
}

// check runs all steps, prints a line for each, and returns all failures. It stops if nothing could be deployed.
func (c *cloud) check(ctx context.Context, earlier release) error {
	fmt.Println("Deploying to the stand-in ...")
	fmt.Println()

	if err := c.take(c.firstSteps(ctx)); err != nil {
		return err
	}

	tableName, err := c.checkTable(ctx)
	if err != nil {
		return err
	}

	return errors.Join(c.take(c.stateSteps(ctx, tableName)), c.take(c.changeSteps(ctx, tableName, earlier)))
}

// take runs steps and prints a line for each.
func (c *cloud) take(steps []step) error {
	var failures []error
	for _, s := range steps {
		verdict := "ok    "
		if err := s.run(); err != nil {
			verdict = "FAILED"
			failures = append(failures, fmt.Errorf("%s: %w", s.claim, err))
		}

		fmt.Println(verdict, s.claim)
	}

	return errors.Join(failures...)
}

// firstSteps are the steps until the stack is deployed.
func (c *cloud) firstSteps(ctx context.Context) []step {
	return []step{
		{
			claim: "a first deployment that fails half way says why",
			run:   func() error { return c.checkFailure(ctx) },
		},
		{
			claim: "the same command deploys then, and sets the console's address",
			run:   func() error { return c.checkAgain(ctx) },
		},
	}
}

// stateSteps are the checks of what was deployed.
func (c *cloud) stateSteps(ctx context.Context, tableName string) []step {
	return []step{
		{
			claim: "every stack is complete",
			run:   func() error { return c.checkStacks(ctx, 4) },
		},
		{
			claim: "the table has the keys, indexes and time to live of pkg/table, and is protected",
			run:   func() error { return errors.Join(c.checkKeys(ctx, tableName), c.checkLifetimes(ctx, tableName)) },
		},
		{
			claim: "each directory of functions/ is a function with the environment of template.yaml",
			run:   func() error { return c.checkFunctions(ctx, tableName) },
		},
		{
			claim: "each function's role grants exactly what template.yaml grants",
			run:   func() error { return c.checkPolicies(ctx, tableName) },
		},
		{
			claim: "the API has the routes of pkg/api/openapi.yaml, on stage v1",
			run:   func() error { return c.checkRoutes(ctx) },
		},
		{
			claim: "each job runs hourly, retries twice, and sends failures to its queue",
			run:   func() error { return c.checkSchedules(ctx) },
		},
		{
			claim: "logs are kept for 30 days, and the dashboard exists",
			run:   func() error { return c.checkObservability(ctx) },
		},
		{
			claim: "the stack exports the authorizer's alias",
			run:   func() error { return c.checkExport(ctx) },
		},
	}
}

// changeSteps are what an operator does with a stack, in this order.
func (c *cloud) changeSteps(ctx context.Context, tableName string, earlier release) []step {
	return []step{
		{
			claim: "the same deployment again changes nothing",
			run:   func() error { return c.checkSame(ctx) },
		},
		{
			claim: "a changed parameter reaches the functions and API Gateway, and goes back",
			run:   func() error { return c.checkParameters(ctx) },
		},
		{
			claim: "a domain moves the console's address, and its removal moves it back",
			run:   func() error { return c.checkDomain(ctx) },
		},
		{
			claim: "the commands of docs/operating.md restore the table, without settings",
			run:   func() error { return c.checkRestore(ctx, tableName) },
		},
		{
			claim: "the restored table gets the settings, the stack uses it and admits its tokens, and goes back",
			run:   func() error { return c.checkRestored(ctx, tableName) },
		},
		{
			claim: "a second region serves a copy of the table, and its data goes back",
			run:   func() error { return c.checkSecondRegion(ctx, tableName) },
		},
		{
			claim: "an upgrade from an earlier commit publishes a version, keeps the data, and admits its tokens",
			run:   func() error { return c.checkUpgrade(ctx, earlier) },
		},
		{
			claim: "a deleted stack keeps its table and its user pool, and the next deployment adopts them",
			run:   func() error { return c.checkAdoption(ctx, tableName) },
		},
		{
			claim: "the commands of docs/operating.md remove the data that a deleted stack keeps",
			run:   func() error { return c.checkTearDown(ctx, tableName) },
		},
		{
			claim: "the role of the example workflow allows every request of make deploy and make status",
			run:   c.checkPolicy,
		},
	}
}

// compare returns nil if two values have the same JSON form. Otherwise its error lists the lines that only one form has.
func compare(name string, got, want any) error {
	gotText, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	wantText, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}

	if string(gotText) == string(wantText) {
		return nil
	}

	return fmt.Errorf("%s: got%s\nwant%s", name, linesOnlyIn(gotText, wantText), linesOnlyIn(wantText, gotText))
}

// linesOnlyIn returns the lines of a text that another text does not have.
func linesOnlyIn(text, other []byte) string {
	lines := strings.Split(string(other), "\n")

	var own strings.Builder
	for line := range strings.SplitSeq(string(text), "\n") {
		if !slices.Contains(lines, line) {
			own.WriteString("\n  " + strings.TrimSpace(line))
		}
	}

	return own.String()
}

// checkStacks checks the number of stacks, nested ones included, and that each is complete.
func (c *cloud) checkStacks(ctx context.Context, number int) error {
	var answer struct {
		Stacks []struct{ StackName, StackStatus string }
	}
	if err := c.aws(ctx, &answer, "cloudformation", "describe-stacks"); err != nil {
		return err
	}

	var incomplete []string
	for _, stack := range answer.Stacks {
		if stack.StackStatus != "CREATE_COMPLETE" && stack.StackStatus != "UPDATE_COMPLETE" {
			incomplete = append(incomplete, stack.StackName+" "+stack.StackStatus)
		}
	}

	// The stack itself and its nested stacks for data, the identity provider, observability and, optionally, a domain and a
	// firewall.
	return errors.Join(
		compare("number of stacks", len(answer.Stacks), number),
		compare("incomplete stacks", incomplete, []string(nil)),
	)
}

type keySchema struct{ AttributeName, KeyType string }

type index struct {
	IndexName  string
	KeySchema  []keySchema
	Projection struct{ ProjectionType string }
}

// keyPair returns the key schema of a partition key and a sort key.
func keyPair(partition, sort string) []keySchema {
	return []keySchema{{partition, "HASH"}, {sort, "RANGE"}}
}

// checkTable checks the settings of the one table that the stack creates, and returns its name.
func (c *cloud) checkTable(ctx context.Context) (string, error) {
	var tables struct{ TableNames []string }
	if err := c.aws(ctx, &tables, "dynamodb", "list-tables"); err != nil {
		return "", err
	}

	if len(tables.TableNames) != 1 {
		return "", fmt.Errorf("got the tables %q, want exactly one", tables.TableNames)
	}

	name := tables.TableNames[0]
	var answer struct {
		Table struct{ BillingModeSummary struct{ BillingMode string } }
	}
	if err := c.aws(ctx, &answer, "dynamodb", "describe-table", "--table-name", name); err != nil {
		return name, err
	}

	return name, errors.Join(
		compare("billing", answer.Table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST"),
		c.checkKeys(ctx, name),
		c.checkLifetimes(ctx, name),
	)
}

// checkKeys checks a table's keys and indexes, and that the table is protected from deletion.
func (c *cloud) checkKeys(ctx context.Context, name string) error {
	var answer struct {
		Table struct {
			KeySchema                 []keySchema
			GlobalSecondaryIndexes    []index
			DeletionProtectionEnabled any
		}
	}
	if err := c.aws(ctx, &answer, "dynamodb", "describe-table", "--table-name", name); err != nil {
		return err
	}

	first := index{IndexName: table.Index1, KeySchema: keyPair(table.AttrGSI1PK, table.AttrGSI1SK)}
	first.Projection.ProjectionType = "ALL"
	second := index{IndexName: table.Index2, KeySchema: keyPair(table.AttrGSI2PK, table.AttrGSI2SK)}
	second.Projection.ProjectionType = "KEYS_ONLY"

	return errors.Join(
		compare("key", answer.Table.KeySchema, keyPair(table.AttrPK, table.AttrSK)),
		compare("indexes", answer.Table.GlobalSecondaryIndexes, []index{first, second}),
		compare("deletion protection", fmt.Sprint(answer.Table.DeletionProtectionEnabled), "true"),
	)
}

// checkLifetimes checks a table's time to live and point-in-time recovery.
func (c *cloud) checkLifetimes(ctx context.Context, name string) error {
	var ttl struct {
		TimeToLiveDescription struct{ TimeToLiveStatus, AttributeName string }
	}
	if err := c.aws(ctx, &ttl, "dynamodb", "describe-time-to-live", "--table-name", name); err != nil {
		return err
	}

	var backups struct {
		ContinuousBackupsDescription struct {
			PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
		}
	}
	if err := c.aws(ctx, &backups, "dynamodb", "describe-continuous-backups", "--table-name", name); err != nil {
		return err
	}

	timeToLive := ttl.TimeToLiveDescription.TimeToLiveStatus + " " + ttl.TimeToLiveDescription.AttributeName
	recovery := backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus

	return errors.Join(
		compare("time to live", timeToLive, "ENABLED "+table.AttrTTL),
		compare("point-in-time recovery", recovery, "ENABLED"),
	)
}

type function struct {
	FunctionName string
	Version      string
	CodeSha256   string
	Runtime      string
	Handler      string
	Role         string
	Timeout      int
	MemorySize   int
	CodeSize     int

	// On AWS all variables are strings, but moto returns numbers as numbers.
	Environment struct{ Variables map[string]any }
}

// functions returns the deployed functions by their name without the stack's.
func (c *cloud) functions(ctx context.Context) (map[string]function, error) {
	var answer struct{ Functions []function }
	if err := c.aws(ctx, &answer, "lambda", "list-functions"); err != nil {
		return nil, err
	}

	functions := map[string]function{}
	for _, f := range answer.Functions {
		functions[strings.TrimPrefix(f.FunctionName, stackName+"-")] = f
	}

	return functions, nil
}

func (c *cloud) checkFunctions(ctx context.Context, tableName string) error {
	deployed, err := c.functions(ctx)
	if err != nil {
		return err
	}

	described, err := template.Load(filepath.Join(c.root, "template.yaml"), nil)
	if err != nil {
		return fmt.Errorf("read the template: %w", err)
	}

	var names []string
	for _, want := range described.Functions {
		names = append(names, want.Name)
	}

	slices.Sort(names)

	failures := []error{compare("functions", slices.Sorted(maps.Keys(deployed)), names)}
	for _, want := range described.Functions {
		failures = append(failures, deployed[want.Name].check(want, tableName))
	}

	return errors.Join(failures...)
}

// minCodeSize is a size in bytes that the zip file of every Go program exceeds.
const minCodeSize = 500_000

// check compares a deployed function with its description in template.yaml.
func (f function) check(want template.Function, tableName string) error {
	maps.DeleteFunc(want.Environment, func(name, _ string) bool { return strings.HasPrefix(name, "AWS_") })
	gotNames, wantNames := slices.Sorted(maps.Keys(f.Environment.Variables)), slices.Sorted(maps.Keys(want.Environment))

	failures := []error{
		compare(want.Name+": variables", gotNames, wantNames),
		compare(want.Name+": table", f.Environment.Variables["TABLE_NAME"], tableName),
		compare(want.Name+": runtime and handler", f.Runtime+" "+f.Handler, "provided.al2023 bootstrap"),
		compare(want.Name+": timeout", f.Timeout, int(want.Timeout.Seconds())),
		compare(want.Name+": memory", f.MemorySize, want.MemoryMB),
	}

	if f.CodeSize < minCodeSize {
		err := fmt.Errorf("%s: the code has %d bytes, want at least %d", want.Name, f.CodeSize, minCodeSize)
		failures = append(failures, err)
	}

	for name, value := range f.Environment.Variables {
		text := fmt.Sprint(value)
		if text == "" && want.Environment[name] != "" || strings.Contains(text, "${") {
			err := fmt.Errorf("%s: the variable %s is %q, want a value without substitutions", want.Name, name, text)
			failures = append(failures, err)
		}
	}

	return errors.Join(failures...)
}

func (c *cloud) checkPolicies(ctx context.Context, tableName string) error {
	functions, err := c.functions(ctx)
	if err != nil {
		return err
	}

	var answer struct {
		RoleDetailList []struct {
			Arn            string
			RolePolicyList []struct{ PolicyDocument map[string]any }
		}
	}
	if err := c.aws(ctx, &answer, "iam", "get-account-authorization-details", "--filter", "Role"); err != nil {
		return err
	}

	policies := map[string]any{}
	for name, f := range functions {
		for _, role := range answer.RoleDetailList {
			for _, policy := range role.RolePolicyList {
				if role.Arn == f.Role && !isForDeadLetters(policy.PolicyDocument) {
					policies[name] = append(asList(policies[name]), policy.PolicyDocument)
				}
			}
		}
	}

	for name := range policies {
		policies[name] = templates.Emulated(policies[name])
	}

	guard, err := iam.New(templates.Schema, policies)
	if err != nil {
		return fmt.Errorf("read the deployed policies: %w", err)
	}

	want, err := templates.Grants(filepath.Join(c.root, "template.yaml"), tableName)
	if err != nil {
		return err
	}

	// The template's reader names the configuration set after its logical ID. Its real name is the stack's.
	lines := texts(want)
	for i := range lines {
		lines[i] = strings.ReplaceAll(lines[i], "/"+stackName+"-MailConfiguration", "/"+stackName)
	}

	return compare("grants", texts(guard.Unused()), lines)
}

func texts(grants []iam.Grant) []string {
	lines := make([]string, len(grants))
	for i, grant := range grants {
		lines[i] = grant.String()
	}

	return lines
}

// isForDeadLetters reports whether a policy allows sending to a queue. SAM adds such a policy for failed invocations, so
// template.yaml does not list it.
func isForDeadLetters(policy map[string]any) bool {
	text, err := json.Marshal(policy)
	return err == nil && strings.Contains(string(text), "sqs:SendMessage")
}

func asList(value any) []any {
	list, _ := value.([]any)
	return list
}

func (c *cloud) checkRoutes(ctx context.Context) error {
	var apis struct{ Items []struct{ ID, Name string } }
	if err := c.aws(ctx, &apis, "apigateway", "get-rest-apis"); err != nil {
		return err
	}

	if len(apis.Items) != 1 || apis.Items[0].Name != stackName {
		return fmt.Errorf("got the APIs %v, want one with the name %s", apis.Items, stackName)
	}

	id := apis.Items[0].ID

	var stages struct{ Item []struct{ StageName string } }
	if err := c.aws(ctx, &stages, "apigateway", "get-stages", "--rest-api-id", id); err != nil {
		return err
	}

	deployed, err := c.routes(ctx, id)
	if err != nil {
		return err
	}

	described, err := description.Load(filepath.Join(c.root, description.File))
	if err != nil {
		return err
	}

	want := described.Routes()
	for _, route := range slices.Collect(maps.Keys(want)) {
		_, path, _ := strings.Cut(route, " ")
		want[http.MethodOptions+" "+path] = "" // API Gateway answers preflight requests without a function
	}

	return errors.Join(
		compare("stages", stages.Item, []struct{ StageName string }{{"v1"}}),
		compare("routes", deployed, want),
	)
}

// routes returns the function of each deployed route, by method and path; "" for what API Gateway answers itself.
func (c *cloud) routes(ctx context.Context, api string) (map[string]string, error) {
	var answer struct {
		Items []struct {
			Path            string
			ResourceMethods map[string]struct {
				MethodIntegration struct{ URI string }
			}
		}
	}
	err := c.aws(ctx, &answer, "apigateway", "get-resources",
		"--rest-api-id", api, "--embed", "methods", "--limit", "500")
	if err != nil {
		return nil, err
	}

	routes := map[string]string{}
	for _, resource := range answer.Items {
		for method, details := range resource.ResourceMethods {
			_, function, _ := strings.Cut(details.MethodIntegration.URI, ":function:"+stackName+"-")
			routes[method+" "+resource.Path] = strings.TrimSuffix(function, "/invocations")
		}
	}

	return routes, nil
}

// jobs lists the scheduled functions and the queues of what they failed to do.
var jobs = map[string]string{
	stackName + "-lease-sweep": stackName + "-sweep-dead-letters",
	stackName + "-lease-warn":  stackName + "-warn-dead-letters",
}

func (c *cloud) checkSchedules(ctx context.Context) error {
	var rules struct {
		Rules []struct{ Name, State, ScheduleExpression string }
	}
	if err := c.aws(ctx, &rules, "events", "list-rules"); err != nil {
		return err
	}

	if len(rules.Rules) != len(jobs) {
		return fmt.Errorf("got the rules %v, want one for each of %v", rules.Rules, jobs)
	}

	found := map[string]bool{}
	var failed error
	for _, rule := range rules.Rules {
		failed = errors.Join(failed, compare("rule", rule.State+" "+rule.ScheduleExpression, "ENABLED rate(1 hour)"))

		function, err := c.checkTarget(ctx, rule.Name)
		failed = errors.Join(failed, err)
		found[function] = true
	}

	for function := range jobs {
		if !found[function] {
			failed = errors.Join(failed, fmt.Errorf("no rule invokes %s", function))
		}
	}

	var queues struct{ QueueUrls []string }
	if err := c.aws(ctx, &queues, "sqs", "list-queues"); err != nil {
		return err
	}

	got := make([]string, len(queues.QueueUrls))
	for i, address := range queues.QueueUrls {
		got[i] = last(address, "/")
	}

	slices.Sort(got)

	return errors.Join(failed, compare("queues", strings.Join(got, " "), strings.Join(slices.Sorted(maps.Values(jobs)), " ")))
}

// checkTarget returns the function that a rule invokes.
func (c *cloud) checkTarget(ctx context.Context, rule string) (function string, err error) {
	type target struct {
		Arn              string
		DeadLetterConfig struct{ Arn string }
		RetryPolicy      struct{ MaximumRetryAttempts int }
	}

	var targets struct{ Targets []target }
	if err := c.aws(ctx, &targets, "events", "list-targets-by-rule", "--rule", rule); err != nil {
		return "", err
	}

	if len(targets.Targets) != 1 {
		return "", fmt.Errorf("%s has the targets %v, want one", rule, targets.Targets)
	}

	job := targets.Targets[0]
	function = last(job.Arn, ":")

	return function, errors.Join(
		compare("retries of "+function, job.RetryPolicy.MaximumRetryAttempts, 2),
		compare("queue of "+function, last(job.DeadLetterConfig.Arn, ":"), jobs[function]),
	)
}

// last returns the part of a text after the last separator.
func last(text, separator string) string { return text[strings.LastIndex(text, separator)+1:] }

func (c *cloud) checkObservability(ctx context.Context) error {
	type group struct {
		LogGroupName    string
		RetentionInDays int
	}

	var logs struct{ LogGroups []group }
	if err := c.aws(ctx, &logs, "logs", "describe-log-groups"); err != nil {
		return err
	}

	var dashboards struct {
		DashboardEntries []struct{ DashboardName string }
	}
	if err := c.aws(ctx, &dashboards, "cloudwatch", "list-dashboards"); err != nil {
		return err
	}

	prefix := "/leasehold/" + stackName
	return errors.Join(
		compare("log groups", logs.LogGroups, []group{{prefix + "/access", 30}, {prefix + "/functions", 30}}),
		compare("dashboards", dashboards.DashboardEntries, []struct{ DashboardName string }{{stackName}}),
	)
}

func (c *cloud) checkExport(ctx context.Context) error {
	var answer struct {
		Exports []struct{ Name, Value string }
	}
	if err := c.aws(ctx, &answer, "cloudformation", "list-exports"); err != nil {
		return err
	}

	if len(answer.Exports) != 1 {
		return fmt.Errorf("got the exports %v, want exactly one", answer.Exports)
	}

	export := answer.Exports[0]
	_, function, _ := strings.Cut(export.Value, ":function:")
	return compare("export", export.Name+" "+function, stackName+"-authorizer-arn "+stackName+"-authorizer:live")
}
