// Command solution-create creates a solution and assigns the caller to it as its owner.
package main

import (
	"context"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.Solution]{
		Route:      "POST /organizations/{org}/solutions",
		Status:     201,
		Permission: identity.CreateSolutions,
		Decide:     op{db}.create,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.SolutionCreate `body:"json"`
}

func (o op) create(_ context.Context, r *endpoint.Request[input]) (api.Solution, endpoint.Write, error) {
	solution := identity.Solution{
		ID:          identity.NewSolutionID(r.Now),
		Org:         r.Actor.Org,
		CreatedBy:   r.Caller.User,
		CreatedAt:   r.Now.Truncate(time.Second),
		People:      1,
		Assignments: 1,
		Version:     1,
	}

	var err error
	if solution.Name, err = identity.CleanName("name", r.In.Body.Name); err != nil {
		return api.Solution{}, nil, err
	}

	if text := r.In.Body.Description; text != nil {
		if solution.Description, err = identity.CleanText("description", *text, identity.MaxDescription); err != nil {
			return api.Solution{}, nil, err
		}
	}

	shown := api.SolutionOf(identity.Access{Actor: r.Actor, Solution: solution, Role: r.Actor.MakerRole()})
	r.ETag(solution.Version)
	r.Created("/organizations/" + string(solution.Org) + "/solutions/" + shown.ID)
	return shown, o.db.CreateSolution(solution, r.Actor.Membership), nil
}
