package table

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifActsStill: the actor still has the role and status that authorized the change.
	ifActsStill = "member_role = :role AND member_status = :status"
	// ifAbsentOrTheirs: the row is the person's, or there is none.
	ifAbsentOrTheirs = "attribute_not_exists(PK) OR user_id = :user"
	// ifSameMember: neither the membership nor the number of its assignments has changed since it was read.
	ifSameMember = ifVersion + " AND " + ifSameAssignments

	// maxLeaving is the most assignments that one transaction removes with their member: three writes each, and 26 for
	// the membership, its four search rows and 16 word rows, the profile, organization, actor, event and remembered
	// answer. A service account has two more, its note and its place on the roll.
	maxLeaving = 24
)

var (
	errActsNoMore = identity.Refuse(identity.Forbidden, "Your own role or access has just changed. Reload and try again.")
	errNoAccess   = identity.NoAccess()
)

// Membership returns a person's membership in an organization by one strongly consistent GetItem; the zero Membership
// if there is none.
func (db *DB) Membership(ctx context.Context, u identity.UserID, o identity.OrgID) (identity.Membership, error) {
	var item membershipItem
	found, err := db.get(ctx, membershipKey(u, o), &item)
	if err != nil || !found {
		return identity.Membership{}, err
	}

	return item.membership(), nil
}

// Member returns the membership of the person that a path names; NotFound if they do not belong to the organization.
func (db *DB) Member(ctx context.Context, o identity.OrgID, u identity.UserID) (identity.Membership, error) {
	m, err := db.Membership(ctx, u, o)
	if err == nil && m.User == "" {
		err = identity.NoSuch("member")
	}

	return m, err
}

// ChangeMember writes what the actor made of a membership: before is as it was read, after as a rule of package
// identity made it. It returns LastOwner if no active owner would remain, and Forbidden if the actor's own role or
// access has changed. Revoking tokens also returns the refusals of writeAs. It is stale if the membership has changed.
// If the person gets access again, after is as Shown returned it, and the write is stale if the person has changed,
// too.
func (db *DB) ChangeMember(action identity.Action, actor identity.Actor, before, after identity.Membership) identity.Write {
	if after == before {
		return nil
	}

	event := memberEvent(action, after)
	event.Before, event.After = difference(memberState(before), memberState(after))

	steps := append(db.become(before, after), db.acting(actor, after.User)...)
	if !before.Admitted() && after.Admitted() {
		steps = append(steps, db.copyAgain(after.User, after.Person))
	}

	if action == identity.ActionMemberTokensRevoke {
		return db.writeAs([]identity.Event{event}, steps...)
	}

	return db.write([]identity.Event{event}, steps...)
}

// become writes a membership, from before to after, and the counts that change with it. If the person differs, it writes
// the person and their search rows, too.
func (db *DB) become(before, after identity.Membership) []step {
	v := values{
		":seen_version": before.Version,
		":version":      after.Version,
		":role":         string(after.Role),
		":status":       string(after.Status),
		":epoch":        after.TokenEpoch,
		":partition":    rolePartition(after.Org, after.Role, after.Status),
	}
	set := []string{"version = :version", "member_role = :role", "member_status = :status", "token_epoch = :epoch",
		"GSI2PK = :partition"}
	var removed []string

	for name, at := range map[string]time.Time{"joined_at": after.JoinedAt, "invited_at": after.InvitedAt} {
		if !at.IsZero() {
			v[":"+name] = at
			set = append(set, name+" = :"+name)
		}
	}

	// A visit does not change the version, so a later day than the one that was read must stay.
	if !after.LastSeen.Equal(before.LastSeen) {
		v[":day"] = after.LastSeen
		set = append(set, "last_seen_at = :day")
	}

	switch {
	case before.Offer && !after.Offer:
		removed = append(removed, "invited_by", "is_offer")
	case before.InvitedBy != after.InvitedBy:
		v[":inviter"] = string(after.InvitedBy)
		set = append(set, "invited_by = :inviter")
	}

	var refound []step
	if after.Person != before.Person {
		set, removed = becomePerson(after, v, set, removed)
		refound = db.refind(after.User, after.Org, searchTerms(before.Person), searchTerms(after.Person))
		found, lost := db.respell(after.User, after.Org, before.Person, after.Person)
		refound = slices.Concat(refound, found, lost)
	}

	expression := "SET " + strings.Join(set, ", ")
	if len(removed) > 0 {
		expression += " REMOVE " + strings.Join(removed, ", ")
	}

	steps := append([]step{db.update(membershipKey(after.User, after.Org), expression, ifVersion, v, nil)}, refound...)
	return append(steps, db.headcount(after.Org,
		one(after.ActiveOwner())-one(before.ActiveOwner()), 0, one(after.Offer)-one(before.Offer))...)
}

