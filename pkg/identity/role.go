package identity

import (
	"slices"
	"strings"
)

// Role is what a member may do in one organization. Deny overrides everything.
type Role string

// The roles, from most to least powerful.
const (
	Owner   Role = "owner"
	Admin   Role = "admin"
	Creator Role = "creator"
	User    Role = "user"
	Deny    Role = "deny"
)

// Roles lists all roles, from most to least powerful.
var Roles = []Role{Owner, Admin, Creator, User, Deny}

var roleDescriptions = map[Role]string{
	Owner:   "Manages users, solutions and organization settings",
	Admin:   "Manages users and solutions",
	Creator: "Deploys solutions",
	User:    "Uses assigned solutions",
	Deny:    "No access to the organization",
}

// Description returns a short phrase that says what the role is for.
func (r Role) Description() string { return roleDescriptions[r] }

// UnmarshalText parses a role's name. It returns an InvalidRequest error for any other text.
func (r *Role) UnmarshalText(text []byte) error {
	if !slices.Contains(Roles, Role(text)) {
		return InvalidField("role", "Choose owner, admin, creator, user, or deny.")
	}

	*r = Role(text)

	return nil
}

// Title returns the role's name as prose writes it, such as "Owner".
func (r Role) Title() string {
	if r == "" {
		return ""
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// Admits reports whether the role gives access to the organization at all. Deny does not, and neither does a role that
// this version does not know: a newer version may have stored it, and guessing its power could grant too much.
func (r Role) Admits() bool { return slices.Contains(AdmittingRoles(), r) }

// AdmittingRoles returns the roles that give access to an organization.
func AdmittingRoles() []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return r == Deny })
}

// rank orders roles by power. A role may do everything that a role of lower rank may.
func (r Role) rank() int {
	i := slices.Index(Roles, r)
	if i < 0 {
		return 0
	}
	return len(Roles) - i
}

// SolutionRole is what a person may do in one solution.
type SolutionRole string

// The solution roles.
const (
	SolutionOwner  SolutionRole = "owner"
	SolutionAdmin  SolutionRole = "admin"
	SolutionEditor SolutionRole = "editor"
	SolutionUser   SolutionRole = "user"
	SolutionDeny   SolutionRole = "deny"
)

var solutionRoles = []SolutionRole{SolutionOwner, SolutionAdmin, SolutionEditor, SolutionUser, SolutionDeny}

// UnmarshalText parses a solution role's name. It returns an InvalidRequest error for any other text.
func (r *SolutionRole) UnmarshalText(text []byte) error {
	if !slices.Contains(solutionRoles, SolutionRole(text)) {
		return InvalidField("role", "Choose owner, admin, editor, user, or deny.")
	}

	*r = SolutionRole(text)

	return nil
}

// Admits reports whether the solution role lets its holder into the solution. SolutionDeny does not, and neither does a
// role that this version does not know.
func (r SolutionRole) Admits() bool { return r != SolutionDeny && slices.Contains(solutionRoles, r) }
