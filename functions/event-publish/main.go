// Command event-publish makes the events that leave Leasehold. It is the enrichment of an EventBridge pipe: the pipe passes
// new entries of the audit log from the table's stream, and sends what the function returns to the stack's event bus. The
// function reads and writes nothing.
//
// If it returns an error, the pipe tries the records again, in smaller batches. So an entry that it cannot read delays the
// entries after it, and is never skipped.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/api/events"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	lambda.Start(publish)
}

// record is what a record of a DynamoDB stream has that matters here.
type record struct {
	DynamoDB struct {
		NewImage       json.RawMessage `json:"NewImage"`
		SequenceNumber string          `json:"SequenceNumber"`
	} `json:"dynamodb"`
}

// publish returns the events of a batch of records, in their order. Errors and logs name no value of an item.
func publish(ctx context.Context, records []record) ([]events.Event, error) {
	published := make([]events.Event, 0, len(records))
	for i, r := range records {
		event, err := eventOf(r)
		if err != nil {
			return nil, fmt.Errorf("record %d of %d, with the sequence number %q: %w", i+1, len(records), r.DynamoDB.SequenceNumber, err)
		}

		published = append(published, event)
	}

	slog.InfoContext(ctx, "published", "events", len(published))

	return published, nil
}

func eventOf(r record) (events.Event, error) {
	entry, err := table.StreamedEvent(r.DynamoDB.NewImage)
	if err != nil {
		return events.Event{}, err
	}

	return events.Of(entry)
}