// becomePerson adds to the parts of an update what a membership holds of its person.
func becomePerson(after identity.Membership, v values, set, removed []string) ([]string, []string) {
	name := after.Person.DisplayName
	v[":by_name"] = memberIndex(after.Org, name, after.User).sk
	v[":by_role"] = roleIndex(after.Org, after.Role, after.Status, name, after.User).sk
	v[":first"], v[":last"] = after.Person.FirstName, after.Person.LastName
	v[":display"], v[":email"] = name, after.Person.Email
	set = append(set, "GSI1SK = :by_name", "GSI2SK = :by_role",
		"first_name = :first", "last_name = :last", "display_name = :display", "email = :email")

	if after.Person.Phone == "" {
		return set, append(removed, "phone")
	}

	v[":phone"] = after.Person.Phone
	return append(set, "phone = :phone"), removed
}

// acting adds a condition that the actor still has the role and status that authorized the change. For a change of the
// actor's own membership it adds none, as that has a condition of its own.
func (db *DB) acting(actor identity.Actor, target identity.UserID) []step {
	if actor.User == target {
		return nil
	}

	return db.holdingActor(actor, nil)
}

// holdingActor returns the steps with the condition that the actor still has the role and status that authorized the
// change.
func (db *DB) holdingActor(actor identity.Actor, steps []step) []step {
	acts := func(current attributes) error {
		role, status := text(current, "member_role"), text(current, "member_status")
		if role != string(actor.Role) || status != string(actor.Status) {
			return errActsNoMore
		}

		return nil
	}

	return db.alsoIf(steps, membershipKey(actor.User, actor.Org), ifActsStill,
		values{":role": string(actor.Role), ":status": string(actor.Status)}, acts)
}

// accessible checks that a person can act in an organization.
func (db *DB) accessible(u identity.UserID, o identity.OrgID) step {
	condition, v := ifAccessible()
	return db.check(membershipKey(u, o), condition, v, always(errNoAccess))
}

// enter checks that a person can act in an organization that they sign in to or switch to at a time, and records the day, once
// a day. It does not change the version: the day is no part of what a change of the member is decided by.
func (db *DB) enter(m identity.Membership, at time.Time) step {
	day, isNew := m.See(at)
	if !isNew {
		return db.accessible(m.User, m.Org)
	}

	condition, v := ifAccessible()
	v[":day"] = day
	return db.update(membershipKey(m.User, m.Org), "SET last_seen_at = :day", condition, v, always(errNoAccess))
}

// RemoveMember ends a membership with everything in the organization that depends on it: solution assignments, search
// rows and, since nothing is left to authorize them, tokens. A default organization that pointed there stays and heals
// when it is read. The refusals are those of ChangeMember. It is also stale while an index lags behind the assignments.
func (db *DB) RemoveMember(actor identity.Actor, m identity.Membership) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		if err := db.mayLeaveBehind(ctx, m); err != nil {
			return err
		}

		assigned, err := db.unassignDownTo(ctx, c, m, maxLeaving)
		if err != nil {
			return err
		}

		return db.removeWith(ctx, c, actor, m, assigned)
	}
}

// removeWith removes a member with the last of their assignments.
func (db *DB) removeWith(ctx context.Context, c identity.Change, actor identity.Actor, m identity.Membership,
	assigned []identity.Assignment) error {
	event := memberEvent(identity.ActionMemberRemove, m)
	event.Before = memberState(m)
	events := []identity.Event{event}

	steps := append(db.depart(c, m, len(assigned)), db.acting(actor, m.User)...)
	if m.Status != identity.Invited && !m.Admitted() && actor.User == m.User {
		steps = append(steps, db.put(newMarkItem(m, c.At), ifAbsent, nil, nil))
	}

	unassigned, also := db.unassign(m, assigned)
	return db.commit(ctx, c, append(events, also...), append(steps, unassigned...)...)
}

