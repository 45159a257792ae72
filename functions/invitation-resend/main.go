// Command invitation-resend sends a person's invitation again and starts its time anew, whether it has ended or not.
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
	sender := mail.New(settings.AWS(), m.Endpoint, m.Sender, m.ConsoleURL)
	endpoint.Serve(endpoint.Operation[input, api.Invitation]{
		Route:      "POST /organizations/{org}/members/{user}/invitation",
		Permission: identity.ManageMembers,
		Records:    db,
		Do:         op{db, sender}.resend,
	})
}

type op struct {
	db   *table.DB
	mail *mail.Sender
}

type input struct {
	User identity.UserID `path:"user"`
}

func (o op) resend(ctx context.Context, r *endpoint.Request[input]) (api.Invitation, error) {
	var after identity.Membership
	err := o.db.AlterMember(ctx, "invitation.resend", r.Actor, r.In.User, func(before identity.Membership) (_ identity.Membership, c identity.Change, err error) {
		if after, err = r.Actor.Reinvite(before, r.Now); err != nil {
			return after, c, err
		}

		r.ETag(after.Version)
		c, err = r.Change(api.InvitationOf(after, api.MailUnknown))
		return after, c, err
	})
	if err != nil {
		return api.Invitation{}, err
	}

	if !o.mail.Announce(ctx, r.Actor, after, r.Now) {
		return api.InvitationOf(after, api.MailNotSent), nil
	}

	return api.InvitationOf(after, api.MailSent), nil
}
