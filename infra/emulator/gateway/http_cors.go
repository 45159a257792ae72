package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// isPreflight reports whether a browser asks whether a page of another origin may send a request. AWS documents the two headers
// that such a request must have.
func (c *call) isPreflight() bool {
	return c.request.Method == http.MethodOptions && c.header("Origin") != "" && c.header("Access-Control-Request-Method") != ""
}

// dropCORS removes the CORS headers of a function's answer, which an HTTP API with CORS ignores.
func dropCORS(header http.Header) {
	for name := range header {
		if strings.HasPrefix(http.CanonicalHeaderKey(name), "Access-Control-") {
			delete(header, name)
		}
	}
}

// allowOrigin adds the CORS headers that the configuration has for the page's origin. It adds none for a request without an
// Origin header or of an origin that is not allowed. AWS documents neither the responses of the gateway itself, to which it
// adds them too, nor the header Vary.
func (c *call) allowOrigin(header http.Header, cors *template.CORS) {
	origin := c.header("Origin")
	allowed := allowedOrigin(cors.Origins, origin)
	if origin == "" || allowed == "" {
		return
	}

	header.Set("Access-Control-Allow-Origin", allowed)

	if cors.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}

	if !c.isPreflight() {
		setList(header, "Access-Control-Expose-Headers", cors.Exposed)
		return
	}

	setList(header, "Access-Control-Allow-Headers", cors.Headers)
	setList(header, "Access-Control-Allow-Methods", cors.Methods)

	if cors.MaxAge != "" {
		header.Set("Access-Control-Max-Age", cors.MaxAge)
	}
}

// allowedOrigin returns the value of Access-Control-Allow-Origin for an origin; "" if the configuration does not allow it.
func allowedOrigin(origins []string, origin string) string {
	scheme, _, _ := strings.Cut(origin, "://")
	switch {
	case slices.Contains(origins, "*"):
		return "*"
	case slices.Contains(origins, origin), slices.Contains(origins, scheme+"://*"):
		return origin
	}

	return ""
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}
