// Command service-account-token-get returns one token of a service account, without its secret.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Query[input, api.Token]{
		Route:       "GET /organizations/{org}/service-accounts/{account}/tokens/{token}",
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Do:          op{db}.get,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID  `path:"account"`
	Token   identity.TokenID `path:"token"`
}

func (o op) get(ctx context.Context, r *endpoint.Request[input]) (api.Token, error) {
	token, account, err := o.db.AccountToken(ctx, r.Actor, r.In.Account, r.In.Token, r.Now)
	if err != nil {
		return api.Token{}, err
	}

	r.ETag(token.Version)
	return api.TokenOf(token, account, r.Now), nil
}
