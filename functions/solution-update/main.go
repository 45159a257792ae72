// Command solution-update changes a solution's name and description. Owners and Admins of the organization may, and so
// may the solution's owners, admins and editors, whatever their role in the organization.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.Solution]{
		Route:      "PATCH /organizations/{org}/solutions/{solution}",
		Permission: endpoint.AnyMember, // Access.MayEdit decides: a role in the solution suffices
		Versioned:  true,
		Decide:     op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	Body     api.SolutionUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Solution, endpoint.Write, error) {
	access, err := o.db.Access(ctx, r.Actor, r.In.Solution)
	if err != nil {
		return api.Solution{}, nil, err
	}

	if err := access.MayEdit(); err != nil {
		return api.Solution{}, nil, err
	}

	if err := identity.SameVersion(r.Version, access.Solution.Version); err != nil {
		return api.Solution{}, nil, err
	}

	edited, err := edit(access.Solution, r.In.Body)
	if err != nil {
		return api.Solution{}, nil, err
	}

	r.ETag(edited.Version)
	shown := api.SolutionOf(identity.Access{Actor: access.Actor, Solution: edited, Role: access.Role})
	return shown, o.db.UpdateSolution(access, edited), nil
}

// edit returns the solution after the request: the next version if anything changes.
func edit(s identity.Solution, asked api.SolutionUpdate) (identity.Solution, error) {
	edited := s
	var err error

	if asked.Name != nil {
		if edited.Name, err = identity.CleanName("name", *asked.Name); err != nil {
			return s, err
		}
	}

	if asked.Description != nil {
		edited.Description, err = identity.CleanText("description", *asked.Description, identity.MaxDescription)
		if err != nil {
			return s, err
		}
	}

	if edited != s {
		edited.Version++
	}

	return edited, nil
}
