package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// provider is an identity provider that signs logout tokens, and whose keys can be out of reach.
type provider struct {
	url  string
	key  *rsa.PrivateKey
	down atomic.Bool
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	p := &provider{key: key}
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "1", Algorithm: oidc.RS256}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.down.Load() && strings.HasSuffix(r.URL.Path, "/keys") {
			http.Error(w, "down", http.StatusInternalServerError)
			return
		}

		keys.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	p.url = server.URL
	keys.SetIssuer(server.URL)
	return p
}

// token signs a logout token for a subject.
func (p *provider) token(t *testing.T, subject, id string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{
		"iss": p.url, "aud": "app", "sub": subject, "jti": id, "iat": time.Now().Unix(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	})
	if err != nil {
		t.Fatal(err)
	}

	return oidctest.SignIDToken(p.key, "1", oidc.RS256, string(claims))
}

// send handles a logout token as the edge does.
func (o op) send(ctx context.Context, token string) error {
	return identity.RetryStale(ctx, func() error {
		r := &endpoint.Request[input]{In: input{Body: api.BackChannelLogout{LogoutToken: token}}, Now: time.Now().UTC()}
		_, write, err := o.logout(ctx, r)
		if err != nil {
			return err
		}

		return write(ctx, identity.Change{At: r.Now})
	})
}

func (o op) signIn(t *testing.T, p *provider, subject string, n int) identity.UserID {
	t.Helper()
	now := time.Now().UTC().Truncate(time.Second)
	claims := table.Claims{Issuer: p.url, Subject: subject, Email: subject + "@example.com"}
	person, err := tabletest.SignIn(t.Context(), o.db, identity.Change{At: now}, claims, identity.NewUserID(now))
	if err != nil {
		t.Fatal(err)
	}

	session := identity.Session{
		ID:        identity.SessionID(fmt.Sprintf("ses_%011d", n)),
		User:      person.ID,
		CreatedAt: now,
		Lease:     identity.SessionTerms.Grant(now),
		Subject:   identity.Digest(p.url, subject),
	}
	if err := o.db.CreateSession(session, identity.IDToken{Digest: string(session.ID)})(t.Context(), identity.Change{At: now}); err != nil {
		t.Fatal(err)
	}

	return person.ID
}

func (o op) mustHave(t *testing.T, u identity.UserID, n int) {
	t.Helper()
	if sessions, err := o.db.Sessions(t.Context(), u); err != nil || len(sessions) != n {
		t.Fatalf("the person has %d sessions (%v), want %d", len(sessions), err, n)
	}
}

func TestALogoutTokenEndsItsSubjectsSessionsOnce(t *testing.T) {
	p := newProvider(t)
	o := op{db: tabletest.Open(t), discovery: openid.New(p.url, "app", time.Now)}
	ada, eve := o.signIn(t, p, "ada", 1), o.signIn(t, p, "eve", 2)
	o.signIn(t, p, "ada", 3)

	token := p.token(t, "ada", "j1")
	if err := o.send(t.Context(), token); err != nil {
		t.Fatal(err)
	}

	o.mustHave(t, ada, 0)
	o.mustHave(t, eve, 1)

	// A replay and a subject that nobody has get the same answer and change nothing.
	o.signIn(t, p, "ada", 4)

	for _, again := range []string{token, p.token(t, "nobody", "j2")} {
		if err := o.send(t.Context(), again); err != nil {
			t.Errorf("got %v, want the same answer", err)
		}
	}

	o.mustHave(t, ada, 1)
	o.mustHave(t, eve, 1)
}

func TestAnInvalidLogoutTokenIsRefusedWithoutItsReason(t *testing.T) {
	p := newProvider(t)
	o := op{db: tabletest.Open(t), discovery: openid.New(p.url, "app", time.Now)}
	ada := o.signIn(t, p, "ada", 1)
	for _, token := range []string{p.token(t, "ada", ""), p.token(t, "ada", "j") + "x", "no.token.atall"} {
		var refusal *identity.Error
		if err := o.send(t.Context(), token); !errors.As(err, &refusal) || refusal.OAuthError != "invalid_request" {
			t.Errorf("got %v, want invalid_request", err)
		}
	}

	o.mustHave(t, ada, 1)
}

func TestKeysThatCannotBeFetchedAreNoFaultOfTheLogoutToken(t *testing.T) {
	p := newProvider(t)
	o := op{db: tabletest.Open(t), discovery: openid.New(p.url, "app", time.Now)}
	p.down.Store(true)

	var refusal *identity.Error
	if err := o.send(t.Context(), p.token(t, "ada", "j1")); !errors.As(err, &refusal) || refusal.Problem != identity.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}
