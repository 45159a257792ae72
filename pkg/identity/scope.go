package identity

import (
	"fmt"
	"slices"
	"strings"
)

// MaxAPIScopes is the most scopes of other APIs that an operator can name, so that a token's item stays within one read
// unit.
const MaxAPIScopes = 25

// Managing lists the permissions over other people and the organization. A token carries them only if its creator chose
// them, and no token does if the organization's TokenPolicy says so.
var Managing = []Permission{ManageMembers, AssignSolutions, ManageOrganization}

// ReadOnly lists the permissions with which a token can only read.
var ReadOnly = []Permission{LogInToManagement, ViewMembers, ViewAllSolutions, ViewOwnSolutions, OwnProfile, ViewAudit}

// PermissionKind is what a token with a permission can do.
type PermissionKind string

// The kinds of permission. A permission that is neither in Managing nor in ReadOnly changes things.
const (
	Reads   PermissionKind = "read"
	Changes PermissionKind = "change"
	Manages PermissionKind = "manage"
)

// Kind returns the kind of the permission.
func (p Permission) Kind() PermissionKind {
	switch {
	case slices.Contains(Managing, p):
		return Manages
	case slices.Contains(ReadOnly, p):
		return Reads
	default:
		return Changes
	}
}

// included lists the permissions that another one is of no use without.
var included = map[Permission][]Permission{
	ManageMembers:    {ViewMembers},
	ViewAllSolutions: {ViewOwnSolutions},
	CreateSolutions:  {ViewOwnSolutions},
	AssignSolutions:  {ViewAllSolutions, ViewOwnSolutions},
}

// Scopes limit what a credential can do: permissions of the matrix, and scopes of other APIs, whose names mean nothing to
// Leasehold. They never add to what the owner's role allows. The zero value allows nothing.
type Scopes struct {
	unlimited bool
	// names are separated by single spaces: permissions in the matrix's order, then scopes of other APIs by name.
	names string
}

// Unlimited are the scopes of a session, and of a token that was created before tokens had scopes: all permissions, and no
// scope of another API.
var Unlimited = Scopes{unlimited: true}

// ParseScopes returns the scopes with the names in text, separated by spaces (RFC 6749, section 3.3). A name that this
// version does not know counts as a scope of another API.
func ParseScopes(text string) Scopes { return scopesOf(strings.Fields(text)) }

func scopesOf(names []string) Scopes {
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int {
		if byMatrix := place(a) - place(b); byMatrix != 0 {
			return byMatrix
		}

		return strings.Compare(a, b)
	})

	return Scopes{names: strings.Join(slices.Compact(names), " ")}
}

// place returns a name's row in the matrix, or the number of rows for the scope of another API.
func place(name string) int {
	row := slices.IndexFunc(Matrix, func(r Rule) bool { return string(r.Permission) == name })
	if row < 0 {
		return len(Matrix)
	}

	return row
}

// Limited reports whether the scopes can be less than what a role allows. They are stored only then.
func (s Scopes) Limited() bool { return !s.unlimited }

// String returns the names, separated by spaces; "" for Unlimited.
func (s Scopes) String() string { return s.names }

// Permits reports whether the scopes include the permission.
func (s Scopes) Permits(p Permission) bool { return s.unlimited || s.has(string(p)) }

func (s Scopes) has(name string) bool {
	for present := range strings.FieldsSeq(s.names) { // without an allocation: the authorizer asks for each permission
		if present == name {
			return true
		}
	}

	return false
}

// Permissions returns the permissions that the scopes include, in the matrix's order. It never returns nil.
func (s Scopes) Permissions() []Permission {
	permitted := make([]Permission, 0, len(Matrix))
	for _, rule := range Matrix {
		if s.Permits(rule.Permission) {
			permitted = append(permitted, rule.Permission)
		}
	}

	return permitted
}

