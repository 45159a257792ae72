// Command role-list returns the roles and the permission matrix.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
)

func main() {
	endpoint.Serve(endpoint.NoRecords{}, endpoint.Query[endpoint.None, api.RoleMatrix]{
		Route: "GET /roles",
		Do:    list,
	})
}

func list(context.Context, *endpoint.Request[endpoint.None]) (api.RoleMatrix, error) {
	return api.Matrix(), nil
}
