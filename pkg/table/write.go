package table

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// The conditions that need no values. Every write carries one of these or one named beside its use.
const (
	ifAbsent  = "attribute_not_exists(PK)"
	ifPresent = "attribute_exists(PK)"
	ifVersion = "version = :seen_version"
)

// step is one write of a transaction, and the refusal that its failed condition stands for. refuse gets the item as it
// is, nil when there is none; a nil refuse says that the item changed between reading and writing.
type step struct {
	write  types.TransactWriteItem
	refuse func(current attributes) error
}

// errStale means that an item changed between reading and writing: read again and decide again.
var errStale = errors.New("the item changed meanwhile")

func (db *DB) put(item any, condition string, v values, refuse func(attributes) error) step {
	encoded, err := attributevalue.MarshalMap(item)
	if err != nil {
		panic(fmt.Sprintf("an item of type %T cannot be encoded: %v", item, err)) // a fixed struct either always encodes or never
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

// commit writes all the steps, the events and, when the caller sent an Idempotency-Key, what its retry will be
// answered, or none of them. It returns identity.ErrAnswered when that key has been answered already, else the refusal
// of the first step whose condition fails.
func (db *DB) commit(ctx context.Context, c identity.Change, events []identity.Event, steps ...step) error {
	all := slices.Clip(steps)
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

// transact retries a transaction that met another one on the same item, which DynamoDB cancels and the SDK does not
// retry. The request token makes a retry after a lost reply count once.
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

		refusal, met := cancellation(err, steps)
		if !met || attempt == transactAttempts {
			return refusal
		}

		select {
		case <-ctx.Done():
			return failure("write a transaction", ctx.Err())
		case <-time.After(transactBackoff/2 + rand.N(transactBackoff<<attempt)): //nolint:forbidigo // a pause between attempts
		}
	}
}

// cancellation turns a failed transaction into the refusal of the first step whose condition failed; met is true when
// no condition failed but the transaction met another one.
func cancellation(err error, steps []step) (refusal error, met bool) {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) {
		return failure("write a transaction", err), false
	}

	for i, reason := range canceled.CancellationReasons {
		if aws.ToString(reason.Code) != "ConditionalCheckFailed" || i >= len(steps) {
			met = met || aws.ToString(reason.Code) == "TransactionConflict"
			continue
		}

		if steps[i].refuse == nil {
			return errStale, false
		}

		return steps[i].refuse(reason.Item), false
	}

	if met {
		return identity.Refuse(identity.Unavailable, "Others are changing the same thing; try again."), true
	}

	return failure("write a transaction", err), false
}

// always is the refusal that does not depend on what the item is.
func always(err error) func(attributes) error { return func(attributes) error { return err } }

// failure classifies what the SDK says when DynamoDB did not do its part: what may pass is Unavailable, and anything
// else is an internal error.
func failure(operation string, err error) error {
	wrapped := fmt.Errorf("%s: %w", operation, err)
	if api, ok := errors.AsType[smithy.APIError](err); ok {
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

// RetryStale runs decide, which reads and then writes on condition, again while what it read changes under it; Unavailable
// when that does not end.
func RetryStale(ctx context.Context, decide func() error) error {
	for range transactAttempts {
		err := decide()
		if !errors.Is(err, errStale) {
			return err
		}

		if ctx.Err() != nil {
			return failure("write a transaction", ctx.Err())
		}
	}

	return identity.Refuse(identity.Unavailable, "Others are changing the same thing; try again.")
}

// ifConditionFailed reports whether a single write failed its condition.
func ifConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}
