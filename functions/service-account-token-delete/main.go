// Command service-account-token-delete ends a token of a service account: the next request with it is rejected.
// Deleting a token that has ended changes nothing.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, endpoint.None]{
		Route:       "DELETE /organizations/{org}/service-accounts/{account}/tokens/{token}",
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Decide:      op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID  `path:"account"`
	Token   identity.TokenID `path:"token"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	account, err := o.db.ServiceAccount(ctx, r.Actor, r.In.Account)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	token, err := o.db.TokenOf(ctx, account, r.In.Token, r.Now)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.InCustody(r.Actor, account).DeleteToken(token), nil
}
