// Command description-get serves the description of the API, in YAML and JSON, and the page that shows it. Anybody can read
// them.
//
//	GET /openapi.yaml, GET /openapi.json   the description of this deployment
//	GET /docs, GET /docs/{proxy+}          the page and its files
//
// The page is Scalar's API reference. Its source is in web/, built into dist/ by `npm ci && npm run build` there, and
// embedded here. A binary built without it serves a page that says so.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/site"
)

// dist holds .keep even where nothing has been built, so that a fresh clone compiles.
//
//go:embed all:dist
var dist embed.FS

// cacheControl lets clients and caches keep the description. A deployment changes it, and then its ETag differs.
const cacheControl = "public, max-age=300"

func main() {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		slog.Error("the embedded files are out of reach", "error", err)
		os.Exit(1)
	}

	inYAML, err := asYAML(api.Description)
	if err != nil {
		slog.Error("the description has an unknown form", "error", err)
		os.Exit(1)
	}

	endpoint.ServeHTTP(newHandler(files, inYAML, endpoint.ArrivalOf))
}

// handler serves the description and the page.
type handler struct {
	arrival func(*http.Request) endpoint.Arrival
	page    http.Handler
	inYAML  document
	inJSON  func() (document, error)
}

// newHandler returns a handler. It converts the description into JSON for the first request that wants it, because the
// conversion takes longer than everything else at the start of the process.
func newHandler(files fs.FS, inYAML document, arrival func(*http.Request) endpoint.Arrival) handler {
	return handler{
		arrival: arrival,
		page: site.New(site.Page{
			Files:  files,
			Path:   "/docs",
			Source: "functions/description-get/web",
			Policy: func(context.Context) string { return policy },
		}),
		inYAML: inYAML,
		inJSON: sync.OnceValues(func() (document, error) { return asJSON(inYAML) }),
	}
}

// ServeHTTP answers according to the route and not to the path, which could lead to the page's files by another name.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch at := h.arrival(r); at.Route {
	case "/openapi.yaml":
		serve(w, r, "application/yaml", h.inYAML.at(at.Base))
	case "/openapi.json":
		inJSON, err := h.inJSON()
		if err != nil {
			slog.ErrorContext(r.Context(), "failed", "operation", "GET /openapi.json", "error", err.Error())
			return // without an answer, which API Gateway answers with a problem
		}

		serve(w, r, "application/json", inJSON.at(at.Base))
	default:
		h.page.ServeHTTP(w, r)
	}
}

func serve(w http.ResponseWriter, r *http.Request, mediaType, description string) {
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	site.ServeVersion(w, r, []byte(description), cacheControl)
}

// policy is the page's Content-Security-Policy. The page loads its own scripts and styles, and talks to its own origin only.
//
// style-src-attr allows style attributes, which Scalar and Vue set with setAttribute. They have no selectors and so reach no
// other element. Style elements are not allowed: web/vite.config.ts changes those that Scalar would insert. Trusted Types are
// not required, because Scalar assigns to innerHTML without them. Scalar sanitizes the description's text, and the
// description is ours.
var policy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"style-src-attr 'unsafe-inline'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"form-action 'none'",
	"frame-ancestors 'none'",
	"base-uri 'none'",
}, "; ")
