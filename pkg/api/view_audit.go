package api

import "github.com/leasehold-dev/leasehold/pkg/identity"

// AuditEntryOf returns the audit entry of an event. name is the display name of the actor, "" if it is unknown.
func AuditEntryOf(e identity.Event, name string) AuditEntry {
	return AuditEntry{
		ID:     e.ID,
		At:     e.At,
		Action: AuditAction(e.Action),
		Before: e.Before,
		After:  e.After,
		Actor: AuditActor{
			UserID:       optional(string(e.Caller.User)),
			DisplayName:  optional(name),
			CredentialID: optional(e.Caller.Credential),
			Kind:         ActorKind(e.Caller.Kind),
		},
		Target: AuditTarget{Type: e.Target.Type, ID: e.Target.ID, Name: optional(e.Target.Name)},
		Source: AuditSource{
			IP:        optional(e.Source.IP),
			UserAgent: optional(e.Source.UserAgent),
			RequestID: e.Source.RequestID,
		},
	}
}
