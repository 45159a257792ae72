// Package site serves a web page that Vite has built and that a function embeds: its index.html, from every address below
// the page's path, and the files under assets/.
package site

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

const unbuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Leasehold: this page is not built</title>
<h1>This page is not built</h1>
<p>This binary was compiled without the web page. Build the page, then build the binary again:</p>
<pre>cd %s
npm ci
npm run build</pre>
</html>
`

// nothing is the policy of a page that loads nothing.
const nothing = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"

// Page is a built page and where it belongs.
type Page struct {
	// Files holds index.html and assets/. A file under assets/ has a hash of its content in its name, so it never changes.
	Files fs.FS
	// Path is the page's path below the stage, such as "/console".
	Path string
	// Source is the directory of the page's source, for a person who meets a binary that was compiled without the page.
	Source string
	// Policy returns the page's Content-Security-Policy.
	Policy func(context.Context) string
}

// site is a Page whose index.html has been read.
type site struct {
	Page

	index []byte // nil if the page is not built
}

// New returns a handler of GET requests for the page and for its files.
func New(page Page) http.Handler {
	index, err := fs.ReadFile(page.Files, "index.html")
	if err != nil {
		index = nil
	}

	return &site{page, index}
}

// ServeHTTP returns the page or one of its files. It ignores what precedes the page's path: behind a custom domain with a
// base path mapping, the path begins with the mapping.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, view, _ := strings.Cut(r.URL.Path, s.Path)
	secure(w.Header())

	switch asset, isAsset := assetName(view); {
	case s.index == nil:
		s.serveUnbuilt(w)
	case isAsset:
		s.serveAsset(w, asset)
	case path.Ext(view) != "":
		notFound(w)
	default:
		s.serveIndex(w, r, view)
	}
}

// secure sets the headers of every answer.
func secure(header http.Header) {
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	header.Set("Strict-Transport-Security", "max-age=31536000")
}

// assetName finds the name of an asset at any depth, so that a page whose address was rewritten on the way, for example by
// removing a slash at its end, still finds its files.
func assetName(view string) (string, bool) {
	i := strings.LastIndex(view, "/assets/")
	if i < 0 {
		return "", false
	}

	return view[i+len("/assets/"):], true
}

func (s *site) serveUnbuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", nothing)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = fmt.Fprintf(w, unbuilt, s.Source) // an error means that the client is gone
}

func (s *site) serveAsset(w http.ResponseWriter, name string) {
	content, err := fs.ReadFile(s.Files, "assets/"+name)
	if err != nil {
		notFound(w)
		return
	}

	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding") // API Gateway compresses for clients that accept it, but does not say so
	_, _ = w.Write(content)
}

// serveIndex writes the page. It makes the addresses of the assets relative to the requested view, because the stage and
// therefore the absolute path are not known when the page is built.
func (s *site) serveIndex(w http.ResponseWriter, r *http.Request, view string) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", s.Policy(r.Context()))

	content := bytes.ReplaceAll(s.index, []byte(`"./assets/`), []byte(`"`+s.toRoot(view)+`assets/`))
	ServeVersion(w, r, content, "no-cache")
}

// ServeVersion writes content with an ETag that changes with it, or 304 if the client has this version. cacheControl is the
// value of Cache-Control. The caller sets Content-Type.
func ServeVersion(w http.ResponseWriter, r *http.Request, content []byte, cacheControl string) {
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	header := w.Header()
	header.Set("Cache-Control", cacheControl)
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", tag)

	if r.Header.Get("If-None-Match") == tag {
		header.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}

	_, _ = w.Write(content)
}

// toRoot returns the relative address of the page's directory, such as "/console/", as seen from a view, the part of the
// path after "/console".
func (s *site) toRoot(view string) string {
	switch depth := strings.Count(view, "/"); depth {
	case 0:
		return strings.TrimPrefix(s.Path, "/") + "/"
	case 1:
		return "./"
	default:
		return strings.Repeat("../", depth-1)
	}
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("There is no such file.\n"))
}
