package table

import (
	"context"

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

// maxToldOwners is the most Owners of an organization who are mailed about a reported token, the first by name.
const maxToldOwners = 20

// Told is who is mailed about a reported token or session.
type Told struct {
	// Person is the owner of the token or session. It is a service account if OfAccount; its address is that of its
	// contact, and "" if the contact has no access any more.
	Person    identity.Person
	OfAccount bool
	// Organization is the name of the token's organization, and Owners are its active Owners without the token's owner.
	// They are "" and nil for a session.
	Organization string
	Owners       []identity.Membership
}

// Told returns who is mailed about a reported token of a person in an organization, or about a reported session if the
// organization is "".
func (db *DB) Told(ctx context.Context, u identity.UserID, o identity.OrgID) (Told, error) {
	if o == "" {
		item := profileItem{key: profileKey(u)}
		_, err := db.get(ctx, profileKey(u), &item)
		return Told{Person: item.profile().Person}, err
	}

	entries, err := db.indexStream(Index2, rolePartition(o, identity.Owner, identity.Active), "", "")(ctx, "", maxToldOwners+1)
	if err != nil {
		return Told{}, err
	}

	keys := []key{profileKey(u), orgKey(o), membershipKey(u, o)}
	for _, e := range entries {
		if e.user != u {
			keys = append(keys, membershipKey(e.user, o))
		}
	}

	items, err := db.batch(ctx, keys[:min(len(keys), 3+maxToldOwners)])
	if err != nil {
		return Told{}, err
	}

	found, err := decodeAll(items)
	if err != nil {
		return Told{}, err
	}

	t := told(found, u)
	account := found.membership(u, o)
	if !account.ServiceAccount {
		return t, nil
	}

	named, err := db.MemberAt(ctx, o, account.Person.Email)
	t.OfAccount, t.Person.Email = true, account.Contact(named)

	return t, err
}

// told sorts out what a read of a profile, an organization and memberships found. An entry of the index can be older
// than the membership, so a member who is no Owner any more is left out.
func told(found nouns, owner identity.UserID) Told {
	var t Told
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
