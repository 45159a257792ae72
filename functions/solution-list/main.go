// Command solution-list lists the solutions that the caller may know of, in the order in which they were made: all of the
// organization's for Owner and Admin, for a Creator those that the Creator made or is assigned to.
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
	endpoint.Serve(endpoint.Operation[input, api.SolutionList]{
		Route:      "GET /organizations/{org}/solutions",
		Permission: identity.ViewOwnSolutions,
		Records:    db,
		Do:         op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Page endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.SolutionList, error) {
	found, next, err := o.db.Solutions(ctx, r.Actor, r.In.Page.After, r.In.Page.Limit)
	if err != nil {
		return api.SolutionList{}, err
	}

	list := api.SolutionList{Items: []api.Solution{}}
	for _, access := range found {
		list.Items = append(list.Items, api.SolutionOf(access))
	}

	list.NextCursor = r.Next(next)
	return list, nil
}
