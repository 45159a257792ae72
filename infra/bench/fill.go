package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	batch   = 25 // the most that one BatchWriteItem takes
	writers = 4
	leases  = 14 * 24 // hours over which the leases of live tokens end
)

// fillTo puts live tokens straight into the engine until there are n: items like the one that table.CreateToken stores,
// each in its own person's partition. Nobody holds their secrets.
func (w *workload) fillTo(ctx context.Context, n int) (time.Duration, error) {
	began := time.Now()
	pattern, err := w.pattern(ctx)
	if err != nil {
		return 0, err
	}
	var (
		next   atomic.Int64
		group  sync.WaitGroup
		failed = make(chan error, writers)
	)
	next.Store(int64(w.filled))
	for range writers {
		group.Go(func() {
			for at := next.Add(batch) - batch; at < int64(n); at = next.Add(batch) - batch {
				if err := w.write(ctx, pattern, min(batch, int(int64(n)-at))); err != nil {
					failed <- err
					return
				}
				if at/100_000 != (at+batch)/100_000 {
					fmt.Fprintf(os.Stderr, "  %d tokens\n", at+batch)
				}
			}
		})
	}
	group.Wait()
	close(failed)
	took := time.Since(began)
	w.filled, w.filling = n, w.filling+took
	return took, <-failed
}

// pattern is the item of a token that was stored by the table itself.
func (w *workload) pattern(ctx context.Context) (map[string]types.AttributeValue, error) {
	if _, err := w.tokens(ctx, 1, time.Now()); err != nil {
		return nil, err
	}
	got, err := w.client.Query(ctx, &dynamodb.QueryInput{
		TableName: aws.String(tableName), Limit: aws.Int32(1), KeyConditionExpression: aws.String("PK = :pk AND begins_with(SK, :sk)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":pk": text("USER#" + string(w.members[0].User)), ":sk": text("TOKEN#")},
	})
	if err != nil || len(got.Items) == 0 {
		return nil, fmt.Errorf("read a token's item: %w", err)
	}
	return got.Items[0], nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func (w *workload) write(ctx context.Context, pattern map[string]types.AttributeValue, n int) error {
	var requests []types.WriteRequest
	for range n {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: another(pattern)}})
	}
	for len(requests) > 0 {
		got, err := w.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{tableName: requests}})
		if err != nil {
			return fmt.Errorf("fill the table: %w", err)
		}
		requests = got.UnprocessedItems[tableName]
	}
	return nil
}

// another is the item of another live token of another person's.
func another(pattern map[string]types.AttributeValue) map[string]types.AttributeValue {
	var random [32]byte
	_, _ = rand.Read(random[:])
	chance := binary.BigEndian.Uint64(random[:])
	id := fmt.Sprintf("tok_%011d", chance%1e11)
	until := time.Now().Add(time.Duration(chance%leases+2) * time.Hour)
	item := make(map[string]types.AttributeValue, len(pattern))
	for name, value := range pattern {
		item[name] = value
	}
	item[table.AttrPK] = text("USER#" + string(identity.UserIDOf([16]byte(random[8:]))))
	item[table.AttrSK] = text("TOKEN#" + id)
	item[table.AttrGSI2PK] = text(fmt.Sprintf("LEASE#%x", chance%table.LeaseShards))
	item[table.AttrGSI2SK] = text(until.UTC().Format("2006-01-02T15") + "#" + id)
	item["lease_until"], item["purge_at"] = number(until.Unix()), number(until.Add(identity.Retention).Unix())
	item["secret_hash"] = &types.AttributeValueMemberB{Value: random[:]}
	return item
}
