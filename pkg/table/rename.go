package table

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Each membership holds a copy of its organization's name and of whether it is deleted, so that a profile is one Query.
// An organization can have a hundred thousand members, so a change reaches them over time: a note next to the
// organization holds what to copy. It is removed after a walk over all members, started well after the change, has found
// nothing left to do. Walks may be cut short, repeated, and run at the same time, because a membership takes the copy
// only from a later version.
//
// The copy decides what lists show, not who has access; see DB.Standing.

const (
	// ifOlderNote: there is no note of this or a later rename.
	ifOlderNote = "attribute_not_exists(PK) OR version < :version"
	// ifOlderName: the membership exists, and its copy is from an earlier version of the organization.
	ifOlderName = "attribute_exists(PK) AND (attribute_not_exists(org_version) OR org_version < :version)"

	spreadPage    = 250             // members that one Query reads
	spreadAtOnce  = 25              // concurrent updates
	spreadReserve = 3 * time.Second // the part of a request's time that spreading leaves unused
	// settled is how long after a rename the index shows every membership created before it.
	settled = time.Minute
)

// SpreadName copies an organization's new name, and whether it is deleted, to its memberships as far as the context's
// deadline allows, and leaves the rest to SpreadNames. It returns how many memberships it changed.
func (db *DB) SpreadName(ctx context.Context, o identity.OrgID) (int, error) {
	note, found, err := db.note(ctx, o)
	if err != nil || !found {
		return 0, err
	}

	changed, _, err := db.spread(ctx, o, note)
	return changed, err
}

// SpreadNames finishes what SpreadName left, for every organization whose name has changed, and removes the note when
// there is nothing left to do. It may be cut short and run again. It returns how many memberships it changed. A failure
// in one organization does not stop it from continuing with the others.
func (db *DB) SpreadNames(ctx context.Context, now time.Time) (int, error) {
	notes, err := db.query(ctx, span{
		index: Index2,
		pk:    renamePartition,
		from:  " ",
		to:    highest,
	})

	total, failed := 0, err
	for _, item := range notes {
		o := identity.OrgID(text(item, AttrGSI2SK))
		changed, err := db.settle(ctx, o, now)
		total += changed

		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("spread the name of %s: %w", o, err))
		}
	}

	return total, failed
}

// settle spreads one name, and removes the note if nothing is left to do.
func (db *DB) settle(ctx context.Context, o identity.OrgID, now time.Time) (int, error) {
	note, found, err := db.note(ctx, o)
	if err != nil || !found {
		return 0, err
	}

	changed, done, err := db.spread(ctx, o, note)
	if err != nil || !done || now.Before(moment(note.At).Add(settled)) {
		return changed, err
	}

	_, err = db.drop(ctx, note.key, ifVersion, values{":seen_version": note.Version})
	return changed, err
}

func (db *DB) note(ctx context.Context, o identity.OrgID) (note renameItem, found bool, err error) {
	found, err = db.get(ctx, renameKey(o), &note)
	return note, found, err
}

// spread walks over the members; done is false if time ran out.
func (db *DB) spread(ctx context.Context, o identity.OrgID, note renameItem) (changed int, done bool, err error) {
	deadline, bounded := ctx.Deadline()
	from := memberPrefix
	for {
		if bounded && time.Until(deadline) < spreadReserve { //nolint:forbidigo // the deadline of ctx is in real time
			return changed, false, nil
		}

		items, err := db.query(ctx, span{
			index: Index1,
			pk:    orgPartition(o),
			from:  from,
			to:    memberPrefix + last,
			limit: spreadPage,
		})
		if err != nil {
			return changed, false, err
		}

		n, err := db.renameAll(ctx, items, note)
		changed += n
		if err != nil || len(items) < spreadPage {
			return changed, err == nil, err
		}

		from = text(items[len(items)-1], AttrGSI1SK) + "\x00"
	}
}

// renameAll brings the copy to those of the memberships that have another one.
func (db *DB) renameAll(ctx context.Context, items []attributes, note renameItem) (int, error) {
	return atOnce(ctx, items, func(item attributes) (int, error) {
		if same, err := note.reached(item); same || err != nil {
			return 0, err
		}

		written, err := db.renameOne(ctx, key{text(item, AttrPK), text(item, AttrSK)}, note)
		return one(written), err
	})
}

// atOnce calls do for each item, several at once, and returns the sum of the results and all errors. It starts no more
// calls once the context has ended.
func atOnce(ctx context.Context, items []attributes, do func(attributes) (int, error)) (int, error) {
	var (
		wait   sync.WaitGroup
		mutex  sync.Mutex
		sum    int
		failed error
	)

	slots := make(chan struct{}, spreadAtOnce)
	for _, item := range items {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}

		wait.Go(func() {
			defer func() { <-slots }()
			n, err := do(item)
			mutex.Lock()
			defer mutex.Unlock()
			sum, failed = sum+n, errors.Join(failed, err)
		})
	}

	wait.Wait()
	return sum, errors.Join(failed, ctx.Err())
}

// copied returns the expression by which a membership takes the copy from the note, and the values that it names.
func (note renameItem) copied() (string, values) {
	expression, v := "SET org_name = :name, org_version = :version", values{":name": note.Name, ":version": note.Version}
	if note.DeletedAt == 0 {
		return expression + " REMOVE org_deleted_at", v
	}

	v[":deleted"] = note.DeletedAt
	return expression + ", org_deleted_at = :deleted", v
}

// reached reports whether a membership has the copy already.
func (note renameItem) reached(membership attributes) (bool, error) {
	var item membershipItem
	err := decode(membership, &item)

	return item.OrgName == note.Name && item.OrgDeletedAt == note.DeletedAt, err
}

func (db *DB) renameOne(ctx context.Context, k key, note renameItem) (bool, error) {
	expression, v := note.copied()
	return writeOne(ctx, "copy a name to a membership", func() error {
		_, err := db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName:                 &db.name,
			Key:                       k.values(),
			ConditionExpression:       aws.String(ifOlderName),
			UpdateExpression:          &expression,
			ExpressionAttributeValues: v.attributes(),
		})
		return err
	})
}
