package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

// provider describes itself, with more members if more is not empty.
func provider(t *testing.T, more string) string {
	var at string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":"https://a.example/authorize","token_endpoint":"https://a.example/token","jwks_uri":"https://a.example/keys"%s}`, at, more)
	}))

	t.Cleanup(server.Close)
	at = server.URL
	return at
}

func signIn(issuer string) op {
	return op{settings.Provider{Issuer: issuer, ClientID: "app"}, openid.New(issuer, "app", time.Now)}
}

func TestWhereToSignOutIsToldWhenTheProviderTellsAWebAddress(t *testing.T) {
	for _, c := range []struct{ more, want string }{
		{`,"end_session_endpoint":"https://a.example/logout?tenant=1"`, "https://a.example/logout?tenant=1"},
		{`,"end_session_endpoint":"http://127.0.0.1:3000/logout"`, "http://127.0.0.1:3000/logout"},
		{``, ""},
		{`,"end_session_endpoint":""`, ""},
		{`,"end_session_endpoint":"javascript:alert(1)"`, ""},
		{`,"end_session_endpoint":"/logout"`, ""},
	} {
		got, err := signIn(provider(t, c.more)).get(t.Context(), &endpoint.Request[endpoint.None]{})
		if err != nil {
			t.Fatalf("%s: %v", c.more, err)
		}

		if got.EndSessionEndpoint == nil && c.want == "" {
			continue
		}

		if got.EndSessionEndpoint == nil || *got.EndSessionEndpoint != c.want || got.AuthorizationEndpoint != "https://a.example/authorize" {
			t.Errorf("%s: got %+v, want %q", c.more, got, c.want)
		}
	}
}

func TestAProviderThatCannotBeReachedMakesSignInUnavailable(t *testing.T) {
	_, err := signIn("http://127.0.0.1:1").get(t.Context(), &endpoint.Request[endpoint.None]{})

	var refusal *identity.Error
	if !errors.As(err, &refusal) || refusal.Problem != identity.Unavailable {
		t.Errorf("got the error %v, want the problem %s", err, identity.Unavailable)
	}
}
