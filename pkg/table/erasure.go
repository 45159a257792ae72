package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// A person who deletes their account can have more items than one transaction writes, so the account ends in two stages.
//
// One transaction ends it: the profile, its address and its identities are gone, every session is gone, and no membership
// gives access or admits a token. From then on there is no such person, for this release as for earlier ones, and whoever
// signs in with the address is a new one. The organizations' audit logs record in that transaction that the member left.
//
// What is left is removed in further transactions. Each is complete, so that the removal can be cut short, repeated, and
// run twice at the same time. A note under the person, which lists of what is due find by an index, goes last.

const (
	// ifSameAccount: the profile is as it was read; no membership has been added or removed, none shows the person again,
	// and no session has been created.
	ifSameAccount = ifVersion + " AND (attribute_not_exists(org_count) OR org_count = :orgs)"
	// ifFree: the address or identity leads to the person, or to nobody.
	ifFree = "attribute_not_exists(PK) OR " + ifTheirs

	// eraseReserve is the part of a request's time that erasing leaves unused.
	eraseReserve = 3 * time.Second
)

// Departing is a person who deletes their account, as one read found them.
type Departing struct {
	// Profile is zero if Deleted.
	Profile identity.Profile

	profile profileItem
	stored  nouns
	owned   []identity.Organization
	due     bool  // the note says that the account is to be erased
	others  []key // what is stored under the person besides the profile, the memberships and the note
}

// Departing reads everything that is stored under a person. It returns NotFound if there is no such person, unless their
// account is still being erased.
func (db *DB) Departing(ctx context.Context, u identity.UserID) (Departing, error) {
	d, err := db.underPerson(ctx, u)
	if err != nil {
		return d, err
	}

	if d.Deleted() {
		if !d.due {
			return d, identity.NoSuch("user")
		}

		return d, nil
	}

	var keys []key
	for _, m := range d.stored.memberships {
		if m.ActiveOwner() {
			keys = append(keys, orgKey(m.Org))
		}
	}

	if len(keys) == 0 {
		return d, nil
	}

	items, err := db.batch(ctx, keys)
	for _, item := range items {
		err = errors.Join(err, decodeOnto(&d.owned, item, orgItem.organization))
	}

	return d, err
}

// Deleted reports whether the account has been deleted and is still being erased.
func (d Departing) Deleted() bool { return d.Profile.ID == "" }

// MayGo returns the LastOwner error of identity.MayDeleteAccount.
func (d Departing) MayGo() error { return identity.MayDeleteAccount(d.owned) }

// underPerson reads the whole partition of a person.
func (db *DB) underPerson(ctx context.Context, u identity.UserID) (Departing, error) {
	var d Departing
	items, err := db.query(ctx, span{pk: userPartition(u), to: highest})
	if err != nil {
		return d, err
	}

	for _, item := range items {
		switch itemType(item) {
		case "erasure":
			d.due = true
		case "membership":
		case "profile":
			if err := decode(item, &d.profile); err != nil {
				return d, err
			}

			d.Profile = d.profile.profile()
		default:
			d.others = append(d.others, key{text(item, AttrPK), text(item, AttrSK)})
		}
	}

	d.stored, err = decodeAll(items)
	return d, err
}

// DeleteAccount ends the account; Erase removes what is left of it. It is stale if the person, their memberships or their
// sessions have changed since they were read, and if they have become the last active Owner of an organization.
//
// It remembers no answer: there is no credential left to send the request again with.
func (db *DB) DeleteAccount(d Departing) identity.Write {
	if d.Deleted() {
		return nil
	}

	return func(ctx context.Context, c identity.Change) error {
		c.Retry = nil
		steps, events := db.endAccount(c, d)

		sessions := currentFirst(d.stored.sessions, c.Caller)
		if room := maxTransaction - len(steps) - len(events); len(sessions) > room {
			if err := db.endSessions(ctx, c, identity.ActionSessionDelete, sessions[room:]); err != nil {
				return err
			}

			sessions = sessions[:room]
		}

		for _, s := range sessions {
			steps = append(steps, db.remove(sessionKey(s.User, s.ID), ifPresent, nil, nil))
		}

		err := db.commit(ctx, c, events, steps...)
		if errors.Is(err, errLastOwner) {
			return identity.ErrStale // decide again, to name the organization
		}

		return err
	}
}

