// Command solution-delete deletes a solution with all its assignments. It is gone from the start; a deletion that was cut
// short, because many people were assigned, is finished by deleting again.
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
		Route:   "DELETE /organizations/{org}/solutions/{solution}",
		Records: db,
		Do:      op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Solution identity.SolutionID `path:"solution"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, error) {
	change, err := r.Change(endpoint.None{})
	if err != nil {
		return endpoint.None{}, err
	}

	return endpoint.None{}, o.db.DeleteSolution(ctx, change, r.Actor, r.In.Solution)
}
