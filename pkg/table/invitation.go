package table

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Invitee is who has an email address: their profile, or the one to make when nobody has it.
type Invitee struct {
	Profile identity.Profile
	New     bool
}

// Invitee finds who has the email address of the person, which is clean (identity.CleanEmail); when nobody has, it is
// a new profile of the person, with the id made, created now.
func (db *DB) Invitee(ctx context.Context, p identity.Person, made identity.UserID, now time.Time) (Invitee, error) {
	var email linkItem
	found, err := db.get(ctx, emailKey(p.Email), &email)
	if err != nil {
		return Invitee{}, err
	}

	if !found {
		return Invitee{identity.Profile{
			ID:        made,
			Person:    p,
			CreatedAt: now.UTC().Truncate(time.Second),
			Version:   1,
		}, true}, nil
	}

	var item profileItem
	if found, err = db.get(ctx, profileKey(identity.UserID(email.User)), &item); err == nil && !found {
		err = errStale
	}

	if err != nil {
		return Invitee{}, err
	}

	return Invitee{item.profile(), false}, nil
}

// Invite stores what the actor made of the invitee: a membership that is invited, and a profile where there was none.
// Conflict when they belong to the organization already or to as many as one can; Forbidden when the actor's own role
// or access has changed meanwhile; errStale when the organization's name or the invitee has.
func (db *DB) Invite(ctx context.Context, c identity.Change, actor identity.Membership, who Invitee, o identity.Organization, m identity.Membership) error {
	event := memberEvent(identity.ActionMemberInvite, m)
	event.After = memberState(m)
	event.After["email"] = m.Person.Email
	events := []identity.Event{event}
	steps := append(db.enrol(m), db.update(orgKey(o.ID), "ADD member_count :one", ifSameName, values{":one": 1, ":name": o.Name}, nil))
	steps = append(steps, db.acting(actor, m.User)...)
	if !who.New {
		steps = append(steps, db.belong(m.User, m.Person),
			db.check(emailKey(m.Person.Email), ifTheirs, values{":user": string(m.User)}, nil))
		return db.commit(ctx, c, events, steps...)
	}

	profile := newProfileItem(who.Profile)
	profile.Orgs = 1
	steps = append(steps, db.put(profile, ifAbsent, nil, nil),
		db.put(linkItem{emailKey(m.Person.Email), "email", string(m.User)}, ifAbsent, nil, nil))
	return db.commit(ctx, c, append(events, userEvent(identity.ActionUserCreate, m.User, m.Person.Email)), steps...)
}
