// Command solution-get returns one solution that the caller may know of. Owners and Admins see all solutions, a Creator
// sees those that they created or are assigned to, and a solution's owners, admins and editors see it whatever their role
// in the organization.
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
	endpoint.Serve(db, endpoint.Query[input, api.Solution]{
		Route:      "GET /organizations/{org}/solutions/{solution}",
		Permission: endpoint.AnyMember, // Access.MayView decides: a role in the solution suffices
		Do:         op{db}.get,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
}

func (o op) get(ctx context.Context, r *endpoint.Request[input]) (api.Solution, error) {
	access, err := o.db.Access(ctx, r.Actor, r.In.Solution)
	if err == nil {
		err = access.MayView()
	}

	if err != nil {
		return api.Solution{}, err
	}

	r.ETag(access.Solution.Version)
	return api.SolutionOf(access), nil
}
