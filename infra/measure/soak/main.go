// Command soak runs the whole system under load and faults for a while, and then checks everything that is stored. People,
// scripts, admins and sweeps work at the same time, as fast as the machine can, on the binaries that are deployed. In
// intervals, the table throttles, replies of the table are lost, and functions and the database engine are killed.
//
// It fails if an answer is not the one that a model expects, if an answer is a server error that no fault explains, if an
// invariant of infra/verify/invariants is broken afterwards, or if the runner's memory, file descriptors or goroutines grow.
//
// Usage:
//
//	go run ./infra/measure/soak [--minutes 30] [--seed N] [--tenants 6] [--verbose]
//
// The same seed makes the same people do the same things in the same order. What happens at the same time differs.
//
//	main.go    flags
//	soak.go    the system, the workers and the report
//	request.go requests, and which answers are failures
//	chaos.go   the faults, and for how long each explains a failure
//	sample.go  memory, file descriptors and goroutines
//	tenant.go  the model of an organization whose answers are all known
//	people.go, tokens.go, solutions.go
//	           what happens in it
//	shared.go  an organization in which everybody changes the same things at the same time
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	minutes := flag.Float64("minutes", 30, "how long the load lasts, in minutes")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of everything random")
	tenants := flag.Int("tenants", 6, "number of organizations that work at the same time")
	verbose := flag.Bool("verbose", false, "print each failure of a function as it happens")
	flag.Parse()

	if *minutes <= 0 || *tenants < 1 {
		fmt.Fprintln(os.Stderr, "--minutes and --tenants must be positive")
		os.Exit(2)
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	report, err := run(ctx, options{
		For:     time.Duration(*minutes * float64(time.Minute)),
		Seed:    *seed,
		Tenants: *tenants,
		Log:     os.Stderr,
		Verbose: *verbose,
	})
	if err == nil {
		report.print(os.Stdout)

		if !report.passed() {
			err = errors.New("the soak failed")
		}
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
