package table

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// alsoIf returns the steps with one more condition on the item with the key. A transaction names an item only once, so
// a step that writes or checks the item already gets the condition; if there is none, a check is added. Values of v
// whose names the step uses already are renamed. refuse returns the refusal if the item fails this condition, and nil
// if it fails another one; a nil refuse means identity.ErrStale.
func (db *DB) alsoIf(steps []step, k key, condition string, v values, refuse func(attributes) error) []step {
	orStale := func(current attributes) error {
		if refuse == nil {
			return identity.ErrStale
		}

		return orElse(refuse(current), identity.ErrStale)
	}

	steps = slices.Clone(steps)
	for i, s := range steps {
		present, named := s.condition(k)
		if present == nil {
			continue
		}

		renamed, added := apart(condition, v.attributes(), *named)
		*present = "(" + *present + ") AND " + renamed
		*named = withValues(*named, added)

		steps[i].refuse = func(current attributes) error {
			if err := orStale(current); s.refuse == nil || !errors.Is(err, identity.ErrStale) {
				return err
			}

			return s.refuse(current)
		}

		return steps
	}

	return append(steps, db.check(k, condition, v, orStale))
}

// condition returns the condition of a step that writes or checks the item with the key, and the values that it names;
// nil if the step is about another item. It returns them to be added to: a step is committed once.
func (s step) condition(k key) (*string, *attributes) {
	same := func(item attributes) bool { return text(item, AttrPK) == k.PK && text(item, AttrSK) == k.SK }

	switch w := s.write; {
	case w.Update != nil && same(w.Update.Key):
		return w.Update.ConditionExpression, &w.Update.ExpressionAttributeValues
	case w.Put != nil && same(w.Put.Item):
		return w.Put.ConditionExpression, &w.Put.ExpressionAttributeValues
	case w.ConditionCheck != nil && same(w.ConditionCheck.Key):
		return w.ConditionCheck.ConditionExpression, &w.ConditionCheck.ExpressionAttributeValues
	case w.Delete != nil && same(w.Delete.Key):
		return w.Delete.ConditionExpression, &w.Delete.ExpressionAttributeValues
	}

	return nil, nil
}

// valueName matches the name of a value in an expression.
var valueName = regexp.MustCompile(`:\w+`)

// apart returns a condition and its values under names that are not among taken. Two conditions on one item may use the
// same name for different values, and a transaction has one list of values for an item.
func apart(condition string, v, taken attributes) (string, attributes) {
	names, renamed := map[string]string{}, attributes{}
	isUsed := func(name string) bool { return taken[name] != nil || renamed[name] != nil }

	for _, name := range slices.Sorted(maps.Keys(v)) {
		names[name] = name
		for n := 2; isUsed(names[name]); n++ {
			names[name] = fmt.Sprintf("%s_%d", name, n)
		}

		renamed[names[name]] = v[name]
	}

	rename := func(name string) string { return cmp.Or(names[name], name) }
	return valueName.ReplaceAllStringFunc(condition, rename), renamed
}

// withValues adds values to those of an expression. It returns nil if there are none: DynamoDB rejects an expression whose
// values are there but empty, which the engine that the tests use accepts.
func withValues(named, added attributes) attributes {
	if len(named)+len(added) == 0 {
		return nil
	}

	all := attributes{}
	maps.Copy(all, named)
	maps.Copy(all, added)
	return all
}

// write returns the Write that commits the events and steps.
func (db *DB) write(events []identity.Event, steps ...step) identity.Write {
	return func(ctx context.Context, c identity.Change) error { return db.commit(ctx, c, events, steps...) }
}

// commit writes all the steps, the events and, if the caller sent an Idempotency-Key, the remembered answer, or none of
// them. It returns identity.ErrAnswered if that key has been answered already, or else the refusal of the first step
// whose condition fails.
func (db *DB) commit(ctx context.Context, c identity.Change, events []identity.Event, steps ...step) error {
	all := slices.Clip(steps)
	if c.Retry != nil {
		all = append([]step{db.remember(c)}, all...)
	}

	for _, e := range events {
		all = append(all, db.put(newEventItem(e, c, db.keepAudit), ifAbsent, nil, nil))
	}

	return db.transact(ctx, all)
}

// transactAll writes steps that may be written apart from each other, in as few transactions as they fit into.
func (db *DB) transactAll(ctx context.Context, steps []step) error {
	for together := range slices.Chunk(steps, maxTransaction) {
		if err := db.transact(ctx, together); err != nil {
			return err
		}
	}

	return nil
}

const (
	// maxTransaction is the most writes of a transaction.
	maxTransaction = 100
	// transactAttempts is the most attempts that transact makes; the pauses between them take 2.6 seconds at most.
	transactAttempts = 8
)

// transact retries a transaction that DynamoDB cancels because of a conflict or of throttling, which the SDK treats as
// final. The request token makes DynamoDB apply a retry after a lost reply once only.
func (db *DB) transact(ctx context.Context, steps []step) error {
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(cryptorand.Text())}
	for _, s := range steps {
		in.TransactItems = append(in.TransactItems, s.write)
	}

	return persist(ctx, "write a transaction", transactAttempts, func() (error, bool) {
		if _, err := db.client.TransactWriteItems(ctx, in); err != nil {
			return cancellation(err, steps)
		}

		return nil, false
	})
}

// cancellation returns the refusal of the first step whose condition failed. again is true if no condition failed but
// another transaction or a throttled partition canceled this one, so that the next attempt may succeed.
func cancellation(err error, steps []step) (refusal error, again bool) {
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) {
		return failure("write a transaction", err), false
	}

	var met, throttled bool
	for i, reason := range canceled.CancellationReasons {
		switch code := aws.ToString(reason.Code); {
		case code == "ConditionalCheckFailed" && i < len(steps):
			if steps[i].refuse == nil {
				return identity.ErrStale, false
			}

			return steps[i].refuse(reason.Item), false
		case code == "TransactionConflict":
			met = true
		default:
			throttled = throttled || throttlingReasons[code]
		}
	}

	switch {
	case met:
		return identity.Refuse(identity.Unavailable, conflicting), true
	case throttled:
		return busy(fmt.Errorf("write a transaction: %w", err)), true
	}

	return failure("write a transaction", err), false
}

// always returns a refusal that does not depend on the item.
func always(err error) func(attributes) error { return func(attributes) error { return err } }

// ifConditionFailed reports whether a single write failed its condition.
func ifConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}
