// Command profile-get returns the caller's own profile with their role and permissions in each of their organizations.
// A personal access token sees its own organization only.
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
	endpoint.Serve(db, endpoint.Query[endpoint.None, api.Profile]{
		Route: "GET /me",
		Do:    op{db}.get,
	})
}

type op struct{ db *table.DB }

func (o op) get(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.Profile, error) {
	if err := r.Caller.RequireScope(identity.OwnProfile); err != nil {
		return api.Profile{}, err
	}

	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.Profile{}, err
	}

	r.ETag(page.Profile.Version)
	return api.ProfileOf(r.Caller, page.Profile, page.Memberships, page.Current), nil
}
