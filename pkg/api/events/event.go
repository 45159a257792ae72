// Package events makes the events that leave Leasehold from entries of the audit log, and describes them as JSON schemas.
//
// An event holds IDs, and values of a closed format: roles, statuses, times, flags, numbers, scopes. It holds no text that
// a person typed, no mail address, no IP address and no secret. A value that does not have the format of its field is
// left out, whatever the audit log holds.
//
//	event.go       Event, and how it is made
//	definition.go  the actions and their fields
//	schema.go      the JSON schemas
package events

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Version is the version of the format. It changes only if a consumer of the old format could misread the new one. New
// actions and new fields do not change it.
const Version = 1

// Event is the detail of an event.
type Event struct {
	Version int `json:"version"`
	// ID is the ID of the entry in the audit log. A consumer recognizes a repeated event by it.
	ID     string    `json:"id"`
	Time   time.Time `json:"time"`
	Action string    `json:"action"`
	// OrganizationID is the organization in whose audit log the entry is; "" for an action that concerns one person only.
	OrganizationID string `json:"organizationId,omitempty"`
	// UserID is the person that such an action is about; "" for an action in an organization.
	UserID string `json:"userId,omitempty"`
	Actor  Actor  `json:"actor"`
	Target Target `json:"target"`
	// Changed names the fields that changed, also those whose values are not in Before and After.
	Changed []string          `json:"changed"`
	Before  map[string]string `json:"before"`
	After   map[string]string `json:"after"`
}

// Actor is who made a change.
type Actor struct {
	// Kind is the kind of credential, or what acted without one, such as schedule.
	Kind string `json:"kind,omitempty"`
	// ID is the person or the service account; "" if nobody is known.
	ID string `json:"id,omitempty"`
	// CredentialID is the ID of the token or session.
	CredentialID string `json:"credentialId,omitempty"`
}

// Target is what was changed.
type Target struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// Of returns the event of an entry of the audit log. It returns an error if the entry has no valid ID, scope or target.
// An entry with an action that this version does not know makes an event without changes.
func Of(entry identity.Event) (Event, error) {
	if _, ok := identity.EventTime(entry.ID); !ok {
		return Event{}, errors.New("the ID of the audit event is not a ULID") // which it may not show
	}

	event := Event{
		Version: Version,
		ID:      entry.ID,
		Time:    entry.At.UTC(),
		Action:  word.only(string(entry.Action)),
		Actor: Actor{
			Kind:         word.only(string(entry.Caller.Kind)),
			ID:           userID.only(string(entry.Caller.User)),
			CredentialID: credentialID.only(entry.Caller.Credential),
		},
		Target:  Target{Type: word.only(entry.Target.Type), ID: anyID.only(entry.Target.ID)},
		Changed: []string{},
		Before:  map[string]string{},
		After:   map[string]string{},
	}

	event.OrganizationID = organizationID.only(entry.Scope)
	event.UserID = userID.only(entry.Scope)

	switch {
	case event.OrganizationID == "" && event.UserID == "":
		return Event{}, fmt.Errorf("the audit event %s belongs to no organization and no person", entry.ID)
	case event.Action == "":
		return Event{}, fmt.Errorf("the audit event %s has no valid action", entry.ID)
	case event.Target.Type == "" || event.Target.ID == "":
		return Event{}, fmt.Errorf("the audit event %s has no valid target", entry.ID)
	}

	event.change(definitionOf(entry.Action), entry.Before, entry.After)

	return event, nil
}

// change fills in what changed, as far as the definition of the action names it.
func (e *Event) change(d definition, before, after map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(d.fields)) {
		_, was := before[name]
		_, is := after[name]
		if !was && !is {
			continue
		}

		e.Changed = append(e.Changed, name)

		if value := d.fields[name].only(before[name]); value != "" {
			e.Before[name] = value
		}

		if value := d.fields[name].only(after[name]); value != "" {
			e.After[name] = value
		}
	}
}

// Known reports whether the events of an action can name a field.
func Known(action identity.Action, field string) bool {
	_, known := definitionOf(action).fields[field]
	return known
}

// only returns a text that has the format, or "".
func (f format) only(text string) string {
	if f.pattern == "" || text == "" || strings.ContainsRune(text, '\n') || !compiled[f.pattern].MatchString(text) {
		return ""
	}

	return text
}
