// Command assignment-put assigns a member of the organization to a solution or changes their solution role. Owner and
// Admin of the organization may, and so may owners and admins of the solution, whatever their role in the organization.
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
	endpoint.Serve(endpoint.Operation[input, api.Assignment]{
		Route:   "PUT /organizations/{org}/solutions/{solution}/members/{user}",
		Records: db,
		Do:      op{db}.put,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	User     identity.UserID     `path:"user"`
	Body     api.AssignmentPut   `body:"json"`
}

func (o op) put(ctx context.Context, r *endpoint.Request[input]) (api.Assignment, error) {
	var (
		role  identity.SolutionRole
		shown api.Assignment
	)
	if err := role.UnmarshalText([]byte(r.In.Body.Role)); err != nil {
		return shown, err
	}

	err := table.RetryStale(ctx, func() error {
		roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, r.In.User)
		if err != nil {
			return err
		}

		move, err := roster.Move(r.In.User, role)
		if err != nil {
			return err
		}

		shown = api.AssignmentOf(move.Member, move.To)
		change, err := r.Change(shown)
		if err != nil {
			return err
		}

		return o.db.Reassign(ctx, change, roster, []identity.Move{move})
	})

	return shown, err
}
