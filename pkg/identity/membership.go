package identity

import (
	"slices"
	"time"
)

// Status is the state of a membership.
type Status string

// The statuses of a membership.
const (
	Active   Status = "active"
	Invited  Status = "invited"
	Disabled Status = "disabled"
)

// Statuses lists the statuses that this version knows.
var Statuses = []Status{Active, Invited, Disabled}

// UnmarshalText parses a status. It returns an InvalidRequest error for any other text.
func (s *Status) UnmarshalText(text []byte) error {
	if !slices.Contains(Statuses, Status(text)) {
		return InvalidField("status", "Choose active, invited, or disabled.")
	}

	*s = Status(text)

	return nil
}

// InvitationTerm is how long an invitation can be accepted.
const InvitationTerm = 7 * 24 * time.Hour

// Membership is one person in one organization.
type Membership struct {
	User UserID
	Org  OrgID
	// OrgName is the organization's name as last seen by this membership.
	OrgName string
	Role    Role
	Status  Status
	// TokenEpoch is a lower-case ULID. A token records the epoch it was created in and is valid only in that epoch.
	// Removing and re-inviting a person, or revoking all their tokens, starts a new epoch, so older tokens stay dead.
	TokenEpoch string
	// SolutionCount is the number of the organization's solutions that the member is assigned to, without those that
	// deny them.
	SolutionCount int
	// Assignments counts all assignments of the member, including those that deny them.
	Assignments int
	// JoinedAt is zero while the member is invited.
	JoinedAt time.Time
	// InvitedAt is zero for the person who created the organization.
	InvitedAt time.Time
	Person    Person
	Version   int
}

// Person holds the details of a person that their organizations see.
type Person struct {
	FirstName, LastName, DisplayName, Email, Phone string
}

// Accessible reports whether the member can act in the organization: their status is active and their role admits them.
// A status or role that this version does not know gives no access.
func (m Membership) Accessible() bool { return m.Status == Active && m.Role.Admits() }

// InvitationExpires returns when the invitation ends; the zero time for a member who has joined.
func (m Membership) InvitationExpires() time.Time {
	if m.Status != Invited {
		return time.Time{}
	}
	return m.InvitedAt.Add(InvitationTerm)
}

// ActiveOwner reports whether the member is an active Owner. An organization keeps at least one.
func (m Membership) ActiveOwner() bool { return m.Status == Active && m.Role == Owner }

// MayBeInvited returns nil for the zero Membership, of a person who has none. For an existing membership it returns a
// Conflict error that says what to do instead of inviting.
func (m Membership) MayBeInvited() error {
	switch {
	case m.User == "":
		return nil
	case m.Status == Disabled:
		return Refuse(Conflict, "This person is a member whose access is disabled. Enable them instead.")
	case m.Status == Invited:
		return Refuse(Conflict, "This person is already invited. Resend the invitation instead.")
	}

	return Refuse(Conflict, "This person is already a member.")
}

// Open reports whether the membership is an invitation that can be accepted at now: it has not ended, and its role
// admits the person.
func (m Membership) Open(now time.Time) bool {
	return m.Status == Invited && m.Role.Admits() && now.Before(m.InvitationExpires())
}

// Join returns the membership after its holder accepts the invitation at now. The caller has checked that it is Open.
func (m Membership) Join(now time.Time) Membership {
	after := m
	after.Status, after.JoinedAt = Active, now.UTC().Truncate(time.Second)
	return after.since(m)
}

// Enter returns the membership with which its holder enters the organization at now: unchanged if it is accessible, after
// Join if it is an open invitation. Otherwise it returns a Forbidden error.
func (m Membership) Enter(now time.Time) (Membership, error) {
	switch {
	case m.Accessible():
		return m, nil
	case m.Open(now):
		return m.Join(now), nil
	case m.Status == Invited && m.Role.Admits():
		return Membership{}, Refuse(Forbidden, "The invitation expired at %s. Ask for a new one.", m.InvitationExpires().Format(time.RFC3339))
	}

	return Membership{}, NoAccess()
}

// since increments the version if the membership differs from before.
func (m Membership) since(before Membership) Membership {
	if m != before {
		m.Version++
	}
	return m
}
