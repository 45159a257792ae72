// Command invitation-accept accepts an invitation of the caller, who then belongs to the organization. From then on the
// organization sees the caller's profile.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.ProfileMembership]{
		Route:       "POST /me/invitations/{org}/accept",
		SessionOnly: true,
		Decide:      op{db}.accept,
	})
}

type op struct{ db *table.DB }

type input struct {
	Org identity.OrgID `path:"org"`
}

func (o op) accept(ctx context.Context, r *endpoint.Request[input]) (api.ProfileMembership, endpoint.Write, error) {
	page, err := o.db.OwnPage(ctx, r.Caller)
	if err != nil {
		return api.ProfileMembership{}, nil, err
	}

	offered, err := o.db.Invitation(ctx, page, r.In.Org, r.Now)
	if err != nil {
		return api.ProfileMembership{}, nil, err
	}

	accepted, err := o.db.Accepting(ctx, page, offered, r.Now)
	if err != nil {
		return api.ProfileMembership{}, nil, err
	}

	return api.ProfileMembershipOf(r.Acting(accepted.Joined)), o.db.Accept(page, accepted), nil
}
