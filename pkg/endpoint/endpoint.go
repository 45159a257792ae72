// Package endpoint is the HTTP edge of every operation. It decodes a request, authorizes its caller, runs the
// operation, and renders the answer. Refusals become problem+json (RFC 9457).
//
// An operation is a Query or a Mutation; a Mutation returns its answer together with the write that makes it true, and
// the edge runs the write.
//
// Endpoint is the only importer of the API Gateway adapter and of the HTTP event types. It reads the caller from the
// event's request context, where the authorizer put it, and never from a header.
package endpoint

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Records are what the edge itself reads: memberships and the answers remembered under Idempotency-Keys.
type Records interface {
	// Membership returns a person's membership in an organization by a strongly consistent read; the zero Membership if
	// there is none.
	Membership(context.Context, identity.UserID, identity.OrgID) (identity.Membership, error)
	// Stands returns a membership with what holds for its whole organization at now, which may be known from a copy that
	// is at most identity.StandingTerm old. It returns the zero Membership if the organization does not exist any more.
	Stands(ctx context.Context, m identity.Membership, now time.Time) (identity.Membership, error)
	// Answered returns what is remembered at now under the hash of a caller's Idempotency-Key.
	Answered(ctx context.Context, user identity.UserID, keyHash string, now time.Time) (
		r identity.Retry, found bool, err error)
	// Remember stores the answer of a change that writes nothing else. It returns identity.ErrAnswered if the caller's
	// Idempotency-Key has been answered already.
	Remember(context.Context, identity.Change) error
}

// NoRecords are the Records of an operation for which the edge reads nothing: a public one, or a query whose path names
// no organization.
type NoRecords struct{}

// Membership returns an error.
func (NoRecords) Membership(context.Context, identity.UserID, identity.OrgID) (identity.Membership, error) {
	return identity.Membership{}, errors.New("read a membership: the operation has no records")
}

// Stands returns an error.
func (NoRecords) Stands(context.Context, identity.Membership, time.Time) (identity.Membership, error) {
	return identity.Membership{}, errors.New("read an organization: the operation has no records")
}

// Answered returns an error.
func (NoRecords) Answered(context.Context, identity.UserID, string, time.Time) (identity.Retry, bool, error) {
	return identity.Retry{}, false, errors.New("read a remembered answer: the operation has no records")
}

// Remember returns an error.
func (NoRecords) Remember(context.Context, identity.Change) error {
	return errors.New("remember an answer: the operation has no records")
}

// None is the input of an operation without parameters, or the output of one whose answer has no body.
type None struct{}

// Request is one request, decoded and authorized.
type Request[In any] struct {
	// In is what the caller sent: path, query and body.
	In In
	// Caller is the sender; zero in a public operation.
	Caller identity.Caller
	// Actor is the caller in the organization that the path names; zero on other routes.
	Actor identity.Actor
	// Now is the moment of its arrival, in UTC.
	Now time.Time
	// Version holds the versions that If-Match names, for identity.SameVersion. It is set in versioned and
	// conditional operations only.
	Version identity.Versions
	// Source is where the request came from.
	Source identity.Source

	exchange *exchange
}

// exchange is one request and its answer in the making, without the types of the operation.
type exchange struct {
	records Records
	route   string
	secret  bool
	http    *http.Request
	params  map[string]string
	gateway events.APIGatewayProxyRequestContext
	body    []byte
	success int // Mutation.Status
	status  int
	header  http.Header
	retry   *identity.Retry // what the caller's Idempotency-Key asks to remember; nil without one
	key     string
	whole   bool // whether If-None-Match is ignored
}

// reads reports whether the request is a GET or a HEAD. A HEAD gets the same answer, body included: API Gateway computes
// Content-Length from the body and sends only the headers (RFC 9110, section 9.3.2).
func (x *exchange) reads() bool {
	return x.http.Method == http.MethodGet || x.http.Method == http.MethodHead
}

// ETag sets the version that the answer shows.
func (r *Request[In]) ETag(version int) { r.exchange.header.Set("ETag", formatETag(version)) }

// Whole makes the edge ignore If-None-Match, because the answer shows more than its version covers.
func (r *Request[In]) Whole() { r.exchange.whole = true }

// Created sets the Location of what was created. The path is that of the API description, such as "/me/tokens/tok_…".
func (r *Request[In]) Created(path string) {
	x := r.exchange
	x.header.Set("Location", x.address(x.base()+path, nil))
}

