// Command organization-get returns an organization that the caller belongs to, with its counts. Owners see it also after it
// was deleted.
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
	endpoint.Serve(db, endpoint.Query[endpoint.None, api.Organization]{
		Route:      "GET /organizations/{org}",
		Permission: identity.LogInToManagement,
		OnDeleted:  true,
		Do:         op{db}.get,
	})
}

type op struct{ db *table.DB }

func (o op) get(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.Organization, error) {
	org, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.Organization{}, err
	}

	r.ETag(org.Version)
	return api.OrganizationOf(org, r.Actor.Role), nil
}
