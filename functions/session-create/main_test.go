package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// provider is an issuer that signs whatever claims a test likes and counts what is fetched.
type provider struct {
	url    string
	key    *rsa.PrivateKey
	keyID  string
	keys   atomic.Int64
	status atomic.Int64
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	p := &provider{key: key, keyID: "one"}
	p.status.Store(http.StatusOK)
	server := httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path != "/jwks" {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": p.url, "jwks_uri": p.url + "/jwks"})
		return
	}

	p.keys.Add(1)
	w.WriteHeader(int(p.status.Load()))
	_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.keyID, Algorithm: "RS256"}}})
}

// token signs the claims, with those that every ID token has; a nil claim is left out.
func (p *provider) token(t *testing.T, keyID string, claims map[string]any) string {
	t.Helper()
	all := map[string]any{"iss": p.url, "aud": "app", "sub": "ada", "nonce": "nonce", "email": "ada@example.com",
		"email_verified": true, "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().UnixNano()}
	for name, value := range claims {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: p.key, KeyID: keyID}}, nil)
	if err != nil {
		t.Fatal(err)
	}

	token, err := jwt.Signed(signer).Claims(all).Serialize()
	if err != nil {
		t.Fatal(err)
	}

	return token
}

func newOp(t *testing.T, p *provider) *op {
	t.Helper()
	return &op{db: tabletest.Open(t), discovery: openid.New(p.url, "app", time.Now)}
}

// trade exchanges an ID token as the edge does.
func (o *op) trade(ctx context.Context, token string) (api.SessionCreated, error) {
	var created api.SessionCreated
	now := time.Now().UTC()
	err := identity.RetryStale(ctx, func() error {
		r := &endpoint.Request[input]{In: input{Body: api.SessionCreate{IDToken: token, Nonce: "nonce"}}, Now: now}
		answer, write, err := o.signIn(ctx, r)
		if err != nil {
			return err
		}

		created = answer
		return write(ctx, identity.Change{At: now})
	})

	return created, err
}

func TestClaimsAreReadAsProvidersSendThem(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for name, c := range map[string]struct {
		claims  map[string]any
		vouched bool
		want    string // the display name, or what the refusal names
		refused bool
	}{
		"all":                      {map[string]any{"given_name": "Ada", "family_name": "King"}, false, "Ada King", false},
		"verified as text":         {map[string]any{"email_verified": "true"}, false, "ada@example.com", false},
		"not verified":             {map[string]any{"email_verified": false}, true, "email_verified", true},
		"not verified, as text":    {map[string]any{"email_verified": "false"}, true, "email_verified", true},
		"unsaid":                   {map[string]any{"email_verified": nil}, false, "email_verified", true},
		"unsaid and vouched":       {map[string]any{"email_verified": nil}, true, "ada@example.com", false},
		"verified as a number":     {map[string]any{"email_verified": 1}, false, "email_verified", true},
		"no email":                 {map[string]any{"email": nil}, true, "claim email", true},
		"an email of another type": {map[string]any{"email": []string{"ada@example.com"}}, true, "claim email", true},
		"an email that is none":    {map[string]any{"email": "ada"}, true, "claim email", true},
		"no subject":               {map[string]any{"sub": nil}, false, "claim sub", true},
		"a name of another type":   {map[string]any{"given_name": 7, "family_name": "King"}, false, "King", false},
		"a whole name":             {map[string]any{"name": "Ada King"}, false, "Ada King", false},
		"a whole name and a part":  {map[string]any{"name": "Countess", "given_name": "Ada"}, false, "Ada", false},
		"a long name":              {map[string]any{"given_name": strings.Repeat("ä", 120)}, false, strings.Repeat("ä", 100), false},
		"an invisible name":        {map[string]any{"given_name": "\u202eadA"}, false, "ada@example.com", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOp(t, p)
			o.vouched.Email = c.vouched
			created, err := o.trade(t.Context(), p.token(t, "one", c.claims))
			var refusal *identity.Error
			switch {
			case !c.refused && (err != nil || created.User.DisplayName != c.want):
				t.Errorf("%q, %v; want %q", created.User.DisplayName, err, c.want)
			case c.refused && (!errors.As(err, &refusal) || refusal.Problem != identity.SignInRefused || !strings.Contains(refusal.Detail, c.want)):
				t.Errorf("%v; want a refusal that names %s", err, c.want)
			}
		})
	}
}

