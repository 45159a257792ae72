package secret

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	derivedPrefix = "lhd_"
	separator     = "."

	// derivationLabel separates the derivation key from any other key that is ever made from a token's text, and its
	// signatures from signatures of anything else.
	derivationLabel = "leasehold derived token v1"

	// claimChars is the length of handle, user and organization, which a derived token copies from its parent.
	claimChars = (handleBytes + 2*idBytes) / blockBytes * blockChars

	minCaveatBytes = len(`{"expiresAt":1000000000}`)
	maxCaveatBytes = 636 // the whole token then has 999 characters; some secret scanners look no further than 1,000

	minExpiry, maxExpiry = 1_000_000_000, 9_999_999_999 // ten digits, from 2001 to 2286

	sealBytes = ed25519.SignatureSize + checksumBytes
)

// MaxDerivedTerm is how far ahead a derived token can expire at the time that it is checked.
const MaxDerivedTerm = 24 * time.Hour

// Caveats are the limits that a derived token adds to those of its parent.
type Caveats struct {
	// Expires is when the token expires, in whole seconds.
	Expires time.Time
	// Networks are the networks that the token works from. Nil adds no limit.
	Networks []netip.Prefix
	// Scopes are the only permissions that the token carries. Nil adds no limit.
	Scopes []string
}

// ErrUnproven is the error for a derived token that the holder of the parent did not make.
var ErrUnproven = errors.New("the token is not signed with this derivation key")

// DerivationKey returns the public key that verifies the tokens derived from a personal access token. The table stores it
// next to the hash. It returns nil for a token of any other kind, because nothing can be derived from one.
func (t Token) DerivationKey() ed25519.PublicKey {
	if t.kind != identity.PAT {
		return nil
	}

	return t.signer().Public().(ed25519.PublicKey)
}

// signer returns the private key of a personal access token: the Ed25519 key of the seed that HKDF-SHA-256 (RFC 5869) makes
// from the whole text, without a salt.
func (t Token) signer() ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, []byte(t.Reveal()), nil, derivationLabel, ed25519.SeedSize)
	if err != nil {
		panic(fmt.Sprintf("derive a key: %v", err)) // only for a length beyond 255 hashes
	}

	return ed25519.NewKeyFromSeed(seed)
}

// Derive returns a token with the power of the parent within the caveats. It needs no I/O and no clock; Verify checks the
// term. It returns an error if the parent is not a personal access token, or if the caveats are not valid or too long.
func Derive(parent Token, c Caveats) (Token, error) {
	if parent.kind != identity.PAT {
		return Token{}, errors.New("derive a token: the parent must be a personal access token")
	}

	text, err := c.encode()
	if err != nil {
		return Token{}, fmt.Errorf("derive a token: %w", err)
	}

	claims := parent.Reveal()[prefixLen : prefixLen+claimChars]
	body := derivedPrefix + claims + base64.RawURLEncoding.EncodeToString(text)
	seal := ed25519.Sign(parent.signer(), signed(body))
	seal = binary.BigEndian.AppendUint32(seal, checksum(body, seal))

	derived, ok := Parse(body + separator + base64.RawURLEncoding.EncodeToString(seal))
	if !ok {
		return Token{}, errors.New("derive a token: the result is malformed")
	}

	return derived, nil
}

func signed(body string) []byte { return []byte(derivationLabel + body) }

// parseDerived is Parse for text that begins with derivedPrefix. It leaves the caveats to Verify, so that only the
// holder of the parent learns what is wrong with them.
func parseDerived(text string) (Token, bool) {
	body, tail, found := strings.Cut(text, separator)
	if !found || len(tail) != base64.RawURLEncoding.EncodedLen(sealBytes) || len(body) < prefixLen+claimChars {
		return Token{}, false
	}

	if !caveatsFit(len(body) - prefixLen - claimChars) {
		return Token{}, false
	}

	var claims [handleBytes + 2*idBytes]byte
	seal, sealOK := decodeBase64(tail)
	_, caveatsOK := decodeBase64(body[prefixLen+claimChars:])
	if !sealOK || !caveatsOK || !decode(claims[:], body[prefixLen:prefixLen+claimChars]) {
		return Token{}, false
	}

	if binary.BigEndian.Uint32(seal[ed25519.SignatureSize:]) != checksum(body, seal[:ed25519.SignatureSize]) {
		return Token{}, false
	}

	return Token{
		text: &text,
		kind: identity.Derived,
		user: identity.UserIDOf([idBytes]byte(claims[handleBytes:])),
		org:  identity.OrgIDOf([idBytes]byte(claims[handleBytes+idBytes:])),
	}, true
}

// decodeBase64 decodes base64url without padding (RFC 4648, section 5). ok is false unless encoding the result produces the
// same text: the decoder of the standard library skips line breaks.
func decodeBase64(text string) (raw []byte, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil && !strings.ContainsAny(text, "\r\n")
}

// noKey is 32 zero bytes. As a key they are a point of order 4, for which anyone can sign.
var noKey [ed25519.PublicKeySize]byte

