package table

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// ifSameProfile: the profile is as it was read, and no membership has been added since. A profile that was stored
	// before memberships were counted gets its count with the write.
	ifSameProfile = ifVersion + " AND " + ifSameOrgs
	// ifSameOrgs: the person has no more memberships than were read, or than they can have.
	ifSameOrgs = "(attribute_not_exists(org_count) OR org_count <= :orgs)"
	// ifSamePerson: the profile exists and holds what the membership holds of the person.
	ifSamePerson = "first_name = :first AND last_name = :last AND display_name = :display AND email = :email"
)

// EditProfile writes which notices a person wants, and their own names and phone number, the latter also in the copy
// that each organization has that admits them, with the search rows. Other organizations keep what they saw last.
// before and memberships are as OwnPage read them; it is stale if they have changed. The version of after is that of
// before plus one.
func (db *DB) EditProfile(before, after identity.Profile, memberships []identity.Membership) identity.Write {
	switch {
	case after == before:
		return nil
	case after.Person == before.Person:
		return db.mute(before, after)
	}

	return func(ctx context.Context, c identity.Change) error {
		return db.editProfile(ctx, c, identity.ActionProfileUpdate, before, after, memberships)
	}
}

// editProfile writes a person in one transaction; identity.MaxOrganizations is what fits into it. Word rows that do not fit
// are written in transactions of their own: those of the new names before it, so that the person is found as soon as they
// have the name, and the removal of others after it. Rows that an interruption leaves find nobody.
func (db *DB) editProfile(ctx context.Context, c identity.Change, action identity.Action, before, after identity.Profile,
	memberships []identity.Membership, also ...step) error {
	expression, v := personExpression(after.Person)
	v[":version"], v[":seen_version"], v[":orgs"] = after.Version, before.Version, counting(memberships)
	expression = strings.Replace(expression, "SET ", "SET org_count = :orgs, "+mutedExpression(after.Muted, v)+", ", 1)

	condition := ifSameProfile + " AND attribute_not_exists(copy_count)"
	if before.Copies != 0 {
		condition, v[":copies"] = ifSameProfile+" AND copy_count = :copies", before.Copies
	}

	steps := append(also, db.update(profileKey(after.ID), expression, condition, v, nil))
	var found, lost []step
	for _, m := range memberships {
		if m.Admitted() {
			steps = append(steps, db.copyPerson(m, after.Person)...)
			more, fewer := db.respell(m.User, m.Org, m.Person, after.Person)
			found, lost = append(found, more...), append(lost, fewer...)
		}
	}

	event := userEvent(action, after.ID, before.DisplayName)
	event.Before, event.After = difference(profileState(before), profileState(after))

	const others = 2 // the event and the remembered answer
	if len(steps)+len(found)+len(lost)+others <= maxTransaction {
		return db.commit(ctx, c, []identity.Event{event}, slices.Concat(steps, found, lost)...)
	}

	if err := db.transactAll(ctx, found); err != nil {
		return err
	}

	if err := db.commit(ctx, c, []identity.Event{event}, steps...); err != nil {
		return err
	}

	_ = db.transactAll(ctx, lost) // the person is stored, and a row that stays finds nobody
	return nil
}

// mute writes which notices a person wants, from before to after, which have the same names. It is stale if the profile has
// changed.
func (db *DB) mute(before, after identity.Profile) identity.Write {
	event := userEvent(identity.ActionProfileUpdate, after.ID, after.DisplayName)
	event.Before, event.After = difference(profileState(before), profileState(after))

	v := values{":version": after.Version, ":seen_version": before.Version}
	return db.write([]identity.Event{event},
		db.update(profileKey(after.ID), "SET version = :version, "+mutedExpression(after.Muted, v), ifVersion, v, nil))
}

// mutedExpression returns what sets the kinds of notice that a person does not want, and adds the values that it names
// to v.
func mutedExpression(m identity.Muted, v values) string {
	v[":lapse_off"], v[":expiry_off"] = m.Lapse, m.Expiry

	return "lapse_notices_off = :lapse_off, expiry_notices_off = :expiry_off"
}

// profileState is what the audit log records of a profile.
func profileState(p identity.Profile) map[string]string {
	state := personState(p.Person)
	state["notices.lapse"] = strconv.FormatBool(!p.Muted.Lapse)
	state["notices.expiry"] = strconv.FormatBool(!p.Muted.Expiry)
	return state
}

// copyPerson writes a person to one of their memberships and to its numbered search rows.
func (db *DB) copyPerson(m identity.Membership, p identity.Person) []step {
	byName := memberIndex(m.Org, p.DisplayName, m.User)
	byRole := roleIndex(m.Org, m.Role, m.Status, p.DisplayName, m.User)

	expression, v := personExpression(p)
	expression = strings.Replace(expression, "SET ", "SET GSI1SK = :by_name, GSI2SK = :by_role, ", 1)
	v[":version"], v[":seen_version"] = m.Version+1, m.Version
	v[":by_name"], v[":by_role"] = byName.sk, byRole.sk

	return append([]step{db.update(membershipKey(m.User, m.Org), expression, ifVersion, v, nil)},
		db.refind(m.User, m.Org, searchTerms(m.Person), searchTerms(p))...)
}

