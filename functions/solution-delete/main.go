// Command solution-delete deletes a solution with all its assignments. Nobody sees the solution from the start of the
// deletion. With many people assigned, a deletion can be cut short; deleting again finishes it.
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
	endpoint.Serve(db, endpoint.Mutation[input, endpoint.None]{
		Route:      "DELETE /organizations/{org}/solutions/{solution}",
		Permission: endpoint.AnyMember, // Access.MayDelete decides: a role in the solution suffices
		Decide:     op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
}

func (o op) remove(_ context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	return endpoint.None{}, o.db.DeleteSolution(r.Actor, r.In.Solution), nil
}
