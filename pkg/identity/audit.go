package identity

import (
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// Kind is the kind of bearer token that a caller showed.
type Kind string

// The kinds of bearer token.
const (
	PAT        Kind = "pat"
	SignedIn   Kind = "session"
	BySchedule Kind = "schedule" // no bearer token: the sweep
)

// Caller is who is calling, as the authorizer established it.
type Caller struct {
	User UserID
	// Org is the organization that a personal access token acts in; "" for a session.
	Org  OrgID
	Kind Kind
	// Credential is the id of the token or session that was shown.
	Credential string
}

// Source is where a request came from.
type Source struct {
	IP, UserAgent, RequestID string
}

// Change is the part that all mutations share: who changes something, when and from where, and, when the caller sent an
// Idempotency-Key, what to remember so that a retry gets the same answer.
type Change struct {
	Caller Caller
	Source Source
	At     time.Time
	Retry  *Retry
}

// Retry is what is remembered of a mutation under its caller's Idempotency-Key.
type Retry struct {
	// KeyHash is the SHA-256, in hex, of the caller's key; the key itself is not stored.
	KeyHash string
	// Request is the SHA-256, in hex, of the request; a retry must be the same request.
	Request string
	// Reply is the answer, sealed with a key derived from the caller's key.
	Reply []byte
	// Until is when it is forgotten.
	Until time.Time
}

// Event is one entry of the audit log.
type Event struct {
	ID string // lower-case ULID of the moment
	// Scope is the organization or, for what concerns nobody but oneself, the user.
	Scope  string
	Action string
	Target Target
	// Before and After hold the fields that changed, by their JSON names; never a secret.
	Before, After map[string]string
	Caller        Caller
	Source        Source
	At            time.Time
}

// Target is what an action was done to.
type Target struct {
	Type string // user, organization, token, session or solution
	ID   string
	Name string // as it was then
}

// NewEpoch begins a token epoch at now.
func NewEpoch(now time.Time) string { return strings.ToLower(NewULID(now).String()) }

// NewEventID returns a new id for an audit event at the moment at. Ids sort by their moments.
func NewEventID(at time.Time) string { return strings.ToLower(NewULID(at).String()) }

// FirstEventID is the lowest id that an event at the moment can have; the events since then have it or a higher one.
func FirstEventID(at time.Time) string {
	var id ulid.ULID
	_ = id.SetTime(ulid.Timestamp(at)) // fails after the year 10889
	return strings.ToLower(id.String())
}

// EventTime is when the event with the id was; ok is false when nothing can have such an id.
func EventTime(id string) (at time.Time, ok bool) {
	parsed, err := ulid.ParseStrict(id)
	if err != nil || id != strings.ToLower(id) {
		return time.Time{}, false
	}

	return ulid.Time(parsed.Time()).UTC(), true
}

func epochStart(epoch string) time.Time {
	id, err := ulid.ParseStrict(epoch)
	if err != nil {
		return time.Time{}
	}

	return ulid.Time(id.Time()).UTC().Truncate(time.Second)
}
