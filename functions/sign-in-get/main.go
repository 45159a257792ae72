// Command sign-in-get returns where to sign in and out: the identity provider's endpoints and our client ID there,
// which is all that a console or a script needs for the authorization code flow with PKCE.
package main

import (
	"context"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

func main() {
	endpoint.Serve(endpoint.NoRecords{}, endpoint.Query[endpoint.None, api.SignIn]{
		Route:  "GET /sign-in",
		Public: true,
		Do:     op{settings.SignIn()}.get,
	})
}

type op struct{ at settings.Provider }

func (o op) get(ctx context.Context, _ *endpoint.Request[endpoint.None]) (api.SignIn, error) {
	provider, err := oidc.NewProvider(ctx, o.at.Issuer)
	if err != nil {
		return api.SignIn{}, fmt.Errorf("discover the identity provider: %w", err)
	}

	leave, err := endSession(provider)
	if err != nil {
		return api.SignIn{}, err
	}

	found := provider.Endpoint()
	return api.SignIn{
		Issuer:                o.at.Issuer,
		ClientID:              o.at.ClientID,
		AuthorizationEndpoint: found.AuthURL,
		TokenEndpoint:         found.TokenURL,
		EndSessionEndpoint:    leave,
		Scopes:                []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}

// endSession returns where the provider ends a person's session; nil if the provider names no web address, since a
// browser will be sent there.
func endSession(provider *oidc.Provider) (*string, error) {
	var metadata struct {
		EndSessionEndpoint string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&metadata); err != nil {
		return nil, fmt.Errorf("read the identity provider's description: %w", err)
	}

	u, err := url.Parse(metadata.EndSessionEndpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, nil //nolint:nilerr // a provider without a usable address has no sign-out page
	}

	return &metadata.EndSessionEndpoint, nil
}
