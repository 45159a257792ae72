// Command invitation-decline declines an invitation of the caller. The organization learns that its invitation was declined
// and nothing about the caller.
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
		Route:       "DELETE /me/invitations/{org}",
		SessionOnly: true,
		Decide:      op{db}.decline,
	})
}

type op struct{ db *table.DB }

type input struct {
	Org identity.OrgID `path:"org"`
}

func (o op) decline(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	offered, err := o.db.Invitation(ctx, page, r.In.Org, r.Now)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.Decline(offered), nil
}
