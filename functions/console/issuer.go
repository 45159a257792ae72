package main

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/openid"
)

// issuer is the OpenID Connect provider, as far as the page needs it: the page trades its code at the token endpoint,
// which many providers have at another origin than their issuer.
type issuer struct {
	url       string
	discovery *openid.Discovery
}

// origins returns the origins that the page talks to when it signs a person in. While the provider cannot be reached,
// that is only the issuer's own origin; a later page asks the provider again.
func (i issuer) origins(ctx context.Context) []string {
	origins := []string{origin(i.url)}
	provider, err := i.discovery.Provider(ctx)
	if err != nil {
		slog.WarnContext(ctx, "the identity provider's description is out of reach", "error", err)
		return origins
	}

	return slices.Compact(append(origins, origin(provider.TokenEndpoint)))
}

// origin returns the scheme, host and port of a URL, or 'self' if they hold anything that could end a directive of the
// policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,'") {
		return "'self'"
	}

	return u.Scheme + "://" + u.Host
}
