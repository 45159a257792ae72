// Command solution-list lists the solutions that the caller may know of, in the order of their creation. Owners and
// Admins see all solutions, a Creator sees those that they created or are assigned to.
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
	endpoint.Serve(db, endpoint.Query[input, api.SolutionList]{
		Route:      "GET /organizations/{org}/solutions",
		Permission: identity.ViewOwnSolutions,
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

	return api.SolutionList{Items: endpoint.Items(found, api.SolutionOf), NextCursor: r.Next(next)}, nil
}
