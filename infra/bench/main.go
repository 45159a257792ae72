// Command bench measures what the service costs: how soon a function's process asks for its first event, how large its
// binary is, what authorizing costs in time, memory, requests and capacity units, and whether that stays the same however
// many tokens, or members of an organization, there are. It runs the binaries that would be deployed against the local engine and prints one report.
//
//	go run ./infra/bench [--tokens 1000000] [--starts 30] [--calls 500] [--members 100000]
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

	"github.com/leasehold-dev/leasehold/infra/engine"
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
	e, err := engine.Start(ctx, engine.Options{Log: os.Stderr})
	if err != nil {
		return err
	}
	defer e.Close()
	fmt.Fprintf(out, "Leasehold bench: %s %s/%s, %d processors, local engine %s in memory\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), engine.Version)
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
	return reportScale(ctx, out, w, o.tokens)
}

// build makes the binaries as they are deployed and, beside them, an authorizer that tells what it allocates.
func build(ctx context.Context, dir string) error {
	fmt.Fprintln(os.Stderr, "building …")
	if err := runner.Build(ctx, ".", filepath.Join(dir, "deployed"), "./infra/bench/empty", "./functions/authorizer", "./functions/token-create", "./functions/lease-sweep"); err != nil {
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
	stats, err := filepath.Abs("infra/bench/testdata/stats.go")
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

// reportScale prints the same figures for tables of more and more tokens.
func reportScale(ctx context.Context, out io.Writer, w *workload, most int) error {
	sizes := []int{min(1_000, most), min(100_000, most), most}
	sizes = slices.Compact(sizes)
	fmt.Fprintf(out, "\nAuthorizing over the Runtime API, one call at a time, %d calls each. Memory is the authorizer's own.\nThe bump is a token's first use after an hour, which moves it in the lease index; within the hour it is 1 write unit.\n", w.calls)
	fmt.Fprintln(out, "tokens in table   what                    median      p99    allocations   bytes   requests  read units  write units")
	var sweeps []string
	for i, size := range sizes {
		took, err := w.fillTo(ctx, size)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "filled to %d tokens in %s\n", size, took.Round(time.Millisecond))
		if err := w.reportCalls(ctx, out, size); err != nil {
			return err
		}
		if i > 0 && i < len(sizes)-1 {
			continue
		}
		line, err := w.sweep(ctx, size)
		if err != nil {
			return err
		}
		sweeps = append(sweeps, line)
	}
	fmt.Fprintf(out, "the table was filled by %d tokens a second\n", int(float64(w.filled)/w.filling.Seconds()))
	fmt.Fprintf(out, "\nSweeping %d lapsed tokens\n", lapsed)
	fmt.Fprintln(out, "live tokens         time    retired  requests   read units  write units   an idle sweep: time, requests, read units")
	for _, line := range sweeps {
		fmt.Fprintln(out, line)
	}
	return nil
}
