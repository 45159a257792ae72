// Command assignment-put assigns a member of the organization to a solution or changes their solution role. Owners and
// Admins of the organization may, and so may the solution's owners and admins, whatever their role in the organization.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.Assignment]{
		Route:      "PUT /organizations/{org}/solutions/{solution}/members/{user}",
		Permission: endpoint.AnyMember, // Access.MayAssign decides: a role in the solution suffices
		Decide:     op{db}.put,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	User     identity.UserID     `path:"user"`
	Body     api.AssignmentPut   `body:"json"`
}

func (o op) put(ctx context.Context, r *endpoint.Request[input]) (api.Assignment, endpoint.Write, error) {
	var role identity.SolutionRole
	if err := role.UnmarshalText([]byte(r.In.Body.Role)); err != nil {
		return api.Assignment{}, nil, err
	}

	roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, r.In.User)
	if err != nil {
		return api.Assignment{}, nil, err
	}

	move, err := roster.Move(r.In.User, role)
	if err != nil {
		return api.Assignment{}, nil, err
	}

	return api.AssignmentOf(move.Member, move.To), o.db.Reassign(roster, []identity.Move{move}), nil
}
