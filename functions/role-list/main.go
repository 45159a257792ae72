// Command role-list returns the roles, the permission matrix, and the scopes of other APIs.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/settings"
)

func main() {
	endpoint.Serve(endpoint.NoRecords{}, endpoint.Query[endpoint.None, api.RoleMatrix]{
		Route: "GET /roles",
		Do:    op{settings.APIScopes()}.list,
	})
}

type op struct{ apiScopes []string }

func (o op) list(context.Context, *endpoint.Request[endpoint.None]) (api.RoleMatrix, error) {
	return api.Matrix(o.apiScopes), nil
}
