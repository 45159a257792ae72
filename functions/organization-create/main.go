// Command organization-create creates an organization. The caller is its Owner and only member.
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
	endpoint.Serve(db, operation(db))
}

func operation(db *table.DB) endpoint.Mutation[input, api.Organization] {
	return endpoint.Mutation[input, api.Organization]{
		Route:       "POST /organizations",
		Status:      201,
		SessionOnly: true,
		Decide:      op{db}.create,
	}
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.Organization, endpoint.Write, error) {
	name, err := identity.CleanOrganizationName("name", r.In.Body.Name)
	if err != nil {
		return api.Organization{}, nil, err
	}

	owner, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.Organization{}, nil, err
	}

	if err := identity.MayJoinAnother(owner.Memberships); err != nil {
		return api.Organization{}, nil, err
	}

	org, membership := found(name, owner.Profile, r.Now)
	r.ETag(org.Version)
	r.Created("/organizations/" + string(org.ID))
	return api.OrganizationOf(org, identity.Owner), o.db.CreateOrganization(org, membership, owner.Memberships...), nil
}

// found returns a new organization and the membership of its owner.
func found(name string, owner identity.Profile, now time.Time) (identity.Organization, identity.Membership) {
	at := now.Truncate(time.Second)
	org := identity.Organization{
		ID:        identity.NewOrgID(now),
		Name:      name,
		Owners:    1,
		Members:   1,
		CreatedAt: at,
		Version:   1,
	}

	membership := identity.Membership{
		User:       owner.ID,
		Org:        org.ID,
		OrgName:    name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   at,
		Person:     owner.Person,
		Version:    1,
	}
	membership.LastSeen, _ = membership.See(now)

	return org, membership
}
