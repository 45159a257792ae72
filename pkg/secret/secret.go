// Package secret mints, derives, formats and parses bearer tokens.
//
// A bearer token that Leasehold mints is a prefix followed by base62 text of fixed length:
//
//	lhp_ + 88 characters   personal access token
//	lhs_ + 66 characters   session
//
// The text encodes these bytes, with integers in big-endian order:
//
//	handle        8   random; its text is the ID that lists show
//	user         16   ULID
//	organization 16   ULID; personal access tokens only
//	secret       20   random
//	checksum      4   CRC-32 (IEEE) of the four prefix characters and all the bytes before
//
// Each block of 8 bytes is written as 11 base62 digits (0-9, A-Z, a-z), most significant first, so the first 11
// characters after the prefix are the handle. A block that does not fit into 64 bits is malformed. Because the token
// contains the IDs, checking it takes one round trip to the table. Because it contains a checksum, rejecting a mistyped or
// invented token takes none. Only the SHA-256 of the full text is stored.
//
// The holder of a personal access token makes derived tokens from it, without Leasehold:
//
//	lhd_ + 55 characters + caveats + "." + seal
//
// The 55 characters are those of the parent after its prefix: handle, user and organization. The caveats are a JSON
// object in base64url, see Caveats. The seal is base64url of an Ed25519 signature (64 bytes) and a checksum (4 bytes).
// The signature covers a label and the text before the period; the checksum is the CRC-32 of that text and the
// signature. The private key comes from the parent's text, see DerivationKey. Nothing can be derived from a derived
// token.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math/bits"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	patPrefix     = "lhp_"
	sessionPrefix = "lhs_"
	prefixLen     = len(patPrefix)

	alphabet   = identity.Base62
	blockBytes = 8
	blockChars = 11

	handleBytes   = 8
	idBytes       = 16
	secretBytes   = 20
	checksumBytes = 4

	sessionBytes = handleBytes + idBytes + secretBytes + checksumBytes
	patBytes     = sessionBytes + idBytes
)

// Pattern is a regular expression that matches every well-formed bearer token of every kind. It also matches text of the
// same shape whose checksum is wrong. Secret scanners can use it unchanged.
const Pattern = `lh(p_[0-9A-Za-z]{88}|s_[0-9A-Za-z]{66}|d_[0-9A-Za-z]{55}[0-9A-Za-z_-]{32,848}\.[0-9A-Za-z_-]{90}[048AEIMQUYcgkosw])`

// Token is a bearer token with its secret. It prints redacted. Reveal is the only way to get its text.
type Token struct {
	// text is a pointer because fmt prints a Token in an unexported field of another struct field by field, without
	// calling Format, but does not follow pointers.
	text *string
	kind identity.Kind
	user identity.UserID
	org  identity.OrgID
}

// MintPAT returns a new personal access token for a member of an organization. It reads 28 bytes from random, which is
// crypto/rand.Reader outside tests. It returns an error if reading fails or an ID is malformed.
func MintPAT(random io.Reader, user identity.UserID, org identity.OrgID) (Token, error) {
	return mint(random, patPrefix, user, org)
}

// MintSession returns a new session token for a person, in the way of MintPAT.
func MintSession(random io.Reader, user identity.UserID) (Token, error) {
	return mint(random, sessionPrefix, user, "")
}

func mint(random io.Reader, prefix string, user identity.UserID, org identity.OrgID) (Token, error) {
	var buf [patBytes]byte
	raw := buf[:0]
	raw = append(raw, make([]byte, handleBytes)...)
	id, ok := user.Bytes()
	raw = append(raw, id[:]...)
	if prefix == patPrefix {
		orgID, orgOK := org.Bytes()
		raw, ok = append(raw, orgID[:]...), ok && orgOK
	}

	if !ok {
		return Token{}, fmt.Errorf("mint a bearer token: malformed id %q or %q", user, org)
	}

	raw = append(raw, make([]byte, secretBytes)...)
	if err := fill(random, raw[:handleBytes], raw[len(raw)-secretBytes:]); err != nil {
		return Token{}, fmt.Errorf("mint a bearer token: %w", err)
	}

	raw = binary.BigEndian.AppendUint32(raw, checksum(prefix, raw))
	token, _ := Parse(string(encode(prefix, raw)))
	return token, nil
}

func fill(random io.Reader, parts ...[]byte) error {
	for _, part := range parts {
		if _, err := io.ReadFull(random, part); err != nil {
			return fmt.Errorf("read random bytes: %w", err)
		}
	}

	return nil
}

