// Command member-enable gives a disabled member access again, with the role they had; tokens whose lease still runs work
// again.
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
		Route:      "POST /organizations/{org}/members/{user}/enable",
		Permission: identity.ManageMembers,
		Records:    db,
		Do:         op{db}.enable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) enable(ctx context.Context, r *endpoint.Request[input]) (shown api.Member, err error) {
	err = o.db.AlterMember(ctx, "member.enable", r.Actor, r.In.User, func(before identity.Membership) (after identity.Membership, c identity.Change, err error) {
		if after, err = r.Actor.Enable(before); err != nil {
			return after, c, err
		}

		shown = api.MemberOf(after)
		r.ETag(after.Version)
		c, err = r.Change(shown)
		return after, c, err
	})

	return shown, err
}
