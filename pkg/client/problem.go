package client

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// typePrefix precedes the kind in the type of a problem.
const typePrefix = "https://github.com/leasehold-dev/leasehold#problem-"

// ProblemKind is the kind of a problem: the end of its type. It is an error, so that errors.Is finds it:
//
//	if errors.Is(err, client.ErrNotFound) { … }
type ProblemKind string

// The kinds of problem that this version knows. A later version of the API can add some. docs/tokens.md says what
// each means.
const (
	ErrInvalidRequest       ProblemKind = "invalid-request"
	ErrMalformedCredentials ProblemKind = "malformed-credentials"
	ErrInvalidToken         ProblemKind = "invalid-token"
	ErrLeaseLapsed          ProblemKind = "lease-lapsed"
	ErrTokenExpired         ProblemKind = "token-expired"
	ErrTokenDeleted         ProblemKind = "token-deleted"
	ErrTokenRevoked         ProblemKind = "token-revoked"
	ErrTokenReplaced        ProblemKind = "token-replaced"
	ErrNetworkRefused       ProblemKind = "network-refused"
	ErrAccessDisabled       ProblemKind = "access-disabled"
	ErrSignInRefused        ProblemKind = "sign-in-refused"
	ErrForbidden            ProblemKind = "forbidden"
	ErrInsufficientScope    ProblemKind = "insufficient-scope"
	ErrSessionRequired      ProblemKind = "session-required"
	ErrNotFound             ProblemKind = "not-found"
	ErrConflict             ProblemKind = "conflict"
	ErrTokenDead            ProblemKind = "token-dead"
	ErrLastOwner            ProblemKind = "last-owner"
	ErrLimitReached         ProblemKind = "limit-reached"
	ErrRateLimited          ProblemKind = "rate-limited"
	ErrVersionMismatch      ProblemKind = "version-mismatch"
	ErrPayloadTooLarge      ProblemKind = "payload-too-large"
	ErrUnsupportedMediaType ProblemKind = "unsupported-media-type"
	ErrIdempotencyMismatch  ProblemKind = "idempotency-mismatch"
	ErrVersionRequired      ProblemKind = "version-required"
	ErrInternal             ProblemKind = "internal"
	ErrUnavailable          ProblemKind = "unavailable"
)

// Error returns the kind.
func (k ProblemKind) Error() string { return string(k) }

// Problem is an error response of the API (RFC 9457). errors.As finds it in the errors of every method.
type Problem struct {
	// Type is the kind of problem as a URI. It is "" if the response was not a problem, for example that of a proxy.
	Type string `json:"type"`

	// Title summarizes the kind of problem.
	Title string `json:"title"`

	// Status is the HTTP status.
	Status int `json:"status"`

	// Detail is a sentence about this occurrence that you can show to users.
	Detail string `json:"detail"`

	// Fields are the fields of the request that are at fault.
	Fields []FieldProblem `json:"errors"`

	// Organizations are those that would be left without an active Owner, of a problem of the kind ErrLastOwner.
	Organizations []OrganizationRef `json:"organizations"`

	// RetryAfter is how long to wait before a retry. It is 0 if the response did not say.
	RetryAfter time.Duration `json:"-"`

	// Header and Body are the response as it was received. The body can have members that this version doesn't know.
	Header http.Header `json:"-"`
	Body   []byte      `json:"-"`
}

// Kind returns the end of the type, such as ErrNotFound, or "" if the response was not a problem of Leasehold.
func (p *Problem) Kind() ProblemKind {
	kind, found := strings.CutPrefix(p.Type, typePrefix)
	if !found {
		return ""
	}

	return ProblemKind(kind)
}

// Is reports whether the target is the kind of the problem.
func (p *Problem) Is(target error) bool {
	kind, ok := target.(ProblemKind)
	return ok && kind != "" && kind == p.Kind()
}

// Error returns the detail. Without one, it returns the title or the HTTP status.
func (p *Problem) Error() string {
	switch {
	case p.Detail != "":
		return p.Detail
	case p.Title != "":
		return p.Title
	}

	return fmt.Sprintf("the server answered %d %s", p.Status, http.StatusText(p.Status))
}

// problemOf returns the problem that a response describes.
func problemOf(response *http.Response, body []byte, now time.Time) *Problem {
	problem := &Problem{}
	if err := json.Unmarshal(body, problem); err != nil {
		problem = &Problem{} // a response of a proxy, or a problem whose members have other types
		_ = json.Unmarshal(body, &struct{ Type, Title, Detail *string }{&problem.Type, &problem.Title, &problem.Detail})
	}

	problem.Status = response.StatusCode
	problem.Header = response.Header
	problem.Body = body
	problem.RetryAfter = retryAfter(response.Header, now)

	return problem
}

// retryAfter returns the value of Retry-After, which is seconds or a date (RFC 9110, section 10.2.3). It returns 0 if
// there is none.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}

	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}

	return 0
}