func TestAnIDTokenMakesOneSession(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOp(t, p)
	token := p.token(t, "one", nil)
	results := make(chan error, 20)
	for range cap(results) {
		go func() {
			_, err := o.trade(t.Context(), token)
			results <- err
		}()
	}

	made := 0
	for range cap(results) {
		if err := <-results; err == nil {
			made++
		} else if !isRefused(err) {
			t.Error(err)
		}
	}

	if made != 1 {
		t.Errorf("%d sessions of one token", made)
	}

	// The last character of an RS256 signature has bits that mean nothing.
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	spelled := token[:len(token)-1] + string(alphabet[last^1])
	if before, _ := base64.RawURLEncoding.DecodeString(token[strings.LastIndex(token, ".")+1:]); true {
		after, err := base64.RawURLEncoding.DecodeString(spelled[strings.LastIndex(spelled, ".")+1:])
		if err != nil || !bytes.Equal(before, after) {
			t.Fatal("the two spellings differ")
		}
	}

	if _, err := o.trade(t.Context(), spelled); !isRefused(err) {
		t.Errorf("in another spelling: %v", err)
	}

	if _, err := o.trade(t.Context(), p.token(t, "one", nil)); err != nil {
		t.Errorf("the next token: %v", err)
	}
}

func TestATokenThatIsSentAgainDoesNotBringAnOldAddressBack(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOp(t, p)
	old := p.token(t, "one", map[string]any{"email": "old@example.com"})
	for _, token := range []string{old, p.token(t, "one", map[string]any{"email": "new@example.com"})} {
		if _, err := o.trade(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}

	if _, err := o.trade(t.Context(), old); !isRefused(err) {
		t.Errorf("%v", err)
	}

	created, err := o.trade(t.Context(), p.token(t, "one", map[string]any{"email": "new@example.com"}))
	if err != nil || created.User.Email != "new@example.com" {
		t.Errorf("%+v, %v", created.User, err)
	}
}

func TestUnknownKeysAreAskedForOnceAMinute(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := newOp(t, p)
	var later atomic.Int64
	o.discovery = openid.New(p.url, "app", func() time.Time { return time.Now().Add(time.Duration(later.Load())) })
	for n := range 100 {
		if _, err := o.trade(t.Context(), p.token(t, fmt.Sprint("forged", n), nil)); !isRefused(err) {
			t.Fatal(err)
		}
	}

	if _, err := o.trade(t.Context(), p.token(t, "one", nil)); err != nil {
		t.Errorf("a person among a hundred forged tokens: %v", err)
	}

	if n := p.keys.Load(); n != 1 {
		t.Errorf("%d fetches", n)
	}

	p.keyID = "two" // the provider rotates its key
	later.Store(int64(time.Minute))
	if _, err := o.trade(t.Context(), p.token(t, "two", map[string]any{"sub": "bob", "email": "bob@example.com"})); err != nil {
		t.Errorf("with a new key: %v", err)
	}

	if n := p.keys.Load(); n != 2 {
		t.Errorf("%d fetches after a minute", n)
	}
}

func TestKeysThatCannotBeFetchedAreNoFaultOfTheToken(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.status.Store(http.StatusBadGateway)
	o := newOp(t, p)
	var later atomic.Int64
	o.discovery = openid.New(p.url, "app", func() time.Time { return time.Now().Add(time.Duration(later.Load())) })
	token := p.token(t, "one", nil)
	for range 5 {
		var refusal *identity.Error
		if _, err := o.trade(t.Context(), token); !errors.As(err, &refusal) || refusal.Problem != identity.Unavailable {
			t.Errorf("%v", err)
		}
	}

	if n := p.keys.Load(); n != 1 {
		t.Errorf("%d fetches of a provider that is down", n)
	}

	p.status.Store(http.StatusOK)
	later.Store(int64(5 * time.Second))
	if _, err := o.trade(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// TestAForgedTokenCostsAShortLine replaces the default logger, so it does not run in parallel with other tests.
func TestAForgedTokenCostsAShortLine(t *testing.T) {
	p := newProvider(t)
	o := newOp(t, p)
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	defer slog.SetDefault(before)

	header := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"` + strings.Repeat("A", 12_000) + `"}`))
	if _, err := o.trade(t.Context(), header+".e30.c2ln"); !isRefused(err) {
		t.Error(err)
	}

	if log.Len() == 0 || log.Len() > 500 {
		t.Errorf("%d bytes of log", log.Len())
	}
}

func isRefused(err error) bool {
	var refusal *identity.Error
	return errors.As(err, &refusal) && refusal.Problem == identity.SignInRefused
}