// only returns the scopes without the permissions that fail the test. Scopes of other APIs stay.
func (s Scopes) only(passes func(Permission) bool) Scopes {
	permitted := slices.DeleteFunc(s.Permissions(), func(p Permission) bool { return !passes(p) })

	return Scopes{names: strings.Join(append(words(permitted), s.APIScopes()...), " ")}
}

// APIScopes returns the scopes of other APIs, by name. It never returns nil.
func (s Scopes) APIScopes() []string {
	others := []string{}
	for name := range strings.FieldsSeq(s.names) {
		if place(name) == len(Matrix) {
			others = append(others, name)
		}
	}

	return others
}

// Within returns what both scopes allow.
func (s Scopes) Within(o Scopes) Scopes {
	if s.unlimited && o.unlimited {
		return Unlimited
	}

	permitted := slices.DeleteFunc(s.Permissions(), func(p Permission) bool { return !o.Permits(p) })
	shared := slices.DeleteFunc(s.APIScopes(), func(name string) bool { return !o.has(name) })

	return Scopes{names: strings.Join(append(words(permitted), shared...), " ")}
}

// DefaultScopes returns the scopes of a member's token whose creator chose none: what the member is granted, without
// Managing and without scopes of other APIs.
func DefaultScopes(m Membership) Scopes {
	return scopesOf(words(slices.DeleteFunc(grantedTo(m), func(p Permission) bool { return slices.Contains(Managing, p) })))
}

// grantedTo returns what a member is granted, in the matrix's order.
func grantedTo(m Membership) []Permission {
	return slices.DeleteFunc(m.Role.Permissions(), func(p Permission) bool { return !m.Grants(p) })
}

// ChooseScopes returns the scopes with the names that the creator of a member's token chose, and the permissions that
// these include. It returns the InvalidRequest error of the field if a name is neither granted to the member nor among
// offered, the scopes of other APIs, or if the organization's policy does not let tokens have it.
func ChooseScopes(field string, names []string, m Membership, offered []string) (Scopes, error) {
	chosen := slices.Clone(names)

	for _, name := range names {
		p := Permission(name)
		switch {
		case slices.Contains(offered, name):
		case place(name) == len(Matrix):
			return Scopes{}, InvalidField(field, "%q is not a scope. Choose from %s.", name,
				strings.Join(append(words(grantedTo(m)), offered...), ", "))
		case !m.Role.Can(p):
			return Scopes{}, InvalidField(field, "%ss don't have the permission %s, so their tokens can't have it.", m.Role.Title(), name)
		case !m.Grants(p):
			return Scopes{}, InvalidField(field, "Service accounts don't have the permission %s, so their tokens can't have it.", name)
		case m.TokenPolicy.NoManaging && slices.Contains(Managing, p):
			return Scopes{}, InvalidField(field, "The organization's token policy doesn't let tokens have %s.", name)
		}

		chosen = append(chosen, words(included[p])...)
	}

	return scopesOf(chosen), nil
}

// ParseAPIScopes returns the scopes of other APIs that an operator names, separated by spaces. It returns an error if
// there are more than MaxAPIScopes, or if a name is not 1 to 64 characters from a-z, 0-9, and . _ : / -, or begins like
// that of a permission, up to the colon.
func ParseAPIScopes(text string) ([]string, error) {
	names := scopesOf(strings.Fields(text))
	others := names.APIScopes()

	if len(others) > MaxAPIScopes {
		return nil, fmt.Errorf("there are %d scopes, and %d at most are possible", len(others), MaxAPIScopes)
	}

	for name := range strings.FieldsSeq(names.names) {
		noun, _, _ := strings.Cut(name, ":")
		if slices.ContainsFunc(Matrix, func(r Rule) bool { return strings.HasPrefix(string(r.Permission), noun+":") }) {
			return nil, fmt.Errorf("%s is named like a permission of Leasehold's own", name)
		}

		if len(name) > 64 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789._:/-") != "" {
			return nil, fmt.Errorf("%q is not a scope of 1 to 64 characters from a-z, 0-9, and . _ : / -", name)
		}
	}

	return others, nil
}
