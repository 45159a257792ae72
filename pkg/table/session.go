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

// DeleteSession signs a session out: its token is refused from the next request on. NotFound when it is gone already.
func (db *DB) DeleteSession(ctx context.Context, c identity.Change, u identity.UserID, s identity.SessionID) error {
	return db.commit(ctx, c, []identity.Event{sessionEvent("session.delete", u, s)},
		db.remove(sessionKey(u, s), ifPresent, nil, always(identity.NoSuch("session"))))
}

func sessionEvent(action string, u identity.UserID, s identity.SessionID) identity.Event {
	return identity.Event{Scope: string(u), Action: action, Target: identity.Target{Type: "session", ID: string(s)}}
}
