// Command member-enable gives a disabled member access again, with the role that they had. Tokens whose lease has not
// ended work again.
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
		Route:       "POST /organizations/{org}/members/{user}/enable",
		Permission:  identity.ManageMembers,
		Conditional: true,
		Decide:      op{db}.enable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) enable(ctx context.Context, r *endpoint.Request[input]) (api.Member, endpoint.Write, error) {
	before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return api.Member{}, nil, err
	}

	after, err := r.Actor.Enable(before)
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
	return api.MemberOf(after), o.db.ChangeMember(identity.ActionMemberEnable, r.Actor, before, after), nil
}
