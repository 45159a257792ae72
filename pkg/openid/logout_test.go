package openid

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestALogoutTokenIsVerifiedAsTheSpecificationSays changes one claim at a time of a valid logout token.
func TestALogoutTokenIsVerifiedAsTheSpecificationSays(t *testing.T) {
	i := newIssuer(t)
	key, other := newKey(t), newKey(t)
	keys := http.HandlerFunc((&oidctest.Server{
		PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "1", Algorithm: oidc.RS256}},
	}).ServeHTTP)
	i.keys.Store(&keys)

	provider, err := i.discovery(time.Now).Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	sign := func(by *rsa.PrivateKey, changes map[string]any) string {
		claims := map[string]any{
			"iss": i.URL, "aud": "app", "sub": "ada", "sid": "s1", "jti": "j1", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
			"events": map[string]any{logoutEvent: map[string]any{}},
		}
		maps.Copy(claims, changes)
		maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
		text, err := json.Marshal(claims)
		if err != nil {
			t.Fatal(err)
		}

		return oidctest.SignIDToken(by, "1", oidc.RS256, string(text))
	}

	for name, changes := range map[string]map[string]any{
		"as it is":                    nil,
		"for several clients":         {"aud": []string{"other", "app"}},
		"without an expiry":           {"exp": nil},
		"only a subject":              {"sid": nil},
		"only a session":              {"sub": nil},
		"issued nine minutes ago":     {"iat": now.Add(-9 * time.Minute).Unix()},
		"with a clock that is ahead":  {"iat": now.Add(50 * time.Second).Unix()},
		"with a claim of its own":     {"other": 1},
		"with another event, as well": {"events": map[string]any{logoutEvent: map[string]any{}, "x": 1}},
	} {
		if _, err := provider.Logout(t.Context(), sign(key, changes), now); err != nil {
			t.Errorf("%s: %v, want no error", name, err)
		}
	}

	for name, changes := range map[string]map[string]any{
		"another issuer":           {"iss": "https://other.example"},
		"another client":           {"aud": "other"},
		"no client":                {"aud": nil},
		"no time":                  {"iat": nil},
		"issued ten minutes ago":   {"iat": now.Add(-10 * time.Minute).Unix()},
		"issued in the future":     {"iat": now.Add(2 * time.Minute).Unix()},
		"expired":                  {"exp": now.Unix()},
		"no ID":                    {"jti": nil},
		"neither sub nor sid":      {"sub": nil, "sid": nil},
		"no events":                {"events": nil},
		"no logout event":          {"events": map[string]any{"x": map[string]any{}}},
		"an event of another type": {"events": map[string]any{logoutEvent: 1}},
		"an event that is null":    {"events": map[string]any{logoutEvent: json.RawMessage("null")}},
		"events of another type":   {"events": []string{logoutEvent}},
		"a nonce":                  {"nonce": "n"},
		"a nonce that is null":     {"nonce": json.RawMessage("null")},
	} {
		if got, err := provider.Logout(t.Context(), sign(key, changes), now); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}

	valid := sign(key, nil)
	mustRefuse(t, provider, valid, sign(other, nil), now)

	want := identity.Logout{Issuer: i.URL, Subject: "ada", SID: "s1", ID: "j1", Until: now.Add(10 * time.Minute)}
	got, err := provider.Logout(t.Context(), valid, now)
	if got.Until = got.Until.UTC(); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

// mustRefuse sends tokens that are not signed as the valid one is; foreign is signed with another key.
func mustRefuse(t *testing.T, provider Provider, valid, foreign string, now time.Time) {
	t.Helper()
	for name, token := range map[string]string{
		"another key":    foreign,
		"no signature":   valid[:strings.LastIndex(valid, ".")+1],
		"alg none":       "eyJhbGciOiJub25lIn0." + strings.Split(valid, ".")[1] + ".",
		"not a token":    "no.token.atall",
		"nothing at all": "",
	} {
		if _, err := provider.Logout(t.Context(), token, now); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	return key
}
