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
	err := console.Measure(ctx, 0, "lighthouse/lighthouse.mjs")
	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
