// Command invitation-resend sends a person's invitation again and restarts its term, whether it has ended or not.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db, m := settings.Table(), settings.Invitations()
	perInviter, perOrganization := settings.InvitationsADay()
	o := op{
		db:     db,
		mail:   mail.New(settings.AWS(), m.Endpoint, m.Sender, m.ConfigurationSet, m.ConsoleURL),
		limits: identity.InvitationLimits{PerInviter: perInviter, PerOrganization: perOrganization},
	}

	endpoint.Serve(db, endpoint.Mutation[input, answer]{
		Route:      "POST /organizations/{org}/members/{user}/invitation",
		Permission: identity.ManageMembers,
		Decide:     o.resend,
		After:      o.announce,
	})
}

type op struct {
	db     *table.DB
	mail   *mail.Sender
	limits identity.InvitationLimits
}

type input struct {
	User identity.UserID `path:"user"`
}

// answer is the invitation as the caller sees it, and as the mail needs it.
type answer struct {
	api.Invitation
	invited identity.Membership
}

func (o op) resend(ctx context.Context, r *endpoint.Request[input]) (answer, endpoint.Write, error) {
	before, err := o.db.Member(ctx, r.Actor.Org, r.In.User)
	if err != nil {
		return answer{}, nil, err
	}

	after, err := r.Actor.Reinvite(before, r.Now)
	if err != nil {
		return answer{}, nil, err
	}

	write, err := o.db.ResendInvitation(ctx, r.Actor, before, after, o.limits, r.Now)
	if err != nil {
		return answer{}, nil, err
	}

	r.ETag(after.Version)
	return answer{api.InvitationOf(after, r.Actor.Membership, api.MailUnknown), after}, write, nil
}

func (o op) announce(ctx context.Context, r *endpoint.Request[input], a answer) answer {
	a.Invitation = api.InvitationOf(a.invited, r.Actor.Membership, o.mail.Announce(ctx, r.Actor.Membership, a.invited, r.Now))
	return a
}