// Attachment makes the answer a file with the name that a browser saves instead of showing it (RFC 6266).
func (r *Request[In]) Attachment(name string) {
	r.exchange.header.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// dropAnswerHeaders removes the headers that belong to one answer and not to its request.
func (x *exchange) dropAnswerHeaders() {
	for _, name := range []string{"ETag", "Location", "Link", "Content-Disposition"} {
		x.header.Del(name)
	}
}

// Serve runs the operation as a Lambda function. It does not return. An operation that is not complete ends the process
// with one line of log before the first event.
func Serve[In, Out any](records Records, op Operation[In, Out]) {
	slog.SetDefault(lambdacontext.NewLogger())
	handler, err := Handler(records, op, time.Now) //nolint:forbidigo // the clock of the running function
	if err != nil {
		slog.Error("the operation is not complete", "error", err.Error())
		os.Exit(1)
	}

	lambda.Start(handler)
}

// handler handles the events of one Lambda function.
type handler = func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// Handler returns the Lambda handler of the operation, or what the operation lacks.
func Handler[In, Out any](records Records, op Operation[In, Out], now func() time.Time) (handler, error) {
	o := op.operation()
	if err := o.check(records); err != nil {
		return nil, err
	}

	adapter := httpadapter.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.serve(records, w, r, now())
	}))

	return func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return adapter.ProxyWithContext(context.WithValue(ctx, paramsKey{}, event.PathParameters), withoutPath(event))
	}, nil
}

// ServeHTTP runs a plain HTTP handler, which serves pages and no operation, as a Lambda function. It does not return.
// The handler receives the path below the stage.
func ServeHTTP(handler http.Handler) {
	slog.SetDefault(lambdacontext.NewLogger())
	adapter := httpadapter.New(handler)
	lambda.Start(func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return adapter.ProxyWithContext(ctx, withoutAdapterHeaders(event))
	})
}

type paramsKey struct{}

// withoutPath removes from an event what the adapter misreads. It parses the path as a URL again, so that a path that
// decodes to "#" or "%" would be cut or fail; the path's parameters arrive separately.
func withoutPath(event events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	event.Path = "/"
	return withoutAdapterHeaders(event)
}

// withoutAdapterHeaders removes the adapter's own headers, which a client must not be able to set.
func withoutAdapterHeaders(event events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	clean := make(map[string][]string, len(event.MultiValueHeaders))
	for name, values := range event.MultiValueHeaders {
		if !strings.HasPrefix(strings.ToLower(name), "x-golambdaproxy-") {
			clean[name] = values
		}
	}

	event.MultiValueHeaders = clean
	return event
}

func (op operation[In, Out]) serve(records Records, w http.ResponseWriter, r *http.Request, now time.Time) {
	x := &exchange{
		records: records,
		route:   op.route,
		secret:  op.secret,
		success: op.status,
		http:    r,
		header:  w.Header(),
	}

	x.params, _ = r.Context().Value(paramsKey{}).(map[string]string)
	x.gateway, _ = core.GetAPIGatewayContextFromContext(r.Context())
	allowOrigin(r.Context(), x.header)

	caller := x.caller()
	defer x.finish(w, caller, now)

	out, err := op.answer(records, x, caller, now)
	if err != nil {
		x.fail(err)
		return
	}

	x.succeed(out)
}

// answer returns the answer to the request, or nil if a remembered answer has been put in place.
func (op operation[In, Out]) answer(records Records, x *exchange, caller identity.Caller, now time.Time) (any, error) {
	ctx := x.http.Context()
	req := &Request[In]{
		Caller:   caller,
		Now:      now.UTC(),
		exchange: x,
		Source:   x.source(),
	}

	if err := op.admit(caller); err != nil {
		return nil, err
	}

	if err := x.decode(&req.In); err != nil {
		return nil, err
	}

	if err := x.remembering(op.public, caller, now); err != nil {
		return nil, err
	}

	// Authorization precedes the replay of a remembered answer, so that losing access takes effect for retries, too.
	if err := op.authorize(ctx, records, x, req); err != nil {
		return nil, err
	}

	if answered, err := x.replay(ctx, records, caller, now); answered || err != nil {
		return nil, err
	}

	out, err := op.run(ctx, req)
	if !errors.Is(err, identity.ErrAnswered) {
		return out, err
	}

	// Another request under the same key was stored first.
	if answered, err := x.replay(ctx, records, caller, now); answered || err != nil {
		return nil, err
	}

	return nil, identity.Refuse(identity.Unavailable, "The stored response has just expired. Try again.")
}

