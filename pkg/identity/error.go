package identity

import (
	"errors"
	"fmt"
)

// Problem names a kind of refusal. Its text is the last part of the RFC 9457 problem type that callers see.
type Problem string

// The problems. The HTTP status of each is in package endpoint.
const (
	InvalidRequest       Problem = "invalid-request"
	MalformedCredentials Problem = "malformed-credentials"
	InvalidToken         Problem = "invalid-token"
	LeaseLapsed          Problem = "lease-lapsed"
	TokenExpired         Problem = "token-expired"
	TokenDeleted         Problem = "token-deleted"
	TokenRevoked         Problem = "token-revoked"
	AccessDisabled       Problem = "access-disabled"
	SignInRefused        Problem = "sign-in-refused"
	Forbidden            Problem = "forbidden"
	SessionRequired      Problem = "session-required"
	NotFound             Problem = "not-found"
	Conflict             Problem = "conflict"
	TokenDead            Problem = "token-dead"
	LastOwner            Problem = "last-owner"
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
	LeaseLapsed:          "The token's lease has lapsed",
	TokenExpired:         "The token has expired",
	TokenDeleted:         "The token was deleted",
	TokenRevoked:         "The token was revoked",
	AccessDisabled:       "The token's owner has no access to its organization",
	SignInRefused:        "The sign-in was refused",
	Forbidden:            "Your role does not allow this",
	SessionRequired:      "Sign in to do this",
	NotFound:             "Not found",
	Conflict:             "The request conflicts with the present state",
	TokenDead:            "The token is dead",
	LastOwner:            "An organization keeps at least one active owner",
	VersionMismatch:      "It has changed since you read it",
	VersionRequired:      "Say which version you mean to change",
	PayloadTooLarge:      "The request body is too large",
	UnsupportedMediaType: "The request body is not JSON",
	IdempotencyMismatch:  "This Idempotency-Key was used for another request",
	Internal:             "Internal error",
	Unavailable:          "Temporarily unavailable",
}

// Title is one short sentence that stays the same from one occurrence of the problem to the next.
func (p Problem) Title() string { return titles[p] }

// FieldError says what is wrong with one field of a request.
type FieldError struct {
	// Field is the JSON name of the field, dots between levels.
	Field string
	// Detail is one sentence that says how to put it right.
	Detail string
}

// Error is a refusal that the caller may read. Any other error is an internal error: logged whole, told to nobody.
type Error struct {
	Problem Problem
	// Detail is a sentence for the person or the log of the program that called; it never holds a secret.
	Detail string
	// Fields are those at fault, where the problem is one of fields.
	Fields []FieldError
	// Cause is for the log only; nil when there is nothing more to know.
	Cause error
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Cause }

// ErrAnswered says that a mutation with the caller's Idempotency-Key has been answered before: nothing was done again,
// and what is remembered under the key is the answer.
var ErrAnswered = errors.New("answered before")

// ErrStale reports that an item changed between reading and writing: nothing was written; read and decide again.
var ErrStale = errors.New("the item has changed since it was read")

// Error is the problem's name and detail.
func (e *Error) Error() string { return string(e.Problem) + ": " + e.Detail }

// Refuse makes an Error with a formatted detail.
func Refuse(p Problem, format string, args ...any) *Error {
	return &Error{Problem: p, Detail: fmt.Sprintf(format, args...)}
}

// NoSuch is the NotFound refusal for a thing that does not exist or that the caller may not know of.
func NoSuch(noun string) *Error { return Refuse(NotFound, "There is no such %s.", noun) }

// NoAccess is the Forbidden refusal for a person who belongs to an organization but has no access to it at present.
func NoAccess() *Error {
	return Refuse(Forbidden, "You have no access to this organization at present.")
}

// InvalidField is the InvalidRequest refusal for one field.
func InvalidField(field, format string, args ...any) *Error {
	f := FieldError{Field: field, Detail: fmt.Sprintf(format, args...)}
	return &Error{Problem: InvalidRequest, Detail: f.Field + ": " + f.Detail, Fields: []FieldError{f}}
}

// Mistakes gathers the InvalidField refusals of one request, so that its caller learns of all of them at once.
type Mistakes struct{ fields []FieldError }

// Add notes a refusal; nil and anything that names no field is not noted.
func (m *Mistakes) Add(err error) {
	var refusal *Error
	if errors.As(err, &refusal) {
		m.fields = append(m.fields, refusal.Fields...)
	}
}

// Err is one InvalidRequest error that names every field noted; nil when there is none.
func (m *Mistakes) Err() error {
	switch len(m.fields) {
	case 0:
		return nil
	case 1:
		return InvalidField(m.fields[0].Field, "%s", m.fields[0].Detail)
	}

	return &Error{Problem: InvalidRequest, Detail: fmt.Sprintf("%d fields are wrong.", len(m.fields)), Fields: m.fields}
}

// SameVersion is the VersionMismatch refusal, or nil, for a caller who means to change the version asked, 0 for any.
func SameVersion(asked, present int) error {
	if asked != 0 && asked != present {
		return Refuse(VersionMismatch, "It has changed since you read it: it is at version %d now. Read it again.", present)
	}
	return nil
}
