// Package endpoint is the HTTP edge of every operation: it decodes a request, authorizes its caller, calls the one
// function that does the work, and renders what it returns, refusals as problem+json (RFC 9457).
//
// It is the only importer of the API Gateway adapter and of the HTTP event types. It takes what it knows of the caller
// from the event's request context, where the authorizer put it, and never from a header.
package endpoint

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Records are what the edge itself reads: the caller's membership in the organization that the path names, and what
// was answered before under an Idempotency-Key.
type Records interface {
	// Membership is a person's membership in an organization, strongly consistent; the zero Membership when they have none.
	Membership(context.Context, identity.UserID, identity.OrgID) (identity.Membership, error)
	// Answered is what is remembered at a moment under the hash of a caller's Idempotency-Key.
	Answered(ctx context.Context, user identity.UserID, keyHash string, now time.Time) (r identity.Retry, found bool, err error)
}

// Operation is one operation of the API.
type Operation[In, Out any] struct {
	// Route is the method and path template, as the template and the API description have it: "GET /me/tokens/{token}".
	Route string
	// Status is what success answers; 0 means 200, or 204 when there is no body.
	Status int
	// Public operations are called by nobody in particular: there is no caller, and no Idempotency-Key.
	Public bool
	// SessionOnly operations are refused to personal access tokens.
	SessionOnly bool
	// Permission is what the caller's role must have in the organization that the path names; "" when any role that is
	// not Deny will do. On a route without an organization it says nothing and must be "".
	Permission identity.Permission
	// Versioned operations need an If-Match header; Request.Version is what it says.
	Versioned bool
	// Secret answers hold a secret: an answer remembered under an Idempotency-Key is forgotten after ten minutes.
	Secret bool
	// Records is the table; nil where none is needed: a route without an organization that changes nothing.
	Records Records
	// Do does the work. An *identity.Error that it returns is told to the caller; any other error is an internal error.
	Do func(context.Context, *Request[In]) (Out, error)
}

// None is the input of an operation that takes nothing, or the output of one that has nothing to say.
type None struct{}

// Request is one request, decoded and authorized.
type Request[In any] struct {
	// In is what the caller sent: path, query and body.
	In In
	// Caller is who sent it; zero in a Public operation.
	Caller identity.Caller
	// Actor is the caller's membership in the organization that the path names; zero on other routes.
	Actor identity.Membership
	// Now is when it arrived.
	Now time.Time
	// Version is what If-Match asked for; 0 for any. Set on Versioned operations only.
	Version int
	// Source is where it came from.
	Source identity.Source

	exchange *exchange
}

// exchange is one request and the answer in the making, apart from the types of an operation.
type exchange struct {
	route   string
	secret  bool
	http    *http.Request
	params  map[string]string
	gateway events.APIGatewayProxyRequestContext
	body    []byte
	success int // Operation.Status
	status  int
	header  http.Header
	retry   *identity.Retry // what the caller's Idempotency-Key asks to remember; nil without one
	key     string
}

// ETag says which version of a thing the answer shows.
func (r *Request[In]) ETag(version int) { r.exchange.header.Set("ETag", formatETag(version)) }

// Created says where what was made can be found: a path below the stage.
func (r *Request[In]) Created(path string) {
	r.exchange.header.Set("Location", "/"+r.exchange.gateway.Stage+path)
}

// Change describes the mutation that this request is, to be handed to the table. answer is what the operation will
// return if it succeeds: it is remembered, sealed, when the caller sent an Idempotency-Key, so call ETag and Created
// before.
func (r *Request[In]) Change(answer any) (identity.Change, error) {
	change := identity.Change{Caller: r.Caller, Source: r.Source, At: r.Now}
	if r.exchange.retry == nil {
		return change, nil
	}

	retry, err := r.exchange.seal(answer, r.Now)
	change.Retry = retry
	return change, err
}

// Serve runs the operation as a Lambda function; it does not return.
func Serve[In, Out any](op Operation[In, Out]) {
	slog.SetDefault(lambdacontext.NewLogger())
	lambda.Start(Handler(op, time.Now))
}

// Handler is the Lambda handler of the operation.
func Handler[In, Out any](op Operation[In, Out], now func() time.Time) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	adapter := httpadapter.New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { op.serve(w, r, now()) }))
	return func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return adapter.ProxyWithContext(context.WithValue(ctx, paramsKey{}, event.PathParameters), tame(event))
	}
}

// ServeHTTP runs a plain HTTP handler, of pages and not of an operation, as a Lambda function; it does not return.
// The handler sees the path below the stage.
func ServeHTTP(handler http.Handler) {
	slog.SetDefault(lambdacontext.NewLogger())
	adapter := httpadapter.New(handler)
	lambda.Start(func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return adapter.ProxyWithContext(ctx, withoutForgeries(event))
	})
}

type paramsKey struct{}

