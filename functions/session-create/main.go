// Command session-create exchanges a sign-in at the identity provider for a session of Leasehold, so that the
// authorizer has one kind of bearer token to check and a session can be ended at once.
package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	at := settings.SignIn()
	o := &op{
		db:        settings.Table(),
		vouched:   settings.Vouched(),
		discovery: openid.New(at.Issuer, at.ClientID, time.Now), //nolint:forbidigo // the clock of the discovery
	}

	endpoint.Serve(o.db, endpoint.Mutation[input, api.SessionCreated]{
		Route:  "POST /sessions",
		Status: 201,
		Public: true,
		Decide: o.signIn,
	})
}

type op struct {
	db        *table.DB
	vouched   settings.Vouching
	discovery *openid.Discovery
}

type input struct {
	Body api.SessionCreate `body:"json"`
}

func (o *op) signIn(ctx context.Context, r *endpoint.Request[input]) (api.SessionCreated, endpoint.Write, error) {
	token, claims, err := o.verify(ctx, r.In.Body)
	if err != nil {
		return api.SessionCreated{}, nil, err
	}

	if err := o.db.Traded(ctx, token); err != nil {
		return api.SessionCreated{}, nil, err
	}

	claims.Relink = r.Now.Before(o.vouched.SubjectsUntil)
	person, err := o.db.FindPerson(ctx, claims, identity.NewUserID(r.Now), r.Now)
	if err != nil {
		return api.SessionCreated{}, nil, err
	}

	if person.Refused() {
		return api.SessionCreated{}, o.db.RecordSignIn(person), nil
	}

	minted, err := secret.MintSession(rand.Reader, person.Profile.ID)
	if err != nil {
		return api.SessionCreated{}, nil, fmt.Errorf("create a session: %w", err)
	}

	session := identity.Session{
		ID:         minted.SessionID(),
		User:       person.Profile.ID,
		Hash:       minted.Hash(),
		CreatedAt:  r.Now.Truncate(time.Second),
		Lease:      identity.SessionTerms.Grant(r.Now),
		SourceIP:   r.Source.IP,
		Client:     identity.ClientName(r.Source.UserAgent),
		Subject:    identity.Digest(claims.Issuer, claims.Subject),
		AtProvider: identity.ProviderSession(claims.Issuer, claims.SID),
	}

	return api.SessionCreatedOf(session, person.Profile, minted.Reveal()), o.write(person, session, token), nil
}

// write returns the Write that records the sign-in, then creates the session that the ID token makes.
func (o *op) write(person table.SignedInPerson, session identity.Session, token identity.IDToken) endpoint.Write {
	return func(ctx context.Context, c identity.Change) error {
		c.Caller = identity.Caller{User: session.User, Kind: identity.SignedIn}
		if err := o.db.RecordSignIn(person)(ctx, c); err != nil {
			return err
		}

		c.Caller.Credential = string(session.ID)
		return o.db.CreateSession(session, token)(ctx, c)
	}
}

// verify checks the ID token's signature, issuer, audience and expiry (OpenID Connect Core 1.0, section 3.1.3.7), that
// its nonce is the caller's, and that the provider has verified the email address: a person who could sign in with
// somebody else's address could take over what its owner was invited to.
func (o *op) verify(ctx context.Context, sent api.SessionCreate) (identity.IDToken, table.Claims, error) {
	provider, err := o.discovery.Provider(ctx)
	if err != nil {
		return identity.IDToken{}, table.Claims{}, err
	}

	token, err := provider.Verifier.Verify(ctx, sent.IDToken)
	if err != nil {
		return identity.IDToken{}, table.Claims{}, o.refused(ctx, err)
	}

	if sent.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(sent.Nonce)) != 1 {
		return identity.IDToken{}, table.Claims{},
			identity.Refuse(identity.SignInRefused, "The nonce does not match the sign-in. Sign in again.")
	}

	var signed json.RawMessage
	if err := token.Claims(&signed); err != nil {
		return identity.IDToken{}, table.Claims{}, o.refused(ctx, err)
	}

	claims, err := o.claims(token, signed)
	return identity.IDToken{Digest: identity.Digest(token.Issuer, string(signed)), Expires: token.Expiry}, claims, err
}

// refused returns what the caller should do and logs the cause. The library's error may quote the token's claims but
// never its signature.
func (o *op) refused(ctx context.Context, err error) error {
	if expired, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return identity.Refuse(identity.SignInRefused,
			"The ID token expired at %s. Sign in again.", expired.Expiry.UTC().Format(time.RFC3339))
	}

	if unavailable := o.discovery.Failure(); unavailable != nil {
		return unavailable
	}

	slog.WarnContext(ctx, "an ID token was rejected", "error", identity.Excerpt(err.Error()))
	return identity.Refuse(identity.SignInRefused, "The ID token is not valid for this application. Sign in again.")
}
