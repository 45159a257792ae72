// Package schedule invokes functions at the rates that the template declares, as EventBridge does.
package schedule

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// Invoker calls a function with an event.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Outcome is the result of a scheduled invocation: the function's output or its error.
type Outcome struct {
	Function string          `json:"function"`
	Output   json.RawMessage `json:"output,omitempty"`
	Error    string          `json:"error,omitempty"`
}

var rateExpression = regexp.MustCompile(`^rate\((\d+) (minute|hour|day)s?\)$`)

var units = map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}

// Every returns the period of a rate(...) expression. A cron(...) expression is not periodic: the emulator runs it only
// at the start and on demand.
func Every(expression string) (period time.Duration, periodic bool, err error) {
	if strings.HasPrefix(expression, "cron(") {
		return 0, false, nil
	}

	match := rateExpression.FindStringSubmatch(expression)
	if match == nil {
		return 0, false, fmt.Errorf("the schedule %q is neither rate(...) nor cron(...)", expression)
	}

	count, err := strconv.Atoi(match[1])
	if err != nil || count == 0 {
		return 0, false, fmt.Errorf("the schedule %q needs a number of at least 1", expression)
	}

	return time.Duration(count) * units[match[2]], true, nil
}

// Event returns the schedule's input, or EventBridge's scheduled event for the given time if it has none.
func Event(schedule template.Schedule, at time.Time) []byte {
	if schedule.Input != "" {
		return []byte(schedule.Input)
	}

	rule := "arn:aws:events:" + lambda.Region + ":" + lambda.AccountID + ":rule/" + schedule.Rule
	event, _ := json.Marshal(map[string]any{
		"version":     "0",
		"id":          strings.ToLower(rand.Text()),
		"detail-type": "Scheduled Event",
		"source":      "aws.events",
		"account":     lambda.AccountID,
		"time":        at.UTC().Format(time.RFC3339),
		"region":      lambda.Region,
		"resources":   []string{rule},
		"detail":      map[string]any{},
	})

	return event
}

// RunAll invokes every scheduled function once, one after the other.
func RunAll(ctx context.Context, schedules []template.Schedule, invoker Invoker) []Outcome {
	outcomes := []Outcome{}
	for _, schedule := range schedules {
		outcomes = append(outcomes, run(ctx, schedule, invoker))
	}

	return outcomes
}

func run(ctx context.Context, schedule template.Schedule, invoker Invoker) Outcome {
	output, err := invoker.Invoke(ctx, schedule.Function, Event(schedule, time.Now()))
	if err != nil {
		return Outcome{Function: schedule.Function, Error: err.Error()}
	}

	return Outcome{Function: schedule.Function, Output: output}
}

// Keep runs every schedule immediately and then at its rate. It passes each outcome to report, from several goroutines,
// and returns when ctx ends.
func Keep(ctx context.Context, schedules []template.Schedule, invoker Invoker, report func(Outcome)) {
	var group sync.WaitGroup
	for _, schedule := range schedules {
		group.Go(func() { keep(ctx, schedule, invoker, report) })
	}

	group.Wait()
}

func keep(ctx context.Context, schedule template.Schedule, invoker Invoker, report func(Outcome)) {
	report(run(ctx, schedule, invoker))

	period, periodic, err := Every(schedule.Expression)
	if err != nil || !periodic {
		return
	}

	tick := time.NewTicker(period)
	defer tick.Stop()

	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			report(run(ctx, schedule, invoker))
		}
	}
}
