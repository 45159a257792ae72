package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
)

// TestAShortSoakFindsNothing runs the program for a few seconds. A long run needs the machine for itself; see CONTRIBUTING.md.
func TestAShortSoakFindsNothing(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	report, err := run(t.Context(), options{
		For:     20 * time.Second,
		Seed:    1,
		Tenants: 2,
		Log:     &log,
		Verbose: true,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}

	var printed bytes.Buffer
	report.print(&printed)
	t.Log(printed.String())

	if !report.passed() {
		t.Errorf("the soak fails:\n%s\n%s", printed.String(), log.Bytes())
	}

	if report.book.requests < 50 || report.faults["engine killed"] == 0 || report.state.Items < 100 {
		t.Error("the soak does next to nothing")
	}
}

// TestTheReportFailsForEachReason breaks each condition of a passed soak.
func TestTheReportFailsForEachReason(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*report){
		"an unexpected answer": func(r *report) { r.book.mismatch("GET /me: 500") },
		"a broken invariant":   func(r *report) { r.state.Broken = 1 },
		"growth":               func(r *report) { r.trends = []trend{{name: "memory", first: 20, last: 22, slack: 1}} },
	} {
		r := report{options: options{For: 30 * time.Minute}, book: newBook(), state: check.Report{}}
		if !r.passed() {
			t.Fatal("a report without a failure does not pass")
		}

		change(&r)
		if r.passed() {
			t.Errorf("a report with %s passes", name)
		}

		var printed bytes.Buffer
		r.print(&printed)
		if !strings.Contains(printed.String(), "unexpected answers") {
			t.Errorf("the report of %s is %q", name, printed.String())
		}
	}
}

// TestAFaultExplainsOnlyWhatHappensWhileItLasts pins down which failures are owed to a fault.
func TestAFaultExplainsOnlyWhatHappensWhileItLasts(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	c := &chaos{spans: []span{{noon, noon.Add(time.Second)}}}
	for _, request := range []struct {
		began, ended time.Duration
		explained    bool
	}{
		{-2 * time.Second, -time.Millisecond, false},
		{-2 * time.Second, time.Millisecond, true},
		{0, time.Second, true},
		{time.Second + aftermath - 1, 10 * time.Second, true},
		{time.Second + aftermath, 10 * time.Second, false},
	} {
		if got := c.explains(noon.Add(request.began), noon.Add(request.ended)); got != request.explained {
			t.Errorf("a request from %s to %s is explained: %v", request.began, request.ended, got)
		}
	}

	c.spans = append(c.spans, span{from: noon.Add(time.Hour)})
	if !c.explains(noon.Add(2*time.Hour), noon.Add(3*time.Hour)) {
		t.Error("a fault that lasts explains nothing")
	}
}

func TestTrendsCompareTheLastThirdWithTheFirst(t *testing.T) {
	t.Parallel()
	var taken []sample
	for n := range 100 {
		taken = append(taken, sample{memory: 20, descriptors: float64(100 + n), goroutines: 50})
	}

	for _, trend := range trends(taken) {
		if want := trend.name == "file descriptors"; trend.grows() != want {
			t.Errorf("%v: grows is %v", trend, trend.grows())
		}
	}

	if got := trends(taken[:2]); got != nil {
		t.Errorf("two samples have the trends %v", got)
	}
}
