package identity

import "time"

// Change holds what all mutations share: who makes the change, when and from where, and the answer to remember if the
// caller sent an Idempotency-Key.
type Change struct {
	Caller Caller
	Source Source
	At     time.Time
	// Retry is nil if the caller sent no Idempotency-Key.
	Retry *Retry
}

// Retry is what is stored about a mutation under its caller's Idempotency-Key.
type Retry struct {
	// KeyHash is the SHA-256, in hex, of the caller's key. The key itself is not stored.
	KeyHash string
	// Request is the SHA-256, in hex, of the request. A retry must be the same request.
	Request string
	// Reply is the answer, sealed with a key derived from the caller's key.
	Reply []byte
	// Until is when the answer is forgotten.
	Until time.Time
}
