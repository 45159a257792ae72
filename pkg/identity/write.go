package identity

import (
	"context"
	"errors"
	"fmt"
)

// Write stores a change. It returns ErrStale if something that the change depends on has changed since it was read, and
// ErrAnswered if the change's Idempotency-Key has been answered before. A nil Write stands for nothing to store.
//
// Most writes are one transaction. A write of several transactions leaves every item consistent after each of them, and
// running it again, or deciding and writing again, finishes it.
type Write func(context.Context, Change) error

// staleAttempts is the most attempts that RetryStale makes.
const staleAttempts = 8

// RetryStale calls attempt, which reads, decides and writes, until it returns something other than ErrStale. It returns an
// Unavailable error after staleAttempts attempts, or if the context ends first.
func RetryStale(ctx context.Context, attempt func() error) error {
	for range staleAttempts {
		err := attempt()
		if !errors.Is(err, ErrStale) {
			return err
		}

		if ctx.Err() != nil {
			refusal := Refuse(Unavailable, "The request ran out of time. Try again.")
			refusal.Cause = fmt.Errorf("decide again: %w", ctx.Err())
			return refusal
		}
	}

	return Refuse(Unavailable, "Another request is changing the same resource. Try again.")
}
