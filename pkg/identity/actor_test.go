package identity_test

import (
	"slices"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestACredentialNeverCarriesMoreThanItsOwnersRole compares what each kind of credential carries, in its own organization
// and in another, with the owner's role.
func TestACredentialNeverCarriesMoreThanItsOwnersRole(t *testing.T) {
	for _, c := range []struct {
		name    string
		caller  identity.Caller
		carries bool
	}{
		{"a session", identity.Caller{User: "usr_a", Kind: identity.SignedIn}, true},
		{"a token of the organization", identity.Caller{User: "usr_a", Org: "org_a", Kind: identity.PAT, Scopes: identity.Unlimited}, true},
		{"a token of another organization", identity.Caller{User: "usr_a", Org: "org_b", Kind: identity.PAT, Scopes: identity.Unlimited}, false},
		{"a token without scopes", identity.Caller{User: "usr_a", Org: "org_a", Kind: identity.PAT}, false},
		{"a credential of an unknown kind", identity.Caller{User: "usr_a", Org: "org_a", Kind: "derived"}, false},
		{"no credential", identity.Caller{User: "usr_a"}, false},
	} {
		for _, role := range identity.Roles {
			m := identity.Membership{User: "usr_a", Org: "org_a", Role: role, Status: identity.Active}
			actor := identity.Acting(c.caller, m)

			for _, rule := range identity.Matrix {
				want := c.carries && role.Can(rule.Permission)
				listed := slices.Contains(actor.Permissions(), rule.Permission)
				refused := actor.Require(rule.Permission) != nil

				if got := actor.Can(rule.Permission); got != want || listed != want || refused == want {
					t.Errorf("%s of %s, %s: can %v, listed %v, refused %v; want %v",
						c.name, role, rule.Permission, got, listed, refused, want)
				}
			}

			if !c.carries && actor.MayManage(identity.Membership{User: "usr_b", Org: "org_a", Role: identity.User}) == nil {
				t.Errorf("%s of %s manages members", c.name, role)
			}
		}
	}
}
