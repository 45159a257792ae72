package site

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

const page = `<!doctype html><script type="module" src="./assets/main-a1b2.js"></script><link rel="stylesheet" href="./assets/main-c3d4.css">`

func built() fs.FS {
	return fstest.MapFS{
		".keep":               {},
		"index.html":          {Data: []byte(page)},
		"assets/main-a1b2.js": {Data: []byte("export {}")},
	}
}

// console returns a page at /console whose policy is the given text.
func console(files fs.FS, policy string) http.Handler {
	return New(Page{
		Files:  files,
		Path:   "/console",
		Source: "functions/console/web",
		Policy: func(context.Context) string { return policy },
	})
}

func get(t *testing.T, s http.Handler, target string, header ...string) *http.Response {
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
	s := console(built(), "default-src 'none'")
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
	s := console(built(), "default-src 'none'")
	first := get(t, s, "/console/")
	if again := get(t, s, "/console/", "If-None-Match", first.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
		t.Errorf("got %d, want 304", again.StatusCode)
	}
}

func TestAssetsAreCachedForGoodAtAnyDepth(t *testing.T) {
	s := console(built(), "default-src 'none'")
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
	s := console(built(), "default-src 'none'")
	for _, path := range []string{"/console/assets/gone.js", "/console/assets/../index.html", "/console/assets/", "/console/favicon.ico"} {
		r := get(t, s, path)
		if got := r.Header.Get("Cache-Control"); r.StatusCode != http.StatusNotFound || got != "no-store" {
			t.Errorf("%s: %d, Cache-Control %q, want 404 that nobody keeps", path, r.StatusCode, got)
		}
	}
}

func TestEveryAnswerHasTheSecurityHeadersAndThePageItsPolicy(t *testing.T) {
	s := console(built(), "default-src 'none'")
	for _, path := range []string{"/console", "/console/assets/main-a1b2.js", "/console/gone.ico"} {
		r := get(t, s, path)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s: %q, want %q", path, name, got, want)
			}
		}
	}

	if got := get(t, s, "/console").Header.Get("Content-Security-Policy"); got != "default-src 'none'" {
		t.Errorf("Content-Security-Policy %q, want the page's", got)
	}
}

func TestAnUnbuiltPageSaysHowToBuildIt(t *testing.T) {
	r := get(t, console(fstest.MapFS{".keep": {}}, ""), "/console/org_1/users")
	if got := body(t, r); r.StatusCode != http.StatusNotFound || !strings.Contains(got, "cd functions/console/web\nnpm ci\nnpm run build") {
		t.Errorf("%d %s", r.StatusCode, got)
	}
}
