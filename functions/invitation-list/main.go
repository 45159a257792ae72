// Command invitation-list lists the caller's open invitations, with the inviter, the organization and the role of each.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Query[input, api.ReceivedInvitationList]{
		Route:       "GET /me/invitations",
		SessionOnly: true,
		Do:          op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Page endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.ReceivedInvitationList, error) {
	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.ReceivedInvitationList{}, err
	}

	found, next, err := o.db.Invitations(ctx, page, r.In.Page.After, r.In.Page.Limit, r.Now)
	if err != nil {
		return api.ReceivedInvitationList{}, err
	}

	items := endpoint.Items(found, func(i table.Offered) api.ReceivedInvitation {
		return api.ReceivedInvitationOf(i.Invitation)
	})

	return api.ReceivedInvitationList{Items: items, NextCursor: r.Next(next)}, nil
}
