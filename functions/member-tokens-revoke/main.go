// Command member-tokens-revoke ends all personal access tokens that a member has in one organization, unseen: the answer
// tells neither which nor how many. The next request with any of them is refused.
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
	endpoint.Serve(endpoint.Operation[input, endpoint.None]{
		Route:      "DELETE /organizations/{org}/members/{user}/tokens",
		Permission: identity.ManageMembers,
		Records:    db,
		Do:         op{db}.revoke,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) revoke(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, error) {
	return endpoint.None{}, o.db.AlterMember(ctx, "member.tokens-revoke", r.Actor, r.In.User, func(before identity.Membership) (after identity.Membership, c identity.Change, err error) {
		if after, err = r.Actor.RevokeTokens(before, r.Now); err != nil {
			return after, c, err
		}

		c, err = r.Change(endpoint.None{})
		return after, c, err
	})
}
