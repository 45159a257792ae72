package endpoint

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	minKey, maxKey = 16, 255
	// keepAnswer is how long an answer is remembered under an Idempotency-Key.
	keepAnswer = 24 * time.Hour
	// keepSecret is how long an answer that holds a secret is remembered.
	keepSecret = 10 * time.Minute

	keyHeader = "Idempotency-Key"
	sealWidth = 32 // AES-256
)

// sealed is an answer as it is remembered. It is encrypted with a key derived from the caller's Idempotency-Key, so
// that only a retry by the same caller opens it; not even the table's operator can.
type sealed struct {
	Status int             `json:"status"`
	Header http.Header     `json:"header"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// remembering reads the caller's Idempotency-Key, if there is one, and prepares what to remember under it.
func (x *exchange) remembering(public bool, caller identity.Caller, now time.Time) error {
	keys := x.http.Header.Values(keyHeader)
	if public || len(keys) == 0 || x.reads() {
		return nil
	}

	if len(keys) != 1 || !usableKey(keys[0]) {
		return identity.InvalidField(keyHeader,
			"Send one key of %d to %d printable ASCII characters, such as a UUID.", minKey, maxKey)
	}

	x.key = keys[0]
	keep := keepAnswer
	if x.secret {
		keep = keepSecret
	}

	body, err := x.readBody()
	if err != nil {
		return err
	}

	x.retry = &identity.Retry{
		KeyHash: keyHash(x.key, caller),
		Request: identity.Digest(x.http.Method, x.gateway.Path, x.http.URL.Query().Encode(), string(body)),
		Until:   now.Add(keep),
	}

	return nil
}

// keyHash returns the hash under which an answer is remembered. A personal access token's organization is part of it, so
// that a token never gets an answer that was given to its owner's session or in another organization.
func keyHash(key string, caller identity.Caller) string {
	if caller.Org == "" {
		return identity.Digest(key)
	}

	return identity.Digest(key, string(caller.Org))
}

func usableKey(key string) bool {
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return false
		}
	}

	return len(key) >= minKey && len(key) <= maxKey
}

// replay puts the answer remembered under the caller's key in place; answered is false if there is none.
func (x *exchange) replay(ctx context.Context, records Records, caller identity.Caller, now time.Time) (
	answered bool, err error) {
	if x.retry == nil {
		return false, nil
	}

	before, found, err := records.Answered(ctx, caller.User, x.retry.KeyHash, now)
	if err != nil || !found {
		return false, err
	}

	if before.Request != x.retry.Request {
		return false, identity.Refuse(identity.IdempotencyMismatch,
			"This Idempotency-Key was used for a different request; use a new key for a new request.")
	}

	return true, x.open(before.Reply, caller)
}

// seal returns the answer, with its headers, as it is remembered.
func (x *exchange) seal(answer any, now time.Time) (*identity.Retry, error) {
	shadow := &exchange{http: x.http, header: x.header.Clone()}
	if err := shadow.render(answer, x.success); err != nil {
		return nil, fmt.Errorf("render the answer to remember: %w", err)
	}

	text, err := json.Marshal(sealed{Status: shadow.status, Header: shadow.header, Body: shadow.body})
	if err != nil {
		return nil, fmt.Errorf("encode the answer to remember: %w", err)
	}

	gcm, err := sealer(x.key, x.caller())
	if err != nil {
		return nil, err
	}

	nonce := make([]byte, gcm.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}

	retry := *x.retry
	retry.Reply = gcm.Seal(nonce, nonce, text, nil)
	return &retry, nil
}

// open puts a remembered answer in place.
func (x *exchange) open(reply []byte, caller identity.Caller) error {
	gcm, err := sealer(x.key, caller)
	if err != nil {
		return err
	}

	size := gcm.NonceSize()
	if len(reply) < size {
		return fmt.Errorf("open a remembered answer: %d bytes are too few", len(reply))
	}

	text, err := gcm.Open(nil, reply[:size], reply[size:], nil)
	if err != nil {
		return fmt.Errorf("open a remembered answer: %w", err)
	}

	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("decode a remembered answer: %w", err)
	}

	maps.Copy(x.header, s.Header)
	x.header.Set("Idempotency-Replayed", "true")
	x.status, x.body = s.Status, s.Body
	return nil
}

// sealer derives the cipher for a caller's answer. The key depends on the caller's ID, so that two people who choose
// the same Idempotency-Key cannot open each other's answers.
func sealer(key string, caller identity.Caller) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, []byte(key), []byte(caller.User), "leasehold idempotency", sealWidth)
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}

	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}

	return cipher.NewGCM(block)
}
