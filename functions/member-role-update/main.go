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
		Route:      "PUT /organizations/{org}/members/{user}/role",
		Permission: identity.ManageMembers,
		Versioned:  true,
		Records:    db,
		Do:         op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
	Body api.RoleUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (shown api.Member, err error) {
	var role identity.Role
	if err := role.UnmarshalText([]byte(r.In.Body.Role)); err != nil {
		return shown, err
	}

	err = o.db.AlterMember(ctx, "member.role-update", r.Actor, r.In.User, func(before identity.Membership) (after identity.Membership, c identity.Change, err error) {
		if after, err = r.Actor.ChangeRole(before, role); err != nil {
			return after, c, err
		}

		if err = identity.SameVersion(r.Version, before.Version); err != nil {
			return after, c, err
		}

		shown = api.MemberOf(after)
		r.ETag(after.Version)
		c, err = r.Change(shown)
		return after, c, err
	})

	return shown, err
}
