// Command member-disable cuts a member's tokens and console access in one organization from the next request on. Their
// role is kept, and member-enable brings everything back.
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
		Route:      "POST /organizations/{org}/members/{user}/disable",
		Permission: identity.ManageMembers,
		Records:    db,
		Do:         op{db}.disable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) disable(ctx context.Context, r *endpoint.Request[input]) (shown api.Member, err error) {
	err = o.db.AlterMember(ctx, "member.disable", r.Actor, r.In.User, func(before identity.Membership) (after identity.Membership, c identity.Change, err error) {
		if after, err = r.Actor.Disable(before); err != nil {
			return after, c, err
		}

		shown = api.MemberOf(after)
		r.ETag(after.Version)
		c, err = r.Change(shown)
		return after, c, err
	})

	return shown, err
}
