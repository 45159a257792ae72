package identity

import "slices"

// Role is what a member may do in one organization. Deny overrides everything.
type Role string

// The roles, from most to least.
const (
	Owner   Role = "owner"
	Admin   Role = "admin"
	Creator Role = "creator"
	User    Role = "user"
	Deny    Role = "deny"
)

// Roles are all roles, from most to least.
var Roles = []Role{Owner, Admin, Creator, User, Deny}

var roleDescriptions = map[Role]string{
	Owner:   "Manages users, notifications and organization settings",
	Admin:   "Manages users and notifications",
	Creator: "Deploys solutions",
	User:    "Uses assigned solutions",
	Deny:    "No access to the organization",
}

// Description says in a few words what the role is for.
func (r Role) Description() string { return roleDescriptions[r] }

// UnmarshalText parses a role's name; anything else is an InvalidRequest error.
func (r *Role) UnmarshalText(text []byte) error {
	if _, ok := roleDescriptions[Role(text)]; !ok {
		return InvalidField("role", "Choose one of owner, admin, creator, user and deny.")
	}

	*r = Role(text)
	return nil
}

// rank orders roles by power: higher may do all that lower may.
func (r Role) rank() int {
	for i, role := range Roles {
		if role == r {
			return len(Roles) - i
		}
	}

	return 0
}

// Permission is one line of the permission matrix, or a part of one.
type Permission string

// The permissions.
const (
	LogInToManagement  Permission = "management:login"
	ViewMembers        Permission = "members:view"
	ManageMembers      Permission = "members:manage"
	ViewAllSolutions   Permission = "solutions:view-all"
	ViewOwnSolutions   Permission = "solutions:view-own"
	CreateSolutions    Permission = "solutions:create"
	AssignSolutions    Permission = "solutions:assign"
	ManageOrganization Permission = "organization:manage"
	OwnProfile         Permission = "profile:self"
	OwnTokens          Permission = "tokens:own"
	ViewAudit          Permission = "audit:view"
)

// Rule is one row of the matrix: a permission, what it allows, and the roles that have it.
type Rule struct {
	Permission  Permission
	Description string
	Roles       []Role
}

// Matrix is the permission matrix. The authorizer, the handlers, role-list and the documentation all draw from it.
// What holds of a member's own profile holds whatever their role: a person denied in one organization keeps their
// profile and their other organizations.
var Matrix = []Rule{
	{LogInToManagement, "Log in to management", []Role{Owner, Admin, Creator}},
	{ViewMembers, "View users", []Role{Owner, Admin, Creator}},
	{ManageMembers, "Invite, remove and disable users, change their roles", []Role{Owner, Admin}},
	{ViewAllSolutions, "View all solutions", []Role{Owner, Admin}},
	{ViewOwnSolutions, "View solutions created by or assigned to oneself", []Role{Owner, Admin, Creator}},
	{CreateSolutions, "Create solutions", []Role{Owner, Admin, Creator}},
	{AssignSolutions, "Assign people to all solutions, change solution roles", []Role{Owner, Admin}},
	{ManageOrganization, "Manage organization settings", []Role{Owner}},
	{OwnProfile, "View and edit one's own profile, see and switch organizations", []Role{Owner, Admin, Creator, User}},
	{OwnTokens, "Create, list, extend and delete one's own personal access tokens", []Role{Owner, Admin, Creator}},
	{ViewAudit, "View the audit log", []Role{Owner, Admin}},
}

// Can reports whether the role has the permission.
func (r Role) Can(p Permission) bool {
	for _, rule := range Matrix {
		if rule.Permission == p {
			return rule.has(r)
		}
	}

	return false
}

// Permissions are all that the role has, in the matrix's order; never nil.
func (r Role) Permissions() []Permission {
	granted := make([]Permission, 0, len(Matrix))
	for _, rule := range Matrix {
		if rule.has(r) {
			granted = append(granted, rule.Permission)
		}
	}

	return granted
}

func (rule Rule) has(r Role) bool {
	return slices.Contains(rule.Roles, r)
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

// UnmarshalText parses a solution role's name; anything else is an InvalidRequest error.
func (r *SolutionRole) UnmarshalText(text []byte) error {
	switch role := SolutionRole(text); role {
	case SolutionOwner, SolutionAdmin, SolutionEditor, SolutionUser, SolutionDeny:
		*r = role
		return nil
	}

	return InvalidField("role", "Choose one of owner, admin, editor, user and deny.")
}

// MayAssign reports whether the solution role lets its holder assign people to the solution, whatever their role in
// the organization (Deny apart).
func (r SolutionRole) MayAssign() bool { return r == SolutionOwner || r == SolutionAdmin }
