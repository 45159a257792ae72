// Package secret mints, writes and reads bearer tokens.
//
// A bearer token is a prefix and a run of base62 text of fixed length:
//
//	lhp_ + 88 characters   personal access token
//	lhs_ + 66 characters   session
//
// The text stands for these bytes, integers big-endian:
//
//	handle        8   random; as text it is the id that lists show
//	user         16   ULID
//	organization 16   ULID; personal access tokens only
//	secret       20   random
//	checksum      4   CRC-32 (IEEE) of the four prefix characters and all the bytes before
//
// Each block of 8 bytes is written as 11 base62 digits (0-9, A-Z, a-z), most significant first, so the first 11
// characters after the prefix are the handle. A block that does not fit 64 bits is malformed. Because the ids travel
// inside, a token is checked against the table in one round trip; because of the checksum, a mistyped or made-up one
// costs none. Only the SHA-256 of the whole text is stored.
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

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	patPrefix     = "lhp_"
	sessionPrefix = "lhs_"
	prefixLen     = len(patPrefix)

	alphabet   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	blockBytes = 8
	blockChars = 11

	handleBytes   = 8
	idBytes       = 16
	secretBytes   = 20
	checksumBytes = 4

	sessionBytes = handleBytes + idBytes + secretBytes + checksumBytes
	patBytes     = sessionBytes + idBytes
)

// Pattern matches every well-formed bearer token of both kinds, and nothing else of the same length but wrong
// checksums. Secret scanners may use it as it is.
const Pattern = `lh(p_[0-9A-Za-z]{88}|s_[0-9A-Za-z]{66})`

// Token is a bearer token in the clear. It prints redacted; Reveal is the one way to its text.
type Token struct {
	// text stands behind a pointer, where fmt does not follow it: a Token in an unexported field of a struct is printed
	// field by field, past Format.
	text *string
	kind identity.Kind
	user identity.UserID
	org  identity.OrgID
}

// MintPAT makes a personal access token for a member of an organization with 28 bytes from random, which is
// crypto/rand's Reader outside tests. It fails if random does or an id is malformed.
func MintPAT(random io.Reader, user identity.UserID, org identity.OrgID) (Token, error) {
	return mint(random, patPrefix, user, org)
}

// MintSession makes a session token for a person, like MintPAT.
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

// Parse reads a bearer token without any input or output; ok is false unless every character and the checksum are
// right. That it is well-formed says nothing of its being genuine: see Token.Matches.
func Parse(text string) (t Token, ok bool) {
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

	kept := text // on its own, so that a refused text costs no allocation
	t = Token{text: &kept, kind: kind, user: identity.UserIDOf([idBytes]byte(raw[handleBytes:]))}
	if kind == identity.PAT {
		t.org = identity.OrgIDOf([idBytes]byte(raw[handleBytes+idBytes:]))
	}

	return t, true
}

// Kind is PAT or SignedIn.
func (t Token) Kind() identity.Kind { return t.kind }

// User is whose token it claims to be.
func (t Token) User() identity.UserID { return t.user }

// Org is the organization in which the token claims to act; "" for a session.
func (t Token) Org() identity.OrgID { return t.org }

// TokenID is the id of a personal access token.
func (t Token) TokenID() identity.TokenID { return identity.TokenIDOf(t.handle()) }

// SessionID is the id of a session.
func (t Token) SessionID() identity.SessionID { return identity.SessionIDOf(t.handle()) }

func (t Token) handle() string { return (*t.text)[prefixLen : prefixLen+blockChars] }

// Hash is the SHA-256 of the whole text: what is stored.
func (t Token) Hash() [32]byte { return sha256.Sum256([]byte(t.Reveal())) }

// Matches reports, in constant time, whether this is the token whose hash was stored.
func (t Token) Matches(stored [32]byte) bool {
	hash := t.Hash()
	return subtle.ConstantTimeCompare(hash[:], stored[:]) == 1
}

// Reveal is the token itself. Show it to its owner once; never log or store it. The zero Token has none: "".
func (t Token) Reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// String is the token with its secret left out.
func (t Token) String() string {
	if t.text == nil {
		return "no token"
	}
	return (*t.text)[:prefixLen] + t.handle()[:8] + "…"
}

// Format prints what String says, whatever the verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue is what String says.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText refuses to let a token slip into JSON by way of a struct.
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

// decode fills raw from exactly the text that encode makes of it, and reports false for any other text.
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
