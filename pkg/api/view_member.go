package api

import (
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// MemberOf is a person as one of their organizations sees them. Whoever has not joined yet has not agreed to show their
// phone number.
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

// Announced is what is known of the mail that tells someone of their invitation.
type Announced string

// What is known of a mail. An answer that is remembered under an Idempotency-Key is stored before the mail is sent, so
// whoever gets it again learns that it is not known.
const (
	MailSent    Announced = ""
	MailNotSent Announced = "The mail could not be sent; resend the invitation later."
	MailUnknown Announced = "It is not known whether the mail was sent; resend the invitation if it does not arrive."
)

// InvitationOf is an invited member.
func InvitationOf(m identity.Membership, mail Announced) Invitation {
	shown := MemberOf(m)
	invitation := Invitation{
		ID:                  shown.ID,
		FirstName:           shown.FirstName,
		LastName:            shown.LastName,
		DisplayName:         shown.DisplayName,
		Email:               shown.Email,
		Status:              shown.Status,
		Role:                shown.Role,
		SolutionCount:       shown.SolutionCount,
		InvitedAt:           shown.InvitedAt,
		InvitationExpiresAt: shown.InvitationExpiresAt,
		Version:             shown.Version,
		Warnings:            []Warning{},
	}
	if mail != MailSent {
		invitation.Warnings = append(invitation.Warnings, Warning{Code: WarningCodeInvitationNotSent, Detail: string(mail)})
	}

	return invitation
}

// MembershipsOf are a person's organizations by name. current is as in ProfileOf.
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
