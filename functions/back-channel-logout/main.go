// Command back-channel-logout ends a person's sessions when the identity provider says that they signed out there (OpenID
// Connect Back-Channel Logout 1.0).
package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/openid"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	at := settings.SignIn()
	o := op{
		db:        settings.Table(),
		discovery: openid.New(at.Issuer, at.ClientID, time.Now), //nolint:forbidigo // the clock of the discovery
	}
	endpoint.Serve(o.db, endpoint.Mutation[input, endpoint.None]{
		Route:  "POST /sessions/back-channel-logout",
		Status: 200,
		Public: true,
		Decide: o.logout,
	})
}

type op struct {
	db        *table.DB
	discovery *openid.Discovery
}

type input struct {
	Body api.BackChannelLogout `body:"form"`
}

// logout answers the same whether or not anybody has the subject, so that it does not reveal who exists.
func (o op) logout(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	provider, err := o.discovery.Provider(ctx)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	request, err := provider.Logout(ctx, r.In.Body.LogoutToken, r.Now)
	if err != nil {
		return endpoint.None{}, nil, o.refused(ctx, err)
	}

	return endpoint.None{}, o.write(request), nil
}

// write returns the Write of a logout, which is the provider's change and no person's.
func (o op) write(request identity.Logout) endpoint.Write {
	return func(ctx context.Context, c identity.Change) error {
		c.Caller = identity.Caller{Kind: identity.ByProvider}
		return o.db.Logout(request)(ctx, c)
	}
}

// refused returns the refusal for a token that is not valid, and logs the cause. The cause may quote the token's claims but
// never its signature.
func (o op) refused(ctx context.Context, err error) error {
	if unavailable := o.discovery.Failure(); unavailable != nil {
		return unavailable
	}

	slog.WarnContext(ctx, "a logout token was rejected", "error", identity.Excerpt(err.Error()))
	refusal := identity.Refuse(identity.InvalidRequest,
		"The logout token is not valid for this application. Send a new one; the log has the reason.")
	refusal.OAuthError = "invalid_request"
	return refusal
}
