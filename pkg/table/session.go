package table

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Session returns one session of a person by one strongly consistent GetItem; found is false if there is none.
func (db *DB) Session(ctx context.Context, u identity.UserID, s identity.SessionID) (
	session identity.Session, found bool, err error) {
	k := sessionKey(u, s)
	if db.direct == nil {
		return db.sessionAt(ctx, k)
	}

	session, found, err = db.direct.session(ctx, k)
	if err == nil {
		return session, found, nil
	}

	db.noteDirectFailure()
	if err := pause(ctx, "get "+k.SK, 1); err != nil {
		return identity.Session{}, false, err
	}

	return db.sessionAt(ctx, k, withoutFirstAttempt)
}

// sessionAt reads a session with the SDK.
func (db *DB) sessionAt(ctx context.Context, k key, options ...func(*dynamodb.Options)) (
	session identity.Session, found bool, err error) {
	var item sessionItem
	found, err = db.get(ctx, k, &item, options...)
	if err != nil || !found {
		return identity.Session{}, false, err
	}

	return item.session(), true, nil
}

// Sessions returns a person's sessions, also those that have ended and are not removed yet.
func (db *DB) Sessions(ctx context.Context, u identity.UserID) ([]identity.Session, error) {
	items, err := db.query(ctx, span{pk: userPartition(u), from: profileKey(u).SK, to: "SESSION#" + highest})
	if err != nil {
		return nil, err
	}

	found, err := decodeAll(items)
	return found.sessions, err
}

// signedIn reads a person's memberships, their profile, for the number of their sign-ins, and their sessions. The profile is
// zero if there is no such person.
func (db *DB) signedIn(ctx context.Context, u identity.UserID) (profile profileItem, found nouns, err error) {
	items, err := db.query(ctx, span{pk: userPartition(u), from: "ORG#", to: "SESSION#" + highest})
	if err != nil {
		return profileItem{}, nouns{}, err
	}

	for _, item := range items {
		if itemType(item) == "profile" {
			err = errors.Join(err, decode(item, &profile))
		}
	}

	found, decoding := decodeAll(items)
	return profile, found, errors.Join(err, decoding)
}

const (
	signInAttempts = 60
	signInPause    = 20 * time.Millisecond // the longest pause after the first attempt; it grows with each one
	maxSignInPause = 25 * signInPause

	// maxEnded and maxEvicted are the most sessions that go with a new one, so that the transaction stays within 100
	// items. An evicted session has an event.
	maxEnded   = 50
	maxEvicted = 20
)

// CreateSession stores the new session that an ID token makes. It removes the sessions of the person that have ended, and
// ends the oldest beyond identity.MaxSessions, and records the day in the membership where the person lands. It returns SignInRefused if the token has made a session before.
//
// The sign-ins of one person take turns: each is conditional on the number of sign-ins before it, so that the limit holds
// however many come at once. It is stale if its turn does not come, and if the person has deleted their account.
func (db *DB) CreateSession(s identity.Session, from identity.IDToken) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		for attempt := 1; ; attempt++ {
			err := db.createSession(ctx, c, s, from)
			if !errors.Is(err, identity.ErrStale) || errors.Is(err, errNoPerson) || attempt == signInAttempts {
				return err
			}

			select {
			case <-ctx.Done():
				return err
			case <-time.After(rand.N(min(signInPause*time.Duration(attempt), maxSignInPause))): //nolint:forbidigo // a pause between attempts
			}
		}
	}
}

// errNoPerson: the person has deleted their account since the sign-in found them. Another try finds or makes a new one.
var errNoPerson = fmt.Errorf("%w: there is no such person any more", identity.ErrStale)

func (db *DB) createSession(ctx context.Context, c identity.Change, s identity.Session, from identity.IDToken) error {
	profile, before, err := db.signedIn(ctx, s.User)
	switch {
	case err != nil:
		return err
	case profile.SK == "":
		return errNoPerson
	}

	ended, evicted := identity.MakeRoom(before.sessions, c.At)
	ended = ended[:min(len(ended), maxEnded)] // the time to live removes the others

	// An earlier version limited nothing, so that there can be more to evict than fits into the transaction.
	more := max(0, len(evicted)-maxEvicted)
	if err := db.endSessions(ctx, c, identity.ActionSessionEvict, evicted[:more]); err != nil {
		return err
	}

	steps := []step{
		db.put(newSessionItem(s), ifAbsent, nil, nil),
		db.put(idTokenItem{
			key:     idTokenKey(from),
			Type:    "id-token",
			PurgeAt: from.RememberedUntil().Unix(),
		}, ifAbsent, nil, always(from.Traded())),
		db.countSignIn(s.User, profile.SignIns),
	}
	steps = append(steps, db.land(profile.profile(), before.memberships, c.At)...)

	if s.AtProvider != "" {
		steps = append(steps, db.put(ssoItem{
			key:     ssoKey(s.AtProvider, s.ID),
			Type:    "sso-session",
			User:    string(s.User),
			PurgeAt: s.Expires.Unix(),
		}, ifAbsent, nil, nil))
	}

	events := []identity.Event{sessionEvent(identity.ActionSessionCreate, s.User, s.ID)}
	for _, old := range evicted[more:] {
		steps = append(steps, db.remove(sessionKey(old.User, old.ID), ifPresent, nil, nil))
		events = append(events, sessionEvent(identity.ActionSessionEvict, old.User, old.ID))
	}

	for _, old := range ended {
		steps = append(steps, db.remove(sessionKey(old.User, old.ID), ifSameSession, values{":seen": old.Until}, nil))
	}

	return db.commit(ctx, c, events, steps...)
}