// admit rejects a missing credential or one of the wrong kind.
func (op operation[In, Out]) admit(caller identity.Caller) error {
	switch {
	case op.public:
		return nil
	case caller.User == "":
		return identity.Refuse(identity.MalformedCredentials, "Send a bearer token in the Authorization header.")
	case op.sessionOnly && caller.Kind != identity.SignedIn:
		return identity.Refuse(identity.SessionRequired, "A personal access token cannot do this; sign in.")
	case caller.Kind != identity.SignedIn && caller.Kind != identity.PAT && caller.Kind != identity.Derived:
		// A newer authorizer may admit a kind of credential that this version does not know the limits of.
		return identity.Refuse(identity.MalformedCredentials, "This operation does not accept this kind of credential.")
	}

	return nil
}

// authorize reads the version that the caller means to change and, if the path names an organization, the caller's
// membership in it.
func (op operation[In, Out]) authorize(ctx context.Context, records Records, x *exchange, req *Request[In]) (
	err error) {
	if req.Version, err = op.versions(x.http.Header.Values("If-Match")); err != nil {
		return err
	}

	if !op.inOrganization() {
		return nil
	}

	var org identity.OrgID
	if err := org.UnmarshalText([]byte(x.params["org"])); err != nil {
		return err
	}

	if !req.Caller.Sees(org) {
		return identity.NoSuch("organization")
	}

	membership, err := records.Membership(ctx, req.Caller.User, org)
	if err != nil {
		return err
	}

	// Only members learn of an organization's standing, and only they make this process keep a copy of it.
	if membership.User != "" {
		if membership, err = records.Stands(ctx, membership, req.Now); err != nil {
			return err
		}
	}

	req.Actor = req.Acting(membership)
	if req.Actor.OrgDeletedAt.IsZero() {
		return mayAct(req.Actor, op.permission)
	}

	return op.mayActOnDeleted(req.Actor)
}

// mayActOnDeleted is mayAct in an organization that has been deleted.
func (op operation[In, Out]) mayActOnDeleted(a identity.Actor) error {
	switch {
	case !op.onDeleted:
		return a.NoAccess()
	case op.permission == AnyMembership:
		return nil
	}

	return a.MayRestore()
}

// Acting returns the actor that the caller is in the organization of one of their memberships. Operations whose path names
// no organization use it instead of Request.Actor.
func (r *Request[In]) Acting(m identity.Membership) identity.Actor {
	return identity.Acting(r.Caller, m)
}

func mayAct(a identity.Actor, p identity.Permission) error {
	switch {
	case a.User == "":
		return identity.NoSuch("organization")
	case p == AnyMembership:
		return nil
	case a.Status == identity.Invited:
		return identity.Refuse(identity.Forbidden, "You are invited to this organization. Accept the invitation first.")
	case p != AnyMember:
		return a.Require(p)
	case !a.Accessible():
		return identity.NoAccess()
	}

	return nil
}

// caller returns the caller that the authorizer named; zero if there was no authorizer.
func (x *exchange) caller() identity.Caller {
	_, known := x.gateway.Authorizer["currentOrgId"]

	return identity.Caller{
		Scopes:       identity.ParseScopes(x.authorized("permissions")),
		User:         identity.UserID(x.authorized("userId")),
		Org:          identity.OrgID(x.authorized("orgId")),
		Kind:         identity.Kind(x.authorized("kind")),
		Credential:   x.authorized("tokenId"),
		CurrentOrg:   identity.OrgID(x.authorized("currentOrgId")),
		CurrentKnown: known,
	}
}

// authorized returns one value from the authorizer's context; "" if it is not there.
func (x *exchange) authorized(name string) string {
	text, _ := x.gateway.Authorizer[name].(string)
	return text
}

// maxUserAgent bounds, in bytes, what a client can have written into the audit log.
const maxUserAgent = 256

func (x *exchange) source() identity.Source {
	agent := x.gateway.Identity.UserAgent
	agent = strings.ToValidUTF8(agent[:min(len(agent), maxUserAgent)], "") // the cut may go through a character
	return identity.Source{IP: x.gateway.Identity.SourceIP, UserAgent: agent, RequestID: x.gateway.RequestID}
}
