// Command interactions measures how long the console takes from a click or a key to the result on the screen, in an
// organization of 3,002 people with more than 10,000 audit events. It is no test, as what it measures depends on the machine
// and on what else that does.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/leasehold-dev/leasehold/infra/verify/console"
)

// events is the number of audit events of the large organization, in addition to those of its creation.
const events = 10_000

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := console.Measure(ctx, events, "interactions/interactions.mjs")
	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
