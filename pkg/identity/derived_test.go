package identity_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestADerivedTokenHasNoPermissionThatItsParentHasNot compares the power of a derived token with each of the four
// limits, for any role, scopes, policy and caveats.
func TestADerivedTokenHasNoPermissionThatItsParentHasNot(t *testing.T) {
	var names []string
	for _, rule := range identity.Matrix {
		names = append(names, string(rule.Permission))
	}

	names = append(names, "orders:read", "orders:write")
	scopes := rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID)
	rapid.Check(t, func(rt *rapid.T) {
		m := identity.Membership{
			Role:        rapid.SampledFrom(identity.Roles).Draw(rt, "role"),
			TokenPolicy: identity.TokenPolicy{NoManaging: rapid.Bool().Draw(rt, "no managing")},
		}
		parent := identity.Token{Scopes: identity.Unlimited}
		var own []string
		if rapid.Bool().Draw(rt, "limited") {
			own = scopes.Draw(rt, "own")
			parent.Scopes = identity.ParseScopes(joined(own))
		}

		var caveat []string
		if rapid.Bool().Draw(rt, "caveat") {
			caveat = append([]string{"none"}, scopes.Draw(rt, "caveats")...)
		}

		power := parent.DerivedPower(m, caveat)
		for _, rule := range identity.Matrix {
			p := rule.Permission
			want := m.Role.Can(p) && p != identity.OwnTokens &&
				(!parent.Scopes.Limited() || slices.Contains(own, string(p))) &&
				(caveat == nil || slices.Contains(caveat, string(p))) &&
				(!m.TokenPolicy.NoManaging || !slices.Contains(identity.Managing, p))
			if power.Permits(p) != want {
				rt.Fatalf("%s: %v, want %v", p, power.Permits(p), want)
			}
		}

		for _, name := range []string{"orders:read", "orders:write", "none"} {
			want := slices.Contains(own, name) && (caveat == nil || slices.Contains(caveat, name))
			if got := slices.Contains(power.APIScopes(), name); got != want {
				rt.Fatalf("the scope %s of another API: %v, want %v", name, got, want)
			}
		}
	})
}

func joined(names []string) (text string) {
	for _, name := range names {
		text += " " + name
	}

	return text
}

func TestADerivedTokenIsNotItsParent(t *testing.T) {
	id := identity.TokenID("tok_00000000001")
	for kind, want := range map[identity.Kind]bool{
		identity.PAT:      true,
		identity.Derived:  false,
		identity.SignedIn: false,
		"unknown":         false,
	} {
		c := identity.Caller{Kind: kind, Credential: string(id)}
		if c.Is(id) != want || c.Is("tok_00000000002") {
			t.Errorf("a caller of kind %s is the token: %v, want %v", kind, c.Is(id), want)
		}
	}
}

func TestALeaseIsCutToTheExpiryOfADerivedToken(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	lease := identity.Lease{Until: at.Add(time.Hour), Expires: at.Add(2 * time.Hour)}
	for cut, want := range map[time.Duration]identity.Lease{
		30 * time.Minute: {Until: at.Add(30 * time.Minute), Expires: at.Add(30 * time.Minute)},
		90 * time.Minute: {Until: at.Add(time.Hour), Expires: at.Add(90 * time.Minute)},
		3 * time.Hour:    lease,
	} {
		if got := lease.EndingBy(at.Add(cut)); got != want {
			t.Errorf("cut at %s: %v, want %v", cut, got, want)
		}
	}
}
