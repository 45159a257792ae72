// Command assignment-delete takes a person off a solution. It changes nothing if they are not assigned to it. Owners
// and Admins of the organization may, and so may the solution's owners and admins, whatever their role in the
// organization.
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
		Route:      "DELETE /organizations/{org}/solutions/{solution}/members/{user}",
		Permission: endpoint.AnyMember, // Access.MayAssign decides: a role in the solution suffices
		Decide:     op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	User     identity.UserID     `path:"user"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, r.In.User)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	move, err := roster.Move(r.In.User, "")
	if err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.Reassign(roster, []identity.Move{move}), nil
}
