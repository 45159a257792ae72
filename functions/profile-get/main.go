// Command profile-get shows the caller's own profile with their role and permissions in each of their organizations. To a
// personal access token it shows its owner in the token's organization only.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[endpoint.None, api.Profile]{Route: "GET /me", Records: db, Do: op{db}.get})
}

type op struct{ db *table.DB }

func (o op) get(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.Profile, error) {
	page, err := o.db.Page(ctx, r.Caller)
	if err != nil {
		return api.Profile{}, err
	}

	r.ETag(page.Profile.Version)
	return api.ProfileOf(page.Profile, page.Memberships, page.Current), nil
}
