// Command member-remove takes a person out of an organization, with their solution assignments there; their tokens and
// console access end with the next request. Whoever removes themselves leaves. The last active owner stays.
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
	// Leaving takes no permission, so the rule is asked for below.
	endpoint.Serve(endpoint.Operation[input, endpoint.None]{
		Route:   "DELETE /organizations/{org}/members/{user}",
		Records: db,
		Do:      op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, error) {
	return endpoint.None{}, table.RetryStale(ctx, func() error {
		member, err := o.member(ctx, r)
		if err != nil {
			return err
		}

		change, err := r.Change(endpoint.None{})
		if err != nil {
			return err
		}

		return o.db.RemoveMember(ctx, change, r.Actor, member)
	})
}

// member is the one to remove. Whoever may not remove anyone else does not learn who else is a member.
func (o op) member(ctx context.Context, r *endpoint.Request[input]) (identity.Membership, error) {
	if r.In.User != r.Actor.User {
		if err := r.Actor.MayManage(identity.Membership{}); err != nil {
			return identity.Membership{}, err
		}
	}

	member, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err == nil {
		err = r.Actor.MayRemove(member)
	}

	return member, err
}
