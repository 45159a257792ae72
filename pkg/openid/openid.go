// Package openid asks the OpenID Connect provider to describe itself (OpenID Connect Discovery 1.0) and keeps the answer
// for the life of the process.
package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	requestTimeout = 2 * time.Second
	retryAfter     = 5 * time.Second
	maxBody        = 1 << 20 // bytes of a description or a key set
)

// Provider is what the provider's description says, as far as Leasehold needs it.
type Provider struct {
	AuthorizationEndpoint string
	TokenEndpoint         string
	// EndSessionEndpoint is "" if the provider names no web address, because a browser will be sent there.
	EndSessionEndpoint string
	// Verifier checks ID tokens for our client ID. It fetches the provider's keys when it needs them, under the same time
	// limit as the discovery.
	Verifier *oidc.IDTokenVerifier
	// logoutVerifier checks the signature, issuer and audience of logout tokens.
	logoutVerifier *oidc.IDTokenVerifier
}

// Discovery finds the provider. It is safe for concurrent use.
type Discovery struct {
	documents *fetcher
	issuer    string
	clientID  string
	now       func() time.Time
	client    *http.Client

	mutex sync.Mutex // guards last only; it is never held during a request
	last  *attempt
}

// attempt is one request to the provider. Its other fields are set before done is closed and never change afterwards.
type attempt struct {
	done     chan struct{}
	provider Provider
	err      error
	failedAt time.Time
}

// New returns the Discovery of an issuer. The clock now decides when a failure is tried again and whether an ID token
// has expired.
func New(issuer, clientID string, now func() time.Time) *Discovery {
	documents := newFetcher(now)
	return &Discovery{
		documents: documents,
		issuer:    issuer,
		clientID:  clientID,
		now:       now,
		client:    &http.Client{Timeout: requestTimeout, Transport: documents},
	}
}

// Provider returns the provider. The first call asks it, and calls that arrive meanwhile wait for the same answer. A
// success is kept for good, a failure for five seconds. A failure is an *identity.Error with the problem Unavailable, which
// says when the provider is asked again.
func (d *Discovery) Provider(ctx context.Context) (Provider, error) {
	current := d.attempt(ctx)

	select {
	case <-current.done:
		if current.err != nil {
			return Provider{}, unavailable(current.err, current.failedAt.Add(retryAfter).Sub(d.now()))
		}

		return current.provider, nil
	case <-ctx.Done():
		return Provider{}, unavailable(context.Cause(ctx), retryAfter)
	}
}

// attempt returns the attempt whose result counts now, which may be under way. It starts one if there is none.
func (d *Discovery) attempt(ctx context.Context) *attempt {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if d.last != nil && !d.last.isOver(d.now()) {
		return d.last
	}

	d.last = &attempt{done: make(chan struct{})}

	// The answer serves later requests too, so it must not depend on the life of this one.
	go d.run(context.WithoutCancel(ctx), d.last)
	return d.last
}

// isOver reports whether the attempt failed so long ago that the provider should be asked again.
func (a *attempt) isOver(now time.Time) bool {
	select {
	case <-a.done:
		return a.err != nil && now.Sub(a.failedAt) >= retryAfter
	default:
		return false
	}
}

func (d *Discovery) run(ctx context.Context, a *attempt) {
	defer close(a.done)

	a.provider, a.err = d.discover(ctx)
	if a.err != nil {
		a.failedAt = d.now()
	}
}

func (d *Discovery) discover(ctx context.Context) (Provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, d.client), d.issuer)
	if err != nil {
		return Provider{}, fmt.Errorf("discover the identity provider: %w", err)
	}

	var further struct {
		EndSessionEndpoint string `json:"end_session_endpoint"` // OpenID Connect RP-Initiated Logout 1.0, section 2.1
	}
	if err := found.Claims(&further); err != nil {
		return Provider{}, fmt.Errorf("read the identity provider's description: %w", err)
	}

	if !isWebAddress(further.EndSessionEndpoint) {
		further.EndSessionEndpoint = ""
	}

	return Provider{
		AuthorizationEndpoint: found.Endpoint().AuthURL,
		TokenEndpoint:         found.Endpoint().TokenURL,
		EndSessionEndpoint:    further.EndSessionEndpoint,
		Verifier:              found.Verifier(&oidc.Config{ClientID: d.clientID, Now: d.now}),
		logoutVerifier:        found.Verifier(&oidc.Config{ClientID: d.clientID, SkipExpiryCheck: true}),
	}, nil
}

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// unavailable returns the refusal of a request that can succeed after a while, when the provider is asked again.
func unavailable(cause error, after time.Duration) error {
	refusal := identity.Refuse(identity.Unavailable, "The identity provider cannot be reached at present. Try again.")
	refusal.RetryAfter = max(after, time.Second)
	refusal.Cause = errors.New(identity.Excerpt(cause.Error())) // it may quote an answer of any length
	return refusal
}

// Failure returns the refusal for a document that the provider failed to deliver and that it is not asked for again yet;
// nil if there is none. A caller asks it after a token did not verify: go-oidc does not say whether the keys were out of
// reach.
func (d *Discovery) Failure() error {
	if left, cause := d.documents.failure(); cause != nil {
		return unavailable(cause, left)
	}

	return nil
}
