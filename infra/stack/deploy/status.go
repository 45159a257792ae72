package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// status prints what is deployed. It changes nothing, except that the option --drift makes CloudFormation look for drift.
func (d *deployment) status(ctx context.Context) error {
	if err := d.open(ctx); err != nil {
		return err
	}

	stack, err := d.Stack(ctx, d.stack)
	if err != nil {
		return err
	}

	if stack == nil {
		return fmt.Errorf("there is no stack %s in account %s, region %s", d.stack, d.accountID, d.Region)
	}

	nested, err := d.nested(ctx)
	if err != nil {
		return err
	}

	if d.drift {
		for _, name := range append([]string{d.stack}, names(nested)...) {
			if err := d.detectDrift(ctx, name); err != nil {
				return err
			}
		}

		// The stacks have the new results.
		if stack, err = d.Stack(ctx, d.stack); err != nil {
			return err
		}

		if nested, err = d.nested(ctx); err != nil {
			return err
		}
	}

	d.line("stack", "%s in account %s, region %s", d.stack, d.accountID, d.Region)
	d.line("state", "%s since %s", stack.StackStatus, latest(stack))
	if action, why := next(stack); action == refuse {
		d.line("", "%s", why)
	}

	// The parts that follow are independent, so one that can't be read does not hide the others.
	return errors.Join(
		d.printVersion(ctx),
		d.printStack(stack, nested),
		d.printAuthorizer(ctx, stack),
		d.printAlarms(ctx),
		d.printRun(ctx, "last sweep", "lease-sweep"),
		d.printRun(ctx, "last notices", "lease-warn"),
	)
}

// line prints one line of the status. A line without a name continues the one before.
func (d *deployment) line(name, format string, arguments ...any) {
	fmt.Fprintf(d.out, "%-12s %s\n", name, fmt.Sprintf(format, arguments...))
}

func latest(s *account.Stack) string {
	if s.LastUpdatedTime != "" {
		return s.LastUpdatedTime
	}

	return s.CreationTime
}

func names(stacks []account.Stack) []string {
	all := make([]string, len(stacks))
	for i := range stacks {
		all[i] = stacks[i].StackName
	}

	return all
}

// nested returns the stacks that are part of this one, by name.
func (d *deployment) nested(ctx context.Context) ([]account.Stack, error) {
	stacks, err := d.Stacks(ctx)
	if err != nil {
		return nil, err
	}

	parent := slices.IndexFunc(stacks, func(s account.Stack) bool { return s.StackName == d.stack })
	if parent < 0 {
		return nil, nil
	}

	id := stacks[parent].StackID
	stacks = slices.DeleteFunc(stacks, func(s account.Stack) bool { return s.ParentID != id })
	slices.SortFunc(stacks, func(a, b account.Stack) int { return strings.Compare(a.StackName, b.StackName) })
	return stacks, nil
}

// pause is the time between two questions whether CloudFormation has finished, and patience the time for all.
const (
	pause    = 5 * time.Second
	patience = 10 * time.Minute
)

