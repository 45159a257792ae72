// Command lighthouse measures the console in a browser: performance, accessibility and best practices must each score
// 100. It is no test, as what it measures depends on the machine and on what else that does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/leasehold-dev/leasehold/infra/verify/console"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := measure(ctx)
	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func measure(ctx context.Context) error {
	if err := console.Build(ctx, os.Stderr); err != nil {
		return err
	}

	data, err := os.MkdirTemp("", "leasehold-lighthouse-")
	if err != nil {
		return fmt.Errorf("make a directory for the data: %w", err)
	}

	defer func() { _ = os.RemoveAll(data) }()
	system, err := console.Serve(ctx, os.Stderr, data, 0, 0)
	if err != nil {
		return err
	}

	defer system.Close()

	if err := console.Drive(ctx, os.Stdout, system, "node", "lighthouse/lighthouse.mjs"); err != nil {
		return fmt.Errorf("measure with Lighthouse: %w", err)
	}

	return nil
}
