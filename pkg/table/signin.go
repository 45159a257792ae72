package table

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ifTheirs: the address still belongs to the person.
const ifTheirs = "user_id = :user"

// Claims are what an identity provider asserts at a sign-in.
type Claims struct {
	Issuer, Subject string
	// Email is in canonical form (address.Canonical) and verified by the provider.
	Email               string
	FirstName, LastName string
}

func (claims Claims) person() identity.Person {
	p := identity.Person{FirstName: claims.FirstName, LastName: claims.LastName, Email: claims.Email}
	p.DisplayName = identity.DisplayName(p)
	return p
}

// SignedInPerson is a person at a sign-in, as FindPerson read them, for RecordSignIn to write.
type SignedInPerson struct {
	// Profile is the person's profile once the sign-in is recorded.
	Profile identity.Profile

	claims  Claims
	created bool             // the person is new
	linked  bool             // the identity at the issuer is linked to the person
	before  OwnPage          // of a person who is not new
	moved   identity.Profile // the profile at the email address that the provider asserts
	invited Offered          // the invitation that a new person comes for; zero if there is none
}

// FindPerson returns who signs in with the claims. Issuer and subject find a person who has signed in before. At a
// first sign-in the verified email address does, so that a person whom an earlier version created for an invitation gets
// what they were invited to. If there is no such person, RecordSignIn creates one: with the ID of the invitation if exactly
// one is open to the address, or else with the ID created.
//
// The provider owns the email address: a new address there replaces the one here, unless another person has it here.
// The provider's names are used for a person who has none.
func (db *DB) FindPerson(ctx context.Context, claims Claims, created identity.UserID, now time.Time) (SignedInPerson, error) {
	s := SignedInPerson{claims: claims}

	user, linked, err := db.whose(ctx, claims)
	if err != nil {
		return s, err
	}

	if user == "" {
		s.created = true
		if s.invited, err = db.onlyInvitation(ctx, claims.Email, nil, now); err != nil {
			return s, err
		}

		if s.invited.Offer {
			created = s.invited.User // the organization knows the person by it
		} else {
			s.invited = Offered{}
		}

		s.Profile = identity.Profile{
			ID:        created,
			Person:    claims.person(),
			CreatedAt: now,
			Version:   1,
		}

		return s, nil
	}

	s.linked = linked
	if s.before, err = db.OwnPage(ctx, identity.Caller{User: user, Kind: identity.SignedIn}); err != nil {
		return s, err
	}

	if s.moved, err = db.withEmail(ctx, s.before.Profile, claims.Email); err != nil {
		return s, err
	}

	s.Profile = withNames(s.moved, claims)
	return s, nil
}

// whose returns the person whose identity at the issuer, or else whose email address, the claims name; "" if there is
// none. linked reports that it is the identity.
func (db *DB) whose(ctx context.Context, claims Claims) (user identity.UserID, linked bool, err error) {
	var link, email linkItem
	found, err := db.get(ctx, linkKey(claims.Issuer, claims.Subject), &link)
	if err != nil || found {
		return identity.UserID(link.User), true, err
	}

	_, err = db.get(ctx, emailKey(claims.Email), &email)
	return identity.UserID(email.User), false, err
}

// withEmail returns the profile at another email address, or unchanged if another person has the address.
func (db *DB) withEmail(ctx context.Context, p identity.Profile, email string) (identity.Profile, error) {
	if p.Email == email {
		return p, nil
	}

	var taken linkItem
	found, err := db.get(ctx, emailKey(email), &taken)
	if err != nil || found {
		return p, err
	}

	p.Person = p.WithEmail(email)
	p.Version++
	return p, nil
}

// withNames returns the profile with the provider's names if it has none.
func withNames(p identity.Profile, claims Claims) identity.Profile {
	if p.FirstName != "" || p.LastName != "" || claims.FirstName == "" && claims.LastName == "" {
		return p
	}

	p.Person = p.Edited(identity.Edit{FirstName: &claims.FirstName, LastName: &claims.LastName})
	p.Version++
	return p
}

// RecordSignIn creates or links the person and brings their profile up to date. At the first sign-in of a person whom an
// invitation made, it accepts that invitation; everybody else answers their invitations themselves. Of two first sign-ins
// at once, one creates the person, and the other is stale.
//
// It takes several transactions. Each is complete, so that the next sign-in finishes what was cut short.
func (db *DB) RecordSignIn(s SignedInPerson) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		c.Caller.User = s.Profile.ID
		if s.created {
			return db.createPerson(ctx, c, s)
		}

		if !s.linked {
			if err := db.link(ctx, c, s); err != nil {
				return err
			}
		}

		if err := db.follow(ctx, c, s); err != nil {
			return err
		}

		if s.linked {
			return nil
		}

		return db.welcome(ctx, c, s.Profile.ID)
	}
}

func (db *DB) createPerson(ctx context.Context, c identity.Change, s SignedInPerson) error {
	user, profile := string(s.Profile.ID), newProfileItem(s.Profile)
	steps := []step{
		db.put(linkItem{linkKey(s.claims.Issuer, s.claims.Subject), "link", user}, ifAbsent, nil, nil),
		db.put(linkItem{emailKey(s.claims.Email), "email", user}, ifAbsent, nil, nil),
	}
	events := []identity.Event{userEvent(identity.ActionUserCreate, s.Profile.ID, s.claims.Email)}

	if s.invited.User != "" {
		joining, joined := db.joinFirst(s.invited, s.Profile, c.At)
		steps, events, profile.Orgs = append(steps, joining...), append(events, joined), 1
	}

	return db.commit(ctx, c, events, append(steps, db.put(profile, ifAbsent, nil, nil))...)
}

// link lets the person sign in with another identity at an issuer.
func (db *DB) link(ctx context.Context, c identity.Change, s SignedInPerson) error {
	user := string(s.Profile.ID)
	return db.commit(ctx, c, []identity.Event{userEvent(identity.ActionUserLink, s.Profile.ID, s.claims.Email)},
		db.put(linkItem{linkKey(s.claims.Issuer, s.claims.Subject), "link", user}, ifAbsent, nil, nil),
		db.check(emailKey(s.claims.Email), ifTheirs, values{":user": user}, nil))
}

// follow writes what the provider says of the person: first the email address, then the names.
func (db *DB) follow(ctx context.Context, c identity.Change, s SignedInPerson) error {
	before, user := s.before.Profile, string(s.Profile.ID)
	if s.moved != before {
		err := db.editProfile(ctx, c, identity.ActionProfileEmail, before, s.moved, s.before.Memberships,
			db.put(linkItem{emailKey(s.moved.Email), "email", user}, ifAbsent, nil, nil),
			db.remove(emailKey(before.Email), ifTheirs, values{":user": user}, nil))
		if err != nil {
			return err
		}
	}

	if s.Profile == s.moved {
		return nil
	}

	return db.editProfile(ctx, c, identity.ActionProfileName, s.moved, s.Profile, s.before.Memberships)
}
