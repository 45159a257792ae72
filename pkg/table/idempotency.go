package table

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ifForgotten: the key is new, or its time is over; DynamoDB may take days to remove the item.
const ifForgotten = "attribute_not_exists(PK) OR purge_at <= :now"

// remember stores the sealed answer under the caller's Idempotency-Key.
func (db *DB) remember(c identity.Change) step {
	item := retryItem{
		key:     idempotencyKey(c.Caller.User, c.Retry.KeyHash),
		Type:    "retry",
		Request: c.Retry.Request,
		Reply:   c.Retry.Reply,
		PurgeAt: c.Retry.Until.Unix(),
	}

	return db.put(item, ifForgotten, values{":now": c.At}, always(identity.ErrAnswered))
}

// Remember stores the sealed answer of a change that writes nothing else. It returns identity.ErrAnswered if the caller's
// Idempotency-Key has been answered already.
func (db *DB) Remember(ctx context.Context, c identity.Change) error { return db.commit(ctx, c, nil) }

// Answered returns what is remembered at now under the hash of a caller's Idempotency-Key; found is false if nothing
// is.
func (db *DB) Answered(ctx context.Context, user identity.UserID, keyHash string, now time.Time) (
	r identity.Retry, found bool, err error) {
	var item retryItem
	found, err = db.get(ctx, idempotencyKey(user, keyHash), &item)
	if err != nil || !found || !now.Before(moment(item.PurgeAt)) {
		return identity.Retry{}, false, err
	}

	return identity.Retry{
		KeyHash: keyHash,
		Request: item.Request,
		Reply:   item.Reply,
		Until:   moment(item.PurgeAt),
	}, true, nil
}
