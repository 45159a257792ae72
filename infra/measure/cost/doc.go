// Package cost says what Leasehold costs to run. What each operation asks of the table is measured on the whole system
// with the deployed binaries and committed (operations.json); the price of each unit is committed with its source
// (price.go); what a month costs at three sizes is computed from the two (month.go) and written into README. Tests fail
// when a measurement, or README, says anything else.
//
//	go test ./infra/measure/cost -update    measure again, and write operations.json and README's cost section
package cost
