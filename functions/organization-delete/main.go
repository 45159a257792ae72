// Command organization-delete deletes an organization. Access to it ends within identity.StandingTerm for everybody. Its
// data stays for identity.DeletionTerm, in which an Owner can restore it; then lease-sweep removes everything.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.Organization]{
		Route:       "DELETE /organizations/{org}",
		SessionOnly: true,
		Permission:  identity.ManageOrganization,
		OnDeleted:   true, // so that a retry gets the same answer
		Versioned:   true,
		Decide:      op{db}.remove,
		After:       op{db}.spread,
	})
}

type op struct{ db *table.DB }

// input holds the name of the organization, which confirms the deletion. It is a query parameter because a body of DELETE
// has no defined meaning (RFC 9110, section 9.3.5), so that proxies may drop it and generators ignore it.
type input struct {
	Name string `query:"name"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (api.Organization, endpoint.Write, error) {
	before, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.Organization{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Organization{}, nil, err
	}

	after, err := r.Actor.DeleteOrganization(before, r.In.Name, r.Now)
	if err != nil {
		return api.Organization{}, nil, err
	}

	r.ETag(after.Version)
	return api.OrganizationOf(after, r.Actor.Role), o.db.DeleteOrganization(r.Actor, before, after), nil
}

// spread takes the organization off the lists of as many members as there is time for. The change is stored, so a failure
// here does not fail the request.
func (o op) spread(ctx context.Context, r *endpoint.Request[input], shown api.Organization) api.Organization {
	_, err := o.db.SpreadName(ctx, r.Actor.Org)
	endpoint.LeaveToSweep(ctx, "spreading a deletion", err, "organization", string(r.Actor.Org))

	return shown
}
