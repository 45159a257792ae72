package table

import (
	"context"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ifSameOrganization: the organization exists, is not deleted, and has the name that was read.
const ifSameOrganization = ifStands + " AND " + ifSameName

// Acceptance is a membership that an invitation becomes, as the person accepts it.
type Acceptance struct {
	// Joined is the person's membership.
	Joined identity.Membership

	offered Offered
	marked  bool // the organization keeps a mark of the person
}

// Accepting returns what the invitation becomes when the person whose own page it is accepts it at now. It returns
// LimitReached if they belong to as many organizations as a person can.
func (db *DB) Accepting(ctx context.Context, page OwnPage, o Offered, now time.Time) (Acceptance, error) {
	a := Acceptance{offered: o}
	if err := identity.MayJoinAnother(page.Memberships); err != nil {
		return a, err
	}

	org, err := db.Organization(ctx, o.Org)
	if err == nil && !org.DeletedAt.IsZero() {
		err = identity.NoSuch("invitation")
	}

	if err != nil {
		return a, err
	}

	var mark markItem
	if a.marked, err = db.get(ctx, markKey(o.Org, page.Profile.ID), &mark); err != nil {
		return a, err
	}

	a.Joined = o.Join(page.Profile.ID, page.Profile.Person,
		identity.Mark{Role: identity.Role(mark.Role), Status: identity.Status(mark.Status)}, now)
	a.Joined.OrgName = org.Name
	return a, nil
}

// Accept stores the membership. It returns NotFound if the inviter can no longer make the invitation, and is stale if the
// invitation, the person, their address or their memberships have changed.
func (db *DB) Accept(page OwnPage, a Acceptance) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		steps, err := db.accepting(ctx, c, page, a)
		if err != nil {
			return err
		}

		if a.marked {
			steps = append(steps, db.remove(markKey(a.Joined.Org, a.Joined.User), ifPresent, nil, nil))
		}

		return db.commit(ctx, c, []identity.Event{joinEvent(a)}, append(steps, db.honoring(a.offered)...)...)
	}
}

// accepting returns the writes by which the invitation becomes the membership.
func (db *DB) accepting(ctx context.Context, c identity.Change, page OwnPage, a Acceptance) ([]step, error) {
	if a.offered.User == a.Joined.User {
		steps := db.become(a.offered.Membership, a.Joined)
		if a.offered.Counts() {
			return append(steps, db.copyAgain(a.Joined.User, a.Joined.Person)), nil
		}

		return append(steps, db.belong(a.Joined.User, a.Joined.Person, page.Memberships)), nil
	}

	for _, m := range page.Memberships {
		if m.Org == a.Joined.Org { // an invitation of an earlier version that has ended is in the way
			in := Offered{Invitation: identity.Invitation{Membership: m}}
			return nil, orElse(db.Decline(in)(ctx, c), identity.ErrStale)
		}
	}

	assigned, err := db.unassignDownTo(ctx, c, a.offered.Membership, identity.MaxInvitedAssignments)
	if err != nil {
		return nil, err
	}

	steps := slices.Concat(db.replace(a, assigned), []step{
		db.belong(a.Joined.User, a.Joined.Person, page.Memberships),
		db.check(emailKey(page.Profile.Email), ifTheirs, values{":user": string(page.Profile.ID)}, nil),
	})
	return steps, nil
}

// replace puts the membership, with the assignments of the invitation, in the place of the invitation.
func (db *DB) replace(a Acceptance, assigned []identity.Assignment) []step {
	from, to := a.offered.Membership, a.Joined
	to.SolutionCount, to.Assignments = 0, len(assigned)

	var moved []step
	for _, assignment := range assigned {
		in, _ := counted("", assignment.Role)
		to.SolutionCount += in

		moved = append(moved, db.removeAssignment(assignment))
		assignment.User = to.User
		moved = append(moved, db.put(newAssignmentItem(assignment), ifAbsent, nil, nil))
	}

	return slices.Concat(moved,
		[]step{db.remove(membershipKey(from.User, from.Org), ifSameMember,
			values{":seen_version": from.Version, ":assignments": len(assigned)}, nil)},
		db.lose(from),
		db.enrol(to),
		[]step{db.update(orgKey(to.Org), "ADD owner_count :owners, invitation_count :less", ifSameOrganization,
			values{":owners": one(to.ActiveOwner()), ":less": -one(from.Offer), ":name": to.OrgName}, refuseDeleted)})
}

