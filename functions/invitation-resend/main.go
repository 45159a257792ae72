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
	o := op{db, mail.New(settings.AWS(), m.Endpoint, m.Sender, m.ConsoleURL)}
	endpoint.Serve(db, endpoint.Mutation[input, answer]{
		Route:      "POST /organizations/{org}/members/{user}/invitation",
		Permission: identity.ManageMembers,
		Decide:     o.resend,
		After:      o.announce,
	})
}

type op struct {
	db   *table.DB
	mail *mail.Sender
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

	r.ETag(after.Version)
	shown := answer{api.InvitationOf(after, api.MailUnknown), after}
	return shown, o.db.ChangeMember(identity.ActionInvitationResend, r.Actor, before, after), nil
}

func (o op) announce(ctx context.Context, r *endpoint.Request[input], a answer) answer {
	a.Invitation = api.InvitationOf(a.invited, o.mail.Announce(ctx, r.Actor.Membership, a.invited, r.Now))
	return a
}
