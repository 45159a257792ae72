// Command authorizer is the Lambda authorizer. It turns a bearer token into the identity of the caller and records the use,
// which extends the token's lease. It serves REST APIs (TOKEN and REQUEST events) and HTTP APIs (payload 1.0, and 2.0 with
// simple responses), so other APIs can accept the same tokens.
//
// By a parameter, it also takes a personal access token as the password of the Basic scheme (RFC 7617), for tools that know no
// other, and its challenges then name both schemes.
//
// It gives the reason for a rejection only to a caller who has proved possession of the secret. If it cannot read the table
// it fails, and API Gateway answers 503: it never admits a caller it could not check. If it cannot record a use, it admits
// the caller anyway.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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

	lambda.Start(open(time.Now)) //nolint:forbidigo // the clock of the running function
}

type authorizer struct {
	db    *table.DB
	cache time.Duration
	basic bool // whether the password of the Basic scheme can be a token
	now   func() time.Time
}

// open returns the authorizer that the environment describes, with a clock.
func open(now func() time.Time) authorizer {
	return authorizer{
		db:    settings.Table().OnDirectFailure(func() { metric.Put(now(), "DirectReadFailures", metric.Count, 1, "", "") }),
		cache: settings.AuthorizerCache(),
		basic: settings.BasicAuthentication(),
		now:   now,
	}
}

// No I/O precedes these two responses. formless is the one that API Gateway gives if the Authorization header is
// missing, so it answers the same way whether or not it asks the authorizer.
var (
	formless  = identity.Refuse(identity.MalformedCredentials, "Send the header Authorization: Bearer with a Leasehold token.")
	malformed = identity.Refuse(identity.InvalidToken, "This is not a Leasehold token. Check that you copied all of it.")
)

// unreadable returns the response for text that is not a token: formless if it does not even have the form of one, and
// malformed if its checksum is wrong.
func unreadable(text string) *identity.Error {
	if !secret.HasForm(text) {
		return formless
	}

	return malformed
}

// Invoke answers one event in JSON. The package lambda calls it with the event's bytes, and sends the bytes that it returns as
// they are. For a function of typed events, it would copy both.
func (a authorizer) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("decode the event: %w", err)
	}

	got, err := a.handle(ctx, e)
	if err != nil {
		return nil, err
	}

	return got.MarshalJSON()
}

// handle answers one event. It returns an error only if the table cannot be read, which API Gateway turns into the
// AUTHORIZER_CONFIGURATION_ERROR response.
func (a authorizer) handle(ctx context.Context, e event) (answer, error) {
	now := a.now()
	text, isPassword := e.credentials(a.basic)
	from := e.source()

	token, ok := secret.Parse(text)
	if !ok {
		return a.refuse(e, now, unreadable(text)), nil
	}

	// A browser that has a password sends it along with requests of other sites' pages. Tools send passwords, and no sessions.
	if isPassword && (token.Kind() == identity.SignedIn || e.fromBrowser()) {
		return a.refuse(e, now, formless), nil
	}

	admitted, err := a.admit(ctx, token, from, now)

	var refusal *identity.Error
	switch {
	case errors.As(err, &refusal) && refusal.Problem != identity.Unavailable:
		return a.refuse(e, now, refusal), nil

	case err != nil:
		slog.ErrorContext(ctx, "cannot check a token", "token", token, "error", err.Error(), "cause", errors.Unwrap(err))
		metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "failed")

		return answer{}, errors.New("the token cannot be checked at present")
	}

	lease := a.record(ctx, token, admitted, now, from)
	if !admitted.expires.IsZero() {
		lease = lease.EndingBy(admitted.expires)
	}

	metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "allowed")

	return allow(e, admitted.caller, admitted.role, lease), nil
}

func (a authorizer) refuse(e event, now time.Time, refusal *identity.Error) answer {
	metric.Put(now, "Authorizations", metric.Count, 1, "Outcome", "refused")
	metric.Put(now, "Refusals", metric.Count, 1, "Reason", string(refusal.Problem))

	return deny(e, refusal, a.basic)
}

// credential is a token or session that was admitted.
type credential struct {
	caller identity.Caller
	role   identity.Role // "" for a session
	lease  identity.Lease
	terms  identity.Terms
	// expires is when a derived token expires; the zero time for any other credential, which has only its lease.
	expires time.Time
	// use stores a use of the credential.
	use func(context.Context, identity.Use) (written bool, err error)
}

// unproven is the response for any caller who has not proved possession of the secret, so it reveals nothing about the
// token.
var unproven = identity.Refuse(identity.InvalidToken, "This token is unknown. It may have been replaced or removed.")

