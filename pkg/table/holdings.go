package table

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Holdings are a person's tokens with the memberships that they depend on.
type Holdings struct {
	Memberships []identity.Membership
	Tokens      []identity.Token
}

// Holdings reads a person's memberships and tokens in two Queries at the same time, which leave out the sessions
// between them.
func (db *DB) Holdings(ctx context.Context, u identity.UserID) (Holdings, error) {
	var (
		tokens []identity.Token
		failed error
		both   sync.WaitGroup
	)

	both.Go(func() { tokens, failed = db.Tokens(ctx, u) })
	members, err := db.ofPerson(ctx, u, "ORG#", "ORG#"+highest)
	both.Wait()

	return Holdings{Memberships: members.memberships, Tokens: tokens}, orElse(err, failed)
}

// OwnPage is what a person sees of themselves.
type OwnPage struct {
	Profile     identity.Profile
	Memberships []identity.Membership
	// Current is the organization that the caller's session is in, or that their personal access token acts in; "" if
	// it is none.
	Current identity.OrgID
}

// OwnPage reads the caller's profile and memberships in one Query. It leaves out the organizations that the caller's
// credential does not see. It reads the current organization of a session only if the authorizer did not pass it on. It
// returns NotFound if there is no such person.
func (db *DB) OwnPage(ctx context.Context, c identity.Caller) (OwnPage, error) {
	found, err := db.ofPerson(ctx, c.User, "ORG#", "PROFILE")
	if err != nil {
		return OwnPage{}, err
	}

	if len(found.profiles) == 0 {
		return OwnPage{}, identity.NoSuch("user")
	}

	current, err := db.current(ctx, c)
	return OwnPage{
		Profile:     found.profiles[0],
		Memberships: slices.DeleteFunc(found.memberships, func(m identity.Membership) bool { return !c.Sees(m.Org) }),
		Current:     current,
	}, err
}

// current returns the organization that the caller's credential is in; "" if it is none.
func (db *DB) current(ctx context.Context, c identity.Caller) (identity.OrgID, error) {
	switch {
	case c.Kind != identity.SignedIn:
		return c.Org, nil
	case c.CurrentKnown:
		return c.CurrentOrg, nil
	}

	own := sessionKey(c.User, identity.SessionID(c.Credential)).SK
	found, err := db.ofPerson(ctx, c.User, own, own)
	if err != nil || len(found.sessions) == 0 {
		return "", err
	}

	return found.sessions[0].CurrentOrg, nil
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

// ofPerson reads what is stored under a person between two sort keys.
func (db *DB) ofPerson(ctx context.Context, u identity.UserID, from, to string) (nouns, error) {
	items, err := db.query(ctx, span{pk: userPartition(u), from: from, to: to})
	if err != nil {
		return nouns{}, err
	}

	return decodeAll(items)
}
