package identity

import "time"

// Session is a signed-in person. It works like a token, with a shorter lease and no organization.
type Session struct {
	ID        SessionID
	User      UserID
	Hash      [32]byte
	CreatedAt time.Time
	Lease
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
		return Refuse(TokenRevoked, "The session was ended; sign in again.")
	case s.Live(now):
		return nil
	case s.Expired():
		return Refuse(TokenExpired, "The session ended at %s; sign in again.", s.Expires.Format(time.RFC3339))
	}

	return Refuse(LeaseLapsed, "The session lapsed at %s after two hours without use; sign in again.", s.Until.Format(time.RFC3339))
}
