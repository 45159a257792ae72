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
	endpoint.Serve(endpoint.Operation[input, api.Profile]{
		Route:       "PUT /me/default-organization",
		SessionOnly: true,
		Records:     db,
		Do:          op{db}.choose,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationChoice `body:"json"`
}

func (o op) choose(ctx context.Context, r *endpoint.Request[input]) (api.Profile, error) {
	var shown api.Profile
	err := table.RetryStale(ctx, func() error {
		page, err := o.db.Page(ctx, r.Caller)
		if err != nil {
			return err
		}

		m, err := page.Chosen(r.In.Body.OrganizationID)
		if err != nil {
			return err
		}

		if !m.Accessible() {
			return identity.NoAccess()
		}

		before := page.Profile
		if before.DefaultOrg != m.Org {
			page.Profile.DefaultOrg = m.Org
			page.Profile.Version++
		}

		shown = api.ProfileOf(page.Profile, page.Memberships, page.Current)
		r.ETag(page.Profile.Version)
		change, err := r.Change(shown)
		if err != nil || page.Profile == before {
			return err
		}

		return o.db.SetDefault(ctx, change, before, page.Profile)
	})

	return shown, err
}
