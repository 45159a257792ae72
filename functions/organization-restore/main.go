// Command organization-restore restores a deleted organization, with everything that it had, within identity.DeletionTerm
// of its deletion.
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
	endpoint.Serve(db, endpoint.Mutation[endpoint.None, api.Organization]{
		Route:       "POST /organizations/{org}/restore",
		SessionOnly: true,
		Permission:  identity.ManageOrganization,
		OnDeleted:   true,
		Decide:      op{db}.restore,
		After:       op{db}.spread,
	})
}

type op struct{ db *table.DB }

func (o op) restore(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.Organization, endpoint.Write, error) {
	before, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.Organization{}, nil, err
	}

	after, err := r.Actor.RestoreOrganization(before, r.Now)
	if err != nil {
		return api.Organization{}, nil, err
	}

	r.ETag(after.Version)
	return api.OrganizationOf(after, r.Actor.Role), o.db.RestoreOrganization(r.Actor, before, after), nil
}

// spread puts the organization back on the lists of as many members as there is time for. The change is stored, so a
// failure here does not fail the request.
func (o op) spread(ctx context.Context, r *endpoint.Request[endpoint.None], shown api.Organization) api.Organization {
	_, err := o.db.SpreadName(ctx, r.Actor.Org)
	endpoint.LeaveToSweep(ctx, "spreading a restoration", err, "organization", string(r.Actor.Org))

	return shown
}
