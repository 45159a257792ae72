// Command session-delete signs the caller out: the session that they called with is refused from the next request on.
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
	endpoint.Serve(endpoint.Operation[endpoint.None, endpoint.None]{
		Route:       "DELETE /sessions/current",
		SessionOnly: true,
		Records:     db,
		Do:          op{db}.signOut,
	})
}

type op struct{ db *table.DB }

func (o op) signOut(ctx context.Context, r *endpoint.Request[endpoint.None]) (endpoint.None, error) {
	change, err := r.Change(endpoint.None{})
	if err != nil {
		return endpoint.None{}, err
	}

	return endpoint.None{}, o.db.DeleteSession(ctx, change, r.Caller.User, identity.SessionID(r.Caller.Credential))
}
