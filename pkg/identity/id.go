package identity

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Identifiers are a three-letter prefix, an underscore and a lower-case ULID (26 characters of Crockford's base 32),
// or, for tokens and sessions, 11 base62 characters. They are parsed where they enter the system, so no identifier can
// contain a key separator, a slash or white space.
type (
	// UserID identifies a person: usr_ and a ULID.
	UserID string
	// OrgID identifies an organization: org_ and a ULID.
	OrgID string
	// SolutionID identifies a solution: sol_ and a ULID.
	SolutionID string
	// TokenID identifies a personal access token: tok_ and the 11 base62 characters of its handle.
	TokenID string
	// SessionID identifies a session: ses_ and the 11 base62 characters of its handle.
	SessionID string
)

const (
	userPrefix     = "usr_"
	orgPrefix      = "org_"
	solutionPrefix = "sol_"
	tokenPrefix    = "tok_"
	sessionPrefix  = "ses_"
	handleLen      = 11
)

// NewULID returns a ULID of the time now with 80 random bits from crypto/rand.
func NewULID(now time.Time) ulid.ULID {
	return ulid.MustNew(ulid.Timestamp(now), rand.Reader)
}

// NewUserID returns a new user ID with the time now.
func NewUserID(now time.Time) UserID { return UserID(format(userPrefix, NewULID(now))) }

// NewOrgID returns a new organization ID with the time now.
func NewOrgID(now time.Time) OrgID { return OrgID(format(orgPrefix, NewULID(now))) }

// NewSolutionID returns a new solution ID with the time now.
func NewSolutionID(now time.Time) SolutionID { return SolutionID(format(solutionPrefix, NewULID(now))) }

// UserIDOf returns the user ID with the given ULID.
func UserIDOf(b [16]byte) UserID { return UserID(format(userPrefix, b)) }

// OrgIDOf returns the organization ID with the given ULID.
func OrgIDOf(b [16]byte) OrgID { return OrgID(format(orgPrefix, b)) }

// TokenIDOf returns the ID of the token with the given handle of 11 base62 characters.
func TokenIDOf(handle string) TokenID { return TokenID(tokenPrefix + handle) }

// SessionIDOf returns the ID of the session with the given handle of 11 base62 characters.
func SessionIDOf(handle string) SessionID { return SessionID(sessionPrefix + handle) }

// Bytes returns the ULID of the ID. ok is false if the ID is malformed.
func (id UserID) Bytes() (b [16]byte, ok bool) { return ulidBytes(userPrefix, string(id)) }

// Bytes returns the ULID of the ID. ok is false if the ID is malformed.
func (id OrgID) Bytes() (b [16]byte, ok bool) { return ulidBytes(orgPrefix, string(id)) }

// UnmarshalText parses a user ID. It returns a NotFound error for any other text, because nothing has such an ID.
func (id *UserID) UnmarshalText(text []byte) error { return parseULID(id, userPrefix, "user", text) }

// UnmarshalText parses an organization ID. It returns a NotFound error for any other text.
func (id *OrgID) UnmarshalText(text []byte) error {
	return parseULID(id, orgPrefix, "organization", text)
}

// UnmarshalText parses a solution ID. It returns a NotFound error for any other text.
func (id *SolutionID) UnmarshalText(text []byte) error {
	return parseULID(id, solutionPrefix, "solution", text)
}

// UnmarshalText parses a token ID. It returns a NotFound error for any other text.
func (id *TokenID) UnmarshalText(text []byte) error {
	handle, ok := strings.CutPrefix(string(text), tokenPrefix)
	if !ok || len(handle) != handleLen || strings.Trim(handle, Base62) != "" {
		return NoSuch("token")
	}

	*id = TokenID(text)
	return nil
}

// UnmarshalText parses a session ID. It returns a NotFound error for any other text.
func (id *SessionID) UnmarshalText(text []byte) error {
	handle, ok := strings.CutPrefix(string(text), sessionPrefix)
	if !ok || len(handle) != handleLen || strings.Trim(handle, Base62) != "" {
		return NoSuch("session")
	}

	*id = SessionID(text)
	return nil
}

// Base62 is the alphabet of handles and tokens. It is in ASCII order, so that text of equal length sorts like the numbers
// that it stands for.
const Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func format(prefix string, id ulid.ULID) string { return prefix + strings.ToLower(id.String()) }

func ulidBytes(prefix, s string) ([16]byte, bool) {
	text, ok := strings.CutPrefix(s, prefix)
	if !ok || text != strings.ToLower(text) {
		return [16]byte{}, false
	}

	id, err := ulid.ParseStrict(text)
	return id, err == nil
}

func parseULID[ID ~string](id *ID, prefix, noun string, text []byte) error {
	if _, ok := ulidBytes(prefix, string(text)); !ok {
		return NoSuch(noun)
	}

	*id = ID(text)
	return nil
}
