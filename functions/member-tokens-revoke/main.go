// Command member-tokens-revoke ends all personal access tokens that a member has in one organization. The answer does
// not reveal which or how many there were. The next request with any of them is rejected.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, endpoint.None]{
		Route:      "DELETE /organizations/{org}/members/{user}/tokens",
		Permission: identity.ManageMembers,
		Decide:     op{db}.revoke,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) revoke(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	after, err := r.Actor.RevokeTokens(before, r.Now)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.ChangeMember(identity.ActionMemberTokensRevoke, r.Actor, before, after), nil
}