// endAccount returns the writes that end an account, without its sessions.
func (db *DB) endAccount(c identity.Change, d Departing) ([]step, []identity.Event) {
	u, p := d.Profile.ID, d.profile
	v := values{":seen_version": p.Version, ":orgs": p.Orgs}
	condition := ifSameAccount + ifCount("copy_count", p.Copies, v) + ifCount("sign_in_count", p.SignIns, v)

	steps := []step{
		db.remove(profileKey(u), condition, v, nil),
		db.remove(emailKey(p.Email), ifFree, values{":user": string(u)}, nil),
		db.put(newErasureItem(u, c.At), ifAbsent, nil, nil),
	}
	for _, issuer := range slices.Sorted(maps.Keys(p.Identities)) {
		steps = append(steps, db.remove(linkKeyOf(p.Identities[issuer]), ifFree, values{":user": string(u)}, nil))
	}

	events := []identity.Event{userEvent(identity.ActionUserDelete, u, p.DisplayName)}
	for _, m := range d.stored.memberships {
		if m.Status == identity.Invited {
			continue // it gives no access
		}

		left := memberEvent(identity.ActionMemberRemove, m)
		left.Before = memberState(m)
		events = append(events, left)
		steps = append(steps, db.become(m, m.Ended(identity.NewEpoch(c.At)))...)
	}

	return steps, events
}

// ifCount returns the further condition that a count, which is missing while it is 0, is what was read, and adds the value
// that it names to v.
func ifCount(attribute string, seen int, v values) string {
	if seen == 0 {
		return " AND attribute_not_exists(" + attribute + ")"
	}

	v[":"+attribute] = seen

	return " AND " + attribute + " = :" + attribute
}

// currentFirst returns the sessions with the caller's own first, so that it ends last.
func currentFirst(sessions []identity.Session, c identity.Caller) []identity.Session {
	rank := func(s identity.Session) int { return one(string(s.ID) != c.Credential) }

	return slices.SortedStableFunc(slices.Values(sessions), func(a, b identity.Session) int { return rank(a) - rank(b) })
}

// Erase removes what is left of a person who has deleted their account, as far as the context's deadline allows, and
// leaves the rest to EraseAll. done is true if nothing is left.
func (db *DB) Erase(ctx context.Context, c identity.Change, u identity.UserID) (done bool, err error) {
	for !done && err == nil {
		deadline, bounded := ctx.Deadline()
		if bounded && time.Until(deadline) < eraseReserve { //nolint:forbidigo // the deadline of ctx is in real time
			return false, nil
		}

		err = identity.RetryStale(ctx, func() error {
			var step error
			done, step = db.eraseSome(ctx, c, u)

			return step
		})
	}

	return done && err == nil, err
}

// eraseSome removes one membership, or else some of what else is stored under the person, or else the note. done is true
// if nothing is left.
func (db *DB) eraseSome(ctx context.Context, c identity.Change, u identity.UserID) (done bool, err error) {
	left, err := db.underPerson(ctx, u)
	switch {
	case err != nil:
		return false, err
	case !left.Deleted():
		return false, errors.New("the account has not been deleted")
	case len(left.stored.memberships) > 0:
		return false, db.eraseMembership(ctx, c, left.stored.memberships[0])
	case len(left.others) == 0:
		return true, db.erased(ctx, u)
	}

	// Most are personal access tokens. A release that does not count sign-ins can also have created a session while the
	// account ended, and a later one can store what this one does not know.
	var steps []step
	for _, k := range left.others[:min(len(left.others), maxTransaction)] {
		steps = append(steps, db.remove(k, ifPresent, nil, nil))
	}

	return false, db.commit(ctx, c, nil, steps...)
}

// eraseMembership removes a membership, with everything in the organization that depends on it. The organization's log has
// recorded the end of one that had been accepted.
func (db *DB) eraseMembership(ctx context.Context, c identity.Change, m identity.Membership) error {
	assigned, err := db.unassignDownTo(ctx, c, m, maxLeaving)
	if err != nil {
		return err
	}

	steps, events := db.unassign(m, assigned)
	if m.Status == identity.Invited {
		event := memberEvent(identity.ActionMemberRemove, m)
		event.Before = memberState(m)
		events = append(events, event)
	}

	return db.commit(ctx, c, events, append(steps, db.departFrom(m, len(assigned))...)...)
}

// erased removes the note of an account of which nothing is left.
func (db *DB) erased(ctx context.Context, u identity.UserID) error {
	_, err := db.drop(ctx, erasureKey(u), ifPresent, nil)
	return err
}

// EraseAll finishes what Erase left, for every account that has been deleted. It may be cut short and run again. It
// returns how many accounts it finished. A failure in one account does not stop it from continuing with the others.
func (db *DB) EraseAll(ctx context.Context, c identity.Change) (int, error) {
	notes, err := db.query(ctx, span{
		index: Index2,
		pk:    erasurePartition,
		from:  " ",
		to:    highest,
	})

	total, failed := 0, err
	for _, note := range notes {
		u := identity.UserID(text(note, AttrGSI2SK))
		done, err := db.Erase(ctx, c, u)
		total += one(done)

		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("erase the account %s: %w", u, err))
		}
	}

	return total, failed
}
