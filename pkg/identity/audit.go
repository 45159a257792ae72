package identity

import (
	"cmp"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Event is one entry of the audit log.
type Event struct {
	// ID is a lower-case ULID of the moment.
	ID string
	// Scope is the ID of the organization in whose log the event is listed, or of the user for a personal action.
	Scope  string
	Action Action
	Target Target
	// Before and After hold the fields that changed, by their JSON names. They never hold a secret.
	Before, After map[string]string
	Caller        Caller
	Source        Source
	At            time.Time
	// Purge is when the event is removed; the zero time if it is kept forever.
	Purge time.Time
}

// Target is the thing that an action changed.
type Target struct {
	// Type is "user", "organization", "token", "session" or "solution".
	Type string
	ID   string
	// Name is the thing's name at the time of the event.
	Name string
}

// Shown returns the name that the audit log shows. A token's is its prefix: events of earlier versions hold the
// description, which is for the token's owner alone.
func (t Target) Shown() string {
	if t.Type != "token" {
		return t.Name
	}

	return TokenPrefixOf(t.ID)
}

// TokenPrefixOf returns the prefix of the token with an ID, or "" if the text is no ID of a token.
func TokenPrefixOf(id string) string {
	var token TokenID
	if err := token.UnmarshalText([]byte(id)); err != nil {
		return ""
	}

	return Token{ID: token}.Prefix()
}

// Solution returns the solution of an assignment that the event is about, or "" if it is about none.
func (e Event) Solution() SolutionID {
	return SolutionID(cmp.Or(e.After["solutionId"], e.Before["solutionId"]))
}

// NewEventID returns an ID for an event at now.
func NewEventID(now time.Time) string { return strings.ToLower(NewULID(now).String()) }

// FirstEventID returns the lowest ID that an event at the moment can have. Later events have that ID or a higher one.
func FirstEventID(at time.Time) string {
	var id ulid.ULID
	_ = id.SetTime(ulid.Timestamp(at)) // fails only after the year 10889

	return strings.ToLower(id.String())
}

// EventTime returns the time that an event ID was made from. ok is false if no event can have the ID.
func EventTime(id string) (at time.Time, ok bool) {
	parsed, err := ulid.ParseStrict(id)
	if err != nil || id != strings.ToLower(id) {
		return time.Time{}, false
	}

	return ulid.Time(parsed.Time()).UTC(), true
}
