// Command bench measures the service and prints a report. It runs the binaries that are deployed, against the local
// database engine. It has four parts:
//
//   - without a flag, the time from the start of each function's process to its first answer, with its budget, and the time,
//     memory, requests and capacity units of an authorization
//   - with --peers, the authorizer next to what people would write or run instead
//   - with --scale, whether the operations cost the same in a large table as in a small one; it needs 14 GB in TMPDIR
//   - with --against, how many requests the local runner answers a second, next to another commit
//
// With --write, it keeps the results of the part and makes docs/performance.md of the results of all parts.
//
// Usage:
//
//	go run ./infra/measure/bench [--write] [--starts 30] [--calls 500]
//	go run ./infra/measure/bench --peers [--write] [--starts 30] [--calls 500] [--rounds 9]
//	go run ./infra/measure/bench --scale [--write] [--factor 1000]
//	go run ./infra/measure/bench --against REVISION [--write] [--rounds 9]
//
// The files:
//
//	main.go      flags, and the parts
//	report.go    tables of figures: how they are printed and kept
//	document.go  docs/performance.md
//	start.go     start-up times and binary sizes
//	workload.go  authorizing
//	peers.go     the authorizer next to its peers
//	power.go     what memory sizes make of a processor time
//	host.go      the Runtime API of one process
//	scale.go     operations in tables of different sizes
//	fill.go      tables with millions of items
//	against.go   the local runner of two commits
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// The directories that the functions are built into, inside the temporary directory.
const (
	deployed     = "deployed"     // as they are deployed
	instrumented = "instrumented" // with an HTTP server that reports allocations
)

type options struct {
	tokens, starts, calls, rounds int

	peers, scale, write bool
	against, note       string
}

func main() {
	var o options
	flag.IntVar(&o.starts, "starts", 30, "number of starts of each function")
	flag.IntVar(&o.calls, "calls", 500, "number of authorizer calls per figure")
	flag.IntVar(&o.rounds, "rounds", 9, "number of rounds of --peers and --against")
	flag.IntVar(&o.tokens, "tokens", 1_000_000, "number of tokens in the large table of --scale")
	flag.BoolVar(&o.peers, "peers", false, "compare the authorizer with its peers; see make bench")
	flag.BoolVar(&o.scale, "scale", false, "compare the operations in a small and in a large table")
	flag.StringVar(&o.against, "against", "", "compare the local runner with that of another `revision`")
	flag.BoolVar(&o.write, "write", false, "keep the results and write docs/performance.md")
	flag.StringVar(&o.note, "note", "", "a `sentence` on the circumstances to keep with the results")
	flag.Parse()

	if o.tokens < smallTable {
		fmt.Fprintf(os.Stderr, "--tokens must be at least %d, which is the size of the small table\n", smallTable)
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run runs the part that the options choose.
func run(ctx context.Context, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "leasehold-bench-")
	if err != nil {
		return fmt.Errorf("create a directory for the binaries: %w", err)
	}

	defer os.RemoveAll(dir)

	name, measure := "authorizer", reportAuthorizer
	switch {
	case o.peers:
		name, measure = "peers", reportPeers
	case o.scale:
		name, measure = "scale", reportScale
	case o.against != "":
		name, measure = "against", reportAgainst
	}

	r := newReport(ctx, out, name, o.note)
	if err := measure(ctx, r, dir, o); err != nil || !o.write {
		return err
	}

	if err := r.keep(); err != nil {
		return err
	}

	return writeDocument()
}

// reportAuthorizer measures the start of functions, and authorizations.
func reportAuthorizer(ctx context.Context, r *report, dir string, o options) error {
	if err := build(ctx, dir); err != nil {
		return err
	}

	e, err := dynoxide.Start(ctx, dynoxide.Options{Log: io.Discard})
	if err != nil {
		return err
	}

	defer e.Close()

	w, err := newWorkload(ctx, dir, e.URL(), o.calls)
	if err != nil {
		return err
	}

	defer w.close()

	good, _, err := w.peerEvents(ctx)
	if err != nil {
		return err
	}

	if err := reportStarts(ctx, r, dir, e.URL(), good, o.starts); err != nil {
		return err
	}

	return w.reportCalls(ctx, r)
}

// build builds the functions as they are deployed, and an authorizer that reports its allocations.
func build(ctx context.Context, dir string) error {
	fmt.Fprintln(os.Stderr, "building …")
	err := runner.Build(ctx, ".", filepath.Join(dir, deployed), "./infra/measure/bench/empty", "./functions/...")
	if err != nil {
		return err
	}

	return buildInstrumented(ctx, dir, "authorizer")
}

// buildInstrumented builds functions that report their allocations, with an overlay for go build that adds
// testdata/stats.go to each.
func buildInstrumented(ctx context.Context, dir string, functions ...string) error {
	stats, err := filepath.Abs("infra/measure/bench/testdata/stats.go")
	if err != nil {
		return fmt.Errorf("find the stats source: %w", err)
	}

	added := map[string]string{}
	packages := []string{"-overlay=" + filepath.Join(dir, "overlay.json")}
	for _, function := range functions {
		target, err := filepath.Abs(filepath.Join("functions", function, "stats.go"))
		if err != nil {
			return fmt.Errorf("find the function: %w", err)
		}

		added[target] = stats
		packages = append(packages, "./functions/"+function)
	}

	text, err := json.Marshal(map[string]any{"Replace": added})
	if err != nil {
		return fmt.Errorf("encode the overlay: %w", err)
	}

	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), text, 0o644); err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}

	return runner.Build(ctx, ".", filepath.Join(dir, instrumented), packages...)
}
