package cost

import (
	"fmt"
	"math"
)

// Size is how much a month has of what is paid for.
type Size struct {
	// People have one token each, and sign in on every working day.
	People float64
	// Calls are requests to a REST API of yours that carry one of these tokens.
	Calls float64
}

// Sizes are the sizes that docs/operating.md shows.
var Sizes = []Size{{50, 100e3}, {1_000, 10e6}, {20_000, 500e6}}

// The assumptions about a month. Each is an upper bound or a guess, and docs/operating.md lists them.
const (
	hours       = 730
	workingDays = 22
	// writesPerHour is how often a lease can be written: once in five minutes.
	writesPerHour = 12
	// authorizerSeconds and functionSeconds are how long a call is billed. They were not measured on Lambda.
	authorizerSeconds = 0.010
	functionSeconds   = 0.020
	authorizerGB      = 0.5
	functionGB        = 0.25
	// accessLine, authorizerLine and functionLine are the bytes that a request leaves in each log, bumpLine those that a
	// written lease adds.
	accessLine, authorizerLine, functionLine, bumpLine = 750, 290, 600, 280
	// perPerson is what a person takes in the table and its indexes, audit log included, in bytes.
	perPerson = 20e3
	// sampled is the share of requests over one in a second that X-Ray traces.
	sampled = 0.05
	// customMetrics are those of pkg/metric: outcomes 3, bumps 2, reasons 6, sweep 2, mail 2. Watched are those of alarms.
	customMetrics, watched = 15, 11
)

// day is what a person asks of the console on a working day: operations by their names in operations.json.
var day = []struct {
	operation string
	times     float64
}{
	{"session-create", 1}, {"profile-get", 8}, {"organization-list", 4}, {"role-list", 4}, {"token-list", 6}, {"member-list", 8},
	{"solution-list", 6}, {"audit-list", 1}, {"member-get", 1}, {"profile-update", 0.05}, {"token-create", 0.05}, {"token-delete", 0.05},
}

// Line is one line of a month's bill.
type Line struct {
	// What is paid for, and at which price.
	What, At string
	// Quantity says how much of it there is, with its unit; Dollars are what it costs.
	Quantity string
	Dollars  float64
}

// demand is what a month asks of AWS.
type demand struct {
	console, reads, writes, bumps, moves float64
}

// demands adds up what the measured operations ask in a month of a size.
func demands(s Size, operations []Operation) (demand, error) {
	named := map[string]Operation{}
	for _, o := range operations {
		named[o.Name] = o
	}

	var d demand
	add := func(name string, times float64) error {
		o, known := named[name]
		if !known {
			return fmt.Errorf("operations.json has no %q", name)
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
		{"authorize a token, its lease is written", d.bumps - d.moves},
		{"authorize a token, its lease is written in another hour", d.moves},
		{"lease-sweep, nothing lapsed", hours},
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

	return d, add("authorize a session, its lease is written", d.console)
}

// Month is the bill of a month of a size.
func Month(s Size, operations []Operation) ([]Line, error) {
	d, err := demands(s, operations)
	if err != nil {
		return nil, err
	}

	requests := s.Calls + d.console
	authorized := requests // but for signing in, which is little
	invocations := authorized + d.console + hours
	compute := authorized*authorizerGB*authorizerSeconds + (d.console+hours)*functionGB*functionSeconds
	logged := (requests*accessLine + authorized*authorizerLine + (d.bumps+d.console)*bumpLine + d.console*functionLine) / 1e9
	evenly := float64(hours * 3600) // one a second
	traced := min(requests, evenly+sampled*max(0, requests-evenly))
	million := func(what string, n float64, p Price) Line {
		return Line{what, p.String(), amount(n/1e6) + " M", n / 1e6 * p.Dollars}
	}

	each := func(what string, n float64, unit string, p Price) Line {
		return Line{what, p.String(), amount(n) + unit, n * p.Dollars}
	}

	return []Line{
		{"API Gateway, REST requests", "$3.50 / million, from 333 M on $2.80", amount(requests/1e6) + " M", tiered(requests/1e6, restRequests)},
		million("Lambda, requests", invocations, lambdaRequest),
		each("Lambda, compute", compute, " GB-s", lambdaCompute),
		million("DynamoDB, read units", d.reads, readUnit),
		million("DynamoDB, write units", d.writes, writeUnit),
		each("DynamoDB, storage", s.People*perPerson/1e9, " GB", storage),
		each("CloudWatch, logs", logged, " GB", logs),
		{"CloudWatch, metrics, alarms, dashboard", "$0.30, $0.10, $3 each", fmt.Sprintf("%d, %d, 1", customMetrics, watched), customMetrics*metrics.Dollars + watched*alarms.Dollars + dashboard.Dollars},
		million("X-Ray, traces", traced, traces),
		each("Cognito, people who sign in", max(0, s.People-10_000), "", signIns),
	}, nil
}

// amount writes a number with three significant figures, thousands parted.
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
