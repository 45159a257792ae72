package api

import (
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// MemberOf returns a person as one of their organizations sees them. It leaves out the phone number of people who have not
// joined yet, because they have not agreed to share it.
func MemberOf(m identity.Membership) Member {
	shown := Member{
		ID:                  string(m.User),
		FirstName:           m.Person.FirstName,
		LastName:            m.Person.LastName,
		DisplayName:         m.Person.DisplayName,
		Email:               m.Person.Email,
		Phone:               optional(m.Person.Phone),
		Status:              statusOf(m),
		Role:                roleOf(m),
		SolutionCount:       m.SolutionCount,
		JoinedAt:            when(m.JoinedAt),
		InvitedAt:           when(m.InvitedAt),
		InvitationExpiresAt: when(m.InvitationExpires()),
		Version:             int64(m.Version),
	}
	if m.Status == identity.Invited {
		shown.Phone = nil
	}

	return shown
}

// Announced is the outcome of mailing an invitation: "" if the mail was sent, else a sentence for the inviter.
type Announced string

// The outcomes of mailing an invitation. The edge stores the answer for an Idempotency-Key before the mail is sent, so a
// retry gets MailUnknown.
const (
	MailSent    Announced = ""
	MailNotSent Announced = "The mail could not be sent; resend the invitation later."
	MailUnknown Announced = "It is not known whether the mail was sent; resend the invitation if it does not arrive."
)

// InvitationOf returns an invited member, with a warning unless the mail was sent.
func InvitationOf(m identity.Membership, mail Announced) Invitation {
	invitation := Invitation{Member: MemberOf(m), Warnings: []Warning{}}
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
