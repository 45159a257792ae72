package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Operation is what one operation asks of DynamoDB, in whole or half capacity units: a read unit is 4 KB read strongly
// consistently, a write unit 1 KB written, in the table or an index; both count double in a transaction.
type Operation struct {
	// Name says what was done; Function is the directory of the Lambda that did it.
	Name, Function string
	// Requests are those to DynamoDB, Refused those of them whose condition did not hold.
	Requests, Refused int
	// ReadUnits and WriteUnits are the consumed capacity.
	ReadUnits, WriteUnits float64
}

//go:embed operations.json
var measured []byte

// Operations are the measured operations, in the order of a working day.
func Operations() ([]Operation, error) {
	var all []Operation
	if err := json.Unmarshal(measured, &all); err != nil {
		return nil, fmt.Errorf("read operations.json: %w", err)
	}

	return all, nil
}
