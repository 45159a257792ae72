// Command sign-in-get says where to sign in: the identity provider's endpoints and our client id there, all that a
// console or a script needs for the authorization code flow with PKCE.
package main

import (
	"context"
	"fmt"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

func main() {
	endpoint.Serve(endpoint.Operation[endpoint.None, api.SignIn]{
		Route: "GET /sign-in", Public: true, Do: op{settings.SignIn()}.get,
	})
}

type op struct{ at settings.Provider }

func (o op) get(ctx context.Context, _ *endpoint.Request[endpoint.None]) (api.SignIn, error) {
	provider, err := oidc.NewProvider(ctx, o.at.Issuer)
	if err != nil {
		return api.SignIn{}, fmt.Errorf("discover the identity provider: %w", err)
	}
	found := provider.Endpoint()
	return api.SignIn{
		Issuer: o.at.Issuer, ClientID: o.at.ClientID, AuthorizationEndpoint: found.AuthURL, TokenEndpoint: found.TokenURL,
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, nil
}
