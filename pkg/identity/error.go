package identity

import (
	"errors"
	"fmt"
	"time"
)

// Problem names a kind of refusal. Its text is the last part of the RFC 9457 problem type that callers see.
type Problem string

// The problems. Package endpoint maps each to an HTTP status.
const (
	InvalidRequest       Problem = "invalid-request"
	MalformedCredentials Problem = "malformed-credentials"
	InvalidToken         Problem = "invalid-token"
	LeaseLapsed          Problem = "lease-lapsed"
	TokenExpired         Problem = "token-expired"
	TokenDeleted         Problem = "token-deleted"
	TokenRevoked         Problem = "token-revoked"
	TokenReplaced        Problem = "token-replaced"
	NetworkRefused       Problem = "network-refused"
	AccessDisabled       Problem = "access-disabled"
	SignInRefused        Problem = "sign-in-refused"
	Forbidden            Problem = "forbidden"
	InsufficientScope    Problem = "insufficient-scope"
	SessionRequired      Problem = "session-required"
	NotFound             Problem = "not-found"
	Conflict             Problem = "conflict"
	TokenDead            Problem = "token-dead"
	LastOwner            Problem = "last-owner"
	LimitReached         Problem = "limit-reached"
	RateLimited          Problem = "rate-limited"
	VersionMismatch      Problem = "version-mismatch"
	VersionRequired      Problem = "version-required"
	PayloadTooLarge      Problem = "payload-too-large"
	UnsupportedMediaType Problem = "unsupported-media-type"
	IdempotencyMismatch  Problem = "idempotency-mismatch"
	Internal             Problem = "internal"
	Unavailable          Problem = "unavailable"
)

var titles = map[Problem]string{
	InvalidRequest:       "The request is not valid",
	MalformedCredentials: "No usable credentials were sent",
	InvalidToken:         "The token is not valid",
	LeaseLapsed:          "The token has expired because it was unused",
	TokenExpired:         "The token has expired",
	TokenDeleted:         "The token was deleted",
	TokenRevoked:         "The token was revoked",
	TokenReplaced:        "The token was replaced by a new one",
	NetworkRefused:       "The token does not work from this network",
	AccessDisabled:       "The token's owner has no access to its organization",
	SignInRefused:        "The sign-in was refused",
	Forbidden:            "Your role does not allow this",
	InsufficientScope:    "The token's scopes do not include this",
	SessionRequired:      "Sign in to do this",
	NotFound:             "Not found",
	Conflict:             "The request conflicts with the current state",
	TokenDead:            "The token has ended",
	RateLimited:          "Too many requests",
	LastOwner:            "An organization keeps at least one active owner",
	LimitReached:         "A limit is reached",
	VersionMismatch:      "The resource has changed since you read it",
	VersionRequired:      "An If-Match header is required",
	PayloadTooLarge:      "The request body is too large",
	UnsupportedMediaType: "The request body is not JSON",
	IdempotencyMismatch:  "This Idempotency-Key was used for another request",
	Internal:             "Internal error",
	Unavailable:          "Temporarily unavailable",
}

// Title returns the problem's title (RFC 9457, section 3.1.3). It is the same for every occurrence of the problem.
func (p Problem) Title() string { return titles[p] }

// FieldError describes what is wrong with one field of a request.
type FieldError struct {
	// Field is the JSON name of the field, dots between levels.
	Field string
	// Detail says in one sentence how to correct the field.
	Detail string
}

// Error is a refusal that the caller may read. Any other error is an internal error: it is logged in full, and the caller
// gets no details.
type Error struct {
	Problem Problem
	// Detail is a sentence for the person or program that sent the request. It never holds a secret.
	Detail string
	// Fields lists the invalid fields, if the problem concerns fields.
	Fields []FieldError
	// Organizations lists the organizations that are in the way, if the problem concerns several.
	Organizations []Organization
	// RetryAfter is how long to wait before the request can succeed; 0 if that is not known.
	RetryAfter time.Duration
	// OAuthError is the error code of RFC 6749, section 5.2, for a protocol that wants one; "" for any other.
	OAuthError string
	// Cause is for the log only. It is nil if there is nothing to add.
	Cause error
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ErrAnswered is returned by a write whose Idempotency-Key has been answered before. Nothing was written; the answer to
// send is the one stored under the key.
var ErrAnswered = errors.New("answered before")

// ErrStale is returned by a write if an item that it depends on has changed since it was read. Nothing was written; read
// and decide again.
var ErrStale = errors.New("the item has changed since it was read")

// Error returns the problem's name and detail.
func (e *Error) Error() string { return string(e.Problem) + ": " + e.Detail }

// Refuse returns an Error with a formatted detail.
func Refuse(p Problem, format string, args ...any) *Error {
	return &Error{Problem: p, Detail: fmt.Sprintf(format, args...)}
}

// TooMany returns the RateLimited refusal of a request that can succeed after a while.
func TooMany(after time.Duration, format string, args ...any) *Error {
	refusal := Refuse(RateLimited, format+" Try again in %s.", append(args, inWords(after))...)
	refusal.RetryAfter = after
	return refusal
}

// inWords returns a time to wait in the largest unit that suits it, rounded up: "1 minute", "10 minutes", "3 hours", "2
// days".
func inWords(wait time.Duration) string {
	const day = 24 * time.Hour
	name, unit := "minute", time.Minute

	switch {
	case wait > 2*day:
		name, unit = "day", day
	case wait > 2*time.Hour:
		name, unit = "hour", time.Hour
	}

	count := max(1, int((wait+unit-1)/unit))
	if count > 1 {
		name += "s"
	}

	return fmt.Sprintf("%d %s", count, name)
}

// NoSuch returns the NotFound refusal for a thing that does not exist or that the caller may not know about.
func NoSuch(noun string) *Error { return Refuse(NotFound, "There is no such %s.", noun) }

// NoAccess returns the Forbidden refusal for a person who belongs to an organization but has no access to it at present.
func NoAccess() *Error {
	return Refuse(Forbidden, "You have no access to this organization at present.")
}

// InvalidField returns the InvalidRequest refusal for one field.
func InvalidField(field, format string, args ...any) *Error {
	f := FieldError{Field: field, Detail: fmt.Sprintf(format, args...)}
	return &Error{Problem: InvalidRequest, Detail: f.Field + ": " + f.Detail, Fields: []FieldError{f}}
}

// Mistakes collects the InvalidField refusals of one request, so that the response lists all of them.
type Mistakes struct{ fields []FieldError }

// Add records a refusal. It ignores nil and any error that names no field.
func (m *Mistakes) Add(err error) {
	if refusal, ok := errors.AsType[*Error](err); ok {
		m.fields = append(m.fields, refusal.Fields...)
	}
}

// Err returns one InvalidRequest error that names every recorded field, or nil if there is none.
func (m *Mistakes) Err() error {
	switch len(m.fields) {
	case 0:
		return nil
	case 1:
		return InvalidField(m.fields[0].Field, "%s", m.fields[0].Detail)
	}

	return &Error{Problem: InvalidRequest, Detail: fmt.Sprintf("%d fields are invalid.", len(m.fields)), Fields: m.fields}
}
