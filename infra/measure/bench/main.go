// Command bench measures what the service costs: how soon a function's process asks for its first event, how large its
// binary is, what authorizing costs in time, memory, requests and capacity units, and whether that stays the same however
// many tokens, or members of an organization, there are. It runs the binaries that would be deployed against the local engine and prints one report.
//
//	go run ./infra/measure/bench [--tokens 1000000] [--starts 30] [--calls 500] [--members 100000]
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

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

type options struct {
	tokens, starts, calls, members int
}

func main() {
	var o options
	flag.IntVar(&o.tokens, "tokens", 1_000_000, "tokens in the largest table")
	flag.IntVar(&o.starts, "starts", 30, "starts of each function")
	flag.IntVar(&o.calls, "calls", 500, "calls of the authorizer for each figure")
	flag.IntVar(&o.members, "members", 100_000, "members of the largest organization")
	flag.Parse()

	if o.members < fewest {
		fmt.Fprintf(os.Stderr, "give --members at least %d: each of them is changed once\n", fewest)
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
		return fmt.Errorf("make a directory for the binaries: %w", err)
	}

	defer os.RemoveAll(dir)

	if err := build(ctx, dir); err != nil {
		return err
	}

	e, err := dynoxide.Start(ctx, dynoxide.Options{Log: io.Discard})
	if err != nil {
		return err
	}

	defer e.Close()
	fmt.Fprintf(out, "Leasehold bench: %s %s/%s, %d processors, local engine %s\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), dynoxide.Version)

	if err := reportStarts(ctx, out, dir, e.URL(), o.starts); err != nil {
		return err
	}

	if err := reportMembers(ctx, out, e.URL(), slices.Compact([]int{min(1_000, o.members), o.members})); err != nil {
		return err
	}

	w, err := newWorkload(ctx, dir, e.URL(), o.calls)
	if err != nil {
		return err
	}

	defer w.close()
	pattern, err := w.pattern(ctx)
	if err != nil {
		return err
	}

	return reportScale(ctx, out, dir, pattern, o)
}

// build makes the binaries as they are deployed and, beside them, an authorizer that tells what it allocates.
func build(ctx context.Context, dir string) error {
	fmt.Fprintln(os.Stderr, "building …")
	if err := runner.Build(ctx, ".", filepath.Join(dir, "deployed"), "./infra/measure/bench/empty", "./functions/authorizer", "./functions/token-create", "./functions/lease-sweep"); err != nil {
		return err
	}

	overlay, err := overlayFile(dir)
	if err != nil {
		return err
	}

	return runner.Build(ctx, ".", filepath.Join(dir, "told"), "-overlay="+overlay, "./functions/authorizer")
}

// overlayFile tells go build to see testdata/stats.go in functions/authorizer.
func overlayFile(dir string) (string, error) {
	stats, err := filepath.Abs("infra/measure/bench/testdata/stats.go")
	if err != nil {
		return "", fmt.Errorf("find the stats source: %w", err)
	}

	beside, err := filepath.Abs("functions/authorizer/stats.go")
	if err != nil {
		return "", fmt.Errorf("find the authorizer: %w", err)
	}

	file := filepath.Join(dir, "overlay.json")
	text := fmt.Sprintf(`{"Replace":{%q:%q}}`, beside, stats)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return "", fmt.Errorf("write the overlay: %w", err)
	}

	return file, nil
}

// reportScale prints the same figures for tables of more and more tokens, each in an engine of its own.
func reportScale(ctx context.Context, out io.Writer, dir string, pattern wire, o options) error {
	sizes := slices.Compact([]int{min(1_000, o.tokens), min(100_000, o.tokens), o.tokens})
	fmt.Fprintf(out, "\nAuthorizing over the Runtime API, one call at a time, %d calls each. Memory is the authorizer's own.\nThe bump is a token's first use after an hour, which moves it in the lease index; within the hour it is 1 write unit.\n", o.calls)
	fmt.Fprintln(out, "tokens in table   what                    median      p99    allocations   bytes   requests  read units  write units")
	var sweeps []string
	for i, size := range sizes {
		line, err := measure(ctx, out, dir, pattern, size, o.calls, i == 0 || i == len(sizes)-1)
		if err != nil {
			return err
		}

		if line != "" {
			sweeps = append(sweeps, line)
		}
	}

	fmt.Fprintf(out, "\nSweeping %d lapsed tokens\n", lapsed)
	fmt.Fprintln(out, "live tokens         time    retired  requests   read units  write units   an idle sweep: time, requests, read units")

	for _, line := range sweeps {
		fmt.Fprintln(out, line)
	}

	return nil
}

// measure fills a table with live tokens, prints what authorizing costs and, if asked, answers what a sweep does.
func measure(ctx context.Context, out io.Writer, dir string, pattern wire, size, calls int, sweeping bool) (string, error) {
	file, took, err := imported(ctx, dir, pattern, size)
	if err != nil {
		return "", err
	}

	defer os.Remove(file)
	fmt.Fprintf(os.Stderr, "filled with %d tokens in %s\n", size, took.Round(time.Millisecond))
	e, err := dynoxide.Start(ctx, dynoxide.Options{DBPath: file, Log: io.Discard})
	if err != nil {
		return "", err
	}

	defer e.Close()
	w, err := newWorkload(ctx, dir, e.URL(), calls)
	if err != nil {
		return "", err
	}

	defer w.close()

	if err := w.reportCalls(ctx, out, size); err != nil || !sweeping {
		return "", err
	}

	return w.sweep(ctx, size)
}
