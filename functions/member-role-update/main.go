// Command member-role-update changes a member's role in one organization, from the next request on. An Admin can
// neither change an Owner nor make one, nobody can raise their own role, and the last active owner stays one.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.Member]{
		Route:      "PUT /organizations/{org}/members/{user}/role",
		Permission: identity.ManageMembers,
		Versioned:  true,
		Decide:     op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
	Body api.RoleUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Member, endpoint.Write, error) {
	var role identity.Role
	if err := role.UnmarshalText([]byte(r.In.Body.Role)); err != nil {
		return api.Member{}, nil, err
	}

	before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return api.Member{}, nil, err
	}

	after, err := r.Actor.ChangeRole(before, role)
	if err != nil {
		return api.Member{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Member{}, nil, err
	}

	if after, err = o.db.Shown(ctx, before, after); err != nil {
		return api.Member{}, nil, err
	}

	r.ETag(after.Version)
	return api.MemberOf(after), o.db.ChangeMember(identity.ActionMemberRoleUpdate, r.Actor, before, after), nil
}
