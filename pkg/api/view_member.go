package api

import (
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// MemberOf is a person as one of their organizations sees them.
func MemberOf(m identity.Membership) Member {
	person := m.Visible()

	return Member{
		ID:                  string(m.User),
		FirstName:           person.FirstName,
		LastName:            person.LastName,
		DisplayName:         person.DisplayName,
		Email:               person.Email,
		Phone:               optional(person.Phone),
		Status:              statusOf(m),
		Role:                roleOf(m),
		SolutionCount:       m.SolutionCount,
		JoinedAt:            when(m.JoinedAt),
		LastSeenOn:          dayOf(m.LastSeen),
		InvitedAt:           when(m.InvitedAt),
		InvitationExpiresAt: when(m.InvitationExpires()),
		ServiceAccount:      badge(m),
		Version:             int64(m.Version),
	}
}

// MemberAt is MemberOf, for an invited member with the state of the invitation at now and with the member who answers for
// it.
func MemberAt(m, inviter identity.Membership, now time.Time) Member {
	shown := MemberOf(m)
	if m.Status != identity.Invited {
		return shown
	}

	state := InvitationState(identity.Invitation{Membership: m, Inviter: inviter}.State(now))
	shown.InvitationState, shown.InvitedBy = &state, inviterOf(inviter)
	return shown
}

// SeenBy is a member as an actor may see them: only those who manage members see when a member was last there.
func SeenBy(actor identity.Actor, m Member) Member {
	if !actor.Can(identity.ManageMembers) {
		m.LastSeenOn = nil
	}

	return m
}

// dayOf returns a day (UTC) as YYYY-MM-DD; nil for the zero time.
func dayOf(at time.Time) *string {
	if at.IsZero() {
		return nil
	}

	day := at.UTC().Format(time.DateOnly)
	return &day
}

// MemberTokensOf is what those who manage a member see of the member's tokens.
func MemberTokensOf(sum identity.TokenSum) *MemberTokens {
	return &MemberTokens{Live: sum.Live, LastUsedOn: optional(sum.LastUsedOn)}
}

// inviterOf is the member who answers for an invitation; nil if they are not known or have left.
func inviterOf(m identity.Membership) *UserRef {
	if m.User == "" {
		return nil
	}

	return &UserRef{ID: string(m.User), DisplayName: m.Person.DisplayName, Email: m.Person.Email}
}

// ReceivedInvitationOf is an open invitation as the invited person sees it.
func ReceivedInvitationOf(i identity.Invitation) ReceivedInvitation {
	return ReceivedInvitation{
		Organization: OrganizationRef{ID: string(i.Org), Name: i.OrgName},
		Role:         roleOf(i.Membership),
		InvitedBy:    inviterOf(i.Inviter),
		InvitedAt:    i.InvitedAt,
		ExpiresAt:    i.InvitationExpires(),
	}
}

// Announced is the outcome of mailing an invitation: "" if the mail was sent, else a sentence for the inviter.
type Announced string

// The outcomes of mailing an invitation. The edge stores the answer for an Idempotency-Key before the mail is sent, so a
// retry gets MailUnknown.
const (
	MailSent    Announced = ""
	MailNotSent Announced = "The email could not be sent. Resend the invitation later."
	MailUnknown Announced = "It is not known whether the email was sent. Resend the invitation if it does not arrive."
)

// InvitationOf returns a member whom the inviter has just invited, with a warning unless the mail was sent.
func InvitationOf(m, inviter identity.Membership, mail Announced) Invitation {
	invitation := Invitation{Member: MemberAt(m, inviter, m.InvitedAt), Warnings: []Warning{}}
	if mail != MailSent {
		invitation.Warnings = append(invitation.Warnings, Warning{Code: WarningCodeInvitationNotSent, Detail: string(mail)})
	}

	return invitation
}

// MembershipsOf returns a person's organizations, sorted by name. ProfileOf documents current.
func MembershipsOf(c identity.Caller, p identity.Profile, memberships []identity.Membership, current identity.OrgID) OrganizationMembershipList {
	profile := ProfileOf(c, p, memberships, current)
	list := OrganizationMembershipList{Items: []OrganizationMembership{}}
	for _, m := range profile.Memberships {
		list.Items = append(list.Items, OrganizationMembership{
			Organization:  m.Organization,
			Role:          m.Role,
			Status:        m.Status,
			SolutionCount: m.SolutionCount,
			JoinedAt:      m.JoinedAt,
			DeletedAt:     m.DeletedAt,
			RemovedAt:     m.RemovedAt,
			Current:       profile.CurrentOrganization != nil && profile.CurrentOrganization.ID == m.Organization.ID,
			Default:       profile.DefaultOrganization != nil && profile.DefaultOrganization.ID == m.Organization.ID,
		})
	}

	slices.SortFunc(list.Items, func(a, b OrganizationMembership) int {
		if byName := strings.Compare(strings.ToLower(a.Organization.Name), strings.ToLower(b.Organization.Name)); byName != 0 {
			return byName
		}
		return strings.Compare(a.Organization.ID, b.Organization.ID)
	})

	return list
}
