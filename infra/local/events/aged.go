package events

import (
	"encoding/json"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Before returns a function that reports whether a record of a stream inserts an audit event from before a moment. When all
// stored times are moved back, every audit event is stored again under an ID with an earlier time, and none of them is new.
func Before(moment time.Time) func(record json.RawMessage) bool {
	return func(record json.RawMessage) bool {
		var inserted struct {
			DynamoDB struct {
				Keys struct {
					SK struct{ S string }
				}
			} `json:"dynamodb"`
		}
		if json.Unmarshal(record, &inserted) != nil {
			return false
		}

		at, ok := identity.EventTime(inserted.DynamoDB.Keys.SK.S)

		return ok && at.Before(moment.Truncate(time.Millisecond))
	}
}
