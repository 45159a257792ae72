// Command service-account-token-extend extends the lease of a token of a service account by two weeks from the date
// that the caller saw, but never past the token's expiry. Because the date is in the request, asking twice extends
// once.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.TokenExtended]{
		Route:       "POST /organizations/{org}/service-accounts/{account}/tokens/{token}/extend",
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Decide:      op{db}.extend,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID  `path:"account"`
	Token   identity.TokenID `path:"token"`
	Body    api.TokenExtend  `body:"json"`
}

func (o op) extend(ctx context.Context, r *endpoint.Request[input]) (api.TokenExtended, endpoint.Write, error) {
	token, account, err := o.db.AccountToken(ctx, r.Actor, r.In.Account, r.In.Token, r.Now)
	if err != nil {
		return api.TokenExtended{}, nil, err
	}

	after, clamped, err := token.Extend("leaseExpiresAt", account, r.In.Body.LeaseExpiresAt, r.Now)
	if err != nil {
		return api.TokenExtended{}, nil, err
	}

	shown := api.TokenExtendedOf(token, after, account, clamped, r.Now)
	return shown, o.db.InCustody(r.Actor, account).ExtendToken(token, after.Lease), nil
}