// Parse parses a bearer token without any I/O. ok is false unless every character and the checksum are valid. A valid token
// need not be genuine; see Token.Matches, and Token.Verify for a derived token.
func Parse(text string) (t Token, ok bool) {
	if strings.HasPrefix(text, derivedPrefix) {
		return parseDerived(text)
	}

	var buf [patBytes]byte
	raw, kind := buf[:patBytes], identity.PAT
	if len(text) >= prefixLen && text[:prefixLen] == sessionPrefix {
		raw, kind = buf[:sessionBytes], identity.SignedIn
	} else if len(text) < prefixLen || text[:prefixLen] != patPrefix {
		return Token{}, false
	}

	if !decode(raw, text[prefixLen:]) {
		return Token{}, false
	}

	body := raw[:len(raw)-checksumBytes]
	if binary.BigEndian.Uint32(raw[len(body):]) != checksum(text[:prefixLen], body) {
		return Token{}, false
	}

	kept := text // a copy of its own, so that rejecting a text allocates nothing
	t = Token{text: &kept, kind: kind, user: identity.UserIDOf([idBytes]byte(raw[handleBytes:]))}
	if kind == identity.PAT {
		t.org = identity.OrgIDOf([idBytes]byte(raw[handleBytes+idBytes:]))
	}

	return t, true
}

// Kind returns identity.PAT, identity.SignedIn or identity.Derived.
func (t Token) Kind() identity.Kind { return t.kind }

// User returns the ID of the user that the token claims to belong to.
func (t Token) User() identity.UserID { return t.user }

// Org returns the organization that the token claims to act in; "" for a session.
func (t Token) Org() identity.OrgID { return t.org }

// TokenID returns the ID of a personal access token. For a derived token it returns the ID of the parent.
func (t Token) TokenID() identity.TokenID { return identity.TokenIDOf(t.handle()) }

// SessionID returns the ID of a session.
func (t Token) SessionID() identity.SessionID { return identity.SessionIDOf(t.handle()) }

func (t Token) handle() string { return (*t.text)[prefixLen : prefixLen+blockChars] }

// Hash returns the SHA-256 of the full text, which is what the table stores.
func (t Token) Hash() [32]byte { return sha256.Sum256([]byte(t.Reveal())) }

// Matches reports whether this is the token whose hash is stored. It compares in constant time. Derived tokens are not
// stored, so they match nothing.
func (t Token) Matches(stored [32]byte) bool {
	hash := t.Hash()
	return subtle.ConstantTimeCompare(hash[:], stored[:]) == 1 && t.kind != identity.Derived
}

// Reveal returns the full text of the token. Show it to its owner once and never log or store it. The text of the zero
// Token is "".
func (t Token) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// String returns the token without its secret.
func (t Token) String() string {
	if t.text == nil {
		return "no token"
	}
	return (*t.text)[:prefixLen] + t.handle()[:8] + "…"
}

// Format prints the result of String for every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue returns the result of String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText returns the result of String, so that a token in a struct reaches JSON redacted.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func checksum(prefix string, raw []byte) uint32 {
	return crc32.Update(crc32.ChecksumIEEE([]byte(prefix)), crc32.IEEETable, raw)
}

func encode(prefix string, raw []byte) []byte {
	text := make([]byte, prefixLen+len(raw)/blockBytes*blockChars)
	copy(text, prefix)

	for i := 0; i*blockBytes < len(raw); i++ {
		block := binary.BigEndian.Uint64(raw[i*blockBytes:])
		digits := text[prefixLen+i*blockChars:][:blockChars]
		for d := blockChars - 1; d >= 0; d-- {
			digits[d] = alphabet[block%uint64(len(alphabet))]
			block /= uint64(len(alphabet))
		}
	}

	return text
}

// decode fills raw from text. It reports false unless encode produces exactly this text from the result.
func decode(raw []byte, text string) bool {
	if len(text)*blockBytes != len(raw)*blockChars {
		return false
	}

	for i := 0; i*blockBytes < len(raw); i++ {
		block, ok := decodeBlock(text[i*blockChars:][:blockChars])
		if !ok {
			return false
		}

		binary.BigEndian.PutUint64(raw[i*blockBytes:], block)
	}

	return true
}

func decodeBlock(digits string) (block uint64, ok bool) {
	for i := range len(digits) {
		value, valid := digit(digits[i])
		high, low := bits.Mul64(block, uint64(len(alphabet)))
		sum, carry := bits.Add64(low, value, 0)
		if !valid || high != 0 || carry != 0 {
			return 0, false
		}

		block = sum
	}

	return block, true
}

func digit(c byte) (uint64, bool) {
	switch {
	case c >= '0' && c <= '9':
		return uint64(c - '0'), true
	case c >= 'A' && c <= 'Z':
		return uint64(c-'A') + 10, true
	case c >= 'a' && c <= 'z':
		return uint64(c-'a') + 36, true
	}

	return 0, false
}
