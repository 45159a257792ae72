package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/openid"
)

func built() fs.FS { return fstest.MapFS{"index.html": {Data: []byte("<!doctype html>")}} }

func get(handler http.Handler, target string) *http.Response {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w.Result()
}

// provider describes itself with a token endpoint at another origin.
func provider(t *testing.T) issuer {
	t.Helper()
	var at string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/pool/.well-known/openid-configuration" {
			http.NotFound(w, r)
			return
		}

		_, _ = fmt.Fprintf(w, `{"issuer":%q,"token_endpoint":"https://login.example.com/oauth2/token"}`, at)
	}))

	t.Cleanup(server.Close)
	at = server.URL + "/pool"
	return issuerAt(at)
}

func issuerAt(url string) issuer {
	return issuer{url, openid.New(url, "app", time.Now)}
}

func TestThePolicyAllowsOwnFilesAndTheProviderOnly(t *testing.T) {
	issuer := provider(t)
	r := get(console(built(), issuer), "/console/org_1/users")
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' " +
		origin(issuer.url) + " https://login.example.com; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"
	if got := r.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAProviderOutOfReachStillLeavesAPage(t *testing.T) {
	r := get(console(built(), issuerAt("http://127.0.0.1:1/pool")), "/console/")
	if got := r.Header.Get("Content-Security-Policy"); r.StatusCode != http.StatusOK || !strings.Contains(got, "connect-src 'self' http://127.0.0.1:1;") {
		t.Errorf("%d %s", r.StatusCode, got)
	}
}

func TestAHostileIssuerCannotEndADirective(t *testing.T) {
	for _, address := range []string{"https://a;script-src", "https://a;script-src *", "https://a b", "::", ""} {
		if got := origin(address); got != "'self'" {
			t.Errorf("%q: %s", address, got)
		}
	}
}