// honoring checks that the inviter can still make the invitation, and removes the offer that led to it.
func (db *DB) honoring(o Offered) []step {
	var steps []step
	if o.pointed {
		steps = append(steps, db.remove(offerKey(o.Person.Email, o.Org), ifTheirs, values{":user": string(o.User)}, nil))
	}

	if o.InvitedBy == "" {
		return steps
	}

	v := values{":invited": o.InvitedAt}
	condition := active(identity.RolesThatGrant(o.Role), v) + " AND " + ifJoinedBefore
	return append(steps, db.check(membershipKey(o.InvitedBy, o.Org), condition, v, always(identity.NoSuch("invitation"))))
}

func joinEvent(a Acceptance) identity.Event {
	event := memberEvent(identity.ActionMemberJoin, a.Joined)
	before, after := memberState(a.offered.Membership), memberState(a.Joined)
	delete(before, "invitedAt")
	event.Before, event.After = difference(before, after)
	if a.offered.User != a.Joined.User {
		event.Before["invitation"] = string(a.offered.User)
	}

	return event
}

// Decline removes an invitation for the person who was invited. The organization's audit log does not say who that is: it
// knows the address that it invited and nothing else.
func (db *DB) Decline(o Offered) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		unnamed := identity.Change{
			Caller: identity.Caller{User: o.User, Kind: c.Caller.Kind},
			Source: identity.Source{RequestID: c.Source.RequestID},
			At:     c.At,
		}
		assigned, err := db.unassignDownTo(ctx, unnamed, o.Membership, maxLeaving)
		if err != nil {
			return err
		}

		event := memberEvent(identity.ActionInvitationDecline, o.Membership)
		event.Before = memberState(o.Membership)
		steps, events := db.unassign(o.Membership, assigned)
		steps = append(steps, db.depart(c, o.Membership, len(assigned))...)
		for _, e := range append(events, event) {
			steps = append(steps, db.put(newEventItem(e, unnamed, db.keepAudit), ifAbsent, nil, nil))
		}

		return db.commit(ctx, c, nil, steps...)
	}
}

// maxFirst is the most offers to an address that a first sign-in looks at.
const maxFirst = identity.MaxOrganizations

// onlyInvitation returns the invitation that brings a person to their first sign-in: the only one that is open to their
// address, or among their own memberships. With several, the person decides which to accept; otherwise strangers could
// fill the organizations of a person who has not signed in yet. The zero Offered stands for none.
func (db *DB) onlyInvitation(ctx context.Context, email string, own []identity.Membership, now time.Time) (Offered, error) {
	offers, err := db.offers(ctx, email, "", maxFirst+1)
	if err != nil || len(offers) > maxFirst {
		return Offered{}, err
	}

	open, err := db.opened(ctx, offers, own, now)
	if err != nil || len(open) != 1 {
		return Offered{}, err
	}

	// The copy in the invitation can be older than the organization's deletion, which must not stop the sign-in.
	org, err := db.Organization(ctx, open[0].Org)
	if isNotFound(err) || !org.DeletedAt.IsZero() {
		return Offered{}, nil
	}

	return open[0], err
}

// joinFirst returns the writes and the event by which a person whom the invitation brings accepts it as their profile is
// created, which has the ID of the invitation and counts it.
func (db *DB) joinFirst(o Offered, p identity.Profile, now time.Time) ([]step, identity.Event) {
	a := Acceptance{Joined: o.Join(p.ID, p.Person, identity.Mark{}, now), offered: o}
	return append(db.become(o.Membership, a.Joined), db.honoring(o)...), joinEvent(a)
}

// welcome accepts, at the first sign-in of a person whom an earlier version created for an invitation, that invitation, if
// it is the only one that they have.
func (db *DB) welcome(ctx context.Context, c identity.Change, u identity.UserID) error {
	page, err := db.OwnPage(ctx, identity.Caller{User: u, Kind: identity.SignedIn, CurrentKnown: true})
	if err != nil || len(page.Memberships) == 0 || identity.Joined(page.Memberships) > 0 {
		return err
	}

	only, err := db.onlyInvitation(ctx, page.Profile.Email, page.Memberships, c.At)
	if err != nil || only.User != u {
		return err
	}

	joined := only.Join(u, page.Profile.Person, identity.Mark{}, c.At)
	return db.Accept(page, Acceptance{Joined: joined, offered: only})(ctx, c)
}
