package endpoint

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// AnyMember is the Permission of an operation that every member with access may call. A rule that Do or Decide asks
// decides what the member may do.
const AnyMember identity.Permission = "any member"

// AnyMembership is the Permission of an operation that every member may call, also one without access. A rule that Do or
// Decide asks decides what the member may do.
const AnyMembership identity.Permission = "any membership"

// Write stores a change. It returns identity.ErrStale if what the decision was based on has changed.
type Write = identity.Write

// Operation is one operation of the API: a Query or a Mutation.
type Operation[In, Out any] interface {
	operation() operation[In, Out]
}

// Query is an operation that changes nothing. It answers HEAD like GET.
type Query[In, Out any] struct {
	// Route is the method and the path template, as in the API description: "GET /me/tokens/{token}".
	Route string
	// Public operations need no credentials, so their Request has no Caller.
	Public bool
	// SessionOnly operations reject personal access tokens.
	SessionOnly bool
	// Permission is what the caller's role must have in the organization that the path names. A route with {org} needs
	// one, AnyMember if no permission is required; another route has none.
	Permission identity.Permission
	// OnDeleted operations are possible in an organization that has been deleted: for its active Owners and, if Permission
	// is AnyMembership, for every member. All others are refused there.
	OnDeleted bool
	// Do returns the answer. The caller receives an *identity.Error as a problem; any other error is an internal error.
	Do func(context.Context, *Request[In]) (Out, error)
}

// Mutation is an operation that changes something.
//
// The edge calls Decide, which returns the answer and the write that makes it true. It remembers the answer under the
// caller's Idempotency-Key in the same transaction as the write. If what Decide read has changed before the write, the
// edge calls Decide again.
type Mutation[In, Out any] struct {
	// Route is the method and the path template, as in the API description: "POST /me/tokens".
	Route string
	// Status is the status of a success; 0 means 200, or 204 if there is no body.
	Status int
	// Public operations need no credentials. Their Request has no Caller, and they ignore an Idempotency-Key.
	Public bool
	// SessionOnly operations reject personal access tokens.
	SessionOnly bool
	// Permission is what the caller's role must have in the organization that the path names. A route with {org} needs
	// one, AnyMember if no permission is required; another route has none.
	Permission identity.Permission
	// OnDeleted operations are possible in an organization that has been deleted, as in a Query.
	OnDeleted bool
	// Versioned operations require an If-Match header; Request.Version holds its versions.
	Versioned bool
	// Conditional operations accept an If-Match header; Request.Version holds its versions, AnyVersion without the header.
	Conditional bool
	// Secret answers hold a secret, so an answer remembered under an Idempotency-Key is forgotten after ten minutes.
	Secret bool
	// Decide reads, decides, and returns the answer with the write that makes it true, nil if nothing changes. It may be
	// called several times for one request, so it must not write or send anything, and must not rely on an earlier call.
	// It may set the answer's headers with ETag and Created: only those of the last call count. The caller receives an
	// *identity.Error as a problem; any other error is an internal error.
	Decide func(context.Context, *Request[In]) (Out, Write, error)
	// After, if set, does what follows a success, such as sending mail: once the write is stored, or at once if there is
	// nothing to write. It returns what this caller receives. What is remembered is the answer that Decide returned, so
	// a retry under the same Idempotency-Key receives that and does not call After.
	After func(context.Context, *Request[In], Out) Out
}

// operation is what Query and Mutation have in common.
type operation[In, Out any] struct {
	route       string
	status      int
	public      bool
	sessionOnly bool
	versioned   bool
	conditional bool
	secret      bool
	permission  identity.Permission
	onDeleted   bool
	mutates     bool
	run         func(context.Context, *Request[In]) (Out, error) // nil if Do or Decide is not set
}

func (q Query[In, Out]) operation() operation[In, Out] {
	return operation[In, Out]{
		route:       q.Route,
		public:      q.Public,
		sessionOnly: q.SessionOnly,
		permission:  q.Permission,
		onDeleted:   q.OnDeleted,
		run:         q.Do,
	}
}

func (m Mutation[In, Out]) operation() operation[In, Out] {
	op := operation[In, Out]{
		route:       m.Route,
		status:      m.Status,
		public:      m.Public,
		sessionOnly: m.SessionOnly,
		versioned:   m.Versioned,
		conditional: m.Conditional,
		secret:      m.Secret,
		permission:  m.Permission,
		onDeleted:   m.OnDeleted,
		mutates:     true,
	}
	if m.Decide != nil {
		op.run = m.run
	}

	return op
}

