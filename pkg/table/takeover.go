package table

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ifEmpty: the profile belongs to no organization, and nobody has signed in to it.
const ifEmpty = ifVersion + " AND attribute_not_exists(identities) AND (attribute_not_exists(org_count) OR org_count <= :none)"

// takeOver passes the email address of a profile that nobody has signed in to, with its memberships, to the person who
// proves the address. Each membership moves in a transaction of its own. The last transaction removes the profile, which is
// empty by then, and frees the address.
func (db *DB) takeOver(ctx context.Context, c identity.Change, s SignedInPerson) error {
	mine := map[identity.OrgID]bool{}
	for _, m := range s.before.Memberships {
		mine[m.Org] = true
	}

	own := s.before.Memberships
	for _, m := range s.holder.Memberships {
		if err := db.passOn(ctx, c, m, s.before.Profile, own, mine[m.Org]); err != nil {
			return err
		}

		if !mine[m.Org] {
			own = append(slices.Clone(own), m)
		}
	}

	gone := s.holder.Profile
	event := userEvent(identity.ActionProfileEmail, s.Profile.ID, gone.Email)
	event.Before = map[string]string{"userId": string(gone.ID)}
	return db.commit(ctx, c, []identity.Event{event},
		db.remove(profileKey(gone.ID), ifEmpty, values{":seen_version": gone.Version, ":none": 0}, nil),
		db.remove(emailKey(gone.Email), ifTheirs, values{":user": string(gone.ID)}, nil))
}

// roomFor reports whether the account can belong to its own organizations and those of the other one.
func (a account) roomFor(other account) bool {
	orgs := map[identity.OrgID]bool{}
	for _, m := range slices.Concat(a.Memberships, other.Memberships) {
		orgs[m.Org] = true
	}

	return len(orgs) <= identity.MaxOrganizations
}

// passOn moves one membership of a profile that nobody has signed in to, to the person p, whose own memberships
// are given. It ends instead if they belong to the organization already, where what they have counts, or if the
// organization is deleted. Assignments to solutions end with the old membership, as they do when a member is removed.
func (db *DB) passOn(ctx context.Context, c identity.Change, m identity.Membership, p identity.Profile,
	own []identity.Membership, belongs bool) error {
	if m.Assignments > 0 {
		if _, err := db.unassignDownTo(ctx, c, m, 0); err != nil {
			return err
		}
	}

	left := memberEvent(identity.ActionMemberRemove, m)
	left.Before = memberState(m)
	events := []identity.Event{left}
	steps := append([]step{
		db.remove(membershipKey(m.User, m.Org), ifSameMember,
			values{":seen_version": m.Version, ":assignments": 0}, nil),
		db.update(profileKey(m.User), "ADD org_count :less", ifNoIdentities, values{":less": -1}, nil),
	}, db.lose(m)...)

	if belongs || !m.OrgDeletedAt.IsZero() {
		return db.commit(ctx, c, events, append(steps, db.headcount(m.Org, 0, -1, -one(m.Offer))...)...)
	}

	moved := m
	moved.User, moved.Version = p.ID, 1 // the organization goes on seeing what it typed, until the person accepts
	moved.TokenEpoch = identity.NewEpoch(c.At)
	moved.SolutionCount, moved.Assignments = 0, 0

	invited := memberEvent(identity.ActionMemberInvite, moved)
	invited.After = memberState(moved)
	invited.After["email"] = m.Person.Email
	steps = append(append(steps, db.enrol(moved)...), db.belong(p.ID, p.Person, own))
	return db.commit(ctx, c, append(events, invited), steps...)
}
