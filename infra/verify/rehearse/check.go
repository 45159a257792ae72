package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// check looks at everything, prints what holds and returns all that does not.
func (c *cloud) check(ctx context.Context) error {
	tableName, err := c.checkTable(ctx)
	failures := []error{err}
	fmt.Println()

	for _, check := range []struct {
		what string
		run  func() error
	}{
		{"every stack is complete", func() error { return c.checkStacks(ctx) }},
		{"the table has the keys, indexes and time to live of pkg/table, and is protected", func() error { return err }},
		{"one function per directory, with the environment that template.yaml gives it", func() error { return c.checkFunctions(ctx, tableName) }},
		{"each function's role grants what template.yaml grants, and no more", func() error { return c.checkPolicies(ctx, tableName) }},
		{"the API's routes are the operations of pkg/api/openapi.yaml, on stage v1", func() error { return c.checkRoutes(ctx) }},
		{"the sweep runs hourly, retries twice, and what fails goes to its queue", func() error { return c.checkSchedule(ctx) }},
		{"logs are kept for 30 days, and the dashboard is there", func() error { return c.checkObservability(ctx) }},
		{"the authorizer's alias is exported", func() error { return c.checkExport(ctx) }},
		{"the commands of docs/operating.md restore the table, with all that a restore leaves out", func() error { return c.checkRestore(ctx, tableName) }},
		{"the commands of docs/operating.md remove the data that a deleted stack keeps", func() error { return c.checkTearDown(ctx, tableName) }},
	} {
		failure := check.run()
		verdict := "holds  "
		if failure != nil {
			verdict = "FAILS  "
			failures = append(failures, fmt.Errorf("%s: %w", check.what, failure))
		}

		fmt.Println(verdict, check.what)
	}

	return errors.Join(failures[1:]...)
}

// differ is nil if two values are written alike as JSON; else it says which lines of it one of them has alone.
func differ(what string, got, want any) error {
	is, err := json.MarshalIndent(got, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}

	should, err := json.MarshalIndent(want, "", " ")
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}

	if string(is) == string(should) {
		return nil
	}

	return fmt.Errorf("%s: there is%s\nand there should be%s", what, only(is, should), only(should, is))
}

// only are the lines of a text that are not in another.
func only(text, other []byte) string {
	lines := strings.Split(string(other), "\n")
	var own strings.Builder
	for line := range strings.SplitSeq(string(text), "\n") {
		if !slices.Contains(lines, line) {
			own.WriteString("\n  " + strings.TrimSpace(line))
		}
	}

	return own.String()
}

func (c *cloud) checkStacks(ctx context.Context) error {
	var answer struct {
		Stacks []struct{ StackName, StackStatus string }
	}
	if err := c.aws(ctx, &answer, "cloudformation", "describe-stacks"); err != nil {
		return err
	}

	var incomplete []string
	for _, stack := range answer.Stacks {
		if stack.StackStatus != "CREATE_COMPLETE" {
			incomplete = append(incomplete, stack.StackName+" "+stack.StackStatus)
		}
	}

	// The stack itself, data, identity provider and observability; a domain is made only on request.
	return errors.Join(differ("number of stacks", len(answer.Stacks), 4), differ("incomplete stacks", incomplete, []string(nil)))
}

type keySchema struct{ AttributeName, KeyType string }

type index struct {
	IndexName  string
	KeySchema  []keySchema
	Projection struct{ ProjectionType string }
}

func both(partition, sort string) []keySchema {
	return []keySchema{{partition, "HASH"}, {sort, "RANGE"}}
}

// checkTable also returns the table's name.
func (c *cloud) checkTable(ctx context.Context) (string, error) {
	var tables struct{ TableNames []string }
	if err := c.aws(ctx, &tables, "dynamodb", "list-tables"); err != nil {
		return "", err
	}

	if len(tables.TableNames) != 1 {
		return "", fmt.Errorf("there are the tables %q, and there should be one", tables.TableNames)
	}

	name := tables.TableNames[0]
	var answer struct {
		Table struct{ BillingModeSummary struct{ BillingMode string } }
	}
	if err := c.aws(ctx, &answer, "dynamodb", "describe-table", "--table-name", name); err != nil {
		return name, err
	}

	return name, errors.Join(
		differ("billing", answer.Table.BillingModeSummary.BillingMode, "PAY_PER_REQUEST"),
		c.checkKeys(ctx, name), c.checkLifetimes(ctx, name),
	)
}

// checkKeys also checks that the table is protected from deletion.
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

	first, second := index{table.Index1, both(table.AttrGSI1PK, table.AttrGSI1SK), struct{ ProjectionType string }{"ALL"}},
		index{table.Index2, both(table.AttrGSI2PK, table.AttrGSI2SK), struct{ ProjectionType string }{"KEYS_ONLY"}}
	return errors.Join(
		differ("key", answer.Table.KeySchema, both(table.AttrPK, table.AttrSK)),
		differ("indexes", answer.Table.GlobalSecondaryIndexes, []index{first, second}),
		differ("deletion protection", fmt.Sprint(answer.Table.DeletionProtectionEnabled), "true"),
	)
}

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

	return errors.Join(
		differ("time to live", ttl.TimeToLiveDescription, struct{ TimeToLiveStatus, AttributeName string }{"ENABLED", table.AttrTTL}),
		differ("point-in-time recovery", backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus, "ENABLED"),
	)
}

