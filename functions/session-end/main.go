// Command session-end ends one of the caller's sessions: the next request with it is rejected. Ending the session of this
// request signs the caller out.
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
		Route:       "DELETE /me/sessions/{session}",
		SessionOnly: true,
		Decide:      op{db}.end,
	})
}

type op struct{ db *table.DB }

type input struct {
	Session identity.SessionID `path:"session"`
}

func (o op) end(_ context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	return endpoint.None{}, o.db.DeleteSession(r.Caller.User, r.In.Session), nil
}
