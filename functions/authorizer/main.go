// Command authorizer is the Lambda authorizer: it turns a bearer token into who is calling, and records the use, which
// extends the token's lease. It answers REST APIs (TOKEN and REQUEST) and HTTP APIs (payload 1.0, and 2.0 with simple
// responses), so that other APIs can be opened by the same tokens.
//
// A token is refused with the reason only to a caller who proved its secret. When the table cannot be read the
// authorizer fails, and so the request does (503): it never lets in whom it could not check. When a use cannot be
// recorded the caller is let in all the same.
package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/metric"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	slog.SetDefault(lambdacontext.NewLogger())
	a := authorizer{db: settings.Table(), cache: settings.AuthorizerCache(), now: time.Now} //nolint:forbidigo // the clock of the running function
	a.db.Warm(context.Background())
	lambda.Start(a.handle)
}

type authorizer struct {
	db    *table.DB
	cache time.Duration
	now   func() time.Time
}

// handle answers one event. Its error is only ever that the table cannot be read; API Gateway then answers with the
// AUTHORIZER_FAILURE response.
func (a authorizer) handle(ctx context.Context, e event) (answer, error) {
	now := a.now()
	token, ok := secret.Parse(e.bearer())
	if !ok {
		return a.refuse(e, now, identity.Refuse(identity.InvalidToken, "This is not a token of ours; check that it was copied whole.")), nil
	}

	admit := a.admitSession
	if token.Kind() == identity.PAT {
		admit = a.admitPAT
	}

	granted, err := admit(ctx, e, token, now)
	var refusal *identity.Error
	switch {
	case errors.As(err, &refusal) && refusal.Problem != identity.Unavailable:
		return a.refuse(e, now, refusal), nil
	case err != nil:
		slog.ErrorContext(ctx, "cannot check a token", "token", token, "error", err.Error(), "cause", errors.Unwrap(err))
		metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "failed")
		return answer{}, errors.New("the token cannot be checked at present")
	}

	metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "allowed")
	return granted, nil
}

func (a authorizer) refuse(e event, now time.Time, refusal *identity.Error) answer {
	metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "refused")
	metric.Put(now, "Refusals", metric.Count, 1, "Reason", string(refusal.Problem))
	return deny(e, refusal)
}

// recordWithin bounds the recording of a use, all attempts together, so that a table that hangs on writes costs a caller
// a second and not the invocation.
const recordWithin = time.Second

// unproven is all that a caller who did not prove a secret is told.
var unproven = identity.Refuse(identity.InvalidToken, "The token is unknown; it may have been replaced or removed.")

func (a authorizer) admitPAT(ctx context.Context, e event, token secret.Token, now time.Time) (answer, error) {
	stored, membership, err := a.db.Credentials(ctx, token.User(), token.TokenID(), token.Org())
	if err != nil {
		return answer{}, err
	}

	if stored.ID == "" || !token.Matches(stored.Hash) {
		return answer{}, unproven
	}

	if err := stored.Admit(membership, now); err != nil {
		return answer{}, err
	}

	lease := stored.Lease
	if use, due := identity.PATTerms.Use(lease, now, a.cache); due {
		within, cancel := context.WithTimeout(ctx, recordWithin)
		written, err := a.db.UseToken(within, stored, use)
		cancel()
		lease = a.recorded(ctx, token, now, lease, use, written, err)
	}

	caller := identity.Caller{
		User:       stored.User,
		Org:        stored.Org,
		Kind:       identity.PAT,
		Credential: string(stored.ID),
	}

	return allow(e, caller, membership.Role, lease), nil
}

func (a authorizer) admitSession(ctx context.Context, e event, token secret.Token, now time.Time) (answer, error) {
	stored, found, err := a.db.Session(ctx, token.User(), token.SessionID())
	if err != nil {
		return answer{}, err
	}

	if !found || !token.Matches(stored.Hash) {
		return answer{}, unproven
	}

	if err := stored.Admit(now); err != nil {
		return answer{}, err
	}

	lease := stored.Lease
	if use, due := identity.SessionTerms.Use(lease, now, a.cache); due {
		within, cancel := context.WithTimeout(ctx, recordWithin)
		written, err := a.db.UseSession(within, stored, use)
		cancel()
		lease = a.recorded(ctx, token, now, lease, use, written, err)
	}

	caller := identity.Caller{User: stored.User, Kind: identity.SignedIn, Credential: string(stored.ID)}
	return allow(e, caller, "", lease), nil
}

// recorded is the lease to tell after an attempt to record a use. A use that could not be recorded is logged and
// counted, and the caller is let in: an outage of writes must not lock everybody out.
func (a authorizer) recorded(ctx context.Context, token secret.Token, now time.Time, before identity.Lease, use identity.Use, written bool, err error) identity.Lease {
	switch {
	case err != nil:
		slog.ErrorContext(ctx, "cannot record a use", "token", token, "error", err.Error(), "cause", errors.Unwrap(err))
		metric.Put(now, "LeaseBumps", metric.Count, 1, "Outcome", "failed")
		return before

	case written:
		metric.Put(now, "LeaseBumps", metric.Count, 1, "Outcome", "written")
	}

	return use.Lease
}
