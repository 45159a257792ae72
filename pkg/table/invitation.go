package table

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Invitee is the person with an email address: their profile, or the one to create if nobody has the address.
type Invitee struct {
	Profile identity.Profile
	New     bool
}

// Invitee returns the person who has the email address of p, which is in canonical form (address.Canonical). If nobody has, it
// returns a new profile of p with the ID created.
func (db *DB) Invitee(ctx context.Context, p identity.Person, created identity.UserID, now time.Time) (Invitee, error) {
	var email linkItem
	found, err := db.get(ctx, emailKey(p.Email), &email)
	if err != nil {
		return Invitee{}, err
	}

	if !found {
		return Invitee{
			Profile: identity.Profile{
				ID:        created,
				Person:    p,
				CreatedAt: now.UTC().Truncate(time.Second),
				Version:   1,
			},
			New: true,
		}, nil
	}

	var item profileItem
	if found, err = db.get(ctx, profileKey(identity.UserID(email.User)), &item); err == nil && !found {
		err = identity.ErrStale
	}

	if err != nil {
		return Invitee{}, err
	}

	return Invitee{Profile: item.profile()}, nil
}

// Invite stores an invited membership m, which the actor made of the invitee, and a profile if the invitee is new. It
// returns Conflict if they belong to the organization already or to as many as a person can, and Forbidden if the
// actor's own role or access has changed. It is stale if the organization's name or the invitee has changed.
func (db *DB) Invite(actor identity.Actor, who Invitee, o identity.Organization,
	m identity.Membership) identity.Write {
	event := memberEvent(identity.ActionMemberInvite, m)
	event.After = memberState(m)
	event.After["email"] = m.Person.Email
	events := []identity.Event{event}

	steps := append(db.enrol(m), db.update(orgKey(o.ID), "ADD member_count :one", ifSameName,
		values{":one": 1, ":name": o.Name}, nil))
	steps = append(steps, db.acting(actor, m.User)...)

	if !who.New {
		return db.write(events, append(steps,
			db.belong(m.User, m.Person),
			db.check(emailKey(m.Person.Email), ifTheirs, values{":user": string(m.User)}, nil))...)
	}

	profile := newProfileItem(who.Profile)
	profile.Orgs = 1

	return db.write(append(events, userEvent(identity.ActionUserCreate, m.User, m.Person.Email)), append(steps,
		db.put(profile, ifAbsent, nil, nil),
		db.put(linkItem{emailKey(m.Person.Email), "email", string(m.User)}, ifAbsent, nil, nil))...)
}
