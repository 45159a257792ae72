package identity

import (
	"crypto/rand"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Identifiers are a three-letter prefix, an underscore and a lower-case ULID (26 characters of Crockford's base 32),
// or, for tokens and sessions, 11 base62 characters. They are parsed where they enter, so no identifier can hold a
// key separator, a slash or white space.
type (
	// UserID names a person: usr_ and a ULID.
	UserID string
	// OrgID names an organization: org_ and a ULID.
	OrgID string
	// SolutionID names a solution: sol_ and a ULID.
	SolutionID string
	// TokenID names a personal access token: tok_ and the 11 base62 characters of its handle.
	TokenID string
	// SessionID names a session: ses_ and the 11 base62 characters of its handle.
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

// NewULID mints a ULID for the moment now, with 80 bits from the system's random source.
func NewULID(now time.Time) ulid.ULID {
	return ulid.MustNew(ulid.Timestamp(now), rand.Reader)
}

// NewUserID mints a user id for the moment now.
func NewUserID(now time.Time) UserID { return UserID(format(userPrefix, NewULID(now))) }

// NewOrgID mints an organization id for the moment now.
func NewOrgID(now time.Time) OrgID { return OrgID(format(orgPrefix, NewULID(now))) }

// NewSolutionID mints a solution id for the moment now.
func NewSolutionID(now time.Time) SolutionID { return SolutionID(format(solutionPrefix, NewULID(now))) }

// UserIDOf is the user id made of these 16 bytes.
func UserIDOf(b [16]byte) UserID { return UserID(format(userPrefix, b)) }

// OrgIDOf is the organization id made of these 16 bytes.
func OrgIDOf(b [16]byte) OrgID { return OrgID(format(orgPrefix, b)) }

// TokenIDOf is the id of the token with this handle, 11 base62 characters.
func TokenIDOf(handle string) TokenID { return TokenID(tokenPrefix + handle) }

// SessionIDOf is the id of the session with this handle, 11 base62 characters.
func SessionIDOf(handle string) SessionID { return SessionID(sessionPrefix + handle) }

// Bytes are the 16 bytes of the ULID; ok is false when the id is malformed.
func (id UserID) Bytes() (b [16]byte, ok bool) { return ulidBytes(userPrefix, string(id)) }

// Bytes are the 16 bytes of the ULID; ok is false when the id is malformed.
func (id OrgID) Bytes() (b [16]byte, ok bool) { return ulidBytes(orgPrefix, string(id)) }

// UnmarshalText parses a user id; anything else is a NotFound error, since nothing has such an id.
func (id *UserID) UnmarshalText(text []byte) error { return parseULID(id, userPrefix, "user", text) }

// UnmarshalText parses an organization id; anything else is a NotFound error.
func (id *OrgID) UnmarshalText(text []byte) error {
	return parseULID(id, orgPrefix, "organization", text)
}

// UnmarshalText parses a solution id; anything else is a NotFound error.
func (id *SolutionID) UnmarshalText(text []byte) error {
	return parseULID(id, solutionPrefix, "solution", text)
}

// UnmarshalText parses a token id; anything else is a NotFound error.
func (id *TokenID) UnmarshalText(text []byte) error {
	handle, ok := strings.CutPrefix(string(text), tokenPrefix)
	if !ok || len(handle) != handleLen || strings.Trim(handle, base62) != "" {
		return NoSuch("token")
	}

	*id = TokenID(text)
	return nil
}

// base62 is the alphabet of handles: digits, capitals, small letters, in ASCII order so that text sorts as numbers.
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

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
