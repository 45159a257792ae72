// Package cost computes what Leasehold costs to run. The tests measure what each operation requests of the table, with the
// deployed binaries in a whole system, and keep it in operations.json. price.go has the price of each unit and its source,
// and month.go computes a month at three sizes. The result is a section of docs/operating.md. Tests fail if a measurement
// or that section differs from what is committed.
//
//	go test ./infra/measure/cost -update    measure again; write operations.json and the cost section
package cost
