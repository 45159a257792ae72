// Command service-account-get returns one service account of an organization.
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
	endpoint.Serve(db, endpoint.Query[input, api.ServiceAccount]{
		Route:      "GET /organizations/{org}/service-accounts/{account}",
		Permission: identity.ManageMembers,
		Do:         op{db}.get,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID `path:"account"`
}

func (o op) get(ctx context.Context, r *endpoint.Request[input]) (api.ServiceAccount, error) {
	account, err := o.db.Membership(ctx, r.In.Account, r.Actor.Org)
	if err == nil && !account.ServiceAccount {
		err = identity.NoSuch("service account")
	}

	if err != nil {
		return api.ServiceAccount{}, err
	}

	r.ETag(account.Version)
	return api.ServiceAccountOf(account), nil
}
