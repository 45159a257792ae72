// Command organization-switch remembers, on the caller's session only, to which organization a reload returns, after
// looking whether they have access to it. Switching to an organization that invited them accepts the invitation.
package main

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.Profile]{
		Route:       "PUT /me/current-organization",
		SessionOnly: true,
		Records:     db,
		Do:          op{db}.enter,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationChoice `body:"json"`
}

func (o op) enter(ctx context.Context, r *endpoint.Request[input]) (api.Profile, error) {
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

		entered, err := m.Enter(r.Now)
		if err != nil {
			return err
		}

		seen := page.Current
		page.Current = m.Org
		page.Memberships[slices.Index(page.Memberships, m)] = entered
		shown = api.ProfileOf(page.Profile, page.Memberships, page.Current)
		r.ETag(page.Profile.Version)
		change, err := r.Change(shown)
		if err != nil || entered == m && seen == m.Org {
			return err
		}

		return o.db.Switch(ctx, change, identity.SessionID(r.Caller.Credential), m)
	})

	return shown, err
}
