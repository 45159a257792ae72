package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Session returns one session of a person by one strongly consistent GetItem; found is false if there is none.
func (db *DB) Session(ctx context.Context, u identity.UserID, s identity.SessionID) (
	session identity.Session, found bool, err error) {
	var item sessionItem
	found, err = db.get(ctx, sessionKey(u, s), &item)
	if err != nil || !found {
		return identity.Session{}, false, err
	}

	return item.session(), true, nil
}

// CreateSession stores the new session that an ID token makes. It returns SignInRefused if the token has made one before,
// and is stale if the person has deleted their account.
func (db *DB) CreateSession(s identity.Session, from identity.IDToken) identity.Write {
	return db.write([]identity.Event{sessionEvent(identity.ActionSessionCreate, s.User, s.ID)},
		db.put(newSessionItem(s), ifAbsent, nil, nil),
		db.put(idTokenItem{
			key:     idTokenKey(from),
			Type:    "id-token",
			PurgeAt: from.RememberedUntil().Unix(),
		}, ifAbsent, nil, always(from.Traded())),
		db.update(profileKey(s.User), "ADD sign_in_count :one", ifPresent, values{":one": 1}, nil))
}

// Traded returns nil if the ID token has not made a session yet, or else SignInRefused. A sign-in asks before it follows
// what the token asserts: an old token that somebody sends again must not bring an old email address back.
func (db *DB) Traded(ctx context.Context, t identity.IDToken) error {
	var item idTokenItem
	found, err := db.get(ctx, idTokenKey(t), &item)
	if err == nil && found {
		err = t.Traded()
	}

	return err
}

// Switch stores, on a person's session, which organization it is in. It returns Forbidden if the organization is not
// accessible at the moment of writing.
func (db *DB) Switch(u identity.UserID, s identity.SessionID, o identity.OrgID) identity.Write {
	event := sessionEvent(identity.ActionOrganizationSwitch, u, s)
	event.After = map[string]string{"currentOrganization": string(o)}

	return db.write([]identity.Event{event},
		db.update(sessionKey(u, s), "SET current_org = :org", ifPresent, values{":org": string(o)},
			always(identity.NoSuch("session"))),
		db.accessible(u, o))
}

// DeleteSession signs a session out: its token is rejected from the next request on. It returns NotFound if there is no
// such session.
func (db *DB) DeleteSession(u identity.UserID, s identity.SessionID) identity.Write {
	return db.write([]identity.Event{sessionEvent(identity.ActionSessionDelete, u, s)},
		db.remove(sessionKey(u, s), ifPresent, nil, always(identity.NoSuch("session"))))
}

func sessionEvent(action identity.Action, u identity.UserID, s identity.SessionID) identity.Event {
	return identity.Event{
		Scope:  string(u),
		Action: action,
		Target: identity.Target{Type: "session", ID: string(s)},
	}
}
