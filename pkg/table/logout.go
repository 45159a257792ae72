package table

import (
	"context"
	"errors"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// errLogoutKnown is the refusal of a logout that has been carried out before. It never reaches the caller.
var errLogoutKnown = errors.New("the logout has been carried out before")

// Logout ends the sessions that a request of the identity provider names, and remembers the request. A request that is
// remembered, and one that names nobody or no session, ends nothing. It is stale if a session has ended since it was read.
func (db *DB) Logout(l identity.Logout) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		var known logoutItem
		found, err := db.get(ctx, logoutKey(l), &known)
		if err != nil || found {
			return err
		}

		sessions, err := db.loggedOut(ctx, l)
		if err != nil {
			return err
		}

		// The request is remembered with the last sessions. Until then, a retry goes on.
		sessions = identity.LiveSessions(sessions, c.At)
		more := max(0, len(sessions)-maxEndedTogether)
		if err := db.endSessions(ctx, c, identity.ActionSessionLogout, sessions[:more]); err != nil {
			return err
		}

		item := logoutItem{key: logoutKey(l), Type: "logout", PurgeAt: l.Until.Unix()}
		events, steps := db.ending(identity.ActionSessionLogout, sessions[more:])
		err = db.commit(ctx, c, events, append(steps, db.put(item, ifAbsent, nil, always(errLogoutKnown)))...)
		if errors.Is(err, errLogoutKnown) {
			return nil
		}

		return err
	}
}

// loggedOut returns the sessions that a logout names, also those that have ended.
func (db *DB) loggedOut(ctx context.Context, l identity.Logout) ([]identity.Session, error) {
	if l.Subject == "" {
		return db.sessionsAt(ctx, identity.ProviderSession(l.Issuer, l.SID))
	}

	var link linkItem
	found, err := db.get(ctx, linkKey(l.Issuer, l.Subject), &link)
	if err != nil || !found {
		return nil, err
	}

	sessions, err := db.Sessions(ctx, identity.UserID(link.User))
	return slices.DeleteFunc(sessions, func(s identity.Session) bool { return !l.Ends(s) }), err
}

// sessionsAt returns the sessions that were made with a session at the identity provider.
func (db *DB) sessionsAt(ctx context.Context, at string) ([]identity.Session, error) {
	items, err := db.query(ctx, span{pk: ssoKey(at, "").PK, from: "SESSION#", to: "SESSION#" + highest})
	if err != nil {
		return nil, err
	}

	keys := make([]key, len(items))
	for i, item := range items {
		var noted ssoItem
		if err := decode(item, &noted); err != nil {
			return nil, err
		}

		keys[i] = key{userPartition(identity.UserID(noted.User)), noted.SK}
	}

	var sessions []identity.Session
	for some := range slices.Chunk(keys, maxBatch) {
		items, err := db.batch(ctx, some)
		if err != nil {
			return nil, err
		}

		found, err := decodeAll(items)
		if err != nil {
			return nil, err
		}

		sessions = append(sessions, found.sessions...)
	}

	return sessions, nil
}
