// Command organization-update renames an organization. It brings the name to the members' copies as far as the time of
// the request allows; lease-sweep does the rest.
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
		Route:      "PATCH /organizations/{org}",
		Permission: identity.ManageOrganization,
		Versioned:  true,
		Decide:     op{db}.update,
		After:      op{db}.spread,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.OrganizationUpdate `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Organization, endpoint.Write, error) {
	before, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.Organization{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Organization{}, nil, err
	}

	after, err := edited(before, r.In.Body)
	if err != nil {
		return api.Organization{}, nil, err
	}

	r.ETag(after.Version)
	return api.OrganizationOf(after, r.Actor.Role), o.db.UpdateOrganization(r.Actor, before, after), nil
}

// spread brings the name to as many members as there is time for. The change is stored, so a failure here does not fail
// the request.
func (o op) spread(ctx context.Context, r *endpoint.Request[input], shown api.Organization) api.Organization {
	_, err := o.db.SpreadName(ctx, r.Actor.Org)
	endpoint.LeaveToSweep(ctx, "spreading a name", err, "organization", string(r.Actor.Org))

	return shown
}

// edited returns the organization after the change: the next version if anything changes.
func edited(o identity.Organization, sent api.OrganizationUpdate) (identity.Organization, error) {
	var mistakes identity.Mistakes
	after := o

	if sent.Name != nil {
		name, err := identity.CleanOrganizationName("name", *sent.Name)
		mistakes.Add(err)
		after.Name = name
	}

	if sent.TokenPolicy != nil {
		policy, err := ruled(*sent.TokenPolicy)
		mistakes.Add(err)
		after.TokenPolicy = policy
	}

	if err := mistakes.Err(); err != nil || after == o {
		return o, err
	}

	after.Version++

	return after, nil
}

// ruled returns the token policy that the caller sent. A rule that they left out is lifted.
func ruled(sent api.TokenPolicyUpdate) (identity.TokenPolicy, error) {
	policy := identity.TokenPolicy{
		NoTokens:   sent.TokensAllowed != nil && !*sent.TokensAllowed,
		NoManaging: sent.ManagingAllowed != nil && !*sent.ManagingAllowed,
	}

	return identity.CleanTokenPolicy("tokenPolicy", policy, sent.LongestLifeDays, sent.Networks)
}