// detectDrift makes CloudFormation compare a stack with its resources, and waits for the result.
func (d *deployment) detectDrift(ctx context.Context, stack string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	var started struct{ StackDriftDetectionID string }
	if err := d.Ask(ctx, &started, "cloudformation", "detect-stack-drift", "--stack-name", stack); err != nil {
		return fmt.Errorf("detect the drift of %s: %w", stack, err)
	}

	for {
		var detection struct{ DetectionStatus, DetectionStatusReason string }
		err := d.Ask(ctx, &detection, "cloudformation", "describe-stack-drift-detection-status",
			"--stack-drift-detection-id", started.StackDriftDetectionID)
		if err != nil {
			return fmt.Errorf("detect the drift of %s: %w", stack, err)
		}

		if detection.DetectionStatus != "DETECTION_IN_PROGRESS" {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("detect the drift of %s: %w", stack, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// printVersion prints the version that the deployment wrote into the template.
func (d *deployment) printVersion(ctx context.Context) error {
	var summary struct{ Metadata string }
	if err := d.Ask(ctx, &summary, "cloudformation", "get-template-summary", "--stack-name", d.stack); err != nil {
		return fmt.Errorf("read the version: %w", err)
	}

	// A stack of an earlier release has no version.
	deployed := "unknown"
	var metadata map[string]any
	if err := json.Unmarshal([]byte(summary.Metadata), &metadata); err == nil {
		if version, ok := metadata[versionKey].(string); ok {
			deployed = version
		}
	}

	d.line("version", "%s (this checkout: %s)", deployed, d.version(ctx))
	return nil
}

// printStack prints the addresses, the parameters that are not the defaults, and the drift.
func (d *deployment) printStack(stack *account.Stack, nested []account.Stack) error {
	d.line("API", "%s", stack.Output("Url"))
	d.line("console", "%s", stack.Output(consoleParameter))
	d.line("dashboard", "%s", stack.Output("DashboardUrl"))
	d.line("table", "%s", stack.Output("TableName"))

	name := "parameters"
	for _, p := range d.template.parameters {
		if value, ok := stack.Values()[p.Name]; ok && value != p.Default {
			d.line(name, "%s = %s", p.Name, value)
			name = ""
		}
	}

	if name != "" {
		d.line(name, "all have the defaults of template.yaml")
	}

	protection := "off"
	if stack.EnableTerminationProtection {
		protection = "on"
	}

	d.line("protection", "from deletion of the stack: %s", protection)

	name = "drift"
	for _, s := range append([]account.Stack{*stack}, nested...) {
		drift := s.DriftInformation
		switch drift.LastCheckTimestamp {
		case "":
			d.line(name, "%s: not checked. Add --drift", s.StackName)
		default:
			d.line(name, "%s: %s at %s", s.StackName, drift.StackDriftStatus, drift.LastCheckTimestamp)
		}

		name = ""
	}

	return nil
}

// printAuthorizer prints the version of the authorizer that API Gateway calls, and for how long API Gateway reuses its
// answers.
func (d *deployment) printAuthorizer(ctx context.Context, stack *account.Stack) error {
	var alias struct {
		FunctionVersion string
		RoutingConfig   struct{ AdditionalVersionWeights map[string]float64 }
	}

	err := d.Ask(ctx, &alias, "lambda", "get-alias", "--function-name", d.stack+"-authorizer", "--name", "live")
	if err != nil {
		return fmt.Errorf("read the authorizer's version: %w", err)
	}

	canary := ""
	for version, weight := range alias.RoutingConfig.AdditionalVersionWeights {
		canary = fmt.Sprintf(", and version %s with %.0f %% of the calls", version, 100*weight)
	}

	d.line("authorizer", "version %s%s", alias.FunctionVersion, canary)

	seconds, err := d.cacheSeconds(ctx)
	if err != nil {
		return err
	}

	want := stack.Values()["AuthorizerCacheSeconds"]
	d.line("", "API Gateway reuses its answers for %s seconds (AuthorizerCacheSeconds is %s)", seconds, want)
	if seconds != want {
		return fmt.Errorf("API Gateway reuses the authorizer's answers for %s seconds instead of %s", seconds, want)
	}

	return nil
}

// printAlarms prints the alarms that are not OK.
func (d *deployment) printAlarms(ctx context.Context) error {
	var answer struct {
		MetricAlarms []struct{ AlarmName, StateValue, StateReason string }
	}
	if err := d.Ask(ctx, &answer, "cloudwatch", "describe-alarms", "--alarm-name-prefix", d.stack+"-"); err != nil {
		return fmt.Errorf("read the alarms: %w", err)
	}

	silent := 0
	for _, alarm := range answer.MetricAlarms {
		if alarm.StateValue == "OK" {
			silent++
		}
	}

	d.line("alarms", "%d of %d are OK", silent, len(answer.MetricAlarms))
	for _, alarm := range answer.MetricAlarms {
		if alarm.StateValue != "OK" {
			d.line("", "%s is %s: %s", alarm.AlarmName, alarm.StateValue, alarm.StateReason)
		}
	}

	return nil
}

// runWindow is how far back the status looks for a run of an hourly job.
const runWindow = 24 * time.Hour

// printRun prints when the function of an hourly job ran last.
func (d *deployment) printRun(ctx context.Context, name, function string) error {
	end := time.Now().UTC()

	var answer struct {
		Datapoints []struct{ Timestamp time.Time }
	}

	err := d.Ask(ctx, &answer, "cloudwatch", "get-metric-statistics",
		"--namespace", "AWS/Lambda", "--metric-name", "Invocations", "--statistics", "Sum", "--period", "60",
		"--dimensions", "Name=FunctionName,Value="+d.stack+"-"+function,
		"--start-time", end.Add(-runWindow).Format(time.RFC3339), "--end-time", end.Format(time.RFC3339))
	if err != nil {
		return fmt.Errorf("read when %s ran: %w", function, err)
	}

	var last time.Time
	for _, point := range answer.Datapoints {
		if point.Timestamp.After(last) {
			last = point.Timestamp
		}
	}

	if last.IsZero() {
		d.line(name, "none in the last %.0f hours", runWindow.Hours())
		return nil
	}

	d.line(name, "%s, %.0f minutes ago", last.Format(time.RFC3339), end.Sub(last).Minutes())
	return nil
}
