package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

const unbuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Leasehold: the console is not built</title>
<h1>The console is not built</h1>
<p>This binary was compiled without the web page. Build the page, then build the binary again:</p>
<pre>cd functions/console/web
npm ci
npm run build</pre>
</html>
`

// site serves the built page: files under assets/ carry a hash of their content in their name and never change; every
// other path is a view of the one page.
type site struct {
	files  fs.FS
	index  []byte // nil when the page is not built
	issuer issuer
}

func newSite(files fs.FS, issuer issuer) *site {
	index, err := fs.ReadFile(files, "index.html")
	if err != nil {
		index = nil
	}

	return &site{files: files, index: index, issuer: issuer}
}

// ServeHTTP answers a GET of the page or of one of its files. What comes before "/console" in the path is ignored: behind
// a custom domain with a base path mapping the path has it.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, view, _ := strings.Cut(r.URL.Path, "/console")
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

// assetName finds the name of an asset at any depth, so that a page whose address was rewritten on the way (a slash at
// the end cut off, say) still finds its files.
func assetName(view string) (string, bool) {
	i := strings.LastIndex(view, "/assets/")
	if i < 0 {
		return "", false
	}

	return view[i+len("/assets/"):], true
}

func (s *site) serveUnbuilt(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", contentPolicy(nil))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte(unbuilt)) // a caller that has gone misses nothing
}

func (s *site) serveAsset(w http.ResponseWriter, name string) {
	content, err := fs.ReadFile(s.files, "assets/"+name)
	if err != nil {
		notFound(w)
		return
	}

	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding") // API Gateway compresses for who takes that, and does not say so itself
	_, _ = w.Write(content)
}

// serveIndex writes the page with its assets' addresses made relative to the view that was asked for: the stage, and so
// the absolute path, is not known here.
func (s *site) serveIndex(w http.ResponseWriter, r *http.Request, view string) {
	content := bytes.ReplaceAll(s.index, []byte(`"./assets/`), []byte(`"`+toRoot(view)+`assets/`))
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", contentPolicy(s.issuer.origins(r.Context())))
	header.Set("Cache-Control", "no-cache")
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", tag)

	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	_, _ = w.Write(content)
}

// toRoot leads from a view, the part of the path after "/console", to "/console/".
func toRoot(view string) string {
	switch depth := strings.Count(view, "/"); depth {
	case 0:
		return "console/"
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
