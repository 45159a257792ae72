package table

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// StreamedEvent returns the audit event in the NewImage of a DynamoDB stream record, which is an item in DynamoDB's JSON. It
// returns an error for any other item. An event that has its purge_at is an event, too: the stream has it at once.
func StreamedEvent(image []byte) (identity.Event, error) {
	item, err := attributevalue.UnmarshalMapJSON(image)
	if err != nil {
		return identity.Event{}, fmt.Errorf("read the item of a stream record: %w", err)
	}

	if itemType(item) != "event" {
		return identity.Event{}, errors.New("the stream record is of no audit event")
	}

	var row eventItem
	if err := decode(item, &row); err != nil {
		return identity.Event{}, err
	}

	return row.event(), nil
}
