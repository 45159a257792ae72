// Command service-account-list lists the service accounts of an organization by name.
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
	endpoint.Serve(db, endpoint.Query[endpoint.None, api.ServiceAccountList]{
		Route:      "GET /organizations/{org}/service-accounts",
		Permission: identity.ManageMembers,
		Do:         op{db}.list,
	})
}

type op struct{ db *table.DB }

func (o op) list(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.ServiceAccountList, error) {
	accounts, err := o.db.ServiceAccounts(ctx, r.Actor.Org)
	return api.ServiceAccountList{Items: endpoint.Items(accounts, api.ServiceAccountOf)}, err
}
