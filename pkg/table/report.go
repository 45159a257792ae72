package table

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ReportToken ends a token that somebody found and reported. It is stale if the token has ended since it was read.
func (db *DB) ReportToken(t identity.Token) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		return db.commit(ctx, c, []identity.Event{tokenEvent(identity.ActionTokenReport, t, nil, nil)},
			db.end(t, identity.Reported, c.At, ifNotEnded, values{}))
	}
}

// ReportSession ends a session whose token somebody found and reported. It is stale if the session has ended since it was
// read.
func (db *DB) ReportSession(s identity.Session) identity.Write {
	return db.write([]identity.Event{sessionEvent(identity.ActionSessionReport, s.User, s.ID)},
		db.remove(sessionKey(s.User, s.ID), ifPresent, nil, nil))
}

// maxMailedOwners is the most Owners of an organization who are mailed about a reported token, the first by name.
const maxMailedOwners = 20

// activeOwners returns the first active Owners of an organization by name, as the index has them.
func (db *DB) activeOwners(ctx context.Context, o identity.OrgID, limit int) ([]entry, error) {
	return db.indexStream(Index2, rolePartition(o, identity.Owner, identity.Active), "", "")(ctx, "", limit)
}

// Recipients are the people to mail about a reported token or session.
type Recipients struct {
	// Person is the owner of the token or session. It is a service account if OfAccount; its address is that of its
	// contact, and "" if the contact has no access any more.
	Person    identity.Person
	OfAccount bool
	// Organization is the name of the token's organization, and Owners are its active Owners without the token's owner, or
	// the contact of the service account that owns it. They are "" and nil for a session.
	Organization string
	Owners       []identity.Membership
}

// Recipients returns the people to mail about a reported token of a person in an organization, or about a reported session
// if the organization is "".
func (db *DB) Recipients(ctx context.Context, u identity.UserID, o identity.OrgID) (Recipients, error) {
	if o == "" {
		item := profileItem{key: profileKey(u)}
		_, err := db.get(ctx, profileKey(u), &item)
		return Recipients{Person: item.profile().Person}, err
	}

	entries, err := db.activeOwners(ctx, o, maxMailedOwners+1)
	if err != nil {
		return Recipients{}, err
	}

	keys := []key{profileKey(u), orgKey(o), membershipKey(u, o)}
	for _, e := range entries {
		if e.user != u {
			keys = append(keys, membershipKey(e.user, o))
		}
	}

	items, err := db.batch(ctx, keys[:min(len(keys), 3+maxMailedOwners)])
	if err != nil {
		return Recipients{}, err
	}

	found, err := decodeAll(items)
	if err != nil {
		return Recipients{}, err
	}

	t := recipients(found, u)
	account := found.membership(u, o)
	if !account.ServiceAccount {
		return t, nil
	}

	named, err := db.MemberAt(ctx, o, account.Person.Email)
	t.OfAccount, t.Person.Email = true, account.Contact(named)
	if t.Person.Email != "" {
		t.Owners = slices.DeleteFunc(t.Owners, func(m identity.Membership) bool { return m.User == named.User })
	}

	return t, err
}

// recipients sorts out what a read of a profile, an organization and memberships found. An entry of the index can be older
// than the membership, so a member who is no Owner any more is left out.
func recipients(found nouns, owner identity.UserID) Recipients {
	var t Recipients
	for _, p := range found.profiles {
		t.Person = p.Person
	}

	for _, o := range found.organizations {
		t.Organization = o.Name
	}

	for _, m := range found.memberships {
		if m.ActiveOwner() && m.User != owner {
			t.Owners = append(t.Owners, m)
		}
	}

	return t
}
