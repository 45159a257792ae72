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

// Can reports whether the member can act in the organization and their role has the permission.
func (m Membership) Can(p Permission) bool { return m.Accessible() && m.Role.Can(p) }

// Require returns nil if the member has the permission. Otherwise it returns a Forbidden error that says why not.
func (m Membership) Require(p Permission) error {
	switch {
	case !m.Accessible():
		return NoAccess()
	case !m.Can(p):
		return Lacking(m.Role, p)
	}

	return nil
}

// InvitationExpires returns when the invitation ends; the zero time for a member who has joined.
func (m Membership) InvitationExpires() time.Time {
	if m.Status != Invited {
		return time.Time{}
	}
	return m.InvitedAt.Add(InvitationTerm)
}

// MayManage returns nil if the actor may disable, enable, remove or change the role of the target, or a Forbidden error.
// The actor needs ManageMembers, and only an Owner may manage an Owner.
func (m Membership) MayManage(target Membership) error {
	m = m.latest(target)
	if err := m.Require(ManageMembers); err != nil {
		return err
	}

	switch {
	case target.Role == Owner && m.Role != Owner:
		return Refuse(Forbidden, "Only an Owner can do this to an Owner.")
	}

	return nil
}

// MayGrant returns nil if the actor may give the target the role, or a Forbidden error. The rules of MayManage apply,
// only an Owner can make someone an Owner, and nobody can raise their own role.
func (m Membership) MayGrant(target Membership, role Role) error {
	if err := m.MayManage(target); err != nil {
		return err
	}

	m = m.latest(target)
	switch {
	case role == Owner && m.Role != Owner:
		return Refuse(Forbidden, "Only an Owner can make someone an Owner.")
	case m.User == target.User && role.rank() > m.Role.rank():
		return Refuse(Forbidden, "You can't raise your own role. Ask another Owner or Admin.")
	}

	return nil
}

// latest returns the actor, or the target if both are the same person, because the target was read last.
func (m Membership) latest(target Membership) Membership {
	if m.User == target.User {
		return target
	}
	return m
}

// ActiveOwner reports whether the member is an active Owner. An organization keeps at least one.
func (m Membership) ActiveOwner() bool { return m.Status == Active && m.Role == Owner }

// The methods below apply an action of one member, the actor, to another, the target, who may be the actor. Each returns
// the target after the action, with the next version if anything changed, or the refusal.

// ChangeRole gives the target a role. It returns a Forbidden error unless MayGrant allows it.
func (m Membership) ChangeRole(target Membership, role Role) (Membership, error) {
	if err := m.MayGrant(target, role); err != nil {
		return Membership{}, err
	}

	after := target
	after.Role = role
	return after.since(target), nil
}

// Disable removes the target's access and keeps their role. It returns a Forbidden error unless MayManage allows it, and
// Conflict if the target is the actor or has not joined yet.
func (m Membership) Disable(target Membership) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case m.User == target.User:
		return Membership{}, Refuse(Conflict, "You can't disable yourself. Leave the organization, or ask another Owner or Admin.")
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "This person has not joined yet. Remove them to cancel the invitation.")
	}

	after := target
	after.Status = Disabled
	return after.since(target), nil
}

// Enable restores a disabled target's access with the role they had. It returns a Forbidden error unless MayManage allows
// it, and Conflict if the target has not joined yet.
func (m Membership) Enable(target Membership) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "This person has not joined yet. Resend the invitation instead.")
	}

	after := target
	after.Status = Active
	return after.since(target), nil
}

// MayRemove returns nil if the actor may remove the target, or a Forbidden error. The rules of MayManage apply, and a
// member with access may remove themselves, that is, leave. A denied or disabled member can't leave: being invited again
// would undo what an Owner or Admin decided.
func (m Membership) MayRemove(target Membership) error {
	if m.User == target.User && target.Accessible() {
		return nil
	}
	return m.MayManage(target)
}

// Reinvite restarts the target's invitation at now. It returns a Forbidden error unless MayManage allows it, and Conflict
// if the target has joined. The result is always a new version, even within the same second, because each call sends a
// mail.
func (m Membership) Reinvite(target Membership, now time.Time) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status != Invited:
		return Membership{}, Refuse(Conflict, "This person has already joined, so there is no invitation to resend.")
	}

	after := target
	after.InvitedAt = now.UTC().Truncate(time.Second)
	after.Version++
	return after, nil
}

// RevokeTokens ends, at now, all personal access tokens that the target has in the organization. It returns a Forbidden
// error unless MayManage allows it.
func (m Membership) RevokeTokens(target Membership, now time.Time) (Membership, error) {
	if err := m.MayManage(target); err != nil {
		return Membership{}, err
	}

	after := target
	after.TokenEpoch = NewEpoch(now)
	return after.since(target), nil
}

// Invite returns the membership of a person that the actor invites at now. It returns a Forbidden error unless the actor
// may grant the role, and InvalidRequest for Deny, because an invitation gives access.
func (m Membership) Invite(user UserID, person Person, role Role, now time.Time) (Membership, error) {
	if role == Deny {
		return Membership{}, InvalidField("role", "Choose one of owner, admin, creator and user; an invitation gives access.")
	}

	invited := Membership{
		User:       user,
		Org:        m.Org,
		OrgName:    m.OrgName,
		Role:       User,
		Status:     Invited,
		TokenEpoch: NewEpoch(now),
		InvitedAt:  now.UTC().Truncate(time.Second),
		Person:     person,
		Version:    1,
	}
	if err := m.MayGrant(invited, role); err != nil {
		return Membership{}, err
	}

	invited.Role = role
	return invited, nil
}

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
