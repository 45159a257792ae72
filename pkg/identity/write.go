package identity

import (
	"context"
	"errors"
	"fmt"
)

// Write stores one change, or nothing of it. It returns ErrStale if what the change was decided from has changed since
// it was read, and ErrAnswered if the change's Idempotency-Key has been answered before. A nil Write is a change that
// changes nothing.
type Write func(context.Context, Change) error

// staleAttempts is how often RetryStale calls an attempt at most.
const staleAttempts = 8

// RetryStale calls attempt, which reads, decides and writes, again while it returns ErrStale. It returns an Unavailable
// error if that does not end.
func RetryStale(ctx context.Context, attempt func() error) error {
	for range staleAttempts {
		err := attempt()
		if !errors.Is(err, ErrStale) {
			return err
		}

		if ctx.Err() != nil {
			refusal := Refuse(Unavailable, "The request ran out of time; try again.")
			refusal.Cause = fmt.Errorf("decide again: %w", ctx.Err())
			return refusal
		}
	}

	return Refuse(Unavailable, "Others are changing the same thing; try again.")
}
