// Command member-disable ends a member's access to one organization, with tokens and in the console, from the next
// request on. Their role is kept, and member-enable restores everything.
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
		Route:       "POST /organizations/{org}/members/{user}/disable",
		Permission:  identity.ManageMembers,
		Conditional: true,
		Decide:      op{db}.disable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) disable(ctx context.Context, r *endpoint.Request[input]) (api.Member, endpoint.Write, error) {
	before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return api.Member{}, nil, err
	}

	after, err := r.Actor.Disable(before)
	if err != nil {
		return api.Member{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Member{}, nil, err
	}

	r.ETag(after.Version)
	return api.MemberOf(after), o.db.ChangeMember(identity.ActionMemberDisable, r.Actor, before, after), nil
}
