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
		Route: "POST /organizations/{org}/members/{user}/disable", Permission: identity.ManageMembers, Records: db, Do: op{db}.disable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) disable(ctx context.Context, r *endpoint.Request[input]) (api.Member, error) {
	var shown api.Member
	err := table.RetryStale(ctx, func() error {
		before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
		if err != nil {
			return err
		}
		after, err := r.Actor.Disable(before)
		if err != nil {
			return err
		}
		shown = api.MemberOf(after)
		r.ETag(after.Version)
		change, err := r.Change(shown)
		if err != nil || after == before {
			return err
		}
		return o.db.ChangeMember(ctx, change, "member.disable", r.Actor, before, after)
	})
	return shown, err
}
