// Command assignment-list lists the people assigned to a solution, with their solution roles, in the order of their ids.
// Whoever may see the solution may see them, and so may its owners and admins, whatever their role in the organization.
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
	endpoint.Serve(endpoint.Operation[input, api.AssignmentList]{
		Route:   "GET /organizations/{org}/solutions/{solution}/members",
		Records: db,
		Do:      op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
	Page     endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.AssignmentList, error) {
	access, err := o.db.Access(ctx, r.Actor, r.In.Solution)
	if err == nil {
		err = access.MaySeePeople()
	}

	if err != nil {
		return api.AssignmentList{}, err
	}

	people, next, err := o.db.People(ctx, r.Actor.Org, r.In.Solution, r.In.Page.After, r.In.Page.Limit)
	if err != nil {
		return api.AssignmentList{}, err
	}

	list := api.AssignmentList{Items: []api.Assignment{}}
	for _, p := range people {
		list.Items = append(list.Items, api.AssignmentOf(p.Member, p.Role))
	}

	list.NextCursor = r.Next(next)
	return list, nil
}
