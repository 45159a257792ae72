// Command organization-create makes an organization whose Owner and only member is the caller.
package main

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.Organization]{
		Route: "POST /organizations", Status: 201, SessionOnly: true, Records: db, Do: op{db}.create,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.Organization, error) {
	name, err := identity.CleanName("name", r.In.Body.Name)
	if err != nil {
		return api.Organization{}, err
	}
	owner, err := o.db.Page(ctx, r.Caller)
	if err != nil {
		return api.Organization{}, err
	}
	now := r.Now.Truncate(time.Second)
	org := identity.Organization{ID: identity.NewOrgID(r.Now), Name: name, Owners: 1, Members: 1, CreatedAt: now, Version: 1}
	membership := identity.Membership{
		User: r.Caller.User, Org: org.ID, OrgName: name, Role: identity.Owner, Status: identity.Active,
		TokenEpoch: identity.NewEpoch(r.Now), JoinedAt: now, Person: owner.Profile.Person, Version: 1,
	}
	shown := api.OrganizationOf(org, identity.Owner)
	r.ETag(org.Version)
	r.Created("/organizations/" + shown.ID)
	change, err := r.Change(shown)
	if err != nil {
		return api.Organization{}, err
	}
	return shown, o.db.CreateOrganization(ctx, change, org, membership)
}
