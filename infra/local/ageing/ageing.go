// Package ageing moves time for the local runner: not by touching a clock, but by moving every stored time back, so that
// the running system sees leases lapse and tokens expire as it will see them in two weeks or six months.
package ageing

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/table"
)

// Age moves every stored time of a table back by some time. What DynamoDB's own time to live would have removed by then
// is removed.
func Age(ctx context.Context, client *dynamodb.Client, name string, by time.Duration) error {
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &name, ConsistentRead: aws.Bool(true)})
	var items []map[string]types.AttributeValue
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("read the table to age it: %w", err)
		}

		items = append(items, page.Items...)
	}

	for _, item := range items {
		if err := move(ctx, client, name, item, table.Aged(item, by)); err != nil {
			return err
		}
	}

	return nil
}

func move(ctx context.Context, client *dynamodb.Client, name string, from, to map[string]types.AttributeValue) error {
	if !sameKey(from, to) || purged(to) {
		if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &name, Key: key(from)}); err != nil {
			return fmt.Errorf("remove an item that aged: %w", err)
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

func key(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{table.AttrPK: item[table.AttrPK], table.AttrSK: item[table.AttrSK]}
}

func sameKey(a, b map[string]types.AttributeValue) bool {
	return *a[table.AttrPK].(*types.AttributeValueMemberS) == *b[table.AttrPK].(*types.AttributeValueMemberS) &&
		*a[table.AttrSK].(*types.AttributeValueMemberS) == *b[table.AttrSK].(*types.AttributeValueMemberS)
}

func purged(item map[string]types.AttributeValue) bool {
	n, ok := item[table.AttrTTL].(*types.AttributeValueMemberN)
	if !ok {
		return false
	}

	var at int64
	_, err := fmt.Sscan(n.Value, &at)
	return err == nil && at < time.Now().Unix()
}
