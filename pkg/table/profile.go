package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Claims are what an identity provider vouches for at a sign-in.
type Claims struct {
	Issuer, Subject string
	// Email is clean (identity.CleanEmail) and verified by the provider.
	Email               string
	FirstName, LastName string
}

// SignIn finds, links or makes the person whom the claims name, and answers who it is. Whoever signed in before is found
// by issuer and subject; at a first sign-in the verified email decides, so that a person who was invited gets what they
// were invited to. Two first sign-ins at once make one person. made is the id of the person to make if there is none.
// Every open invitation is accepted.
func (db *DB) SignIn(ctx context.Context, c identity.Change, claims Claims, made identity.UserID) (identity.Profile, error) {
	var profile identity.Profile
	err := RetryStale(ctx, func() error {
		user, err := db.find(ctx, c, claims, made)
		if err != nil {
			return err
		}
		c.Caller.User = user
		page, err := db.Page(ctx, identity.Caller{User: user})
		profile = page.Profile
		return err
	})
	return profile, err
}

// find is the person whom the claims name.
func (db *DB) find(ctx context.Context, c identity.Change, claims Claims, made identity.UserID) (identity.UserID, error) {
	var link, email linkItem
	found, err := db.get(ctx, linkKey(claims.Issuer, claims.Subject), &link)
	if err != nil || found {
		return identity.UserID(link.User), err
	}
	found, err = db.get(ctx, emailKey(claims.Email), &email)
	if err != nil {
		return "", err
	}
	if found {
		return identity.UserID(email.User), db.link(ctx, c, claims, email)
	}
	return made, db.make(ctx, c, claims, made)
}

// link makes an identity at the issuer another way in for the person whose email address it is.
func (db *DB) link(ctx context.Context, c identity.Change, claims Claims, email linkItem) error {
	user := identity.UserID(email.User)
	c.Caller.User = user
	return db.commit(ctx, c, []identity.Event{userEvent("user.link", user, claims.Email)},
		db.put(linkItem{linkKey(claims.Issuer, claims.Subject), "link", email.User}, ifAbsent, nil, nil),
		db.check(emailKey(claims.Email), "user_id = :user", values{":user": email.User}, nil))
}

func (db *DB) make(ctx context.Context, c identity.Change, claims Claims, user identity.UserID) error {
	c.Caller.User = user
	profile := identity.Profile{ID: user, Person: claims.person(), CreatedAt: c.At, Version: 1}
	return db.commit(ctx, c, []identity.Event{userEvent("user.create", user, claims.Email)},
		db.put(linkItem{linkKey(claims.Issuer, claims.Subject), "link", string(user)}, ifAbsent, nil, nil),
		db.put(linkItem{emailKey(claims.Email), "email", string(user)}, ifAbsent, nil, nil),
		db.put(newProfileItem(profile), ifAbsent, nil, nil))
}

func (claims Claims) person() identity.Person {
	p := identity.Person{FirstName: claims.FirstName, LastName: claims.LastName, Email: claims.Email}
	p.DisplayName = identity.DisplayName(p)
	return p
}

// CreateSession stores a new session.
func (db *DB) CreateSession(ctx context.Context, c identity.Change, s identity.Session) error {
	return db.commit(ctx, c, []identity.Event{sessionEvent("session.create", s.User, s.ID)},
		db.put(newSessionItem(s), ifAbsent, nil, nil))
}

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

func userEvent(action string, u identity.UserID, name string) identity.Event {
	return identity.Event{Scope: string(u), Action: action, Target: identity.Target{Type: "user", ID: string(u), Name: name}}
}
