package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
)

// options configure a soak.
type options struct {
	For     time.Duration
	Seed    uint64
	Tenants int
	// Functions is a directory of prebuilt functions; "" builds them.
	Functions string
	// Log receives progress.
	Log io.Writer
	// Verbose also logs what the runner logs: most of it is about injected faults.
	Verbose bool
}

// parameters lift the limits that slow a soak down.
var parameters = map[string]string{
	"ThrottleRate":                   "10000",
	"ThrottleBurst":                  "5000",
	"PublicThrottleRate":             "10000",
	"PublicThrottleBurst":            "5000",
	"InvitationsPerInviterADay":      "100000",
	"InvitationsPerOrganizationADay": "100000",
}

const (
	// sweepEach is the time between two runs of all scheduled functions.
	sweepEach = 5 * time.Second
	// long is the least duration of a run whose trends count. In a shorter one, caches still fill in the last third.
	long = 10 * time.Minute
	// rest is the time after the load in which functions finish what they had begun.
	rest = 3 * time.Second
	// settleWithin bounds the wait for the end of what is under way after the load.
	settleWithin = time.Minute
)

// report is the result of a soak.
type report struct {
	options
	took   time.Duration
	book   *book
	faults map[string]int
	sweeps int
	trends []trend
	state  check.Report
}

// run starts the system, lets the workers work, and checks what they leave.
func run(ctx context.Context, o options) (report, error) {
	data, err := os.MkdirTemp("", "leasehold-soak-")
	if err != nil {
		return report{}, fmt.Errorf("create a directory for the data: %w", err)
	}

	defer os.RemoveAll(data)

	runnerLog := io.Discard
	if o.Verbose {
		runnerLog = o.Log
	}

	fmt.Fprintf(o.Log, "seed %d, building the functions …\n", o.Seed)
	running, err := runner.Start(ctx, runner.Options{
		Data:       data,
		Functions:  o.Functions,
		Parameters: parameters,
		Log:        runnerLog,
	})
	if err != nil {
		return report{}, err
	}

	defer running.Close()

	fmt.Fprintf(o.Log, "running for %s\n", o.For)
	made := report{options: o, book: newBook()}
	if err := made.load(ctx, running); err != nil {
		return report{}, err
	}

	return made, made.check(ctx, running)
}

// load lets everybody work, and things fail, for a while.
func (r *report) load(ctx context.Context, running *runner.Runner) error {
	began := time.Now()
	failing := newChaos(running, r.Seed)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4 * r.Tenants}}
	defer client.CloseIdleConnections()

	calls := &api{
		url:    running.APIURL(),
		client: client,
		book:   r.book,
		chaos:  failing,
	}

	common := newShared(ctx, calls, r.Seed)
	if common == nil {
		return errors.New("the shared organization could not be set up: " + strings.Join(r.book.listed, "; "))
	}

	ctx, stop := context.WithTimeout(ctx, r.For)
	defer stop()

	var all sync.WaitGroup
	for n := range r.Tenants {
		all.Go(func() { live(ctx, calls, r.Seed, n) })
	}

	for n := range sharers {
		all.Go(func() { common.work(ctx, r.Seed, n) })
	}

	all.Go(func() { r.sweep(ctx, running, failing) })
	all.Go(func() { failing.run(ctx, r.For) })

	var taken []sample
	all.Go(func() { taken = watch(ctx, r.For) })

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-running.Failed():
		stop()
	}

	all.Wait()
	r.took, r.faults, r.trends = time.Since(began), failing.total(), trends(taken)
	return failed
}

// live lets an organization live until ctx ends. After a mismatch, when its state is not known any more, another one takes
// its place.
func live(ctx context.Context, calls *api, seed uint64, number int) {
	for life := 0; ctx.Err() == nil; life++ {
		t := newTenant(ctx, calls, seed+uint64(life), number+life*100_000)
		for t != nil && ctx.Err() == nil && t.step() {
		}
	}
}

// sweep runs the scheduled functions at intervals. They must succeed unless a fault explains their failure.
func (r *report) sweep(ctx context.Context, running *runner.Runner, failing *chaos) {
	for sleep(ctx, sweepEach) {
		began := time.Now()
		for _, outcome := range running.Sweep(ctx) {
			if outcome.Error != "" && ctx.Err() == nil && !failing.explains(began, time.Now()) {
				r.book.mismatch("the scheduled function %s failed: %s", outcome.Function, outcome.Error)
			}
		}

		r.sweeps++
	}
}

// check finishes what is under way, and checks the whole table.
func (r *report) check(ctx context.Context, running *runner.Runner) error {
	ctx, cancel := context.WithTimeout(ctx, settleWithin)
	defer cancel()
	sleep(ctx, rest)

	for _, outcome := range running.Sweep(ctx) {
		if outcome.Error != "" {
			r.book.mismatch("the scheduled function %s failed after the load: %s", outcome.Function, outcome.Error)
		}
	}

	if err := running.DrainEvents(ctx); err != nil {
		return fmt.Errorf("wait for the events: %w", err)
	}

	var err error
	r.state, err = check.Table(ctx, running.Client(), running.TableName(), check.Options{
		At:          time.Now(),
		SweptWithin: check.SweptWithin,
		Segments:    2,
	})

	return err
}

// passed reports whether nothing unexpected happened.
func (r *report) passed() bool {
	grows := r.For >= long && slices.ContainsFunc(r.trends, trend.grows)

	return r.book.unexpected == 0 && r.state.Broken == 0 && !grows
}

func (r *report) print(out io.Writer) {
	b := r.book
	fmt.Fprintf(out, "Leasehold soak: %s, seed %d, %s %s/%s, %d processors\n\n", r.took.Round(time.Second), r.Seed,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintf(out, "%d requests (%.0f a second) in %d organizations and one that %d people change at the same time; %d sweeps\n",
		b.requests, float64(b.requests)/r.took.Seconds(), r.Tenants, sharers, r.sweeps)
	fmt.Fprintf(out, "answers: %s\n", listing(b.statuses))
	fmt.Fprintf(out, "faults: %s\n", listing(r.faults))
	fmt.Fprintf(out, "%d failures that a fault explains; %d requests succeeded after some\n", b.owed, b.retried)
	fmt.Fprintf(out, "%d unexpected answers\n", b.unexpected)

	for _, line := range b.listed {
		fmt.Fprintln(out, "    "+line)
	}

	fmt.Fprintln(out)
	r.state.Print(out)
	fmt.Fprintln(out)

	for _, t := range r.trends {
		note := ""
		if t.grows() {
			note = "  GROWS"
		}

		fmt.Fprintln(out, t.String()+note)
	}

	if r.For < long {
		fmt.Fprintf(out, "(growth does not count in a run of less than %s)\n", long)
	}
}

// listing returns counts by name, in order.
func listing[Name int | string](counts map[Name]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%v: %d", name, counts[name]))
	}

	return strings.Join(parts, ", ")
}