// land returns the step that records that a person signs in to the organization where they land. There is none if that
// organization has seen them today, or if they can act in no organization. If their access there has just ended, the
// session is stale, and the next attempt finds where they land instead.
func (db *DB) land(p identity.Profile, memberships []identity.Membership, at time.Time) []step {
	org, _ := p.Landing(memberships)
	for _, m := range memberships {
		if _, isNew := m.See(at); m.Org == org && isNew {
			seen := db.enter(m, at)
			seen.refuse = nil
			return []step{seen}
		}
	}

	return nil
}

// ifSameSession: the session exists, and its lease is as it was read.
const ifSameSession = "attribute_exists(PK) AND lease_until = :seen"

// countSignIn counts one more sign-in of a person who exists, provided that there was none since the number was read.
func (db *DB) countSignIn(u identity.UserID, seen int) step {
	v := values{":one": 1}
	condition := ifPresent + ifCount("sign_in_count", seen, v)

	return db.update(profileKey(u), "ADD sign_in_count :one", condition, v, nil)
}

// maxEndedTogether is the most sessions that one transaction ends: with an event each, the answer to remember and the check
// of the caller's session, that is 100 items. It ends all of a person's sessions but one.
const maxEndedTogether = identity.MaxSessions - 1

// EndSessions ends sessions of the caller. Those of an earlier version can be more than one transaction ends; then each
// transaction is complete. It is stale if one of them has ended since it was read. It returns the refusals of writeAs.
func (db *DB) EndSessions(sessions []identity.Session) identity.Write {
	return func(ctx context.Context, c identity.Change) error {
		for len(sessions) > maxEndedTogether {
			unanswered := c
			unanswered.Retry = nil // the answer is remembered once it is true

			events, steps := db.ending(identity.ActionSessionDelete, sessions[:maxEndedTogether])
			if err := db.writeAs(events, steps...)(ctx, unanswered); err != nil {
				return err
			}

			sessions = sessions[maxEndedTogether:]
		}

		events, steps := db.ending(identity.ActionSessionDelete, sessions)
		return db.writeAs(events, steps...)(ctx, c)
	}
}

// endSessions ends sessions in as many transactions as it takes.
func (db *DB) endSessions(ctx context.Context, c identity.Change, action identity.Action, sessions []identity.Session) error {
	for some := range slices.Chunk(sessions, maxEndedTogether) {
		events, steps := db.ending(action, some)
		if err := db.commit(ctx, c, events, steps...); err != nil {
			return err
		}
	}

	return nil
}

// ending returns what ends sessions, and its events.
func (db *DB) ending(action identity.Action, sessions []identity.Session) (events []identity.Event, steps []step) {
	for _, s := range sessions {
		events = append(events, sessionEvent(action, s.User, s.ID))
		steps = append(steps, db.remove(sessionKey(s.User, s.ID), ifPresent, nil, nil))
	}

	return events, steps
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

// Switch stores, on a person's session, which organization it is in, and records that the organization has seen the person
// on that day. It returns Forbidden if the organization is not
// accessible at the moment of writing.
func (db *DB) Switch(s identity.SessionID, to identity.Membership) identity.Write {
	event := sessionEvent(identity.ActionOrganizationSwitch, to.User, s)
	event.After = map[string]string{"currentOrganization": string(to.Org)}

	return func(ctx context.Context, c identity.Change) error {
		return db.commit(ctx, c, []identity.Event{event},
			db.update(sessionKey(to.User, s), "SET current_org = :org", ifPresent, values{":org": string(to.Org)},
				always(identity.NoSuch("session"))),
			db.enter(to, c.At))
	}
}

// DeleteSession ends a session of the caller: its token is rejected from the next request on. It returns NotFound if there is
// no such session, and the refusals of writeAs.
func (db *DB) DeleteSession(u identity.UserID, s identity.SessionID) identity.Write {
	return db.writeAs([]identity.Event{sessionEvent(identity.ActionSessionDelete, u, s)},
		db.remove(sessionKey(u, s), ifPresent, nil, always(identity.NoSuch("session"))))
}

func sessionEvent(action identity.Action, u identity.UserID, s identity.SessionID) identity.Event {
	return identity.Event{
		Scope:  string(u),
		Action: action,
		Target: identity.Target{Type: "session", ID: string(s)},
	}
}
