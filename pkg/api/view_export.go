package api

import (
	"maps"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// ProfileExportOf returns the document with everything that is stored about a person.
func ProfileExportOf(e identity.Export) ProfileExport {
	shown := ProfileExport{
		ExportedAt:        e.At.Truncate(time.Second),
		Profile:           exportedProfileOf(e),
		Identities:        []ExportedIdentity{},
		Memberships:       each(e.Memberships, exportedMembershipOf),
		SolutionRoles:     each(e.Assignments, exportedSolutionRoleOf),
		Invitations:       each(e.Invitations, exportedInvitationOf),
		InvitationMails:   each(e.Mails, exportedMailsOf),
		Tokens:            []Token{},
		Sessions:          each(e.Sessions, exportedSessionOf),
		AuditEvents:       each(e.Events, exportedEventOf),
		LeftOut:           each(e.LeftOut, func(name string) ProfileExportLeftOut { return ProfileExportLeftOut(name) }),
		AuditEventsBefore: when(e.EventsBefore),
	}

	for _, issuer := range slices.Sorted(maps.Keys(e.Identities)) {
		shown.Identities = append(shown.Identities, ExportedIdentity{Issuer: issuer, Digest: e.Identities[issuer]})
	}

	memberships := map[identity.OrgID]identity.Membership{}
	for _, m := range e.Memberships {
		memberships[m.Org] = m
	}

	for _, t := range e.Tokens {
		shown.Tokens = append(shown.Tokens, TokenOf(t, memberships[t.Org], e.At))
	}

	return shown
}

// each converts a list. It never returns nil, so that an empty list is [] in JSON.
func each[From, To any](list []From, convert func(From) To) []To {
	converted := make([]To, len(list))
	for i, item := range list {
		converted[i] = convert(item)
	}

	return converted
}

func exportedPersonOf(p identity.Person) ExportedPerson {
	return ExportedPerson{
		FirstName:   p.FirstName,
		LastName:    p.LastName,
		DisplayName: p.DisplayName,
		Email:       p.Email,
		Phone:       optional(p.Phone),
	}
}

func exportedProfileOf(e identity.Export) ExportedProfile {
	return ExportedProfile{
		ID:                    string(e.Profile.ID),
		Person:                exportedPersonOf(e.Profile.Person),
		DefaultOrganizationID: optional(string(e.Profile.DefaultOrg)),
		Notices:               noticesOf(e.Profile.Muted),
		CreatedAt:             e.Profile.CreatedAt,
		SignInRefusedOn:       optional(e.RefusedOn),
		Version:               int64(e.Profile.Version),
	}
}

func exportedMembershipOf(m identity.Membership) ExportedMembership {
	return ExportedMembership{
		Organization: OrganizationRef{ID: string(m.Org), Name: m.OrgName},
		Role:         roleOf(m),
		Status:       statusOf(m),
		SeenAs:       exportedPersonOf(m.Person),
		JoinedAt:     when(m.JoinedAt),
		LastSeenOn:   dayOf(m.LastSeen),
		InvitedAt:    when(m.InvitedAt),
		InvitedBy:    optional(string(m.InvitedBy)),

		OrganizationDeletedAt: when(m.OrgDeletedAt),

		SolutionCount:   m.SolutionCount,
		AssignmentCount: m.Assignments,
		Version:         int64(m.Version),
	}
}

func exportedSolutionRoleOf(a identity.ExportedAssignment) ExportedSolutionRole {
	return ExportedSolutionRole{
		OrganizationID: string(a.Org),
		SolutionID:     string(a.Solution),
		SolutionName:   optional(a.Name),
		Role:           SolutionRole(a.Role),
		AssignedAt:     a.At,
	}
}

func exportedInvitationOf(i identity.Invitation) ExportedInvitation {
	return ExportedInvitation{Invitation: ReceivedInvitationOf(i), Typed: exportedPersonOf(i.Person)}
}

func exportedMailsOf(m identity.ExportedMails) ExportedMails {
	return ExportedMails{OrganizationID: string(m.Org), Count: m.Sent, LastSentAt: m.SentAt}
}

func exportedSessionOf(s identity.Session) ExportedSession {
	return ExportedSession{
		ID:                    string(s.ID),
		CreatedAt:             s.CreatedAt,
		LastUsedAt:            when(s.LastUsed),
		LastUsedFrom:          originOf(s.LastUse),
		LeaseExpiresAt:        s.Until,
		ExpiresAt:             s.Expires,
		CurrentOrganizationID: optional(string(s.CurrentOrg)),
		SourceIP:              optional(s.SourceIP),
		Client:                optional(s.Client),
		EndedReason:           optional(string(s.Ended)),
	}
}

func exportedEventOf(e identity.Event) ExportedEvent {
	entry := AuditEntryOf(e, identity.Membership{})
	return ExportedEvent{
		ID:           entry.ID,
		At:           entry.At,
		Action:       string(e.Action),
		Actor:        entry.Actor,
		Target:       entry.Target,
		Before:       entry.Before,
		After:        entry.After,
		Source:       entry.Source,
		RemovedAfter: when(e.Purge),
	}
}