// Verify returns the caveats of a derived token. key is the derivation key of its parent; see DerivationKey.
//
// It returns ErrUnproven if the token was not made with the parent's text, or if there is no key, or only zeros. It
// returns an *identity.Error with the reason, for the caller to read, if the caveats are not valid, the token has
// expired, or it expires later than MaxDerivedTerm after now. Verify knows nothing of the parent, which must be
// admitted as well.
func (t Token) Verify(key ed25519.PublicKey, now time.Time) (Caveats, error) {
	if t.kind != identity.Derived || len(key) != ed25519.PublicKeySize || bytes.Equal(key, noKey[:]) {
		return Caveats{}, ErrUnproven
	}

	body, tail, _ := strings.Cut(t.Reveal(), separator)
	seal, _ := decodeBase64(tail)
	if !ed25519.Verify(key, signed(body), seal[:ed25519.SignatureSize]) {
		return Caveats{}, ErrUnproven
	}

	text, _ := decodeBase64(body[prefixLen+claimChars:])
	c, err := decodeCaveats(text)
	switch {
	case err != nil:
		return Caveats{}, identity.Refuse(identity.InvalidToken, "The caveats of this derived token are not valid: %v.", err)
	case !now.Before(c.Expires):
		return Caveats{}, identity.Refuse(identity.TokenExpired,
			"This derived token expired at %s. Derive another one from its parent.", c.Expires.Format(time.RFC3339))
	case c.Expires.After(now.Add(MaxDerivedTerm)):
		return Caveats{}, identity.Refuse(identity.InvalidToken,
			"This derived token expires more than 24 hours from now. Derive one with an earlier expiresAt.")
	}

	return c, nil
}

// caveatsText is the JSON of the caveats. Its fields are in the order of their names.
type caveatsText struct {
	ExpiresAt int64    `json:"expiresAt"`
	Networks  []string `json:"networks,omitempty"`
	Scopes    []string `json:"scopes,omitempty"`
}

// encode returns the caveats as a JSON object in its canonical form (RFC 8785), or an error if decodeCaveats would reject
// it. It rounds the expiry down to a whole second.
func (c Caveats) encode() ([]byte, error) {
	plain := caveatsText{ExpiresAt: c.Expires.Unix(), Scopes: c.Scopes}
	for _, network := range c.Networks {
		plain.Networks = append(plain.Networks, network.String())
	}

	if c.Networks != nil && len(c.Networks) == 0 || c.Scopes != nil && len(c.Scopes) == 0 {
		return nil, errEmptyList
	}

	text, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("encode caveats: %w", err)
	}

	if len(text) < minCaveatBytes || len(text) > maxCaveatBytes {
		return nil, fmt.Errorf("the caveats have %d bytes, and %d to %d are possible", len(text), minCaveatBytes, maxCaveatBytes)
	}

	_, err = decodeCaveats(text)
	return text, err
}

// The reasons to reject caveats. They contain no quotation marks and nothing of the token.
var (
	errEmptyList = errors.New("a list that is present must have an element")
	errForm      = errors.New("they must be a JSON object with expiresAt and no other names than networks and scopes, " +
		"each once and in this order, without spaces or escapes")
	errExpiry  = errors.New("expiresAt must be the seconds since 1970, in ten digits")
	errNetwork = errors.New("a network must be a CIDR block in its shortest form without host bits, such as 192.0.2.0/24")
	errScope   = errors.New("a scope must be a permission such as members:view")
	errTwice   = errors.New("a list has the same element twice")
)

// decodeCaveats decodes the JSON of caveats. It accepts one text for each meaning only: encoding the result must produce
// the same bytes. That rules out names that it doesn't know, duplicate names, null, and anything after the object.
func decodeCaveats(text []byte) (Caveats, error) {
	var plain caveatsText
	if err := json.Unmarshal(text, &plain); err != nil {
		return Caveats{}, errForm
	}

	again, err := json.Marshal(plain)
	switch {
	case err != nil || plain.Networks != nil && len(plain.Networks) == 0 || plain.Scopes != nil && len(plain.Scopes) == 0:
		return Caveats{}, errEmptyList
	case slices.ContainsFunc(plain.Scopes, func(s string) bool { return !validScope(s) }):
		return Caveats{}, errScope
	case !bytes.Equal(again, text):
		return Caveats{}, errForm
	case plain.ExpiresAt < minExpiry || plain.ExpiresAt > maxExpiry:
		return Caveats{}, errExpiry
	case repeats(plain.Scopes) || repeats(plain.Networks):
		return Caveats{}, errTwice
	}

	c := Caveats{Expires: time.Unix(plain.ExpiresAt, 0).UTC(), Scopes: plain.Scopes}
	for _, text := range plain.Networks {
		network, err := netip.ParsePrefix(text)
		if err != nil || network.String() != text || network != network.Masked() || network.Addr().Is4In6() {
			return Caveats{}, errNetwork
		}

		c.Networks = append(c.Networks, network)
	}

	return c, nil
}

// validScope reports whether text is a scope-token of RFC 6749, section 3.3, without the characters that encoders of JSON
// may escape.
func validScope(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"&<>\`, r)
	})
}

func repeats(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) != len(list)
}