// depart removes a membership with the given number of assignments, its search rows, and what counts it.
func (db *DB) depart(c identity.Change, m identity.Membership, assigned int) []step {
	if m.ServiceAccount {
		return append(db.departFrom(m, assigned), db.dissolve(c, m)...)
	}

	if m.Counts() {
		return append(db.departFrom(m, assigned),
			db.update(profileKey(m.User), "ADD org_count :less", ifPresent, values{":less": -1}, nil))
	}

	return append(db.departFrom(m, assigned), db.takeBack(m))
}

// departFrom is depart without what counts the membership outside its organization.
func (db *DB) departFrom(m identity.Membership, assigned int) []step {
	return slices.Concat(
		[]step{db.remove(membershipKey(m.User, m.Org), ifSameMember,
			values{":seen_version": m.Version, ":assignments": assigned}, nil)},
		db.headcount(m.Org, -one(m.ActiveOwner()), -1, -one(m.Offer)),
		db.lose(m))
}

// unassign takes a member off solutions, without the member's own counts.
func (db *DB) unassign(m identity.Membership, assigned []identity.Assignment) ([]step, []identity.Event) {
	var (
		steps  []step
		events []identity.Event
	)

	for _, a := range assigned {
		steps = append(steps, db.removeAssignment(a), db.recountSolution(a, ""))
		events = append(events, assignmentEvent(a.Solution, identity.Move{Member: m, From: a.Role}))
	}

	return steps, events
}

// mayLeaveBehind returns early what the transaction would return in the end, so that the last owner does not lose
// assignments first.
func (db *DB) mayLeaveBehind(ctx context.Context, m identity.Membership) error {
	if !m.ActiveOwner() {
		return nil
	}

	o, err := db.Organization(ctx, m.Org)
	if err == nil && o.Owners <= 1 && o.DeletedAt.IsZero() {
		err = errLastOwner
	}

	return err
}

// enrol stores a new membership and its search rows.
func (db *DB) enrol(m identity.Membership) []step {
	exists := identity.Refuse(identity.Conflict, "This person already belongs to the organization.")
	steps := []step{db.put(newMembershipItem(m), ifAbsent, nil, always(exists))}
	steps = append(steps, db.refind(m.User, m.Org, nil, searchTerms(m.Person))...)
	found, _ := db.respell(m.User, m.Org, identity.Person{}, m.Person)
	return append(steps, found...)
}

// lose removes the search rows and word rows of a member.
func (db *DB) lose(m identity.Membership) []step {
	_, lost := db.respell(m.User, m.Org, m.Person, identity.Person{})
	return append(db.refind(m.User, m.Org, searchTerms(m.Person), nil), lost...)
}

// respell writes the word rows of a member whose person changes: found puts those of the new names, and lost removes
// those that only the old names have. It puts rows that the old names have, too, because an earlier release may not have
// written them. For the same reason, its conditions accept a row that is there and one that is not.
func (db *DB) respell(u identity.UserID, o identity.OrgID, before, after identity.Person) (found, lost []step) {
	terms, theirs := wordTerms(after), values{":user": string(u)}
	for _, term := range terms {
		found = append(found, db.put(newWordItem(o, u, term), ifAbsentOrTheirs, theirs, nil))
	}

	for _, term := range wordTerms(before) {
		if !slices.Contains(terms, term) {
			lost = append(lost, db.remove(wordKey(o, u, term), ifAbsentOrTheirs, theirs, nil))
		}
	}

	return found, lost
}

// refind writes the search rows of a member whose terms change from had to has. It does not write rows that stay the
// same.
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

// maxSearchWords is the most words by which a search finds a person, in addition to the beginning of their display name
// and their email address. identity.MaxOrganizations depends on it.
const maxSearchWords = 3

// searchTerms returns the terms by which a search finds a person, in addition to the beginning of their display name:
// their email address, and further words of their names. If there are too many words, the last ones count, and those of
// the display name before others.
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

// memberState returns what the audit log records of a membership.
func memberState(m identity.Membership) map[string]string {
	state := map[string]string{"role": string(m.Role), "status": string(m.Status)}
	if m.Status == identity.Invited {
		state["invitedAt"] = m.InvitedAt.Format(time.RFC3339)
	}

	return state
}

// difference returns the entries of two states that differ.
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
		Target: identity.Target{Type: "user", ID: string(m.User), Name: m.Visible().DisplayName},
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}

	return 0
}
