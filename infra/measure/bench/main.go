// Command bench measures the service and prints a report. It runs the binaries that are deployed, against the local
// database engine, and measures:
//
//   - the time from the start of each function's process to its first poll and its first answer, with a budget, and the size of
//     its binary
//   - the time, memory, requests and capacity units of authorizing a request, of a sweep, and of listing and managing
//     members
//   - whether these figures depend on the number of tokens or members
//
// Usage:
//
//	go run ./infra/measure/bench [--tokens 1000000] [--starts 30] [--calls 500] [--members 100000]
//	go run ./infra/measure/bench --peers [--starts 30] [--calls 500] [--rounds 9]
//
// The files:
//
//	main.go      flags, the build and the order of the report
//	start.go     start-up times and binary sizes
//	members.go   organizations of different sizes
//	workload.go  authorizing and sweeping
//	fill.go      tables with many tokens
//	peers.go     the authorizer beside what people would write or run instead
//	host.go      the Runtime API of one process
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// The directories that the functions are built into, inside the temporary directory.
const (
	deployed     = "deployed"     // as they are deployed
	instrumented = "instrumented" // with an HTTP server that reports allocations
)

type options struct {
	tokens, starts, calls, members, rounds int

	peers bool
}

func main() {
	var o options
	flag.IntVar(&o.tokens, "tokens", 1_000_000, "number of tokens in the largest table")
	flag.IntVar(&o.starts, "starts", 30, "number of starts of each function")
	flag.IntVar(&o.calls, "calls", 500, "number of authorizer calls per figure")
	flag.IntVar(&o.members, "members", 100_000, "number of members of the largest organization")
	flag.IntVar(&o.rounds, "rounds", 9, "number of rounds of calls of each peer")
	flag.BoolVar(&o.peers, "peers", false, "compare the authorizer with its peers instead; see make bench")
	flag.Parse()

	if o.members < minMembers {
		fmt.Fprintf(os.Stderr, "--members must be at least %d: each member is changed only once\n", minMembers)
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, out io.Writer) error {
	dir, err := os.MkdirTemp("", "leasehold-bench-")
	if err != nil {
		return fmt.Errorf("create a directory for the binaries: %w", err)
	}

	defer os.RemoveAll(dir)

	if err := build(ctx, dir); err != nil {
		return err
	}

	if o.peers {
		return reportPeers(ctx, out, dir, o)
	}

	e, err := dynoxide.Start(ctx, dynoxide.Options{Log: io.Discard})
	if err != nil {
		return err
	}

	defer e.Close()

	fmt.Fprintf(out, "Leasehold bench: %s %s/%s, %d processors, database engine %s\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), dynoxide.Version)

	w, err := newWorkload(ctx, dir, e.URL(), o.calls)
	if err != nil {
		return err
	}

	defer w.close()

	good, _, err := w.peerEvents(ctx)
	if err != nil {
		return err
	}

	if err := reportStarts(ctx, out, dir, e.URL(), good, o.starts); err != nil {
		return err
	}

	sizes := slices.Compact([]int{min(1_000, o.members), o.members})
	if err := reportMembers(ctx, out, e.URL(), sizes); err != nil {
		return err
	}

	sample, err := w.sampleToken(ctx)
	if err != nil {
		return err
	}

	return reportScale(ctx, out, dir, sample, o)
}

// build builds the functions as they are deployed, and an authorizer that reports its allocations.
func build(ctx context.Context, dir string) error {
	fmt.Fprintln(os.Stderr, "building …")
	if err := runner.Build(ctx, ".", filepath.Join(dir, deployed), "./infra/measure/bench/empty", "./functions/..."); err != nil {
		return err
	}

	overlay, err := overlayFile(dir)
	if err != nil {
		return err
	}

	return runner.Build(ctx, ".", filepath.Join(dir, instrumented), "-overlay="+overlay, "./functions/authorizer")
}

// overlayFile writes an overlay for go build that adds testdata/stats.go to functions/authorizer. It returns the file's
// path.
func overlayFile(dir string) (string, error) {
	stats, err := filepath.Abs("infra/measure/bench/testdata/stats.go")
	if err != nil {
		return "", fmt.Errorf("find the stats source: %w", err)
	}

	target, err := filepath.Abs("functions/authorizer/stats.go")
	if err != nil {
		return "", fmt.Errorf("find the authorizer: %w", err)
	}

	file := filepath.Join(dir, "overlay.json")
	text := fmt.Sprintf(`{"Replace":{%q:%q}}`, target, stats)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}

	return file, nil
}

// reportScale prints the same figures for tables of increasing size, each in a separate engine.
func reportScale(ctx context.Context, out io.Writer, dir string, sample storedItem, o options) error {
	sizes := slices.Compact([]int{min(1_000, o.tokens), min(100_000, o.tokens), o.tokens})
	fmt.Fprintf(out, "\nAuthorizing through the Runtime API, %d sequential calls each\n", o.calls)
	fmt.Fprintln(out, "Allocations and bytes are those of the authorizer's process.")
	fmt.Fprintln(out, "A bump is a token's first use after an hour, which moves it in the lease index.")
	fmt.Fprintln(out, "Within the same hour, a bump takes 1 write unit.")
	fmt.Fprintln(out, "tokens in table   what                    median      p99    allocations   bytes   requests  read units  write units")
	var jobs []figures
	for i, size := range sizes {
		smallestOrLargest := i == 0 || i == len(sizes)-1
		measured, err := measure(ctx, out, dir, sample, size, o.calls, smallestOrLargest)
		if err != nil {
			return err
		}

		if smallestOrLargest {
			jobs = append(jobs, measured)
		}
	}

	fmt.Fprintf(out, "\nSweeping %d lapsed tokens\n", lapsed)
	fmt.Fprintln(out, "live tokens         time    retired  requests   read units  write units   idle sweep: time, requests, read units")

	for _, measured := range jobs {
		fmt.Fprintln(out, measured.sweep)
	}

	fmt.Fprintln(out, "\nLooking for notices, none of which is due")
	fmt.Fprintln(out, "live tokens    requests   read units  write units")

	for _, measured := range jobs {
		fmt.Fprintf(out, "%11d %11d %12.1f %12.1f\n",
			measured.tokens, measured.warn.Requests, measured.warn.ReadUnits, measured.warn.WriteUnits)
	}

	if first, last := jobs[0].warn, jobs[len(jobs)-1].warn; first != last {
		return fmt.Errorf("looking for notices cost %+v in the smallest table and %+v in the largest, want the same", first, last)
	}

	return nil
}

// figures are those of the scheduled jobs on a table with a number of live tokens.
type figures struct {
	tokens int
	sweep  string // the line of the report
	warn   dynamoproxy.Count
}

// measure fills a table with live tokens and prints the figures of authorizing. If withJobs is set, it returns the
// figures of the jobs.
func measure(
	ctx context.Context, out io.Writer, dir string, sample storedItem, size, calls int, withJobs bool,
) (figures, error) {
	file, took, err := importTokens(ctx, dir, sample, size)
	if err != nil {
		return figures{}, err
	}

	defer os.Remove(file)

	fmt.Fprintf(os.Stderr, "filled with %d tokens in %s\n", size, took.Round(time.Millisecond))
	e, err := dynoxide.Start(ctx, dynoxide.Options{DBPath: file, Log: io.Discard})
	if err != nil {
		return figures{}, err
	}

	defer e.Close()

	w, err := newWorkload(ctx, dir, e.URL(), calls)
	if err != nil {
		return figures{}, err
	}

	defer w.close()

	if err := w.reportCalls(ctx, out, size); err != nil || !withJobs {
		return figures{}, err
	}

	measured := figures{tokens: size}
	if measured.warn, err = w.warn(ctx); err != nil {
		return figures{}, err
	}

	measured.sweep, err = w.sweep(ctx, size)
	return measured, err
}
