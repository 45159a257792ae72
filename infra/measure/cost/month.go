package cost

import (
	"fmt"
	"math"
	"slices"
)

// Size is the usage of a month.
type Size struct {
	// People is the number of people. Each has one token and signs in on every working day.
	People float64

	// Calls is the number of requests with a personal access token to a REST API behind the authorizer.
	Calls float64
}

// Sizes are the sizes in docs/operating.md.
var Sizes = []Size{{50, 100e3}, {1_000, 10e6}, {20_000, 500e6}}

// The assumptions about a month. Each is an upper bound or a guess, and docs/operating.md lists them.
const (
	hours       = 730
	jobs        = 2 // the functions that run every hour
	workingDays = 22

	// writesPerHour is the maximum number of lease writes per token and hour: one every five minutes.
	writesPerHour = 12

	// authorizerSeconds and functionSeconds are the billed durations of an invocation. They were not measured on
	// Lambda.
	authorizerSeconds = 0.010
	functionSeconds   = 0.020
	authorizerGB      = 0.5
	functionGB        = 0.25

	// accessLine, authorizerLine and functionLine are the bytes that a request adds to each log. bumpLine is what a
	// lease write adds to the authorizer's log.
	accessLine, authorizerLine, functionLine, bumpLine = 870, 290, 600, 280

	// systemLines is what Lambda itself logs of an invocation: its start and its report, with the trace.
	systemLines = 800

	// perPerson is the size of a person's data in the table and its indexes, with audit events, in bytes.
	perPerson = 20e3

	// sampled is the share of requests that X-Ray traces, beyond the first in each second.
	sampled = 0.05

	// customMetrics is the number of metrics of pkg/metric: 3 outcomes, 2 bumps, 7 reasons, 2 of the sweep, 5 of mail,
	// 1 of the console.
	// watched is the number of metrics that alarms watch.
	customMetrics, watched = 20, 25
)

// day lists a person's requests in the console on a working day. Its operations are names in operations.json.
var day = []struct {
	operation string
	times     float64
}{
	{"session-create", 1},
	{"profile-get", 8},
	{"organization-list", 4},
	{"role-list", 4},
	{"token-list", 6},
	{"member-list", 8},
	{"solution-list", 6},
	{"audit-list", 1},
	{"member-get", 1},
	{"profile-update", 0.05},
	{"token-create", 0.05},
	{"token-delete", 0.05},
}

// Line is one line of a month's bill.
type Line struct {
	// What names the service and its unit.
	What string

	// Price is the price per unit.
	Price string

	// Quantity is the number of units, with the unit.
	Quantity string

	// Dollars is the amount in US dollars.
	Dollars float64
}

// demand is the total of a month: requests in the console, read and write units, lease writes (bumps), and lease writes
// that move the token in the lease index (moves).
type demand struct {
	console, reads, writes, bumps, moves float64
}

// demands returns the demand of a month of a size. It returns an error if an operation was not measured.
func demands(s Size, operations []Operation) (demand, error) {
	named := map[string]Operation{}
	for _, o := range operations {
		named[o.Name] = o
	}

	var d demand
	add := func(name string, times float64) error {
		o, known := named[name]
		if !known {
			return fmt.Errorf("operations.json has no operation %q", name)
		}

		d.reads += times * o.ReadUnits
		d.writes += times * o.WriteUnits
		return nil
	}

	d.bumps = min(s.Calls, s.People*hours*writesPerHour)
	d.moves = min(d.bumps, s.People*hours)

	parts := []struct {
		name  string
		times float64
	}{
		{"authorize a token", s.Calls - d.bumps},
		{"authorize a token, with a lease write", d.bumps - d.moves},
		{"authorize a token, with a lease write in a new hour", d.moves},
		{"lease-sweep, nothing expired", hours},
		{"lease-warn, nothing ends soon", hours},
	}

	for _, part := range parts {
		if err := add(part.name, part.times); err != nil {
			return demand{}, err
		}
	}

	for _, o := range day {
		times := o.times * s.People * workingDays
		d.console += times

		if err := add(o.operation, times); err != nil {
			return demand{}, err
		}
	}

	return d, add("authorize a session, with a lease write", d.console)
}

