package table

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameMember: neither the membership nor the number of its assignments has changed since it was read.
	ifSameMember = ifVersion + " AND " + ifSameAssignments

	// maxLeaving is the most assignments that go in one transaction with their member: three writes each, beside ten for
	// the membership, its four search rows, profile, organization, actor, event and remembered answer.
	maxLeaving = 30
)

var (
	errActsNoMore = identity.Refuse(identity.Forbidden, "Your own role or access has changed meanwhile; look again.")
	errNoAccess   = identity.NoAccess()
)

// Membership is a person's membership in an organization, by one strongly consistent GetItem; the zero Membership when
// they have none.
func (db *DB) Membership(ctx context.Context, u identity.UserID, o identity.OrgID) (identity.Membership, error) {
	var item membershipItem
	found, err := db.get(ctx, membershipKey(u, o), &item)
	if err != nil || !found {
		return identity.Membership{}, err
	}

	return item.membership(), nil
}

// Member is Membership for a person whom a path names; NotFound when they do not belong to the organization.
func (db *DB) Member(ctx context.Context, o identity.OrgID, u identity.UserID) (identity.Membership, error) {
	m, err := db.Membership(ctx, u, o)
	if err == nil && m.User == "" {
		err = identity.NoSuch("member")
	}

	return m, err
}

// AlterMember reads a member of the actor's organization, has decide make of it what it becomes, and writes that with
// ChangeMember; nothing is written when nothing changes. decide may be called again, with the membership as it is then,
// when it changes meanwhile. NotFound when there is no such member, else what decide or ChangeMember refuse.
func (db *DB) AlterMember(ctx context.Context, action identity.Action, actor identity.Membership, user identity.UserID,
	decide func(before identity.Membership) (after identity.Membership, c identity.Change, err error)) error {
	return RetryStale(ctx, func() error {
		before, err := db.Member(ctx, actor.Org, user)
		if err != nil {
			return err
		}

		after, c, err := decide(before)
		if err != nil || after == before {
			return err
		}

		return db.ChangeMember(ctx, c, action, actor, before, after)
	})
}

// ChangeMember writes what the actor made of a membership: before is as it was read, after as one of the rules of
// package identity made it. LastOwner when no active owner would be left, Forbidden when the actor's own role or access
// has changed meanwhile, errStale when the membership has.
func (db *DB) ChangeMember(ctx context.Context, c identity.Change, action identity.Action, actor, before, after identity.Membership) error {
	event := memberEvent(action, after)
	event.Before, event.After = difference(memberState(before), memberState(after))
	return db.commit(ctx, c, []identity.Event{event}, slices.Concat(
		db.become(before, after), db.acting(actor, after.User))...)
}

// become moves a membership from before to after and keeps the count of active owners.
func (db *DB) become(before, after identity.Membership) []step {
	v := values{
		":seen_version": before.Version, ":version": after.Version, ":role": string(after.Role), ":status": string(after.Status),
		":epoch": after.TokenEpoch, ":partition": rolePartition(after.Org, after.Role, after.Status),
	}

	var expression strings.Builder
	expression.WriteString("SET version = :version, member_role = :role, member_status = :status, token_epoch = :epoch, GSI2PK = :partition")
	for name, at := range map[string]time.Time{"joined_at": after.JoinedAt, "invited_at": after.InvitedAt} {
		if !at.IsZero() {
			v[":"+name] = at
			expression.WriteString(", " + name + " = :" + name)
		}
	}

	steps := []step{db.update(membershipKey(after.User, after.Org), expression.String(), ifVersion, v, nil)}
	return append(steps, db.headcount(after.Org, one(after.ActiveOwner())-one(before.ActiveOwner()), 0)...)
}

// acting holds the actor to the role and status that allowed what they do to someone else; what they do to themselves is
// held by the condition on their own membership.
func (db *DB) acting(actor identity.Membership, target identity.UserID) []step {
	if actor.User == target {
		return nil
	}

	return []step{db.check(membershipKey(actor.User, actor.Org), ifActsStill,
		values{":role": string(actor.Role), ":status": string(actor.Status)}, always(errActsNoMore))}
}

