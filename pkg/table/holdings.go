package table

import (
	"context"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Holdings are a person's tokens with the memberships that they depend on.
type Holdings struct {
	Memberships []identity.Membership
	Tokens      []identity.Token
}

// Holdings reads a person's tokens and memberships in one Query.
func (db *DB) Holdings(ctx context.Context, u identity.UserID) (Holdings, error) {
	found, err := db.ofPerson(ctx, u, "TOKEN#"+highest)
	return Holdings{Memberships: found.memberships, Tokens: found.tokens}, err
}

// OwnPage is what a person sees of themselves.
type OwnPage struct {
	Profile     identity.Profile
	Memberships []identity.Membership
	// Current is the organization that the caller's session is in, or that their personal access token acts in; "" if
	// it is none.
	Current identity.OrgID
}

// OwnPage reads the caller's profile, memberships and current organization in one Query. It leaves out the
// organizations that the caller's credential does not see. It returns NotFound if there is no such person.
func (db *DB) OwnPage(ctx context.Context, c identity.Caller) (OwnPage, error) {
	to := "PROFILE"
	if c.Kind == identity.SignedIn {
		to = sessionKey(c.User, identity.SessionID(c.Credential)).SK
	}

	found, err := db.ofPerson(ctx, c.User, to)
	if err != nil {
		return OwnPage{}, err
	}

	if len(found.profiles) == 0 {
		return OwnPage{}, identity.NoSuch("user")
	}

	page := OwnPage{
		Profile:     found.profiles[0],
		Memberships: slices.DeleteFunc(found.memberships, func(m identity.Membership) bool { return !c.Sees(m.Org) }),
		Current:     c.Org,
	}

	for _, s := range found.sessions {
		if s.ID == identity.SessionID(c.Credential) {
			page.Current = s.CurrentOrg
		}
	}

	return page, nil
}

// OwnPageWith reads the caller's own page and picks out their membership in the organization with the ID that they
// sent, at now. It returns NotFound if the ID is not one of their organizations.
func (db *DB) OwnPageWith(ctx context.Context, c identity.Caller, id identity.OrgID, now time.Time) (
	OwnPage, identity.Membership, error) {
	page, err := db.OwnPage(ctx, c)
	if err != nil {
		return OwnPage{}, identity.Membership{}, err
	}

	i := slices.IndexFunc(page.Memberships, func(m identity.Membership) bool { return m.Org == id })
	if i < 0 {
		return OwnPage{}, identity.Membership{}, identity.NoSuch("organization")
	}

	page.Memberships[i], err = db.Stands(ctx, page.Memberships[i], now)
	if err == nil && page.Memberships[i].User == "" {
		err = identity.NoSuch("organization")
	}

	return page, page.Memberships[i], err
}

// ofPerson reads what is stored under a person, from their memberships to the sort key to.
func (db *DB) ofPerson(ctx context.Context, u identity.UserID, to string) (nouns, error) {
	items, err := db.query(ctx, span{pk: userPartition(u), from: "ORG#", to: to})
	if err != nil {
		return nouns{}, err
	}

	return decodeAll(items)
}
