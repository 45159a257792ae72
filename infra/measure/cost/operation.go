package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Operation is the measurement of one operation.
//
// A read unit is a strongly consistent read of up to 4 KB; an eventually consistent read takes half a unit. A write
// unit is a write of up to 1 KB to the table or an index. Both count double in a transaction.
type Operation struct {
	// Name describes the operation. Function is the directory of the function that performs it.
	Name, Function string

	// Requests is the number of DynamoDB requests. Refused is the number of those whose condition failed.
	Requests, Refused int

	// ReadUnits and WriteUnits are the consumed capacity units.
	ReadUnits, WriteUnits float64
}

//go:embed operations.json
var measured []byte

// Operations returns the measured operations in the order of the scenario that measures them.
func Operations() ([]Operation, error) {
	var all []Operation
	if err := json.Unmarshal(measured, &all); err != nil {
		return nil, fmt.Errorf("read operations.json: %w", err)
	}

	return all, nil
}
