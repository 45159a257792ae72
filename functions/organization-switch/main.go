// Command organization-switch stores, on the caller's session only, the organization to which a reload returns, after
// checking that they have access to it.
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
		Route:       "PUT /me/current-organization",
		SessionOnly: true,
		Decide:      op{db}.enter,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationChoice `body:"json"`
}

func (o op) enter(ctx context.Context, r *endpoint.Request[input]) (api.Profile, endpoint.Write, error) {
	org, err := endpoint.ParseID[identity.OrgID]("organizationId", r.In.Body.OrganizationID,
		"Use the ID of one of your organizations.")
	if err != nil {
		return api.Profile{}, nil, err
	}

	page, chosen, err := o.db.OwnPageWith(ctx, r.Caller, org, r.Now)
	if err != nil {
		return api.Profile{}, nil, err
	}

	if err := chosen.Enter(); err != nil {
		return api.Profile{}, nil, err
	}

	r.ETag(page.Profile.Version)
	shown := api.ProfileOf(r.Caller, page.Profile, page.Memberships, chosen.Org)
	if page.Current == chosen.Org {
		return shown, nil, nil
	}

	return shown, o.db.Switch(identity.SessionID(r.Caller.Credential), chosen), nil
}
