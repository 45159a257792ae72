package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	discoveryTimeout = 2 * time.Second
	maxDiscovery     = 64 << 10
)

// issuer is the OpenID Connect provider, as far as the page needs it: the page trades its code at the token endpoint,
// which many providers have at another origin than their issuer.
type issuer struct {
	url    string
	client *http.Client

	mutex sync.Mutex
	token string // the token endpoint; "" until the provider has told it
}

func newIssuer(url string) *issuer {
	return &issuer{url: url, client: &http.Client{Timeout: discoveryTimeout}}
}

// origins are those that the page talks to when it signs a person in. A provider out of reach is asked again with the
// next page; until then only the issuer's own origin is allowed.
func (i *issuer) origins(ctx context.Context) []string {
	origins := []string{origin(i.url)}
	token, err := i.tokenEndpoint(ctx)
	if err != nil {
		slog.WarnContext(ctx, "the identity provider's description is out of reach", "error", identity.Excerpt(err.Error()))
		return origins
	}

	return slices.Compact(append(origins, origin(token)))
}

func (i *issuer) tokenEndpoint(ctx context.Context) (string, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	if i.token != "" {
		return i.token, nil
	}

	address := strings.TrimSuffix(i.url, "/") + "/.well-known/openid-configuration"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("address the discovery document: %w", err)
	}

	response, err := i.client.Do(request)
	if err != nil {
		return "", fmt.Errorf("fetch the discovery document: %w", err)
	}

	defer response.Body.Close()

	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("fetch the discovery document: %s", response.Status)
	}

	var described struct {
		TokenEndpoint string `json:"token_endpoint"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxDiscovery)).Decode(&described); err != nil {
		return "", fmt.Errorf("read the discovery document: %w", err)
	}

	i.token = described.TokenEndpoint
	return i.token, nil
}

// origin is scheme, host and port of a URL; it holds nothing that could end a directive of the policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || strings.ContainsAny(u.Host, " ;,'") {
		return "'self'"
	}

	return u.Scheme + "://" + u.Host
}
