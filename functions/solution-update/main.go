// Command solution-update changes a solution's name and description. Owner and Admin of the organization may, and so may
// owners, admins and editors of the solution, whatever their role in the organization.
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
	endpoint.Serve(endpoint.Operation[input, api.Solution]{
		Route:     "PATCH /organizations/{org}/solutions/{solution}",
		Versioned: true,
		Records:   db,
		Do:        op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	Body     api.SolutionUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Solution, error) {
	var shown api.Solution
	err := table.RetryStale(ctx, func() error {
		access, err := o.access(ctx, r)
		if err != nil {
			return err
		}

		edited, err := edit(access.Solution, r.In.Body)
		if err != nil {
			return err
		}

		shown = api.SolutionOf(identity.Access{Member: access.Member, Solution: edited, Role: access.Role})
		r.ETag(edited.Version)
		change, err := r.Change(shown)
		if err != nil || edited == access.Solution {
			return err
		}

		return o.db.UpdateSolution(ctx, change, access, edited)
	})

	return shown, err
}

// access is the caller's to the version that they mean to change.
func (o op) access(ctx context.Context, r *endpoint.Request[input]) (identity.Access, error) {
	access, err := o.db.Access(ctx, r.Actor, r.In.Solution)
	if err == nil {
		err = access.MayEdit()
	}

	if seen := access.Solution.Version; err == nil && r.Version != 0 && r.Version != seen {
		err = identity.Refuse(identity.VersionMismatch, "The solution is at version %d now; read it again.", seen)
	}

	return access, err
}

// edit is the solution after the request: the next version, or the same when nothing changes.
func edit(s identity.Solution, asked api.SolutionUpdate) (identity.Solution, error) {
	edited := s
	var err error
	if asked.Name != nil {
		if edited.Name, err = identity.CleanName("name", *asked.Name); err != nil {
			return s, err
		}
	}

	if asked.Description != nil {
		if edited.Description, err = identity.CleanText("description", *asked.Description, identity.MaxDescription); err != nil {
			return s, err
		}
	}

	if edited != s {
		edited.Version++
	}

	return edited, nil
}
