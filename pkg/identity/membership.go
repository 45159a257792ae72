package identity

import "time"

// Status is where a membership stands.
type Status string

// The statuses of a membership.
const (
	Active   Status = "active"
	Invited  Status = "invited"
	Disabled Status = "disabled"
)

// UnmarshalText parses a status; anything else is an InvalidRequest error.
func (s *Status) UnmarshalText(text []byte) error {
	switch status := Status(text); status {
	case Active, Invited, Disabled:
		*s = status
		return nil
	}
	return InvalidField("status", "Choose one of active, invited and disabled.")
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
	// TokenEpoch is a ULID. A token remembers the epoch in which it was made and lives only in that one. A person who
	// is removed and invited again, or whose tokens are all revoked, gets a new epoch, so older tokens stay dead.
	TokenEpoch string
	// SolutionCount is the number of the organization's solutions that the member is assigned to, those that deny them
	// left out.
	SolutionCount int
	// Assignments counts all the member's assignments, those that deny included.
	Assignments int
	JoinedAt    time.Time // zero while invited
	InvitedAt   time.Time // zero for whoever made the organization
	Person      Person
	Version     int
}

// Person is what an organization shows of a member.
type Person struct {
	FirstName, LastName, DisplayName, Email, Phone string
}

// Accessible reports whether the member can act in the organization: active, and not denied.
func (m Membership) Accessible() bool { return m.Status == Active && m.Role != Deny }

// Can reports whether the member can act in the organization and their role has the permission.
func (m Membership) Can(p Permission) bool { return m.Accessible() && m.Role.Can(p) }

// InvitationExpires is when an invitation can no longer be accepted; zero for a member who has joined.
func (m Membership) InvitationExpires() time.Time {
	if m.Status != Invited {
		return time.Time{}
	}
	return m.InvitedAt.Add(InvitationTerm)
}

// MayManage reports, as a Forbidden error or nil, whether the actor may disable, enable, remove or change the role of
// the target: only whoever manages members, and an Owner is touched by Owners only.
func (m Membership) MayManage(target Membership) error {
	switch {
	case !m.Can(ManageMembers):
		return Refuse(Forbidden, "Managing users takes the role Owner or Admin.")
	case target.Role == Owner && m.Role != Owner:
		return Refuse(Forbidden, "Only an Owner may do this to an Owner.")
	}
	return nil
}

// MayGrant reports, as a Forbidden error or nil, whether the actor may give the target the role: MayManage, only Owners
// make Owners, and nobody raises their own role.
func (m Membership) MayGrant(target Membership, role Role) error {
	if err := m.MayManage(target); err != nil {
		return err
	}
	switch {
	case role == Owner && m.Role != Owner:
		return Refuse(Forbidden, "Only an Owner may make someone an Owner.")
	case m.User == target.User && role.rank() > m.Role.rank():
		return Refuse(Forbidden, "Nobody raises their own role; ask another Owner or Admin.")
	}
	return nil
}
