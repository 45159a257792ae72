package identity

import "time"

// Ending is why a token died.
type Ending string

// The endings of a token.
const (
	Lapsed  Ending = "lapsed"
	Expired Ending = "expired"
	Deleted Ending = "deleted"
	Revoked Ending = "revoked"
)

// Token is a personal access token as it is stored: everything but its secret.
type Token struct {
	ID          TokenID
	User        UserID
	Org         OrgID
	Description string
	// Hash is the SHA-256 of the whole token as it was shown to its owner once.
	Hash  [32]byte
	Epoch string
	// CreatedAt is whole seconds, UTC.
	CreatedAt time.Time
	Lease
	// Ended is "" while nothing but time can have ended the token; see State.
	Ended   Ending
	EndedAt time.Time
}

// Prefix is what lists show of a token: its first 8 characters after lhp_.
func (t Token) Prefix() string { return string(t.ID)[len(tokenPrefix) : len(tokenPrefix)+8] }

// State is how the token stands at now in its owner's membership: "" while it is alive, else why and when it died. With
// the zero Membership, of someone who was removed, it tells the token's own story; Admit refuses it all the same.
func (t Token) State(m Membership, now time.Time) (Ending, time.Time) {
	switch {
	case t.Ended != "":
		return t.Ended, t.EndedAt
	case !t.Live(now) && t.Expired():
		return Expired, t.Expires
	case !t.Live(now):
		return Lapsed, t.Until
	case m.TokenEpoch != "" && t.Epoch != m.TokenEpoch:
		return Revoked, epochStart(m.TokenEpoch)
	}

	return "", time.Time{}
}

// Purged reports whether a dead token's Retention is over at now: it is not shown any more, though DynamoDB may take days
// to remove it.
func (t Token) Purged(now time.Time) bool {
	died := t.EndedAt
	if t.Ended == "" {
		died = t.Until
	}

	return now.After(died.Add(Retention))
}

// Admit reports, as an Error or nil, whether a caller who proved the token's secret is let in at now.
func (t Token) Admit(m Membership, now time.Time) error {
	ending, at := t.State(m, now)
	when := at.Format(time.RFC3339)
	switch ending {
	case Deleted:
		return Refuse(TokenDeleted, "The token was deleted at %s; create a new one.", when)
	case Revoked:
		return Refuse(TokenRevoked, "The token was revoked; create a new one.")
	case Expired:
		return Refuse(TokenExpired, "The token expired at %s, six months after it was created; create a new one.", when)
	case Lapsed:
		return Refuse(LeaseLapsed, "The token's lease lapsed at %s after two weeks without use; create a new one.", when)
	}

	if !m.Accessible() {
		return Refuse(AccessDisabled, "The token's owner has no access to its organization at present.")
	}

	return nil
}

// Session is a signed-in person: the same mechanism as a token, with a shorter lease and no organization.
type Session struct {
	ID        SessionID
	User      UserID
	Hash      [32]byte
	CreatedAt time.Time
	Lease
	// CurrentOrg is where a reload returns to; "" until the person switches.
	CurrentOrg OrgID
}

// Admit reports, as an Error or nil, whether a caller who proved the session's secret is let in at now.
func (s Session) Admit(now time.Time) error {
	if s.Live(now) {
		return nil
	}

	if s.Expired() {
		return Refuse(TokenExpired, "The session ended at %s; sign in again.", s.Expires.Format(time.RFC3339))
	}

	return Refuse(LeaseLapsed, "The session lapsed at %s after two hours without use; sign in again.", s.Until.Format(time.RFC3339))
}
