package main

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/openid"
)

const page = `<!doctype html><script type="module" src="./assets/main-a1b2.js"></script><link rel="stylesheet" href="./assets/main-c3d4.css">`

func built() fs.FS {
	return fstest.MapFS{
		".keep":               {},
		"index.html":          {Data: []byte(page)},
		"assets/main-a1b2.js": {Data: []byte("export {}")},
	}
}

// provider describes itself with a token endpoint at another origin.
func provider(t *testing.T) issuer {
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

func get(t *testing.T, s *site, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}

	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	content, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

func TestEveryViewIsThePageAndLeadsToItsAssets(t *testing.T) {
	s := newSite(built(), provider(t))
	for path, lead := range map[string]string{
		"/console":                             "console/assets/",
		"/console/":                            "./assets/",
		"/console/signed-in":                   "./assets/",
		"/console/org_1/users":                 "../assets/",
		"/console/org_1/profile/tokens/tok_1":  "../../../assets/",
		"/mapped/console/org_1/users":          "../assets/",
		"/console/org_1/users?role=owner&q=io": "../assets/",
	} {
		r := get(t, s, path)
		if got := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(got, `src="`+lead+`main-a1b2.js"`) {
			t.Errorf("%s: %d %s, want assets under %s", path, r.StatusCode, got, lead)
		}

		if got := r.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q, want the page asked for again each time", path, got)
		}
	}
}

func TestAPageThatDidNotChangeIsNotSentAgain(t *testing.T) {
	s := newSite(built(), provider(t))
	first := get(t, s, "/console/")
	if again := get(t, s, "/console/", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("got %d, want 304", again.StatusCode)
	}
}

func TestAssetsAreCachedForGoodAtAnyDepth(t *testing.T) {
	s := newSite(built(), provider(t))
	for _, path := range []string{"/console/assets/main-a1b2.js", "/console/console/assets/main-a1b2.js"} {
		r := get(t, s, path)
		if r.StatusCode != http.StatusOK || body(t, r) != "export {}" {
			t.Errorf("%s: %d", path, r.StatusCode)
		}

		if got := r.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}

		if got := r.Header.Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("%s: Vary %q: a shared cache would give compressed files to who cannot read them", path, got)
		}

		if got := r.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/javascript") {
			t.Errorf("%s: Content-Type %q", path, got)
		}
	}
}

func TestAFileThatIsNotThereIsNeverThePage(t *testing.T) {
	s := newSite(built(), provider(t))
	for _, path := range []string{"/console/assets/gone.js", "/console/assets/../index.html", "/console/assets/", "/console/favicon.ico"} {
		r := get(t, s, path)
		if got := r.Header.Get("Cache-Control"); r.StatusCode != http.StatusNotFound || got != "no-store" {
			t.Errorf("%s: %d, Cache-Control %q, want 404 that nobody keeps", path, r.StatusCode, got)
		}
	}
}

func TestThePolicyAllowsOwnFilesAndTheProviderOnly(t *testing.T) {
	issuer := provider(t)
	r := get(t, newSite(built(), issuer), "/console/org_1/users")
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' " +
		origin(issuer.url) + " https://login.example.com; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; " +
		"require-trusted-types-for 'script'; trusted-types 'none'"
	if got := r.Header.Get("Content-Security-Policy"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestAProviderOutOfReachStillLeavesAPage(t *testing.T) {
	r := get(t, newSite(built(), issuerAt("http://127.0.0.1:1/pool")), "/console/")
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

func TestAnUnbuiltConsoleSaysHowToBuildIt(t *testing.T) {
	r := get(t, newSite(fstest.MapFS{".keep": {}}, provider(t)), "/console/org_1/users")
	if got := body(t, r); r.StatusCode != http.StatusNotFound || !strings.Contains(got, "npm run build") {
		t.Errorf("%d %s", r.StatusCode, got)
	}
}
