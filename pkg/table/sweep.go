package table

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifStillLapsed: nothing has ended the token before, and no use or extension has moved its lease since it was read.
	ifStillLapsed = ifNotEnded + " AND lease_until = :seen AND lease_until <= :now"

	sweepPage  = 100 // the most that one BatchGetItem reads
	sweepBatch = 50  // the most tokens that one transaction retires, with a tombstone and an event each
)

// Swept is what a sweep did.
type Swept struct {
	// Retired is the number of tokens that were marked as lapsed or expired.
	Retired int
	// Lag is how long ago the first of them ended.
	Lag time.Duration
}

// Sweep marks every token whose lease ended before the hour of the change, with an event in its organization's audit
// log. It reads only leases that have ended, in the order in which they did. A marked token leaves the index, so the
// next sweep resumes one that was cut short, and a sweep that runs twice changes nothing. A failure in one shard does
// not stop it from sweeping the others: the counts are of what was done, and the error joins the failures.
func (db *DB) Sweep(ctx context.Context, c identity.Change) (Swept, error) {
	var (
		total  Swept
		failed error
	)

	for shard := range LeaseShards {
		swept, err := db.sweepShard(ctx, c, leaseShard(shard))
		total.Retired += swept.Retired
		total.Lag = max(total.Lag, swept.Lag)

		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("sweep shard %d: %w", shard, err))
		}
	}

	return total, failed
}

func (db *DB) sweepShard(ctx context.Context, c identity.Change, shard string) (Swept, error) {
	var swept Swept
	after := " "
	for {
		items, err := db.query(ctx, span{
			index: Index2,
			pk:    shard,
			from:  after,
			to:    c.At.UTC().Format(hourForm),
			limit: sweepPage,
		})
		if err != nil || len(items) == 0 {
			return swept, err
		}

		keys := make([]key, len(items))
		for i, item := range items {
			var found struct {
				key
				GSI2SK string
			}
			if err := decode(item, &found); err != nil {
				return swept, err
			}

			keys[i], after = found.key, found.GSI2SK+"\x00"
		}

		items, err = db.batch(ctx, keys)
		if err != nil {
			return swept, err
		}

		found, err := decodeAll(items)
		if err != nil {
			return swept, err
		}

		retired, err := db.retire(ctx, c, found.tokens)
		swept.Retired += retired
		for _, t := range found.tokens {
			swept.Lag = max(swept.Lag, c.At.Sub(t.Until))
		}

		if err != nil || len(keys) < sweepPage {
			return swept, err
		}
	}
}

// retire marks the tokens that have ended, sweepBatch at a time. If one of them has changed, it marks each separately.
func (db *DB) retire(ctx context.Context, c identity.Change, tokens []identity.Token) (int, error) {
	retired := 0
	for len(tokens) > 0 {
		n := min(len(tokens), sweepBatch)
		done, err := db.retireTogether(ctx, c, tokens[:n])
		retired += done
		if errors.Is(err, identity.ErrStale) {
			done, err = db.retireEach(ctx, c, tokens[:n])
			retired += done
		}

		if err != nil {
			return retired, err
		}

		tokens = tokens[n:]
	}

	return retired, nil
}

func (db *DB) retireEach(ctx context.Context, c identity.Change, tokens []identity.Token) (int, error) {
	retired := 0
	for i := range tokens {
		done, err := db.retireTogether(ctx, c, tokens[i:i+1])
		retired += done
		if err != nil && !errors.Is(err, identity.ErrStale) {
			return retired, err
		}
	}

	return retired, nil
}

func (db *DB) retireTogether(ctx context.Context, c identity.Change, tokens []identity.Token) (int, error) {
	var (
		steps  []step
		events []identity.Event
	)

	for _, t := range tokens {
		why, at := t.State(identity.Membership{}, c.At)
		action, retired := identity.RetiredBy(why)
		if t.Ended != "" || !retired {
			continue
		}

		steps = append(steps, db.end(t, why, at, ifStillLapsed, values{":seen": t.Until, ":now": c.At}))
		events = append(events, tokenEvent(action, t, nil, leaseState(t.Lease)))
	}

	if len(steps) == 0 {
		return 0, nil
	}

	if err := db.commit(ctx, c, events, steps...); err != nil {
		return 0, err
	}

	return len(steps), nil
}
