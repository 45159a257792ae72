// Command member-get returns a member as the organization sees them: without their tokens and their other
// organizations. Those who manage members also see how many tokens the member has in the organization, and the day on which
// one was last used.
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
	endpoint.Serve(db, endpoint.Query[input, api.Member]{
		Route:      "GET /organizations/{org}/members/{user}",
		Permission: identity.ViewMembers,
		Do:         op{db}.get,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) get(ctx context.Context, r *endpoint.Request[input]) (api.Member, error) {
	member, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return api.Member{}, err
	}

	inviters, err := o.db.Inviters(ctx, member)
	if err != nil {
		return api.Member{}, err
	}

	r.ETag(member.Version)
	shown := api.SeenBy(r.Actor, api.MemberAt(member, inviters[member.InvitedBy], r.Now))

	if !r.Actor.Can(identity.ManageMembers) || member.Status == identity.Invited {
		return shown, nil
	}

	tokens, err := o.db.Tokens(ctx, r.In.User)
	if err != nil {
		return api.Member{}, err
	}

	r.Whole()
	shown.Tokens = api.MemberTokensOf(identity.SumUp(tokens, member, r.Now))

	return shown, nil
}