// tame takes out of an event what the adapter trips over: a path is parsed again as a URL, so that one which decodes to
// "#" or "%" is cut or fails, and is not needed, as the path's parameters arrive apart; and the adapter's own headers
// must not come from a client.
func tame(event events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	event.Path = "/"
	return withoutForgeries(event)
}

func withoutForgeries(event events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	clean := make(map[string][]string, len(event.MultiValueHeaders))
	for name, values := range event.MultiValueHeaders {
		if !strings.HasPrefix(strings.ToLower(name), "x-golambdaproxy-") {
			clean[name] = values
		}
	}

	event.MultiValueHeaders = clean
	return event
}

func (op Operation[In, Out]) serve(w http.ResponseWriter, r *http.Request, now time.Time) {
	x := &exchange{
		route:   op.Route,
		secret:  op.Secret,
		success: op.Status,
		http:    r,
		header:  w.Header(),
	}

	x.params, _ = r.Context().Value(paramsKey{}).(map[string]string)
	x.gateway, _ = core.GetAPIGatewayContextFromContext(r.Context())
	caller := x.caller()
	defer x.finish(w, caller, now)
	out, err := op.do(x, caller, now)
	if err != nil {
		x.fail(err)
		return
	}

	x.succeed(out)
}

// do answers the request; the answer is nil when what was answered before has been put in place.
func (op Operation[In, Out]) do(x *exchange, caller identity.Caller, now time.Time) (any, error) {
	ctx := x.http.Context()
	req := &Request[In]{
		Caller:   caller,
		Now:      now.UTC(),
		exchange: x,
		Source:   x.source(),
	}

	if err := op.admit(x, caller); err != nil {
		return nil, err
	}

	if err := x.decode(&req.In); err != nil {
		return nil, err
	}

	if err := x.remembering(op.Public, caller, now); err != nil {
		return nil, err
	}

	if answered, err := x.replay(ctx, op.Records, caller, now); answered || err != nil {
		return nil, err
	}

	if err := op.authorize(ctx, x, req); err != nil {
		return nil, err
	}

	out, err := op.Do(ctx, req)
	if !errors.Is(err, identity.ErrAnswered) {
		return out, err
	}

	if answered, err := x.replay(ctx, op.Records, caller, now); answered || err != nil {
		return nil, err
	}

	return nil, identity.Refuse(identity.Unavailable, "What was answered before has just been forgotten; try again.")
}

// admit refuses a credential of the wrong kind.
func (op Operation[In, Out]) admit(x *exchange, caller identity.Caller) error {
	switch {
	case op.Public:
		return nil
	case caller.User == "":
		return identity.Refuse(identity.MalformedCredentials, "Send a bearer token in the Authorization header.")
	case op.SessionOnly && caller.Kind != identity.SignedIn:
		return identity.Refuse(identity.SessionRequired, "A personal access token cannot do this; sign in.")
	}

	return nil
}

// authorize loads the caller's membership in the organization that the path names, if it names one, and the version
// that the caller means to change.
func (op Operation[In, Out]) authorize(ctx context.Context, x *exchange, req *Request[In]) (err error) {
	if op.Versioned {
		if req.Version, err = parseIfMatch(x.http.Header.Values("If-Match")); err != nil {
			return err
		}
	}

	if !strings.Contains(op.Route, "{org}") {
		return nil
	}

	var org identity.OrgID
	if err := org.UnmarshalText([]byte(x.params["org"])); err != nil {
		return err
	}

	if !req.Caller.Sees(org) {
		return identity.NoSuch("organization")
	}

	req.Actor, err = op.Records.Membership(ctx, req.Caller.User, org)
	if err != nil {
		return err
	}

	return mayAct(req.Actor, op.Permission)
}

func mayAct(m identity.Membership, p identity.Permission) error {
	switch {
	case m.User == "":
		return identity.NoSuch("organization")
	case m.Status == identity.Invited:
		return identity.Refuse(identity.Forbidden, "You are invited to this organization; switch to it to accept.")
	case p != "":
		return m.Require(p)
	case !m.Accessible():
		return identity.NoAccess()
	}

	return nil
}

// caller is who the authorizer says is calling; zero when there was no authorizer.
func (x *exchange) caller() identity.Caller {
	return identity.Caller{
		User:       identity.UserID(x.said("userId")),
		Org:        identity.OrgID(x.said("orgId")),
		Kind:       identity.Kind(x.said("kind")),
		Credential: x.said("tokenId"),
	}
}

// said is one thing that the authorizer said of the caller; "" when it said nothing.
func (x *exchange) said(name string) string {
	text, _ := x.gateway.Authorizer[name].(string)
	return text
}

// maxUserAgent bounds what a client can have written into the audit log.
const maxUserAgent = 256

func (x *exchange) source() identity.Source {
	agent := x.gateway.Identity.UserAgent
	agent = strings.ToValidUTF8(agent[:min(len(agent), maxUserAgent)], "") // the cut may go through a character
	return identity.Source{IP: x.gateway.Identity.SourceIP, UserAgent: agent, RequestID: x.gateway.RequestID}
}
