package main

import (
	"fmt"
	"io"
	"time"

	"github.com/leasehold-dev/leasehold/infra/measure/cost"
)

// fullProcessor is the memory size in MB at which Lambda gives a function one whole processor. It gives less in proportion.
const fullProcessor = 1769

// tableWait is the time of one BatchGetItem that the arithmetic assumes. It is not measured here: the engine on this machine
// answers sooner than DynamoDB over a network.
const tableWait = 3 * time.Millisecond

// memorySizes are the candidates for the authorizer.
var memorySizes = []int{128, 256, 512, 1024, fullProcessor}

// reportPower prints what memory sizes make of a processor time: how long an authorization and a cold start last at most, and
// what a million authorizations cost. Lambda takes a share of a processor away in slices of some milliseconds, so a call that
// takes less than a slice lasts less than this arithmetic says.
func reportPower(out io.Writer, call, start time.Duration) {
	fmt.Fprintf(out, "\nMemory of the authorizer, computed from %.0f µs of processor time for an authorization and %.1f ms for a start,\n",
		us(call), ms(start))
	fmt.Fprintf(out, "with %s for DynamoDB's answer. arm64, list prices as of %s, without the $0.20 for a million requests.\n", tableWait, cost.PricesRead)
	fmt.Fprintln(out, "memory      share   authorization at most   cold start at most   a million authorizations")

	for _, memory := range memorySizes {
		share := float64(memory) / fullProcessor
		lasts := tableWait + time.Duration(float64(call)/share)
		fmt.Fprintf(out, "%4d MB %9.2f %20.1f ms %17.1f ms %25s\n", memory, share, ms(lasts),
			ms(time.Duration(float64(start)/share)), fmt.Sprintf("$%.3f", cost.Compute(memory, lasts)*1e6))
	}
}
