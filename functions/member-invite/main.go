// Command member-invite invites a person to an organization by email; whoever has no profile yet gets one, to be found at
// their first sign-in. The mail is sent after the invitation is stored: one that cannot be sent does not undo it.
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
		Route:      "POST /organizations/{org}/members",
		Status:     201,
		Permission: identity.ManageMembers,
		Records:    db,
		Do:         op{db, sender}.invite,
	})
}

type op struct {
	db   *table.DB
	mail *mail.Sender
}

type input struct {
	Body api.MemberInvite `body:"json"`
}

func (o op) invite(ctx context.Context, r *endpoint.Request[input]) (api.Invitation, error) {
	var invited identity.Membership
	person, role, err := clean(r.In.Body)
	if err != nil {
		return api.Invitation{}, err
	}

	err = table.RetryStale(ctx, func() error {
		org, err := o.db.Organization(ctx, r.Actor.Org)
		if err != nil {
			return err
		}

		r.Actor.OrgName = org.Name
		who, err := o.invitee(ctx, r, person)
		if err != nil {
			return err
		}

		if invited, err = r.Actor.Invite(who.Profile.ID, who.Profile.Person, role, r.Now); err != nil {
			return err
		}

		r.ETag(invited.Version)
		r.Created("/organizations/" + string(org.ID) + "/members/" + string(invited.User))
		change, err := r.Change(api.InvitationOf(invited, api.MailUnknown))
		if err != nil {
			return err
		}

		return o.db.Invite(ctx, change, r.Actor, who, org, invited)
	})
	if err != nil {
		return api.Invitation{}, err
	}

	if !o.mail.Announce(ctx, r.Actor, invited, r.Now) {
		return api.InvitationOf(invited, api.MailNotSent), nil
	}

	return api.InvitationOf(invited, api.MailSent), nil
}

// invitee is who has the email address, unless they belong to the organization already.
func (o op) invitee(ctx context.Context, r *endpoint.Request[input], p identity.Person) (table.Invitee, error) {
	who, err := o.db.Invitee(ctx, p, identity.NewUserID(r.Now), r.Now)
	if err != nil || who.New {
		return who, err
	}

	m, err := o.db.Membership(ctx, who.Profile.ID, r.Actor.Org)
	if err != nil {
		return who, err
	}

	return who, m.MayBeInvited()
}

// clean is the person as they were described, or what is wrong with it: all of it at once.
func clean(sent api.MemberInvite) (identity.Person, identity.Role, error) {
	var (
		p     identity.Person
		role  = identity.User
		wrong identity.Mistakes
		err   error
	)

	p.Email, err = identity.CleanEmail("email", sent.Email)
	wrong.Add(err)

	if sent.FirstName != nil {
		p.FirstName, err = identity.CleanText("firstName", *sent.FirstName, identity.MaxName)
		wrong.Add(err)
	}

	if sent.LastName != nil {
		p.LastName, err = identity.CleanText("lastName", *sent.LastName, identity.MaxName)
		wrong.Add(err)
	}

	if sent.Role != nil {
		wrong.Add(role.UnmarshalText([]byte(*sent.Role)))
	}

	p.DisplayName = identity.DisplayName(p)
	return p, role, wrong.Err()
}