// RemoveMember ends a membership with everything in the organization that hangs on it: solution assignments, search rows
// and, since nothing is left to authorize them, tokens. A default organization that pointed there stays and heals when
// it is read. The refusals are those of ChangeMember; errStale too while an index lags behind the assignments.
func (db *DB) RemoveMember(ctx context.Context, c identity.Change, actor, m identity.Membership) error {
	if err := db.mayLeaveBehind(ctx, m); err != nil {
		return err
	}

	assigned, err := db.unassignDownTo(ctx, c, m, maxLeaving)
	if err != nil {
		return err
	}

	event := memberEvent(identity.ActionMemberRemove, m)
	event.Before = memberState(m)
	events := []identity.Event{event}
	steps := append([]step{
		db.remove(membershipKey(m.User, m.Org), ifSameMember, values{":seen_version": m.Version, ":assignments": len(assigned)}, nil),
		db.update(profileKey(m.User), "ADD org_count :less", ifPresent, values{":less": -1}, nil),
	}, db.acting(actor, m.User)...)

	steps = slices.Concat(steps, db.headcount(m.Org, -one(m.ActiveOwner()), -1), db.refind(m.User, m.Org, searchTerms(m.Person), nil))
	for _, a := range assigned {
		steps = append(steps, db.unassignSteps(a, false)...)
		events = append(events, assignmentEvent(a.Solution, identity.Move{Member: m, From: a.Role}))
	}

	return db.commit(ctx, c, events, steps...)
}

// mayLeaveBehind refuses early what the transaction would refuse in the end, so that the last owner does not lose
// assignments on the way there.
func (db *DB) mayLeaveBehind(ctx context.Context, m identity.Membership) error {
	if !m.ActiveOwner() {
		return nil
	}

	o, err := db.Organization(ctx, m.Org)
	if err == nil && o.Owners <= 1 {
		err = errLastOwner
	}

	return err
}

// enrol stores a new membership and the rows by which its member is found.
func (db *DB) enrol(m identity.Membership) []step {
	exists := identity.Refuse(identity.Conflict, "They belong to the organization already.")
	steps := []step{db.put(newMembershipItem(m), ifAbsent, nil, always(exists))}
	return append(steps, db.refind(m.User, m.Org, nil, searchTerms(m.Person))...)
}

// refind moves a member's search rows from the terms they had to those that they have: rows that stay the same are not
// written.
func (db *DB) refind(u identity.UserID, o identity.OrgID, had, has []string) []step {
	var steps []step
	for n := range max(len(had), len(has)) {
		switch {
		case n >= len(has):
			steps = append(steps, db.remove(searchKey(o, u, n), ifPresent, nil, nil))
		case n >= len(had):
			steps = append(steps, db.put(newSearchItem(o, u, n, has[n]), ifAbsent, nil, nil))
		case had[n] != has[n]:
			steps = append(steps, db.put(newSearchItem(o, u, n, has[n]), ifPresent, nil, nil))
		}
	}

	return steps
}

// maxSearchWords bounds the words by which a person is found beside the beginning of their display name and their email
// address; identity.MaxOrganizations counts on it.
const maxSearchWords = 3

// searchTerms are the words by which a person is found besides the beginning of their display name: their email address,
// and further words of their names: the last ones if there are too many, those that are shown before others.
func searchTerms(p identity.Person) []string {
	terms := []string{fold(p.Email)}
	shown := fold(p.DisplayName)
	words := strings.Fields(fold(p.FirstName+" "+p.LastName) + " " + shown)
	slices.Reverse(words)

	for _, word := range words {
		if len(terms) <= maxSearchWords && !slices.Contains(terms, word) && !strings.HasPrefix(shown, word) {
			terms = append(terms, word)
		}
	}

	return terms
}

// memberState is what the audit log tells of a membership.
func memberState(m identity.Membership) map[string]string {
	state := map[string]string{"role": string(m.Role), "status": string(m.Status)}
	if m.Status == identity.Invited {
		state["invitedAt"] = m.InvitedAt.Format(time.RFC3339)
	}

	return state
}

// difference leaves of two states what differs.
func difference(before, after map[string]string) (was, is map[string]string) {
	was, is = map[string]string{}, map[string]string{}
	for name, value := range before {
		if after[name] != value {
			was[name] = value
		}
	}

	for name, value := range after {
		if before[name] != value {
			is[name] = value
		}
	}

	return was, is
}

func memberEvent(action identity.Action, m identity.Membership) identity.Event {
	return identity.Event{
		Scope:  string(m.Org),
		Action: action,
		Target: identity.Target{Type: "user", ID: string(m.User), Name: m.Person.DisplayName},
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
