package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ProblemBase is the beginning of every problem's type; the problem's name follows.
const ProblemBase = "https://github.com/leasehold-dev/leasehold#problem-"

// statuses is the only table from problems to HTTP statuses.
var statuses = map[identity.Problem]int{
	identity.InvalidRequest:       http.StatusBadRequest,
	identity.MalformedCredentials: http.StatusUnauthorized,
	identity.SignInRefused:        http.StatusForbidden,
	identity.Forbidden:            http.StatusForbidden,
	identity.InsufficientScope:    http.StatusForbidden,
	identity.SessionRequired:      http.StatusForbidden,
	identity.NotFound:             http.StatusNotFound,
	identity.Conflict:             http.StatusConflict,
	identity.TokenDead:            http.StatusConflict,
	identity.LastOwner:            http.StatusConflict,
	identity.LimitReached:         http.StatusConflict,
	identity.RateLimited:          http.StatusTooManyRequests,
	identity.VersionMismatch:      http.StatusPreconditionFailed,
	identity.PayloadTooLarge:      http.StatusRequestEntityTooLarge,
	identity.UnsupportedMediaType: http.StatusUnsupportedMediaType,
	identity.IdempotencyMismatch:  http.StatusUnprocessableEntity,
	identity.VersionRequired:      http.StatusPreconditionRequired,
	identity.Internal:             http.StatusInternalServerError,
	identity.Unavailable:          http.StatusServiceUnavailable,
}

type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail"`
	Errors []problemField `json:"errors,omitempty"`
	// The error response of OAuth 2.0 (RFC 6749, section 5.2).
	Error            string `json:"error,omitempty"`
	ErrorDescription string `json:"error_description,omitempty"`
	// Organizations lists the organizations that are in the way.
	Organizations []problemOrganization `json:"organizations,omitempty"`
}

type problemOrganization struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type problemField struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// succeed renders the answer, unless it is nil: then a remembered answer is in place already.
func (x *exchange) succeed(out any) {
	if out == nil {
		return
	}

	if err := x.render(out, x.success); err != nil {
		x.fail(err)
		return
	}

	if x.notModified() {
		x.status, x.body = http.StatusNotModified, nil
	}
}

func (x *exchange) render(out any, status int) error {
	if _, nothing := out.(None); nothing {
		x.status, x.body = orStatus(status, http.StatusNoContent), nil
		return nil
	}

	body, err := json.Marshal(out)
	if err != nil {
		return err
	}

	x.status, x.body = orStatus(status, http.StatusOK), body
	x.header.Set("Content-Type", "application/json")
	return nil
}

func orStatus(status, otherwise int) int {
	if status == 0 {
		return otherwise
	}
	return status
}

// fail renders an error as a problem. An error that is not a refusal is logged whole, and the caller receives an
// internal error without details.
func (x *exchange) fail(err error) {
	var refusal *identity.Error
	if !errors.As(err, &refusal) {
		refusal = x.internal()
		refusal.Cause = err
	}

	if refusal.Cause != nil {
		slog.ErrorContext(x.http.Context(), "failed", "operation", x.route, "error", refusal.Cause.Error())
	}

	p := problem{
		Type:   ProblemBase + string(refusal.Problem),
		Title:  refusal.Problem.Title(),
		Status: orStatus(statuses[refusal.Problem], http.StatusInternalServerError),
		Detail: refusal.Detail,
	}

	for _, f := range refusal.Fields {
		p.Errors = append(p.Errors, problemField(f))
	}

	if refusal.OAuthError != "" {
		p.Error, p.ErrorDescription = refusal.OAuthError, refusal.Detail
	}

	for _, o := range refusal.Organizations {
		p.Organizations = append(p.Organizations, problemOrganization{ID: string(o.ID), Name: o.Name})
	}

	x.dropAnswerHeaders()
	x.header.Set("Content-Type", "application/problem+json")

	switch {
	case refusal.RetryAfter > 0:
		seconds := (refusal.RetryAfter + time.Second - 1) / time.Second
		x.header.Set("Retry-After", strconv.Itoa(int(seconds)))
	case p.Status == http.StatusServiceUnavailable:
		x.header.Set("Retry-After", "1")
	}

	x.status = p.Status
	x.body, _ = json.Marshal(p)
}

// internal returns the refusal for an unexpected error.
func (x *exchange) internal() *identity.Error {
	return identity.Refuse(identity.Internal,
		"An unexpected error. Include the request ID %s when you report it.", x.gateway.RequestID)
}

// The headers, on every answer, with the lease and the expiry of the token or session that the caller used (RFC 3339,
// UTC).
const (
	leaseHeader  = "Leasehold-Lease-Expires-At"
	expiryHeader = "Leasehold-Expires-At"
)

func (x *exchange) setLeaseHeaders() {
	for header, name := range map[string]string{leaseHeader: "leaseExpiresAt", expiryHeader: "expiresAt"} {
		if at := x.authorized(name); at != "" {
			x.header.Set(header, at)
		}
	}
}

// finish writes the answer and one line of log. It recovers from a panic, so that a bug that one request meets does not
// end the process for others.
func (x *exchange) finish(w http.ResponseWriter, caller identity.Caller, began time.Time) {
	if cause := recover(); cause != nil {
		slog.ErrorContext(x.http.Context(), "panic", "operation", x.route,
			"cause", identity.Excerpt(fmt.Sprint(cause)), "stack", string(debug.Stack()))
		x.fail(x.internal())
	}

	x.header.Set("Cache-Control", "no-store")
	x.header.Set("X-Content-Type-Options", "nosniff")
	x.setLeaseHeaders()
	w.WriteHeader(x.status)
	_, _ = w.Write(x.body)

	slog.InfoContext(x.http.Context(), "answered",
		"operation", x.route,
		"status", x.status,
		"user", string(caller.User),
		"credential", caller.Credential,
		"organization", identity.Excerpt(x.params["org"]),
		"request", x.gateway.RequestID,
		"took", time.Since(began).String()) //nolint:forbidigo // for the log only
}
