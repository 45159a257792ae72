package table

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Session is one session of a person, by one strongly consistent GetItem; found is false when there is none.
func (db *DB) Session(ctx context.Context, u identity.UserID, s identity.SessionID) (session identity.Session, found bool, err error) {
	var item sessionItem
	found, err = db.get(ctx, sessionKey(u, s), &item)
	if err != nil || !found {
		return identity.Session{}, false, err
	}

	return item.session(), true, nil
}

// CreateSession stores a new session.
func (db *DB) CreateSession(ctx context.Context, c identity.Change, s identity.Session) error {
	return db.commit(ctx, c, []identity.Event{sessionEvent(identity.ActionSessionCreate, s.User, s.ID)},
		db.put(newSessionItem(s), ifAbsent, nil, nil))
}

// Switch remembers on a person's session in which organization it is. m is their membership there as it was read; when
// it is an open invitation it is accepted with the switch. Forbidden when the organization is not accessible at the
// moment of writing.
func (db *DB) Switch(ctx context.Context, c identity.Change, s identity.SessionID, m identity.Membership) error {
	event := sessionEvent(identity.ActionOrganizationSwitch, m.User, s)
	event.After = map[string]string{"currentOrganization": string(m.Org)}
	steps := []step{db.update(sessionKey(m.User, s), "SET current_org = :org", ifPresent, values{":org": string(m.Org)},
		always(identity.NoSuch("session")))}
	if !m.Open(c.At) {
		return db.commit(ctx, c, []identity.Event{event}, append(steps, db.accessible(m.User, m.Org))...)
	}

	joining, joined := db.join(m, c.At)
	return db.commit(ctx, c, []identity.Event{event, joined}, append(steps, joining...)...)
}

// DeleteSession signs a session out: its token is refused from the next request on. NotFound when it is gone already.
func (db *DB) DeleteSession(ctx context.Context, c identity.Change, u identity.UserID, s identity.SessionID) error {
	return db.commit(ctx, c, []identity.Event{sessionEvent(identity.ActionSessionDelete, u, s)},
		db.remove(sessionKey(u, s), ifPresent, nil, always(identity.NoSuch("session"))))
}

func sessionEvent(action identity.Action, u identity.UserID, s identity.SessionID) identity.Event {
	return identity.Event{Scope: string(u), Action: action, Target: identity.Target{Type: "session", ID: string(s)}}
}
