// Command member-solution-list lists the solutions that a member is assigned to, with their solution roles. Everyone
// sees their own solutions. Of another member's solutions, Owners and Admins see all, and a Creator sees those that the
// Creator may know of.
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
	endpoint.Serve(db, endpoint.Query[input, api.MemberSolutionList]{
		Route:      "GET /organizations/{org}/members/{user}/solutions",
		Permission: endpoint.AnyMember, // admit decides: everybody may see their own solutions
		Do:         op{db}.list,
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

	return api.MemberSolutionList{Items: endpoint.Items(found, show), NextCursor: r.Next(next)}, nil
}

func show(a table.Assigned) api.MemberSolution { return api.MemberSolutionOf(a.Solution, a.Role) }

// admit rejects a caller who asks for another member's solutions and may not see solutions, or who asks for a person
// who is not a member.
func (o op) admit(ctx context.Context, r *endpoint.Request[input]) error {
	if r.In.User == r.Caller.User {
		return r.Caller.RequireScope(identity.ViewOwnSolutions)
	}

	if err := r.Actor.Require(identity.ViewOwnSolutions); err != nil {
		return err
	}

	_, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	return err
}
