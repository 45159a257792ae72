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

// Membership is one person, or one service account, in one organization.
type Membership struct {
	User UserID
	Org  OrgID
	// OrgName is the organization's name as last seen by this membership.
	OrgName string
	// OrgDeletedAt is when the organization was deleted, as last seen by this membership; zero if it is not deleted.
	// Standing.Of brings it up to date.
	OrgDeletedAt time.Time
	// TokenPolicy is the organization's. It is known only after Standing.Of and is never stored with the membership.
	TokenPolicy TokenPolicy
	Role        Role
	Status      Status
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
	// LastSeen is the start of the day (UTC) on which the person last signed in to the organization or switched to it, or
	// founded or joined it. It is zero if they have not, and if only a version that does not record it has seen them.
	LastSeen time.Time
	// InvitedAt is zero for the person who created the organization.
	InvitedAt time.Time
	// InvitedBy is the member who answers for the invitation: who made it, or was the last to resend it or to change its
	// role. It is "" once the person has joined, and for an invitation that an earlier version stored.
	InvitedBy UserID
	// Offer is true for an invitation that is stored under an ID of its own and counts toward nobody's organizations. It
	// is false for one that an earlier version stored, which the person's profile counts.
	Offer bool
	// ServiceAccount is true for a member who is not a person. Its Person has a display name and the address of its
	// contact.
	ServiceAccount bool
	Person         Person
	Version        int
}

// See returns the day (UTC) to record for a person who comes to the organization at now. isNew is false
// if it is recorded already.
func (m Membership) See(now time.Time) (day time.Time, isNew bool) {
	day = now.UTC().Truncate(24 * time.Hour)
	return day, day.After(m.LastSeen)
}

// Person holds the details of a person that their organizations see.
type Person struct {
	FirstName, LastName, DisplayName, Email, Phone string
}

// Visible returns what the organization may see of the person. An invitation shows what the inviter typed. One that an
// earlier version stored holds a copy of the person's profile, so only the address that was typed is visible.
func (m Membership) Visible() Person {
	if m.Status == Invited && m.InvitedBy == "" {
		return Person{DisplayName: m.Person.Email, Email: m.Person.Email}
	}

	return m.Person
}

// Accessible reports whether the member can act in the organization: it admits them, and nobody has deleted it.
func (m Membership) Accessible() bool { return m.Admitted() && m.OrgDeletedAt.IsZero() }

// Admitted reports whether the organization admits the member: their status is active and their role admits them. A status
// or role that this version does not know gives no access. While the organization is deleted, an admitted member has no
// access, but what the organization sees of them stays up to date.
func (m Membership) Admitted() bool {
	// A version that doesn't know service accounts can have made one an Owner.
	return m.Status == Active && m.Role.Admits() && (!m.ServiceAccount || m.Role != Owner)
}

// OrgRemovedAt returns when the sweep removes the deleted organization; the zero time if it is not deleted.
func (m Membership) OrgRemovedAt() time.Time { return removedAt(m.OrgDeletedAt) }

// NoAccess returns the Forbidden refusal for a member who has no access, with the reason if the organization is deleted.
func (m Membership) NoAccess() *Error {
	if !m.OrgDeletedAt.IsZero() {
		return whileDeleted(Forbidden, "This organization", m.OrgDeletedAt)
	}

	return NoAccess()
}

// ActiveOwner reports whether the member is an active Owner. An organization keeps at least one.
func (m Membership) ActiveOwner() bool { return m.Status == Active && m.Role == Owner }

// Enter returns nil if the member may make the organization their current one: they have access to it. Otherwise it returns
// a Forbidden error.
func (m Membership) Enter() error {
	if m.Accessible() {
		return nil
	}

	return m.NoAccess()
}

// since increments the version if the membership differs from before.
func (m Membership) since(before Membership) Membership {
	if m != before {
		m.Version++
	}
	return m
}