// personExpression sets what both profiles and memberships hold of a person, and :version.
func personExpression(p identity.Person) (string, values) {
	expression := "SET first_name = :first, last_name = :last, display_name = :display, email = :email, version = :version"
	v := values{
		":first":   p.FirstName,
		":last":    p.LastName,
		":display": p.DisplayName,
		":email":   p.Email,
	}
	if p.Phone == "" {
		return expression + " REMOVE phone", v
	}

	v[":phone"] = p.Phone
	return expression + ", phone = :phone", v
}

// personState is what the audit log records of a person.
func personState(p identity.Person) map[string]string {
	return map[string]string{
		"firstName":   p.FirstName,
		"lastName":    p.LastName,
		"displayName": p.DisplayName,
		"email":       p.Email,
		"phone":       p.Phone,
	}
}

// counting returns how many of a person's memberships their profile counts.
func counting(memberships []identity.Membership) int {
	n := 0
	for _, m := range memberships {
		n += one(m.Counts())
	}

	return n
}

// belong counts one more organization on a person's profile, provided that the person is still as the new membership
// has them. memberships are their others. It returns LimitReached if they belong to as many organizations as a person can.
//
// Among the memberships may be invitations that an earlier version stored and counted. They use up no place, so the
// count can be higher than the limit; then nothing may have been added since the memberships were read.
func (db *DB) belong(u identity.UserID, p identity.Person, memberships []identity.Membership) step {
	condition, v := samePerson(p)
	v[":more"], v[":orgs"] = 1, identity.MaxOrganizations-1
	if counting(memberships) > identity.Joined(memberships) {
		v[":orgs"] = counting(memberships)
	}

	return db.update(profileKey(u), "ADD org_count :more", condition+" AND "+ifSameOrgs, v, func(current attributes) error {
		var item profileItem
		if err := decode(current, &item); err != nil {
			return err
		}

		if item.Orgs >= identity.MaxOrganizations && v[":orgs"] == identity.MaxOrganizations-1 {
			return identity.TooManyOrganizations()
		}

		return identity.ErrStale
	})
}

// copyAgain notes on a person's profile that a membership holds a copy of the person from now on, provided that the
// person is as the copy has them.
func (db *DB) copyAgain(u identity.UserID, p identity.Person) step {
	condition, v := samePerson(p)
	v[":more"] = 1
	return db.update(profileKey(u), "ADD copy_count :more", condition, v, nil)
}

// samePerson returns the condition that a profile holds the person, and the values that it names.
func samePerson(p identity.Person) (string, values) {
	v := values{
		":first":   p.FirstName,
		":last":    p.LastName,
		":display": p.DisplayName,
		":email":   p.Email,
	}
	if p.Phone == "" {
		return ifSamePerson + " AND attribute_not_exists(phone)", v
	}

	v[":phone"] = p.Phone
	return ifSamePerson + " AND phone = :phone", v
}

// Shown returns the membership with the person as their profile has them, if the change from before gives them access
// again. Until then the organization keeps what it saw last.
func (db *DB) Shown(ctx context.Context, before, after identity.Membership) (identity.Membership, error) {
	if before.Admitted() || !after.Admitted() {
		return after, nil
	}

	var item profileItem
	found, err := db.get(ctx, profileKey(after.User), &item)
	if err != nil || !found {
		return after, orElse(err, identity.ErrStale)
	}

	after.Person = item.profile().Person
	return after, nil
}

// SetDefault makes an organization the person's default, from before to after. It returns Forbidden if the person has
// no access to it at the moment of writing, and is stale if the profile has changed.
func (db *DB) SetDefault(before, after identity.Profile) identity.Write {
	if after == before {
		return nil
	}

	event := userEvent(identity.ActionOrganizationDefault, after.ID, after.DisplayName)
	event.Before = map[string]string{"defaultOrganization": string(before.DefaultOrg)}
	event.After = map[string]string{"defaultOrganization": string(after.DefaultOrg)}

	return db.write([]identity.Event{event},
		db.update(profileKey(after.ID), "SET default_org = :org, version = :version", ifVersion, values{
			":org":          string(after.DefaultOrg),
			":version":      after.Version,
			":seen_version": before.Version,
		}, nil),
		db.accessible(after.ID, after.DefaultOrg))
}

func userEvent(action identity.Action, u identity.UserID, name string) identity.Event {
	return identity.Event{
		Scope:  string(u),
		Action: action,
		Target: identity.Target{Type: "user", ID: string(u), Name: name},
	}
}
