// Command member-invite invites a person to an organization by email. The answer is the same whether anybody has the
// address or not: it shows what the caller sent. The mail is sent after the invitation is stored: a mail that cannot be sent does not
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
	perInviter, perOrganization := settings.InvitationsADay()
	o := op{
		db:     db,
		mail:   mail.New(settings.AWS(), m.Endpoint, m.Sender, m.ConfigurationSet, m.ConsoleURL),
		limits: identity.InvitationLimits{PerInviter: perInviter, PerOrganization: perOrganization},
	}

	endpoint.Serve(db, endpoint.Mutation[input, answer]{
		Route:      "POST /organizations/{org}/members",
		Status:     201,
		Permission: identity.ManageMembers,
		Decide:     o.invite,
		After:      o.announce,
	})
}

type op struct {
	db     *table.DB
	mail   *mail.Sender
	limits identity.InvitationLimits
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

	r.Actor.OrgName = org.Name // the copy on the actor's membership may lag behind a rename
	invited, err := r.Actor.Invite(identity.NewUserID(r.Now), person, role, r.Now)
	if err != nil {
		return answer{}, nil, err
	}

	offer, err := o.db.Offer(ctx, r.Actor, person.Email, r.Now)
	if err != nil {
		return answer{}, nil, err
	}

	r.ETag(invited.Version)
	r.Created("/organizations/" + string(org.ID) + "/members/" + string(invited.User))
	shown := answer{api.InvitationOf(invited, r.Actor.Membership, api.MailUnknown), invited}
	return shown, o.db.Invite(r.Actor, offer, org, invited, o.limits), nil
}

func (o op) announce(ctx context.Context, r *endpoint.Request[input], a answer) answer {
	a.Invitation = api.InvitationOf(a.invited, r.Actor.Membership, o.mail.Announce(ctx, r.Actor.Membership, a.invited, r.Now))
	return a
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
		p.FirstName, err = identity.CleanPersonName("firstName", *sent.FirstName)
		wrong.Add(err)
	}

	if sent.LastName != nil {
		p.LastName, err = identity.CleanPersonName("lastName", *sent.LastName)
		wrong.Add(err)
	}

	if sent.Role != nil {
		wrong.Add(role.UnmarshalText([]byte(*sent.Role)))
	}

	p.DisplayName = identity.DisplayName(p)
	return p, role, wrong.Err()
}