// run makes attempts until one is not stale, and then calls After.
func (m Mutation[In, Out]) run(ctx context.Context, r *Request[In]) (out Out, err error) {
	err = identity.RetryStale(ctx, func() error {
		out, err = m.attempt(ctx, r)
		return err
	})
	if err != nil || m.After == nil {
		return out, err
	}

	return m.After(ctx, r, out), nil
}

// attempt decides and writes once.
func (m Mutation[In, Out]) attempt(ctx context.Context, r *Request[In]) (Out, error) {
	r.exchange.dropAnswerHeaders() // an earlier attempt may have set them

	out, write, err := m.Decide(ctx, r)
	if err != nil || write == nil && r.exchange.retry == nil {
		return out, err
	}

	change, err := r.change(out)
	if err != nil {
		return out, err
	}

	// An answer that changes nothing is remembered, too: a retry must not change what others have changed since.
	if write == nil {
		write = r.exchange.records.Remember
	}

	return out, write(ctx, change)
}

// change describes the mutation to the table. The answer and its headers are sealed into it if the caller sent an
// Idempotency-Key.
func (r *Request[In]) change(answer any) (identity.Change, error) {
	change := identity.Change{Caller: r.Caller, Source: r.Source, At: r.Now}
	if r.exchange.retry == nil {
		return change, nil
	}

	var err error
	change.Retry, err = r.exchange.seal(answer, r.Now)
	return change, err
}

var routeForm = regexp.MustCompile(`^(GET|POST|PUT|PATCH|DELETE) (/([a-z-]+|\{[a-z]+\}))+$`)

// check returns what is wrong with how the operation is put together. Serve and Handler call it, so that a mistake
// stops the function at its start and not at the first request that meets it.
func (op operation[In, Out]) check(records Records) error {
	method, path, _ := strings.Cut(op.route, " ")
	inOrganization := op.inOrganization()
	_, none := records.(NoRecords)

	switch {
	case !routeForm.MatchString(op.route):
		return fmt.Errorf("the route %q is not a method and a path template such as GET /me/tokens/{token}", op.route)
	case op.mutates == (method == http.MethodGet):
		return fmt.Errorf("%s: serve GET with a Query and every other method with a Mutation", op.route)
	case op.run == nil:
		return fmt.Errorf("%s: set Do or Decide", op.route)
	case op.status != 0 && (op.status < 200 || op.status > 299):
		return fmt.Errorf("%s: the status %d is not one of success", op.route, op.status)
	case inOrganization && op.permission == "":
		return fmt.Errorf("%s: set Permission, to AnyMember if no permission is required", op.route)
	case !inOrganization && op.permission != "":
		return fmt.Errorf("%s: %q is a permission in an organization, and the path names none", op.route, op.permission)
	case !inOrganization && op.onDeleted:
		return fmt.Errorf("%s: OnDeleted is for a path that names an organization", op.route)
	case op.public && (inOrganization || op.sessionOnly):
		return fmt.Errorf("%s: a public operation has no caller whose membership or session could be required", op.route)
	case op.versioned && op.conditional:
		return fmt.Errorf("%s: set Versioned to require If-Match, or Conditional to accept it", op.route)
	case op.versioned && method == http.MethodPost:
		return fmt.Errorf("%s: POST changes no version that If-Match could name", op.route)
	case records == nil:
		return fmt.Errorf("%s: pass the table, or NoRecords if the edge needs to read nothing", op.route)
	case none && (inOrganization || op.mutates && !op.public):
		return fmt.Errorf("%s: pass the table; the edge reads memberships and remembered answers for %s", op.route, path)
	}

	return nil
}

// inOrganization reports whether the path leads into an organization, so that the caller acts there as a member. An
// invitation's path names an organization, too, but its caller is no member yet.
func (op operation[In, Out]) inOrganization() bool {
	return strings.Contains(op.route, " /organizations/{org}")
}

// LeaveToSweep logs that the sweep has to finish what an After has begun, if err says that it failed. The change itself is
// stored, so the failure does not fail the request. task completes "the sweep has to finish"; attributes are those of slog.
func LeaveToSweep(ctx context.Context, task string, err error, attributes ...any) {
	if err != nil {
		slog.WarnContext(ctx, "the sweep has to finish "+task, append(attributes, "error", err.Error())...)
	}
}