// admit checks a token against the table with one read. from is where the request came from, as far as it is known.
func (a authorizer) admit(ctx context.Context, token secret.Token, from identity.Source, now time.Time) (credential, error) {
	switch token.Kind() {
	case identity.PAT, identity.Derived:
		return a.admitToken(ctx, token, from, now)
	case identity.SignedIn:
		return a.admitSession(ctx, token, now)
	case identity.BySchedule, identity.ByProvider, identity.ByFinder:
	}

	return credential{}, unproven
}

// admitToken checks a personal access token, or a token derived from one.
func (a authorizer) admitToken(ctx context.Context, token secret.Token, from identity.Source, now time.Time) (credential, error) {
	stored, membership, err := a.db.Credentials(ctx, token.User(), token.TokenID(), token.Org(), now)
	if err != nil {
		return credential{}, err
	}

	if token.Kind() == identity.Derived {
		return a.admitDerived(token, stored, membership, from, now)
	}

	if stored.ID == "" || !token.Matches(stored.Hash) {
		return credential{}, unproven
	}

	if err := stored.Admit(membership, from.IP, now); err != nil {
		a.watchReuse(ctx, stored, membership, from, now)
		return credential{}, err
	}

	return a.credentialOf(stored, membership), nil
}

// credentialOf returns the credential of a personal access token that was admitted.
func (a authorizer) credentialOf(stored identity.Token, membership identity.Membership) credential {
	return credential{
		caller: identity.Caller{
			User:       stored.User,
			Org:        stored.Org,
			Kind:       identity.PAT,
			Credential: string(stored.ID),
			Scopes:     stored.Power(membership),
		},
		role:  membership.Role,
		lease: stored.Lease,
		terms: identity.PATTerms,
		use: func(ctx context.Context, use identity.Use) (bool, error) {
			return a.db.UseToken(ctx, stored, use)
		},
	}
}

// watchReuse ends the successors of a token that was rejected because it was replaced. A failure is logged and counted;
// the next use of the token tries again.
func (a authorizer) watchReuse(ctx context.Context, t identity.Token, m identity.Membership, from identity.Source,
	now time.Time) {
	if ending, _ := t.State(m, now); ending != identity.Replaced || !t.ReusedAt.IsZero() {
		return
	}

	within, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()

	revoked, err := a.db.RevokeSuccessors(within, identity.Change{
		Caller: identity.Caller{User: t.User, Org: t.Org, Kind: identity.PAT, Credential: string(t.ID)},
		Source: from,
		At:     now,
	}, t)
	if err != nil {
		slog.ErrorContext(ctx, "cannot revoke the successors of a reused token",
			"token", t.ID,
			"error", err.Error(),
			"cause", errors.Unwrap(err))
		return
	}

	slog.WarnContext(ctx, "a token was used after it was replaced", "token", t.ID, "revoked", revoked)
}

func (a authorizer) admitSession(ctx context.Context, token secret.Token, now time.Time) (credential, error) {
	stored, found, err := a.db.Session(ctx, token.User(), token.SessionID())
	if err != nil {
		return credential{}, err
	}

	if !found || !token.Matches(stored.Hash) {
		return credential{}, unproven
	}

	if err := stored.Admit(now); err != nil {
		return credential{}, err
	}

	return credential{
		caller: identity.Caller{
			User:       stored.User,
			Kind:       identity.SignedIn,
			Credential: string(stored.ID),
			CurrentOrg: stored.CurrentOrg,
			// A cached answer would outlive a switch to another organization.
			CurrentKnown: a.cache == 0,
		},
		lease: stored.Lease,
		terms: identity.SessionTerms,
		use: func(ctx context.Context, use identity.Use) (bool, error) {
			return a.db.UseSession(ctx, stored, use)
		},
	}, nil
}

// recordWithin bounds the recording of a use, all attempts together, so that a table that hangs on writes delays a
// caller by a second instead of failing the invocation.
const recordWithin = time.Second

// record stores the use of an admitted credential if it is due, and returns the resulting lease. A use that cannot be
// stored is logged and counted, and the caller is still admitted: an outage of writes must not lock everybody out.
func (a authorizer) record(ctx context.Context, token secret.Token, c credential, now time.Time,
	from identity.Source) identity.Lease {
	use, due := c.terms.Use(c.lease, now, a.cache)
	if !due {
		return c.lease
	}

	use.From = from

	within, cancel := context.WithTimeout(ctx, recordWithin)
	defer cancel()

	written, err := c.use(within, use)
	switch {
	case err != nil:
		slog.ErrorContext(ctx, "cannot record a use", "token", token, "error", err.Error(), "cause", errors.Unwrap(err))
		metric.Put(now, "LeaseBumps", metric.Count, 1, "Outcome", "failed")

		return c.lease

	case written:
		metric.Put(now, "LeaseBumps", metric.Count, 1, "Outcome", "written")
	}

	return use.Lease
}
