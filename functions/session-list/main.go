// Command session-list lists the caller's live sessions, the newest first: when and from where each was created, with which
// client, and when it was used last.
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
	endpoint.Serve(db, endpoint.Query[endpoint.None, api.SessionList]{
		Route:       "GET /me/sessions",
		SessionOnly: true,
		Do:          op{db}.list,
	})
}

type op struct{ db *table.DB }

func (o op) list(ctx context.Context, r *endpoint.Request[endpoint.None]) (api.SessionList, error) {
	sessions, err := o.db.Sessions(ctx, r.Caller.User)
	if err != nil {
		return api.SessionList{}, err
	}

	show := func(s identity.Session) api.OwnSession { return api.OwnSessionOf(s, r.Caller.Credential) }
	return api.SessionList{Items: endpoint.Items(identity.LiveSessions(sessions, r.Now), show)}, nil
}
