// Command session-end-others ends all the caller's sessions except the session of this request, and answers how many there
// were.
package main

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[endpoint.None, api.SessionsEnded]{
		Route:       "DELETE /me/sessions",
		SessionOnly: true,
		Decide:      op{db}.endOthers,
	})
}

type op struct{ db *table.DB }

func (o op) endOthers(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.SessionsEnded, endpoint.Write, error) {
	sessions, err := o.db.Sessions(ctx, r.Caller.User)
	if err != nil {
		return api.SessionsEnded{}, nil, err
	}

	others := slices.DeleteFunc(identity.LiveSessions(sessions, r.Now), func(s identity.Session) bool {
		return string(s.ID) == r.Caller.Credential
	})

	return api.SessionsEnded{Ended: len(others)}, o.db.EndSessions(others), nil
}
