// Command assignment-list lists the people assigned to a solution, with their solution roles, in the order of their
// IDs. Members who may see solutions see the people of the solutions that they may know of; owners and admins of a
// solution see its people whatever their role in the organization.
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
	endpoint.Serve(db, endpoint.Query[input, api.AssignmentList]{
		Route:      "GET /organizations/{org}/solutions/{solution}/members",
		Permission: endpoint.AnyMember, // Access.MaySeePeople decides: a role in the solution suffices
		Do:         op{db}.list,
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

	return api.AssignmentList{Items: endpoint.Items(people, show), NextCursor: r.Next(next)}, nil
}

func show(a table.Assigned) api.Assignment { return api.AssignmentOf(a.Member, a.Role) }
