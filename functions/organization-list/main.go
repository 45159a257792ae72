// Command organization-list lists the caller's organizations by name and marks the current and the default one. A
// personal access token sees its own organization only.
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
	endpoint.Serve(db, endpoint.Query[endpoint.None, api.OrganizationMembershipList]{
		Route: "GET /me/organizations",
		Do:    op{db}.list,
	})
}

type op struct{ db *table.DB }

func (o op) list(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.OrganizationMembershipList, error) {
	if err := r.Caller.RequireScope(identity.OwnProfile); err != nil {
		return api.OrganizationMembershipList{}, err
	}

	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.OrganizationMembershipList{}, err
	}

	return api.MembershipsOf(r.Caller, page.Profile, page.Memberships, page.Current), nil
}
