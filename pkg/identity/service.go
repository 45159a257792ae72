package identity

import (
	"slices"
	"time"
)

// A service account is a member of one organization that is not a person: it has tokens and no sign-in. Owners and
// Admins create it with a role below their own, and manage its tokens. Removing it ends them.

const (
	// MaxServiceAccounts is the maximum number of service accounts of one organization.
	MaxServiceAccounts = 50
	// MaxServiceTokens is the maximum number of live tokens of one service account.
	MaxServiceTokens = 20
)

// ServiceRoles lists the roles that a service account can have. An Owner answers for an organization, which takes a
// person, and a User has no tokens.
var ServiceRoles = []Role{Admin, Creator}

// peopleOnly lists the permissions that a service account does not have, whatever its role. It has no sign-in. It
// neither invites nor manages anybody: that is one permission, and a version that doesn't know service accounts must
// not find half of it among the scopes of their tokens.
var peopleOnly = []Permission{LogInToManagement, ManageMembers, ManageOrganization}

// PeopleOnly reports whether service accounts lack the permission, whatever their role.
func (p Permission) PeopleOnly() bool { return slices.Contains(peopleOnly, p) }

// Grants reports whether the member's role has the permission, and the member can have it: a service account has less
// than a person with the same role. It does not look at the status.
func (m Membership) Grants(p Permission) bool {
	return m.Role.Can(p) && (!m.ServiceAccount || !p.PeopleOnly())
}

// Lacking returns the Forbidden refusal for a member who is not granted the permission.
func (m Membership) Lacking(p Permission) *Error {
	if m.ServiceAccount && m.Role.Can(p) {
		return Refuse(Forbidden, "A service account can't %s with any role.", ruleOf(p).Act)
	}

	return Lacking(m.Role, p)
}

// MakerRole returns the role that a member gets in a solution that they create. A service account owns nothing.
func (m Membership) MakerRole() SolutionRole {
	if m.ServiceAccount {
		return SolutionAdmin
	}

	return SolutionOwner
}

// CleanServiceName is CleanName for the name of a service account, which mails show: it holds no web or mail address.
func CleanServiceName(field, text string) (string, error) {
	return CleanOrganizationName(field, text)
}

// MayBeContact returns nil if warnings about a service account's tokens can be mailed to the member, or the
// InvalidRequest error of the field. Only active members can be named, so that nobody outside the organization gets
// mail because of it.
func (m Membership) MayBeContact(field string) error {
	if m.User == "" || m.ServiceAccount || !m.Accessible() {
		return InvalidField(field, "Use the email address of an active member of the organization.")
	}

	return nil
}

// Contact returns the address to which warnings about the tokens of a service account are mailed. named is the
// membership of the person who has the account's address at present, zero if nobody has it. If that person has no
// access any more, the address is "", and the organization's Owners are to be warned instead.
func (m Membership) Contact(named Membership) string {
	if !m.ServiceAccount || named.Org != m.Org || named.MayBeContact("") != nil {
		return ""
	}

	return m.Person.Email
}

// CreateServiceAccount returns the service account that the actor creates at now, with a name and the address of its
// contact. It returns a Forbidden error unless the actor manages members and has a higher role than the account, and
// the InvalidRequest error of the field role for a role that is not among ServiceRoles.
func (a Actor) CreateServiceAccount(user UserID, name, contact string, role Role, now time.Time) (Membership, error) {
	account := Membership{
		User:           user,
		Org:            a.Org,
		OrgName:        a.OrgName,
		Role:           role,
		Status:         Active,
		TokenEpoch:     NewEpoch(now),
		JoinedAt:       now.UTC().Truncate(time.Second),
		ServiceAccount: true,
		Person:         Person{DisplayName: name, Email: contact},
		Version:        1,
	}

	if err := a.Require(ManageMembers); err != nil {
		return Membership{}, err
	}

	if err := mayServe(role); err != nil {
		return Membership{}, err
	}

	return account, a.outranks(role)
}

// mayServe returns the InvalidRequest error of the field role unless a service account can have the role.
func mayServe(role Role) error {
	if slices.Contains(ServiceRoles, role) {
		return nil
	}

	if role == User {
		return InvalidField("role", "Choose admin or creator. Users can't have tokens, so a service account with that "+
			"role would be of no use.")
	}

	return InvalidField("role", "Choose admin or creator. To stop a service account, disable it.")
}

// outranks returns nil if the actor's role is higher than that of a service account, or a Forbidden error.
func (a Actor) outranks(role Role) error {
	if role.rank() < a.Role.rank() {
		return nil
	}

	return Refuse(Forbidden, "A service account has a lower role than those who manage it. Ask an Owner.")
}

// UpdateServiceAccount returns the account with another name and contact. It returns a Forbidden error unless
// MayManage allows it.
func (a Actor) UpdateServiceAccount(account Membership, name, contact string) (Membership, error) {
	if err := a.MayManage(account); err != nil {
		return Membership{}, err
	}

	after := account
	after.Person.DisplayName, after.Person.Email = name, contact

	return after.since(account), nil
}

// MayManageServiceAccount returns nil if the actor may manage the account and its tokens, NotFound if the member is a
// person, or a Forbidden error.
func (a Actor) MayManageServiceAccount(account Membership) error {
	if err := a.Require(ManageMembers); err != nil {
		return err
	}

	if !account.ServiceAccount {
		return NoSuch("service account")
	}

	return a.MayManage(account)
}

// TooManyServiceAccounts returns the LimitReached refusal for an organization that has as many service accounts as it
// can.
func TooManyServiceAccounts() *Error {
	return Refuse(LimitReached, "An organization can have at most %d service accounts. Remove one first.", MaxServiceAccounts)
}
