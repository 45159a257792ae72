// Package cost computes what Leasehold costs per month. Its tests measure the DynamoDB requests and capacity units of
// each operation, with the deployed binaries in a whole system, and compare them with operations.json. The bill of a
// month at three sizes is a section of docs/operating.md. Tests fail if a measurement or that section differs from what
// is committed.
//
//	operation.go  the measured operations
//	price.go      the price of each unit, and its source
//	month.go      the bill of a month
//	render.go     the section of docs/operating.md
//
// To measure again and write operations.json and the section:
//
//	go test ./infra/measure/cost -update
package cost
