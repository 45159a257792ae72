// Command member-role-update gives a member another role in one organization, from the next request on. An Admin neither
// touches an Owner nor makes one, nobody raises their own role, and the last active owner stays one.
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
	endpoint.Serve(endpoint.Operation[input, api.Member]{
		Route: "PUT /organizations/{org}/members/{user}/role", Permission: identity.ManageMembers, Versioned: true, Records: db,
		Do: op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
	Body api.RoleUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Member, error) {
	var (
		role  identity.Role
		shown api.Member
	)
	if err := role.UnmarshalText([]byte(r.In.Body.Role)); err != nil {
		return shown, err
	}
	err := table.RetryStale(ctx, func() error {
		before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
		if err != nil {
			return err
		}
		after, err := r.Actor.Regrade(before, role)
		if err != nil {
			return err
		}
		if err := identity.SameVersion(r.Version, before.Version); err != nil {
			return err
		}
		shown = api.MemberOf(after)
		r.ETag(after.Version)
		change, err := r.Change(shown)
		if err != nil || after == before {
			return err
		}
		return o.db.ChangeMember(ctx, change, "member.role-update", r.Actor, before, after)
	})
	return shown, err
}
