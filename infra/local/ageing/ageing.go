// Package ageing lets time pass on a local table. It does not touch a clock: it moves every stored time back, so that the
// running system sees leases lapse and tokens expire as it will in two weeks or six months. It is for development only;
// no function links it.
//
//	ageing.go  Age, which rewrites a table
//	item.go    which attributes and keys of an item hold a time
package ageing

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/table"
)

// Age moves every time stored in a table back by a duration. It deletes items whose purge_at has then passed, as
// DynamoDB's time to live would have done.
func Age(ctx context.Context, client *dynamodb.Client, name string, by time.Duration) error {
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &name, ConsistentRead: aws.Bool(true)})
	var items []item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table to age it: %w", err)
		}

		items = append(items, page.Items...)
	}

	for _, from := range items {
		if err := move(ctx, client, name, from, aged(from, by)); err != nil {
			return err
		}
	}

	return nil
}

func move(ctx context.Context, client *dynamodb.Client, name string, from, to item) error {
	if !sameKey(from, to) || purged(to) {
		if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: key(from)}); err != nil {
			return fmt.Errorf("delete an item that aged: %w", err)
		}
	}

	if purged(to) {
		return nil
	}

	if _, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &name, Item: to}); err != nil {
		return fmt.Errorf("write an item that aged: %w", err)
	}

	return nil
}

func key(of item) item {
	return item{table.AttrPK: of[table.AttrPK], table.AttrSK: of[table.AttrSK]}
}

func sameKey(a, b item) bool {
	return text(a, table.AttrPK) == text(b, table.AttrPK) && text(a, table.AttrSK) == text(b, table.AttrSK)
}

func purged(of item) bool {
	at, ok := moment(of, table.AttrTTL)
	return ok && at.Before(time.Now())
}
