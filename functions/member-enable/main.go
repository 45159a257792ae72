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
		Route: "POST /organizations/{org}/members/{user}/enable", Permission: identity.ManageMembers, Records: db, Do: op{db}.enable,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) enable(ctx context.Context, r *endpoint.Request[input]) (api.Member, error) {
	var shown api.Member
	err := table.RetryStale(ctx, func() error {
		before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
		if err != nil {
			return err
		}
		after, err := r.Actor.Enable(before)
		if err != nil {
			return err
		}
		shown = api.MemberOf(after)
		r.ETag(after.Version)
		change, err := r.Change(shown)
		if err != nil || after == before {
			return err
		}
		return o.db.ChangeMember(ctx, change, "member.enable", r.Actor, before, after)
	})
	return shown, err
}