type function struct {
	FunctionName, Runtime, Handler, Role string
	Timeout, MemorySize, CodeSize        int
	// Variables are text on AWS; moto keeps numbers as they are.
	Environment struct{ Variables map[string]any }
}

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

	directories, err := templates.Directories(filepath.Join(c.root, "functions"))
	if err != nil {
		return err
	}

	failures := []error{differ("functions", slices.Sorted(maps.Keys(deployed)), directories)}
	for _, want := range described.Functions {
		failures = append(failures, deployed[want.Name].differFrom(want, tableName))
	}

	return errors.Join(failures...)
}

// smallest is less than any Go program's zip; what is smaller holds no function.
const smallest = 500_000

func (f function) differFrom(want template.Function, tableName string) error {
	maps.DeleteFunc(want.Environment, func(name, _ string) bool { return strings.HasPrefix(name, "AWS_") })
	failures := []error{
		differ(want.Name+": variables", slices.Sorted(maps.Keys(f.Environment.Variables)), slices.Sorted(maps.Keys(want.Environment))),
		differ(want.Name+": table", f.Environment.Variables["TABLE_NAME"], tableName),
		differ(want.Name+": runtime and handler", f.Runtime+" "+f.Handler, "provided.al2023 bootstrap"),
		differ(want.Name+": timeout and memory", []int{f.Timeout, f.MemorySize}, []int{int(want.Timeout.Seconds()), want.MemoryMB}),
	}
	if f.CodeSize < smallest {
		failures = append(failures, fmt.Errorf("%s: its code has %d bytes", want.Name, f.CodeSize))
	}

	for name, value := range f.Environment.Variables {
		if text := fmt.Sprint(value); text == "" || strings.Contains(text, "${") {
			failures = append(failures, fmt.Errorf("%s: %s is %q", want.Name, name, text))
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
				if role.Arn == f.Role && !fromDestination(policy.PolicyDocument) {
					policies[name] = append(asList(policies[name]), policy.PolicyDocument)
				}
			}
		}
	}

	guard, err := iam.New(templates.Schema, policies)
	if err != nil {
		return fmt.Errorf("read the deployed policies: %w", err)
	}

	want, err := templates.Grants(filepath.Join(c.root, "template.yaml"), tableName)
	if err != nil {
		return err
	}

	return differ("grants", lines(guard.Unused()), lines(want))
}

func lines(grants []iam.Grant) []string {
	texts := make([]string, len(grants))
	for i, grant := range grants {
		texts[i] = grant.String()
	}

	return texts
}

// fromDestination tells whether SAM made the policy, for the queue that failed invocations go to.
func fromDestination(policy map[string]any) bool {
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
		return fmt.Errorf("the APIs are %v", apis.Items)
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

	return errors.Join(differ("stages", stages.Item, []struct{ StageName string }{{"v1"}}), differ("routes", deployed, described.Routes()))
}

// routes gives the function by method and path.
func (c *cloud) routes(ctx context.Context, api string) (map[string]string, error) {
	var answer struct {
		Items []struct {
			Path            string
			ResourceMethods map[string]struct {
				MethodIntegration struct{ URI string }
			}
		}
	}
	if err := c.aws(ctx, &answer, "apigateway", "get-resources", "--rest-api-id", api, "--embed", "methods", "--limit", "500"); err != nil {
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

func (c *cloud) checkSchedule(ctx context.Context) error {
	var rules struct {
		Rules []struct{ Name, State, ScheduleExpression string }
	}
	if err := c.aws(ctx, &rules, "events", "list-rules"); err != nil {
		return err
	}

	if len(rules.Rules) != 1 {
		return fmt.Errorf("the rules are %v", rules.Rules)
	}

	type target struct {
		Arn              string
		DeadLetterConfig struct{ Arn string }
		RetryPolicy      struct{ MaximumRetryAttempts int }
	}

	var targets struct{ Targets []target }
	if err := c.aws(ctx, &targets, "events", "list-targets-by-rule", "--rule", rules.Rules[0].Name); err != nil {
		return err
	}

	var queues struct{ QueueUrls []string }
	if err := c.aws(ctx, &queues, "sqs", "list-queues"); err != nil {
		return err
	}

	if len(targets.Targets) != 1 || len(queues.QueueUrls) != 1 {
		return fmt.Errorf("targets %v, queues %q", targets.Targets, queues.QueueUrls)
	}

	sweep, queue := targets.Targets[0], stackName+"-sweep-dead-letters"
	return errors.Join(
		differ("rule", rules.Rules[0].State+" "+rules.Rules[0].ScheduleExpression, "ENABLED rate(1 hour)"),
		differ("target", last(sweep.Arn, ":"), stackName+"-lease-sweep"),
		differ("retries", sweep.RetryPolicy.MaximumRetryAttempts, 2),
		differ("dead letters", last(sweep.DeadLetterConfig.Arn, ":"), queue),
		differ("queue", last(queues.QueueUrls[0], "/"), queue),
	)
}

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

	return errors.Join(
		differ("log groups", logs.LogGroups, []group{{"/leasehold/" + stackName + "/access", 30}, {"/leasehold/" + stackName + "/functions", 30}}),
		differ("dashboards", dashboards.DashboardEntries, []struct{ DashboardName string }{{stackName}}),
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
		return fmt.Errorf("the exports are %v", answer.Exports)
	}

	export := answer.Exports[0]
	_, function, _ := strings.Cut(export.Value, ":function:")
	return differ("export", export.Name+" "+function, stackName+"-authorizer-arn "+stackName+"-authorizer:live")
}