// Month returns the bill of a month of a size.
func Month(s Size, operations []Operation) ([]Line, error) {
	d, err := demands(s, operations)
	if err != nil {
		return nil, err
	}

	requests := s.Calls + d.console
	authorized := requests // counts sign-ins too, which are few
	invocations := authorized + d.console + jobs*hours
	compute := authorized*authorizerGB*authorizerSeconds + (d.console+jobs*hours)*functionGB*functionSeconds
	logged := requests*accessLine + authorized*authorizerLine + (d.bumps+d.console)*bumpLine + d.console*functionLine
	logged = (logged + invocations*systemLines) / 1e9

	// X-Ray traces the first request in each second, and a share of the others.
	first := float64(hours * 3600)
	traced := min(requests, first+sampled*max(0, requests-first))

	million := func(what string, n float64, p Price) Line {
		return Line{
			What:     what,
			Price:    p.String(),
			Quantity: amount(n/1e6) + " M",
			Dollars:  n / 1e6 * p.Dollars,
		}
	}

	each := func(what string, n float64, unit string, p Price) Line {
		return Line{
			What:     what,
			Price:    p.String(),
			Quantity: amount(n) + unit,
			Dollars:  n * p.Dollars,
		}
	}

	return []Line{
		{
			What:     "API Gateway, REST requests",
			Price:    "$3.50 / million, $2.80 above 333 M",
			Quantity: amount(requests/1e6) + " M",
			Dollars:  tiered(requests/1e6, restRequests),
		},
		million("Lambda, requests", invocations, lambdaRequest),
		each("Lambda, compute", compute, " GB-s", lambdaCompute),
		million("DynamoDB, read units", d.reads, readUnit),
		million("DynamoDB, write units", d.writes, writeUnit),
		each("DynamoDB, storage", s.People*perPerson/1e9, " GB", storage),
		each("CloudWatch, logs", logged, " GB", logs),
		{
			What:     "CloudWatch, metrics, alarms, dashboard",
			Price:    "$0.30, $0.10, $3 each",
			Quantity: fmt.Sprintf("%d, %d, 1", customMetrics, watched),
			Dollars:  customMetrics*metrics.Dollars + watched*alarms.Dollars + dashboard.Dollars,
		},
		million("X-Ray, traces", traced, traces),
		each("Cognito, users who sign in", max(0, s.People-10_000), "", signIns),
	}, nil
}

// eventAlarms is the number of metrics that the alarms of infra/stack/events.yaml watch.
const eventAlarms = 4

// eventful lists the operations of a day that write an entry of the audit log.
var eventful = []string{"session-create", "profile-update", "token-create", "token-delete"}

// Events returns what the parameter Events adds to a month of a size. It assumes that no two entries of the audit log go
// through the pipe together, so that each is a request of the pipe and an invocation of its function.
func Events(s Size) Line {
	events := 0.0
	for _, o := range day {
		if slices.Contains(eventful, o.operation) {
			events += o.times * s.People * workingDays
		}
	}

	return Line{
		What:     "With `Events`: pipe, function, event bus, 4 watched metrics",
		Price:    fmt.Sprintf("$%.2f / million events, $%.2f for alarms", 1e6*eventPrice(), eventAlarms*alarms.Dollars),
		Quantity: amount(events/1e6) + " M",
		Dollars:  events*eventPrice() + eventAlarms*alarms.Dollars,
	}
}

// eventPrice returns the price of one event: pipe, bus, and the function with its log.
func eventPrice() float64 {
	return (pipeRequest.Dollars+customEvent.Dollars+lambdaRequest.Dollars)/1e6 +
		functionGB*functionSeconds*lambdaCompute.Dollars + (functionLine+systemLines)/1e9*logs.Dollars
}

// amount formats a number: with three significant figures below 100, else as a whole number with thousands separators.
func amount(n float64) string {
	switch {
	case n == 0:
		return "0"
	case n < 100:
		return fmt.Sprintf("%.3g", n)
	}

	digits := fmt.Sprintf("%.0f", math.Round(n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}

	return digits
}
