package api

import "github.com/leasehold-dev/leasehold/pkg/identity"

// AuditEntryOf returns the audit entry of an event. actor is the membership of the one who acted, zero if it is unknown.
func AuditEntryOf(e identity.Event, actor identity.Membership) AuditEntry {
	return AuditEntry{
		ID:     e.ID,
		At:     e.At,
		Action: AuditAction(e.Action),
		Before: e.Before,
		After:  e.After,
		Actor: AuditActor{
			UserID:         optional(string(e.Caller.User)),
			ServiceAccount: badge(actor),
			DisplayName:    optional(actor.Visible().DisplayName),
			CredentialID:   optional(e.Caller.Credential),
			Kind:           ActorKind(e.Caller.Kind),
		},
		Target: AuditTarget{Type: e.Target.Type, ID: e.Target.ID, Name: optional(e.Target.Shown())},
		Source: AuditSource{
			IP:        optional(e.Source.IP),
			UserAgent: optional(e.Source.UserAgent),
			RequestID: e.Source.RequestID,
		},
	}
}

// AuditEntryAmong returns the audit entry of an event. people has the memberships of those who are members now. The entry says
// whether the user that the event is about is one of them.
func AuditEntryAmong(e identity.Event, people map[identity.UserID]identity.Membership) AuditEntry {
	entry := AuditEntryOf(e, people[e.Caller.User])
	if e.Target.Type == "user" {
		_, member := people[identity.UserID(e.Target.ID)]
		entry.Target.Member = &member
	}

	return entry
}
