// Command console serves the web page that people manage profiles, users, solutions and tokens with: GET /console and
// everything below it. The page itself talks to nothing but the public API.
//
// Its source is in web/, built into dist/ by `npm ci && npm run build` there, and embedded here. A binary built without
// it serves a page that says so.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/site"
)

// dist holds .keep even where nothing has been built, so that a fresh clone compiles.
//
//go:embed all:dist
var dist embed.FS

func main() {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		slog.Error("the embedded files are out of reach", "error", err)
		os.Exit(1)
	}

	at := settings.SignIn()
	endpoint.ServeHTTP(console(files, issuer{at.Issuer, openid.New(at.Issuer, at.ClientID, time.Now)})) //nolint:forbidigo // the clock of the discovery
}

// console returns the handler of the page, whose policy allows it to talk to the identity provider.
func console(files fs.FS, provider issuer) http.Handler {
	return site.New(site.Page{
		Files:  files,
		Path:   "/console",
		Source: "functions/console/web",
		Policy: func(ctx context.Context) string { return contentPolicy(provider.origins(ctx)) },
	})
}
