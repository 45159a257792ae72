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
	endpoint.Serve(operation(settings.Table()))
}

func operation(db *table.DB) endpoint.Operation[input, api.Organization] {
	return endpoint.Operation[input, api.Organization]{
		Route:       "POST /organizations",
		Status:      201,
		SessionOnly: true,
		Records:     db,
		Do:          op{db}.create,
	}
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

	var shown api.Organization
	err = table.RetryStale(ctx, func() error {
		owner, err := o.db.Page(ctx, r.Caller)
		if err != nil {
			return err
		}

		org, membership := found(name, owner.Profile, r.Now)
		shown = api.OrganizationOf(org, identity.Owner)
		r.ETag(org.Version)
		r.Created("/organizations/" + shown.ID)
		change, err := r.Change(shown)
		if err != nil {
			return err
		}

		return o.db.CreateOrganization(ctx, change, org, membership)
	})

	return shown, err
}

// found is a new organization and the membership of who founds it.
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

	return org, identity.Membership{
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
}
