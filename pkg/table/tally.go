package table

import (
	"context"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// A person's tally holds what their limits need. Much of what it counts ends without a write to it: leases lapse, members
// are removed, organizations are deleted. The tally therefore never counts too little, but it can count too much, so only
// a fresh count can refuse.

const (
	// ifSameTally: nothing has been added to the tally since it was read.
	ifSameTally = ifVersion
	// ifRoomForToken: a token can be added without a fresh count.
	ifRoomForToken = "live_tokens < :live AND kept_tokens < :kept"
	// ifRoomToRotate: a token can replace another one without a fresh count.
	ifRoomToRotate = "kept_tokens < :kept"
	// ifRoomToFound: an organization can be added without looking for those that do not exist any more.
	ifRoomToFound = "size(founded_orgs) < :max"

	// recountAfter is how long a count of tokens serves. It bounds how long a token stays uncounted that an earlier version
	// created, which does not know the tally, while both run or after a rollback.
	recountAfter = time.Minute
)

// readTally reads a person's tally.
func (db *DB) readTally(ctx context.Context, u identity.UserID) (tallyItem, error) {
	item := tallyItem{key: tallyKey(u)}
	_, err := db.get(ctx, item.key, &item)
	return item, err
}

// tallyToken returns the write that adds a token to its owner's tally, or the refusal if the owner can have no more. A
// write of a fresh count is stale if another token is added at the same time: the count began after the tally was read,
// so it may or may not include that token. Writes that add to a count do not disturb each other.
func (db *DB) tallyToken(ctx context.Context, t identity.Token, now time.Time) (step, error) {
	u, condition, v := t.User, ifRoomForToken, values{":one": 1, ":live": identity.MaxLiveTokens, ":kept": identity.MaxKeptTokens}
	may := identity.TokenCount.MayAdd
	if db.custody != nil {
		v[":live"], may = identity.MaxServiceTokens, identity.TokenCount.MayAddToService
	}

	if t.Replaces != "" {
		condition, may = ifRoomToRotate, identity.TokenCount.MayReplace
		delete(v, ":live")
	}

	tally, err := db.readTally(ctx, u)
	if err != nil {
		return step{}, err
	}

	known := identity.TokenCount{Live: tally.Live, Kept: tally.Kept}
	if now.Before(moment(tally.CountedAt).Add(recountAfter)) && may(known, now) == nil {
		return db.update(tally.key, "ADD live_tokens :one, kept_tokens :one, version :one", condition, v, nil), nil
	}

	held, err := db.Holdings(ctx, u)
	if err != nil {
		return step{}, err
	}

	count := identity.CountTokens(held.Tokens, held.Memberships, now)
	if err := may(count, now); err != nil {
		return step{}, err
	}

	return db.setTally(tally, "live_tokens = :live, kept_tokens = :kept, counted_at = :now",
		values{":live": count.Live + 1, ":kept": count.Kept + 1, ":now": now}), nil
}

// setTally returns a write that sets attributes of a tally, provided that it is as it was read.
func (db *DB) setTally(tally tallyItem, assignments string, v values) step {
	v[":type"], v[":version"] = "tally", tally.Version+1

	condition := ifAbsent
	if tally.Version > 0 {
		condition, v[":seen_version"] = ifSameTally, tally.Version
	}

	return db.update(tally.key, "SET item_type = :type, version = :version, "+assignments, condition, v, nil)
}

// tallyFounded returns the write that adds an organization to those that a person founded, or LimitReached if they have
// founded as many as they can that still exist. memberships are the person's others. Among them are the organizations that
// the person founded with an earlier version and still belongs to; those count from the first time.
func (db *DB) tallyFounded(ctx context.Context, u identity.UserID, o identity.OrgID, memberships []identity.Membership) (
	step, error) {
	tally, err := db.readTally(ctx, u)
	if err != nil {
		return step{}, err
	}

	if n := len(tally.Founded); n > 0 && n < identity.MaxFounded {
		return db.update(tally.key, "ADD founded_orgs :org, version :one", ifRoomToFound,
			values{":org": []string{string(o)}, ":one": 1, ":max": identity.MaxFounded}, nil), nil
	}

	founded, err := db.stillFounded(ctx, tally.Founded, memberships)
	if err != nil {
		return step{}, err
	}

	if len(founded) >= identity.MaxFounded {
		return step{}, identity.TooManyFounded()
	}

	return db.setTally(tally, "founded_orgs = :orgs", values{":orgs": append(founded, string(o))}), nil
}

// stillFounded returns which of the organizations exist. If there are none, it returns those that the person founded among
// the ones that they own: their membership is as old as the organization.
func (db *DB) stillFounded(ctx context.Context, founded []string, memberships []identity.Membership) ([]string, error) {
	joined := map[identity.OrgID]time.Time{}
	var keys []key
	for _, o := range founded {
		keys = append(keys, orgKey(identity.OrgID(o)))
	}

	for _, m := range memberships {
		if len(founded) == 0 && m.Role == identity.Owner && !m.JoinedAt.IsZero() {
			joined[m.Org] = m.JoinedAt
			keys = append(keys, orgKey(m.Org))
		}
	}

	var still []string
	for some := range slices.Chunk(keys, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return nil, err
		}

		for _, item := range items {
			var found orgItem
			if err := decode(item, &found); err != nil {
				return nil, err
			}

			o := found.organization()
			if len(founded) > 0 || joined[o.ID].Equal(o.CreatedAt) {
				still = append(still, string(o.ID))
			}
		}
	}

	return still, nil
}
