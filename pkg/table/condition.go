package table

import (
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// roleIn returns the condition that a membership's role is one of roles, and adds the values that it names to v.
func roleIn(roles []identity.Role, v values) string {
	names := make([]string, len(roles))
	for i, role := range roles {
		names[i] = ":role" + strconv.Itoa(i)
		v[names[i]] = string(role)
	}

	return "member_role IN (" + strings.Join(names, ", ") + ")"
}

// active returns the condition that a membership is active with one of roles, and adds the values that it names to v.
func active(roles []identity.Role, v values) string {
	v[":active"] = string(identity.Active)

	return "member_status = :active AND " + roleIn(roles, v)
}

// ifCan returns the condition that the member has the permission at the moment of writing, and the values that it
// names.
//
// It is built from the permission matrix instead of being spelled out, so that a role that gains or loses a permission
// does so in transactions, too.
func ifCan(p identity.Permission) (string, values) {
	v := values{}

	return active(identity.RolesWith(p), v), v
}

// ifAccessible returns the condition that the member can act in the organization at the moment of writing, and the
// values that it names. It is identity.Membership.Accessible as a condition.
func ifAccessible() (string, values) {
	v := values{}

	return active(identity.AdmittingRoles(), v), v
}
