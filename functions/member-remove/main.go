// Command member-remove removes a person from an organization, with their solution assignments there. Their tokens and
// console access end with the next request. A member who removes themselves leaves, also one who is disabled or denied. The
// last active owner stays.
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
		Route:      "DELETE /organizations/{org}/members/{user}",
		Permission: endpoint.AnyMembership, // Actor.MayRemove decides: leaving requires no permission and no access
		OnDeleted:  true,
		Decide:     op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	// A caller who may remove nobody else must not learn who is a member.
	if r.In.User != r.Actor.User {
		if err := r.Actor.MayManage(identity.Membership{}); err != nil {
			return endpoint.None{}, nil, err
		}
	}

	member, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	if err := r.Actor.MayRemove(member); err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.RemoveMember(r.Actor, member), nil
}
