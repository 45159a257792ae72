package identity

import (
	"cmp"
	"slices"
	"time"
)

// MaxSessions is the most live sessions that a person has. A further sign-in ends the oldest.
const MaxSessions = 50

// Session is a signed-in person. It works like a token, with a shorter lease and no organization.
type Session struct {
	ID        SessionID
	User      UserID
	Hash      [32]byte
	CreatedAt time.Time
	Lease
	LastUse LastUse
	// SourceIP is the address that the session was created from, and Client is the ClientName of the program that created
	// it. Both are "" for a session of an earlier version.
	SourceIP, Client string
	// Subject is the Digest of the issuer and the subject that signed in, and AtProvider the ProviderSession of the ID
	// token. They are "" for a session of an earlier version, and AtProvider also if the ID token has no sid.
	Subject, AtProvider string
	// CurrentOrg is the organization that the console returns to after a reload; "" until the person switches.
	CurrentOrg OrgID
	// Ended is the stored ending. This version deletes a session to end it and never stores one, but it honors an ending
	// that a newer version stored.
	Ended Ending
}

// Admit reports whether a caller who has proved possession of the session's secret is admitted at now: nil, or the
// refusal.
func (s Session) Admit(now time.Time) error {
	switch {
	case s.Ended != "":
		return Refuse(TokenRevoked, "The session was ended. Sign in again.")
	case s.Live(now):
		return nil
	case s.Expired():
		return Refuse(TokenExpired, "The session ended at %s. Sign in again.", s.Expires.Format(time.RFC3339))
	}

	return Refuse(LeaseLapsed, "The session ended at %s after two hours without use. Sign in again.", s.Until.Format(time.RFC3339))
}

// Purge returns when the session may be deleted from the table if nothing else happens to it: at its end, because nobody is
// shown a session that has ended.
func (s Session) Purge() time.Time { return s.Until }

// LiveSessions returns the sessions that are admitted at now, the newest first.
func LiveSessions(sessions []Session, now time.Time) []Session {
	live := slices.DeleteFunc(slices.Clone(sessions), func(s Session) bool { return s.Admit(now) != nil })
	slices.SortFunc(live, func(a, b Session) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})

	return live
}

// MakeRoom returns which of a person's sessions give way to a new one at now: those that have ended, and the oldest live
// ones beyond MaxSessions - 1, the oldest last.
func MakeRoom(sessions []Session, now time.Time) (ended, evicted []Session) {
	for _, s := range sessions {
		if s.Admit(now) != nil {
			ended = append(ended, s)
		}
	}

	live := LiveSessions(sessions, now)
	return ended, live[min(len(live), MaxSessions-1):]
}

// ProviderSession returns how Leasehold stores the session that a provider calls sid: the Digest of issuer and sid, or ""
// if there is no sid.
func ProviderSession(issuer, sid string) string {
	if sid == "" {
		return ""
	}

	return Digest(issuer, sid)
}

// Logout is a request of an identity provider to end the sessions of a person (OpenID Connect Back-Channel Logout 1.0).
type Logout struct {
	// Issuer made the request.
	Issuer string
	// Subject and SID are the claims sub and sid. One of them may be "".
	Subject, SID string
	// ID is the claim jti.
	ID string
	// Until is when a request with this ID would be too old to be accepted.
	Until time.Time
}

// Ends reports whether the request ends a session of its subject. With a sid, it ends the sessions that were made with that
// session at the provider, and those of which it is not known. Without one, it ends every session of the subject.
func (l Logout) Ends(s Session) bool {
	if l.SID != "" && s.AtProvider != "" {
		return s.AtProvider == ProviderSession(l.Issuer, l.SID)
	}

	return l.Subject != "" && (s.Subject == "" || s.Subject == Digest(l.Issuer, l.Subject))
}
