// Command organization-update gives an organization another name. It spreads to the members' copies as far as the time of
// the request allows; lease-sweep does the rest.
package main

import (
	"context"
	"log/slog"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.Organization]{
		Route:      "PATCH /organizations/{org}",
		Permission: identity.ManageOrganization,
		Versioned:  true,
		Records:    db,
		Do:         op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationUpdate `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Organization, error) {
	var shown api.Organization
	err := table.RetryStale(ctx, func() error {
		before, err := o.db.Organization(ctx, r.Actor.Org)
		if err != nil {
			return err
		}

		if err := identity.SameVersion(r.Version, before.Version); err != nil {
			return err
		}

		after, err := edited(before, r.In.Body)
		if err != nil {
			return err
		}

		shown = api.OrganizationOf(after, r.Actor.Role)
		r.ETag(after.Version)
		change, err := r.Change(shown)
		if err != nil || after == before {
			return err
		}

		return o.db.RenameOrganization(ctx, change, r.Actor, before, after)
	})
	if err == nil {
		o.spread(ctx, r.Actor.Org)
	}

	return shown, err
}

// spread does what there is time for; the change is made, so that a failure here is no reason to refuse it.
func (o op) spread(ctx context.Context, org identity.OrgID) {
	if _, err := o.db.SpreadName(ctx, org); err != nil {
		slog.WarnContext(ctx, "a name is left to the sweep to spread", "organization", string(org), "error", err.Error())
	}
}

// edited is the organization after the change, the next version of it where anything changed.
func edited(o identity.Organization, sent api.OrganizationUpdate) (identity.Organization, error) {
	if sent.Name == nil {
		return o, nil
	}

	name, err := identity.CleanName("name", *sent.Name)
	if err != nil || name == o.Name {
		return o, err
	}

	o.Name = name
	o.Version++
	return o, nil
}
