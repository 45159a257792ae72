// Command member-solution-list lists the solutions that a member is assigned to, with their solution roles. Everyone sees
// their own; of others, Owner and Admin see all and a Creator those that the Creator may know of too.
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
	endpoint.Serve(endpoint.Operation[input, api.MemberSolutionList]{
		Route:   "GET /organizations/{org}/members/{user}/solutions",
		Records: db,
		Do:      op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	User identity.UserID `path:"user"`
	Page endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.MemberSolutionList, error) {
	if err := o.admit(ctx, r); err != nil {
		return api.MemberSolutionList{}, err
	}

	found, next, err := o.db.SolutionsOf(ctx, r.Actor, r.In.User, r.In.Page.After, r.In.Page.Limit)
	if err != nil {
		return api.MemberSolutionList{}, err
	}

	list := api.MemberSolutionList{Items: []api.MemberSolution{}}
	for _, a := range found {
		list.Items = append(list.Items, api.MemberSolutionOf(a.Solution, a.Role))
	}

	list.NextCursor = r.Next(next)
	return list, nil
}

// admit refuses whoever asks for another's solutions without seeing solutions themselves, and for someone who is no member.
func (o op) admit(ctx context.Context, r *endpoint.Request[input]) error {
	if r.In.User == r.Caller.User {
		return nil
	}

	if err := r.Actor.Require(identity.ViewOwnSolutions); err != nil {
		return err
	}

	member, err := o.db.Membership(ctx, r.In.User, r.Actor.Org)
	if err == nil && member.User == "" {
		err = identity.NoSuch("member")
	}

	return err
}
