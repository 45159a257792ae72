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

// CreateSession stores the new session that an ID token makes. It returns SignInRefused if the token has made one before.
func (db *DB) CreateSession(s identity.Session, from identity.IDToken) identity.Write {
	return db.write([]identity.Event{sessionEvent(identity.ActionSessionCreate, s.User, s.ID)},
		db.put(newSessionItem(s), ifAbsent, nil, nil),
		db.put(idTokenItem{
			key:     idTokenKey(from),
			Type:    "id-token",
			PurgeAt: from.RememberedUntil().Unix(),
		}, ifAbsent, nil, always(from.Traded())))
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

// Switch stores, on a person's session, which organization it is in. m is their membership there as it was read; an
// open invitation is accepted with the switch. It returns Forbidden if the organization is not accessible at the moment
// of writing.
func (db *DB) Switch(s identity.SessionID, m identity.Membership) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		event := sessionEvent(identity.ActionOrganizationSwitch, m.User, s)
		event.After = map[string]string{"currentOrganization": string(m.Org)}

		enter := db.update(sessionKey(m.User, s), "SET current_org = :org", ifPresent, values{":org": string(m.Org)},
			always(identity.NoSuch("session")))
		if !m.Open(c.At) {
			return db.commit(ctx, c, []identity.Event{event}, enter, db.accessible(m.User, m.Org))
		}

		joining, joined := db.join(m, c.At)
		return db.commit(ctx, c, []identity.Event{event, joined}, append([]step{enter}, joining...)...)
	}
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
