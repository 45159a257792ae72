// Command assignment-delete takes a person off a solution; when they are not assigned to it, it changes nothing. Owner and
// Admin of the organization may, and so may owners and admins of the solution, whatever their role in the organization.
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
		Route:   "DELETE /organizations/{org}/solutions/{solution}/members/{user}",
		Records: db,
		Do:      op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	User     identity.UserID     `path:"user"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, error) {
	change, err := r.Change(endpoint.None{})
	if err != nil {
		return endpoint.None{}, err
	}

	return endpoint.None{}, table.RetryStale(ctx, func() error {
		roster, err := o.db.Roster(ctx, r.Actor, r.In.Solution, r.In.User)
		if err != nil {
			return err
		}

		move, err := roster.Move(r.In.User, "")
		if err != nil {
			return err
		}

		return o.db.Reassign(ctx, change, roster, []identity.Move{move})
	})
}
