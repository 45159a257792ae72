// Command organization-default sets the organization in which the caller lands after signing in.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.Profile]{
		Route:       "PUT /me/default-organization",
		SessionOnly: true,
		Conditional: true,
		Decide:      op{db}.choose,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationChoice `body:"json"`
}

func (o op) choose(ctx context.Context, r *endpoint.Request[input]) (api.Profile, endpoint.Write, error) {
	org, err := endpoint.ParseID[identity.OrgID]("organizationId", r.In.Body.OrganizationID,
		"Use the ID of one of your organizations.")
	if err != nil {
		return api.Profile{}, nil, err
	}

	page, chosen, err := o.db.OwnPageWith(ctx, r.Caller, org, r.Now)
	if err != nil {
		return api.Profile{}, nil, err
	}

	if !chosen.Accessible() {
		return api.Profile{}, nil, chosen.NoAccess()
	}

	before := page.Profile
	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Profile{}, nil, err
	}

	if before.DefaultOrg != chosen.Org {
		page.Profile.DefaultOrg = chosen.Org
		page.Profile.Version++
	}

	r.ETag(page.Profile.Version)
	shown := api.ProfileOf(r.Caller, page.Profile, page.Memberships, page.Current)
	return shown, o.db.SetDefault(before, page.Profile), nil
}
