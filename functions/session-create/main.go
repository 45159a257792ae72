// Command session-create turns a sign-in at the identity provider into a session of Leasehold's own, so that the
// authorizer knows one kind of bearer token and a session can be ended at once.
package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/address"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	o := &op{db: settings.Table(), at: settings.SignIn()}
	endpoint.Serve(endpoint.Operation[input, api.SessionCreated]{
		Route:  "POST /sessions",
		Status: 201,
		Public: true,
		Do:     o.signIn,
	})
}

type op struct {
	db *table.DB
	at settings.Provider

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
}

type input struct {
	Body api.SessionCreate `body:"json"`
}

func (o *op) signIn(ctx context.Context, r *endpoint.Request[input]) (api.SessionCreated, error) {
	claims, err := o.verify(ctx, r.In.Body)
	if err != nil {
		return api.SessionCreated{}, err
	}

	by := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, Source: r.Source, At: r.Now}
	person, err := o.db.SignIn(ctx, by, claims, identity.NewUserID(r.Now))
	if err != nil {
		return api.SessionCreated{}, err
	}

	minted, err := secret.MintSession(rand.Reader, person.ID)
	if err != nil {
		return api.SessionCreated{}, fmt.Errorf("create a session: %w", err)
	}

	session := identity.Session{
		ID:        minted.SessionID(),
		User:      person.ID,
		Hash:      minted.Hash(),
		CreatedAt: r.Now.Truncate(time.Second),
		Lease:     identity.SessionTerms.Grant(r.Now),
	}

	by.Caller = identity.Caller{User: person.ID, Kind: identity.SignedIn, Credential: string(session.ID)}
	if err := o.db.CreateSession(ctx, by, session); err != nil {
		return api.SessionCreated{}, err
	}

	return api.SessionCreatedOf(session, person, minted.Reveal()), nil
}

// verify checks the ID token's signature, issuer, audience and expiry (OpenID Connect Core 3.1.3.7), that its nonce is
// the one that the caller began with, and that the provider vouches for the email address: whoever could sign in with an
// address that is not theirs could take over what its owner was invited to.
func (o *op) verify(ctx context.Context, sent api.SessionCreate) (table.Claims, error) {
	verifier, err := o.keys(ctx)
	if err != nil {
		return table.Claims{}, err
	}

	token, err := verifier.Verify(ctx, sent.IDToken)
	if err != nil {
		return table.Claims{}, refused(ctx, err)
	}

	if sent.Nonce == "" || subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(sent.Nonce)) != 1 {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The nonce is not the one that the sign-in began with; sign in again.")
	}

	var said struct {
		Email     string `json:"email"`
		Verified  bool   `json:"email_verified"`
		FirstName string `json:"given_name"`
		LastName  string `json:"family_name"`
	}
	if err := token.Claims(&said); err != nil {
		return table.Claims{}, refused(ctx, err)
	}

	email, err := address.Canonical("email", said.Email)
	if err != nil || !said.Verified {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The identity provider has not verified your email address; verify it there and sign in again.")
	}

	return table.Claims{
		Issuer:    token.Issuer,
		Subject:   token.Subject,
		Email:     email,
		FirstName: fitting(said.FirstName),
		LastName:  fitting(said.LastName),
	}, nil
}

// fitting is a name as the provider gives it, or "" when it does not fit our rules: a name must not stop a sign-in.
func fitting(name string) string {
	clean, err := identity.CleanOptionalName("name", name)
	if err != nil {
		return ""
	}

	return clean
}

// keys discovers the provider at the first sign-in and keeps what it found; the verifier fetches new keys by itself.
func (o *op) keys(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	if o.verifier != nil {
		return o.verifier, nil
	}

	// The verifier outlives the request that made it, so it must not be bound to that request's deadline.
	provider, err := oidc.NewProvider(context.WithoutCancel(ctx), o.at.Issuer)
	if err != nil {
		refusal := identity.Refuse(identity.Unavailable, "The identity provider cannot be reached at present; try again.")
		refusal.Cause = fmt.Errorf("discover the identity provider: %w", err)
		return nil, refusal
	}

	o.verifier = provider.Verifier(&oidc.Config{ClientID: o.at.ClientID})
	return o.verifier, nil
}

// refused tells the caller what to do and the log why; the library's error may quote the token's claims but never its
// signature.
func refused(ctx context.Context, err error) error {
	var expired *oidc.TokenExpiredError
	if errors.As(err, &expired) {
		return identity.Refuse(identity.SignInRefused, "The ID token expired at %s; sign in again.", expired.Expiry.UTC().Format(time.RFC3339))
	}

	slog.WarnContext(ctx, "an ID token was refused", "why", err.Error())
	return identity.Refuse(identity.SignInRefused, "The ID token is not one that the identity provider made for us; sign in again.")
}
