package table

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// The conditions that are used for more than one kind of item. Every write has one of these or one named next to its
// use.
const (
	ifAbsent  = "attribute_not_exists(PK)"
	ifPresent = "attribute_exists(PK)"
	ifVersion = "version = :seen_version"
)

// step is one write of a transaction, and the refusal that its failed condition stands for. refuse receives the item as
// it is, nil if there is none. If refuse is nil, a failed condition means identity.ErrStale.
type step struct {
	write  types.TransactWriteItem
	refuse func(current attributes) error
}

func (db *DB) put(item any, condition string, v values, refuse func(attributes) error) step {
	encoded, err := attributevalue.MarshalMap(item)
	if err != nil {
		// A fixed struct always encodes or never does, so a test finds this.
		panic(fmt.Sprintf("an item of type %T cannot be encoded: %v", item, err))
	}

	return step{types.TransactWriteItem{Put: &types.Put{
		TableName:                           &db.name,
		Item:                                encoded,
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           v.attributes(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}, refuse}
}

func (db *DB) update(k key, expression, condition string, v values, refuse func(attributes) error) step {
	return step{types.TransactWriteItem{Update: &types.Update{
		TableName:                           &db.name,
		Key:                                 k.values(),
		UpdateExpression:                    &expression,
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           v.attributes(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}, refuse}
}

func (db *DB) remove(k key, condition string, v values, refuse func(attributes) error) step {
	return step{types.TransactWriteItem{Delete: &types.Delete{
		TableName:                           &db.name,
		Key:                                 k.values(),
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           v.attributes(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}, refuse}
}

func (db *DB) check(k key, condition string, v values, refuse func(attributes) error) step {
	return step{types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName:                           &db.name,
		Key:                                 k.values(),
		ConditionExpression:                 &condition,
		ExpressionAttributeValues:           v.attributes(),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}, refuse}
}

// write returns the Write that commits the events and steps.
func (db *DB) write(events []identity.Event, steps ...step) identity.Write {
	return func(ctx context.Context, c identity.Change) error { return db.commit(ctx, c, events, steps...) }
}

// commit writes all the steps, the events and, if the caller sent an Idempotency-Key, the remembered answer, or none of
// them. It returns identity.ErrAnswered if that key has been answered already, or else the refusal of the first step
// whose condition fails.
func (db *DB) commit(ctx context.Context, c identity.Change, events []identity.Event, steps ...step) error {
	all := steps[:len(steps):len(steps)]
	if c.Retry != nil {
		all = append([]step{db.remember(c)}, all...)
	}

	for _, e := range events {
		all = append(all, db.put(newEventItem(e, c), ifAbsent, nil, nil))
	}

	return db.transact(ctx, all)
}

const (
	transactAttempts = 8
	transactBackoff  = 10 * time.Millisecond
)

// transact retries on TransactionConflict, which the SDK treats as final. The request token makes DynamoDB apply a
// retry after a lost reply once only.
func (db *DB) transact(ctx context.Context, steps []step) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(cryptorand.Text())}
	for _, s := range steps {
		in.TransactItems = append(in.TransactItems, s.write)
	}

	for attempt := 1; ; attempt++ {
		_, err := db.client.TransactWriteItems(ctx, in)
		if err == nil {
			return nil
		}

		refusal, conflict := cancellation(err, steps)
		if !conflict || attempt == transactAttempts {
			return refusal
		}

		select {
		case <-ctx.Done():
			return failure("write a transaction", ctx.Err())
		case <-time.After(transactBackoff/2 + rand.N(transactBackoff<<attempt)):
		}
	}
}

// cancellation returns the refusal of the first step whose condition failed. conflict is true if no condition failed
// but the transaction conflicted with another one.
func cancellation(err error, steps []step) (refusal error, conflict bool) {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) {
		return failure("write a transaction", err), false
	}

	for i, reason := range canceled.CancellationReasons {
		if aws.ToString(reason.Code) != "ConditionalCheckFailed" || i >= len(steps) {
			conflict = conflict || aws.ToString(reason.Code) == "TransactionConflict"
			continue
		}

		if steps[i].refuse == nil {
			return identity.ErrStale, false
		}

		return steps[i].refuse(reason.Item), false
	}

	if conflict {
		return identity.Refuse(identity.Unavailable, "Others are changing the same thing; try again."), true
	}

	return failure("write a transaction", err), false
}

// always returns a refusal that does not depend on the item.
func always(err error) func(attributes) error { return func(attributes) error { return err } }

// failure classifies an error of the SDK: one that may be temporary is Unavailable, and any other is an internal error.
func failure(operation string, err error) error {
	var api smithy.APIError
	wrapped := fmt.Errorf("%s: %w", operation, err)

	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "InternalServerError",
			"TransactionInProgressException", "ServiceUnavailable":
		default:
			return wrapped
		}
	}

	refusal := identity.Refuse(identity.Unavailable, "The database cannot be reached at present; try again.")
	refusal.Cause = wrapped
	return refusal
}

// ifConditionFailed reports whether a single write failed its condition.
func ifConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}
