// Command sign-in-get returns where to sign in and out: the identity provider's endpoints and our client ID there,
// which is all that a console or a script needs for the authorization code flow with PKCE.
package main

import (
	"context"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

func main() {
	at := settings.SignIn()
	endpoint.Serve(endpoint.NoRecords{}, endpoint.Query[endpoint.None, api.SignIn]{
		Route:  "GET /sign-in",
		Public: true,
		Do:     op{at, openid.New(at.Issuer, at.ClientID, time.Now)}.get, //nolint:forbidigo // the clock of the discovery
	})
}

type op struct {
	at        settings.Provider
	discovery *openid.Discovery
}

func (o op) get(ctx context.Context, _ *endpoint.Request[endpoint.None]) (api.SignIn, error) {
	provider, err := o.discovery.Provider(ctx)
	if err != nil {
		return api.SignIn{}, err
	}

	signIn := api.SignIn{
		Issuer:                o.at.Issuer,
		ClientID:              o.at.ClientID,
		AuthorizationEndpoint: provider.AuthorizationEndpoint,
		TokenEndpoint:         provider.TokenEndpoint,
		Scopes:                []string{oidc.ScopeOpenID, "email", "profile"},
	}
	if provider.EndSessionEndpoint != "" {
		signIn.EndSessionEndpoint = &provider.EndSessionEndpoint
	}

	return signIn, nil
}
