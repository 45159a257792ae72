// Command member-invite invites a person to an organization by email. A person without a profile gets one, which they
// find at their first sign-in. The mail is sent after the invitation is stored: a mail that cannot be sent does not
// undo it.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/address"
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
		Route:      "POST /organizations/{org}/members",
		Status:     201,
		Permission: identity.ManageMembers,
		Decide:     o.invite,
		After:      o.announce,
	})
}

type op struct {
	db   *table.DB
	mail *mail.Sender
}

type input struct {
	Body api.MemberInvite `body:"json"`
}

// answer is the invitation as the caller sees it, and as the mail needs it.
type answer struct {
	api.Invitation
	invited identity.Membership
}

func (o op) invite(ctx context.Context, r *endpoint.Request[input]) (answer, endpoint.Write, error) {
	person, role, err := clean(r.In.Body)
	if err != nil {
		return answer{}, nil, err
	}

	org, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return answer{}, nil, err
	}

	who, err := o.invitee(ctx, r, person)
	if err != nil {
		return answer{}, nil, err
	}

	r.Actor.OrgName = org.Name // the copy on the actor's membership may lag behind a rename
	invited, err := r.Actor.Invite(who.Profile.ID, who.Profile.Person, role, r.Now)
	if err != nil {
		return answer{}, nil, err
	}

	r.ETag(invited.Version)
	r.Created("/organizations/" + string(org.ID) + "/members/" + string(invited.User))
	shown := answer{api.InvitationOf(invited, api.MailUnknown), invited}
	return shown, o.db.Invite(r.Actor, who, org, invited), nil
}

func (o op) announce(ctx context.Context, r *endpoint.Request[input], a answer) answer {
	a.Invitation = api.InvitationOf(a.invited, o.mail.Announce(ctx, r.Actor.Membership, a.invited, r.Now))
	return a
}

// invitee returns the person with the email address. It returns Conflict if they belong to the organization already.
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

// clean returns the person as the request describes them, or one error that names every invalid field.
func clean(sent api.MemberInvite) (identity.Person, identity.Role, error) {
	var (
		p     identity.Person
		role  = identity.User
		wrong identity.Mistakes
		err   error
	)

	p.Email, err = address.Canonical("email", sent.Email)
	wrong.Add(err)

	if sent.FirstName != nil {
		p.FirstName, err = identity.CleanOptionalName("firstName", *sent.FirstName)
		wrong.Add(err)
	}

	if sent.LastName != nil {
		p.LastName, err = identity.CleanOptionalName("lastName", *sent.LastName)
		wrong.Add(err)
	}

	if sent.Role != nil {
		wrong.Add(role.UnmarshalText([]byte(*sent.Role)))
	}

	p.DisplayName = identity.DisplayName(p)
	return p, role, wrong.Err()
}
