package identity

import (
	"slices"
	"strings"
)

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

// Rule is one row of the matrix: a permission, a description of it, and the roles that have it.
type Rule struct {
	Permission  Permission
	Description string
	Roles       []Role
	// Act completes the sentence "Creators can't ..." in a refusal.
	Act string
	// Personal marks a permission that a person uses for themselves, so that nobody else can act for them.
	Personal bool
}

// Matrix is the permission matrix, and the only place that says which role has which permission. The authorizer, the
// handlers, the conditions of writes, the wording of refusals and the API's list of roles are all derived from it.
//
// A person keeps their profile and their other organizations when one organization denies them. OwnProfile is therefore
// a permission of the member, checked in one organization only where the request is about that organization.
var Matrix = []Rule{
	{
		Permission:  LogInToManagement,
		Description: "Sign in to the management console",
		Roles:       []Role{Owner, Admin, Creator},
		Act:         "use the management console",
		Personal:    true,
	},
	{
		Permission:  ViewMembers,
		Description: "View users",
		Roles:       []Role{Owner, Admin, Creator},
		Act:         "see the members",
	},
	{
		Permission:  ManageMembers,
		Description: "Invite, remove and disable users, change their roles",
		Roles:       []Role{Owner, Admin},
		Act:         "manage members",
	},
	{
		Permission:  ViewAllSolutions,
		Description: "View all solutions",
		Roles:       []Role{Owner, Admin},
		Act:         "see all solutions",
	},
	{
		Permission:  ViewOwnSolutions,
		Description: "View the solutions that you created or are assigned to",
		Roles:       []Role{Owner, Admin, Creator},
		Act:         "see solutions",
		Personal:    true,
	},
	{
		Permission:  CreateSolutions,
		Description: "Create solutions",
		Roles:       []Role{Owner, Admin, Creator},
		Act:         "create solutions",
	},
	{
		Permission:  AssignSolutions,
		Description: "Assign people to all solutions, change solution roles",
		Roles:       []Role{Owner, Admin},
		Act:         "assign people to solutions",
	},
	{
		Permission:  ManageOrganization,
		Description: "Manage organization settings",
		Roles:       []Role{Owner},
		Act:         "change organization settings",
	},
	{
		Permission:  OwnProfile,
		Description: "View and edit your profile, see and switch organizations",
		Roles:       []Role{Owner, Admin, Creator, User},
		Act:         "edit their profile",
		Personal:    true,
	},
	{
		Permission:  OwnTokens,
		Description: "Create, list, extend and delete your personal access tokens",
		Roles:       []Role{Owner, Admin, Creator},
		Act:         "have personal access tokens",
		Personal:    true,
	},
	{
		Permission:  ViewAudit,
		Description: "View the audit log",
		Roles:       []Role{Owner, Admin},
		Act:         "see the audit log",
	},
}

// Can reports whether the role has the permission.
func (r Role) Can(p Permission) bool { return slices.Contains(RolesWith(p), r) }

// Permissions returns all permissions of the role, in the matrix's order. It never returns nil.
func (r Role) Permissions() []Permission {
	granted := make([]Permission, 0, len(Matrix))
	for _, rule := range Matrix {
		if slices.Contains(rule.Roles, r) {
			granted = append(granted, rule.Permission)
		}
	}

	return granted
}

// RolesWith returns the roles that have the permission; none for a permission that does not exist.
func RolesWith(p Permission) []Role { return ruleOf(p).Roles }

func ruleOf(p Permission) Rule {
	for _, rule := range Matrix {
		if rule.Permission == p {
			return rule
		}
	}

	return Rule{}
}

// Lacking returns the Forbidden refusal for a member whose role lacks the permission. It names the roles to ask.
func Lacking(r Role, p Permission) *Error {
	rule := ruleOf(p)
	who := "You"
	if r != "" {
		who = r.Title() + "s"
	}

	if rule.Personal {
		return Refuse(Forbidden, "%s can't %s. Ask %s to give you the role %s.", who, rule.Act, aRoleWith(ManageMembers), oneOf(roleTitles(rule.Roles)))
	}

	return Refuse(Forbidden, "%s can't %s. Ask %s.", who, rule.Act, aRoleWith(p))
}

// aRoleWith names the roles that have a permission, with an article: "an Owner or Admin".
func aRoleWith(p Permission) string { return withArticle(oneOf(roleTitles(RolesWith(p)))) }

// aSolutionRole names solution roles, with an article: "an owner or admin of the solution".
func aSolutionRole(roles []SolutionRole) string {
	return withArticle(oneOf(words(roles))) + " of the solution"
}

func roleTitles(roles []Role) []string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = r.Title()
	}

	return names
}

func words[T ~string](values []T) []string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = string(v)
	}

	return names
}

// oneOf joins alternatives: "Owner", "Owner or Admin", "Owner, Admin, or Creator".
func oneOf(names []string) string {
	switch n := len(names); n {
	case 0:
		return "nobody"
	case 1:
		return names[0]
	case 2:
		return names[0] + " or " + names[1]
	default:
		return strings.Join(names[:n-1], ", ") + ", or " + names[n-1]
	}
}

func withArticle(phrase string) string {
	if strings.ContainsRune("AEIOUaeiou", rune(phrase[0])) && !strings.HasPrefix(strings.ToLower(phrase), "user") {
		return "an " + phrase
	}
	return "a " + phrase
}
