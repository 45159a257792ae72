package main

import (
	"fmt"
	"time"

	"github.com/leasehold-dev/leasehold/infra/measure/cost"
)

// fullProcessor is the memory size in MB at which Lambda gives a function one whole processor. It gives less in
// proportion.
const fullProcessor = 1769

// tableWait is the time of one BatchGetItem that the arithmetic assumes. It is not measured here: the engine on this
// machine answers sooner than DynamoDB over a network.
const tableWait = 3 * time.Millisecond

// memorySizes are the candidates for the authorizer.
var memorySizes = []int{128, 256, 512, 1024, fullProcessor}

// powerTable says what memory sizes make of a processor time: how long an authorization and a cold start last at most,
// and what a million authorizations cost. Lambda takes a share of a processor away in slices of some milliseconds, so a
// call that takes less than a slice lasts less than this arithmetic says.
func powerTable(call, start time.Duration) figureTable {
	t := figureTable{
		Title: "Memory of the authorizer",
		Meaning: fmt.Sprintf("Computed from %.0f µs of processor time for an authorization and %.1f ms for a "+
			"start, with %.0f ms for DynamoDB's answer: arm64, list prices as of %s, without the $0.20 for a million "+
			"requests. No function was measured on Lambda.",
			us(call), ms(start), ms(tableWait), cost.PricesRead),
		Columns: []string{
			"memory", "share of a processor", "authorization at most", "cold start at most", "a million authorizations",
		},
	}

	for _, memory := range memorySizes {
		share := float64(memory) / fullProcessor
		lasts := tableWait + time.Duration(float64(call)/share)
		t.Rows = append(t.Rows, []string{
			fmt.Sprintf("%d MB", memory),
			fmt.Sprintf("%.2f", share),
			fmt.Sprintf("%.1f ms", ms(lasts)),
			fmt.Sprintf("%.1f ms", ms(time.Duration(float64(start)/share))),
			fmt.Sprintf("$%.3f", cost.Compute(memory, lasts)*1e6),
		})
	}

	return t
}
