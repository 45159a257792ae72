package mail

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/metric"
)

// Invitation is the content of the email to a person who is invited to an organization.
type Invitation struct {
	// To is the invited email address.
	To string
	// Org is the ID of the organization, to whose page the email links.
	Org identity.OrgID
	// Organization is the organization's name, and Inviter the name of the member who sent the invitation.
	Organization, Inviter string
	// InviterEmail is where replies go.
	InviterEmail string
	// Role is the role that the invitation offers.
	Role identity.Role
	// Ends is when the invitation expires.
	Ends time.Time
}

// invitationSubject is the subject of every invitation. It contains no name, because lists of emails show it before
// anything else.
const invitationSubject = "You are invited to an organization on Leasehold"

// joining says what a person with a role can do.
var joining = map[identity.Role]string{
	identity.Owner:   "You'll join as an Owner and can manage everything in the organization, including its settings.",
	identity.Admin:   "You'll join as an Admin and can manage the people and solutions of the organization.",
	identity.Creator: "You'll join as a Creator and can create solutions.",
	identity.User:    "You'll join as a User and can use the solutions assigned to you.",
	identity.Deny:    "You'll join without access to the organization, until an Owner or Admin changes your role.",
}

// Announce emails the invited person and reports whether the email was sent. The invitation is valid either way and can be
// resent, so a failure is logged and counted instead of being returned.
func (s *Sender) Announce(ctx context.Context, actor, invited identity.Membership, now time.Time) api.Announced {
	err := s.Invite(ctx, Invitation{
		To:           invited.Person.Email,
		Org:          invited.Org,
		Organization: invited.OrgName,
		Inviter:      actor.Person.DisplayName,
		InviterEmail: actor.Person.Email,
		Role:         invited.Role,
		Ends:         invited.InvitationExpires(),
	})
	if err != nil {
		slog.ErrorContext(ctx, "an invitation was not sent", "organization", string(invited.Org), "user", string(invited.User), "error", err.Error())
		metric.Put(now, "InvitationNotSent", metric.Count, 1, "", "")
		return api.MailNotSent
	}

	return api.MailSent
}

// Invite sends the invitation.
func (s *Sender) Invite(ctx context.Context, i Invitation) error {
	inviter, organization := plain(i.Inviter, "A member"), plain(i.Organization, "their organization")

	return s.post(ctx, "an invitation", letter{
		To:      i.To,
		ReplyTo: i.InviterEmail,
		Subject: invitationSubject,
		Heading: "Join " + organization,
		Paragraphs: []string{
			fmt.Sprintf("%s invited you to join %s on Leasehold.", inviter, organization),
			joining[i.Role],
			fmt.Sprintf("To accept or decline, sign in with this email address, %s. The invitation expires on %s.", i.To, moment(i.Ends)),
		},
		Button: "Sign in to respond",
		Link:   s.console + "/" + string(i.Org),
		Notes:  []string{"If you don't expect this invitation, you can ignore this email."},
	})
}
