// Command session-delete signs the caller out: the session of this request is rejected from the next
// request on.
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
	endpoint.Serve(db, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route:       "DELETE /sessions/current",
		SessionOnly: true,
		Decide:      op{db}.signOut,
	})
}

type op struct{ db *table.DB }

func (o op) signOut(_ context.Context, r *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
	return endpoint.None{}, o.db.DeleteSession(r.Caller.User, identity.SessionID(r.Caller.Credential)), nil
}
