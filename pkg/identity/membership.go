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
	m = m.latest(target)
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

	m = m.latest(target)
	switch {
	case role == Owner && m.Role != Owner:
		return Refuse(Forbidden, "Only an Owner may make someone an Owner.")
	case m.User == target.User && role.rank() > m.Role.rank():
		return Refuse(Forbidden, "Nobody raises their own role; ask another Owner or Admin.")
	}

	return nil
}

// latest is the actor, as the target shows them when the two are one: what was read last counts.
func (m Membership) latest(target Membership) Membership {
	if m.User == target.User {
		return target
	}
	return m
}

// ActiveOwner reports whether the member is one of the owners of whom an organization keeps at least one.
func (m Membership) ActiveOwner() bool { return m.Status == Active && m.Role == Owner }

// The methods below are what one member, the actor, does to another, the target, or to themselves: each is the target
// afterwards, the next version of it where anything changed, or the refusal.

// Regrade gives the target a role: Forbidden unless MayGrant.
func (m Membership) Regrade(target Membership, role Role) (Membership, error) {
	if err := m.MayGrant(target, role); err != nil {
		return Membership{}, err
	}

	after := target
	after.Role = role
	return after.since(target), nil
}

// Disable takes the target's access away and keeps their role: Forbidden unless MayManage, Conflict for oneself and for
// who has not joined yet.
func (m Membership) Disable(target Membership) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case m.User == target.User:
		return Membership{}, Refuse(Conflict, "You cannot disable yourself; leave the organization, or ask another Owner or Admin.")
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "They have not joined yet; to withdraw the invitation, remove them.")
	}

	after := target
	after.Status = Disabled
	return after.since(target), nil
}

// Enable gives a disabled target access again, with the role they had: Forbidden unless MayManage, Conflict for who has
// not joined yet.
func (m Membership) Enable(target Membership) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status == Invited:
		return Membership{}, Refuse(Conflict, "They have not joined yet; resend the invitation instead.")
	}

	after := target
	after.Status = Active
	return after.since(target), nil
}

// MayRemove reports, as a Forbidden error or nil, whether the actor may remove the target: MayManage, and anyone with
// access may remove themselves, that is, leave. Who is denied or disabled stays, since leaving and being invited again
// would lift what an Owner or Admin has put on them.
func (m Membership) MayRemove(target Membership) error {
	if m.User == target.User && target.Accessible() {
		return nil
	}
	return m.MayManage(target)
}

// Reinvite starts the target's invitation anew at now: Forbidden unless MayManage, Conflict for who has joined. It is
// always a change, even within the second of the first one, since each time a mail goes out.
func (m Membership) Reinvite(target Membership, now time.Time) (Membership, error) {
	switch err := m.MayManage(target); {
	case err != nil:
		return Membership{}, err
	case target.Status != Invited:
		return Membership{}, Refuse(Conflict, "They have joined already; there is no invitation to send again.")
	}

	after := target
	after.InvitedAt = now.UTC().Truncate(time.Second)
	after.Version++
	return after, nil
}

// RevokeTokens ends, at now, all personal access tokens that the target has in the organization: Forbidden unless
// MayManage.
func (m Membership) RevokeTokens(target Membership, now time.Time) (Membership, error) {
	if err := m.MayManage(target); err != nil {
		return Membership{}, err
	}

	after := target
	after.TokenEpoch = NewEpoch(now)
	return after.since(target), nil
}

// Invite is the membership of a person whom the actor invites at now: Forbidden unless the actor may give them the role,
// InvalidRequest for Deny, since an invitation gives access.
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

// Belongs reports, as a Conflict error that says what to do instead of inviting them, or nil for the zero Membership,
// whether the person has something to do with the organization already.
func (m Membership) Belongs() error {
	switch m.Status {
	case Active:
		return Refuse(Conflict, "They are a member already.")
	case Disabled:
		return Refuse(Conflict, "They are a member whose access is disabled; enable them instead.")
	case Invited:
		return Refuse(Conflict, "They are invited already; resend the invitation instead.")
	}

	return nil
}

// Open reports whether the membership is an invitation that can be accepted at now: neither ended nor denied since.
func (m Membership) Open(now time.Time) bool {
	return m.Status == Invited && m.Role != Deny && now.Before(m.InvitationExpires())
}

// Join is the membership after its holder accepted the invitation at now; the caller has checked that it is Open.
func (m Membership) Join(now time.Time) Membership {
	after := m
	after.Status, after.JoinedAt = Active, now.UTC().Truncate(time.Second)
	return after.since(m)
}

// Enter is the membership with which its holder enters the organization at now: as it is when it is accessible, after
// Join when it is an open invitation, else Forbidden.
func (m Membership) Enter(now time.Time) (Membership, error) {
	switch {
	case m.Accessible():
		return m, nil
	case m.Open(now):
		return m.Join(now), nil
	case m.Status == Invited && m.Role != Deny:
		return Membership{}, Refuse(Forbidden, "The invitation ended at %s; ask for it to be sent again.", m.InvitationExpires().Format(time.RFC3339))
	}

	return Membership{}, Refuse(Forbidden, "You have no access to this organization at present.")
}

// since counts the version up if anything has changed.
func (m Membership) since(before Membership) Membership {
	if m != before {
		m.Version++
	}
	return m
}
