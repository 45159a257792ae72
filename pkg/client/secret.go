package client

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// Secret is the text of a token or session. It prints redacted, also in JSON and in logs. Reveal returns the text.
type Secret struct {
	// text is a pointer because fmt prints a Secret in an unexported field of another struct field by field, without
	// calling Format, but does not follow pointers.
	text *string
}

// NewSecret returns a Secret with a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal returns the text. The text of the zero Secret is "".
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}

	return *s.text
}

// String returns the first characters of a token, which identify it, or "redacted".
func (s Secret) String() string {
	if s.text == nil {
		return "no secret"
	}

	if token, ok := secret.Parse(*s.text); ok {
		return token.String()
	}

	return "redacted"
}

// Format prints the result of String for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue returns the result of String.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns the result of String, so that a Secret in a struct reaches JSON redacted.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText sets the text. It reads the secret in a response.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// TokenInfo is what the text of a token says about it. A token that is well-formed need not be genuine.
type TokenInfo struct {
	// Kind is "pat" for a personal access token, "session", or "derived" for a token derived from a personal access
	// token.
	Kind string `json:"kind"`

	// ID is the ID of the token or session. For a derived token it is the ID of the token that it comes from.
	ID string `json:"id"`

	// Prefix is what lists show of the token.
	Prefix string `json:"prefix"`

	// User is the ID of the owner.
	User UserID `json:"userId"`

	// Organization is the ID of the organization that the token acts in. It is "" for a session.
	Organization OrganizationID `json:"organizationId,omitempty"`
}

// ErrMalformed is the error for text that is not a token: its form or its checksum is wrong.
var ErrMalformed = errors.New("this is not a whole Leasehold token: its form or its checksum is wrong")

// InspectToken returns what the text of a token says, without a request. It returns ErrMalformed for any other text.
func InspectToken(text string) (TokenInfo, error) {
	token, ok := secret.Parse(text)
	if !ok {
		return TokenInfo{}, ErrMalformed
	}

	info := TokenInfo{
		Kind:         string(token.Kind()),
		ID:           string(token.TokenID()),
		Prefix:       text[4:12],
		User:         UserID(token.User()),
		Organization: OrganizationID(token.Org()),
	}
	if info.Organization == "" {
		info.ID = string(token.SessionID())
	}

	return info, nil
}

// Caveats are the limits of a derived token.
type Caveats struct {
	// Expires is when the token expires, at most 24 hours after it is used. Fractions of a second are cut off.
	Expires time.Time

	// Networks are the networks that the token works from. Nil adds no limit.
	Networks []netip.Prefix

	// Scopes are the only permissions that the token carries. Nil adds no limit.
	Scopes []Scope
}

// DeriveToken makes a narrower token from a personal access token, without a request. It can do what the parent can
// do, within the caveats. It returns an error if the parent is not a personal access token, or if the caveats are not
// valid.
func DeriveToken(parent Secret, c Caveats) (Secret, error) {
	token, ok := secret.Parse(parent.Reveal())
	if !ok {
		return Secret{}, fmt.Errorf("derive a token: %w", ErrMalformed)
	}

	derived, err := secret.Derive(token, secret.Caveats{Expires: c.Expires, Networks: c.Networks, Scopes: c.Scopes})
	if err != nil {
		return Secret{}, fmt.Errorf("derive with package secret: %w", err)
	}

	return NewSecret(derived.Reveal()), nil
}
