// Command role-list publishes the roles and the permission matrix as data.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
)

func main() {
	endpoint.Serve(endpoint.Operation[endpoint.None, api.RoleMatrix]{Route: "GET /roles", Do: list})
}

func list(context.Context, *endpoint.Request[endpoint.None]) (api.RoleMatrix, error) {
	return api.Matrix(), nil
}
