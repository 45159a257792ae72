package identity_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var serviceNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// serving returns a service account with a role.
func serving(role identity.Role) identity.Membership {
	return identity.Membership{
		User:           "usr_bot",
		Org:            "org_a",
		Role:           role,
		Status:         identity.Active,
		ServiceAccount: true,
		Version:        1,
	}
}

// signedIn returns the session of an active member with a role.
func signedIn(role identity.Role) identity.Actor {
	m := identity.Membership{User: "usr_a", Org: "org_a", Role: role, Status: identity.Active}
	return identity.Acting(identity.Caller{User: "usr_a", Kind: identity.SignedIn}, m)
}

func TestAServiceAccountHasNoPowerOverPeople(t *testing.T) {
	lacks := []identity.Permission{identity.LogInToManagement, identity.ManageMembers, identity.ManageOrganization}
	for _, role := range identity.ServiceRoles {
		account := serving(role)
		caller := identity.Caller{User: account.User, Org: account.Org, Kind: identity.PAT, Scopes: identity.Unlimited}
		actor := identity.Acting(caller, account)
		power := identity.Token{Scopes: identity.Unlimited}.Power(account)

		for _, rule := range identity.Matrix {
			want := role.Can(rule.Permission) && !slices.Contains(lacks, rule.Permission)
			if got := actor.Can(rule.Permission); got != want || (actor.Require(rule.Permission) == nil) != want {
				t.Errorf("a service account, %s, %s: %v, want %v", role, rule.Permission, got, want)
			}

			if got := power.Permits(rule.Permission); got != want {
				t.Errorf("a token without limits of a service account, %s, %s: %v, want %v", role, rule.Permission, got, want)
			}
		}

		_, err := actor.Invite("usr_b", identity.Person{}, identity.User, serviceNow)
		if !isProblem(err, identity.Forbidden) {
			t.Errorf("a service account, %s, invites: %v", role, err)
		}

		if got := account.MakerRole(); got != identity.SolutionAdmin {
			t.Errorf("a service account is %s of the solutions that it creates, want admin", got)
		}
	}
}

func TestAServiceAccountHasALowerRoleThanThoseWhoManageIt(t *testing.T) {
	for _, role := range identity.Roles {
		actor := signedIn(role)
		for _, other := range identity.Roles {
			may := role == identity.Owner && (other == identity.Admin || other == identity.Creator) ||
				role == identity.Admin && other == identity.Creator

			_, err := actor.CreateServiceAccount("usr_bot", "Export", "a@example.com", other, serviceNow)
			if (err == nil) != may {
				t.Errorf("%s creates %s: %v, want %v", role, other, err, may)
			}

			if _, err := actor.ChangeRole(serving(identity.Creator), other); (err == nil) != may {
				t.Errorf("%s makes a Creator %s: %v, want %v", role, other, err, may)
			}

			if !slices.Contains(identity.ServiceRoles, other) {
				continue
			}

			account := serving(other)
			_, disabled := actor.Disable(account)
			_, enabled := actor.Enable(account)
			_, revoked := actor.RevokeTokens(account, serviceNow)
			_, updated := actor.UpdateServiceAccount(account, "Export", "b@example.com")

			for act, err := range map[string]error{
				"disables":            disabled,
				"enables":             enabled,
				"revokes tokens of":   revoked,
				"updates":             updated,
				"removes":             actor.MayRemove(account),
				"manages tokens of":   actor.MayManageServiceAccount(account),
				"takes a role from":   refusalOf(actor.ChangeRole(account, identity.Creator)),
				"gives a new name to": refusalOf(actor.UpdateServiceAccount(account, "B", "a@example.com")),
			} {
				if (err == nil) != may {
					t.Errorf("%s %s %s: %v, want %v", role, act, other, err, may)
				}
			}
		}
	}

	person := signedIn(identity.User).Membership
	if err := signedIn(identity.Owner).MayManageServiceAccount(person); !isProblem(err, identity.NotFound) {
		t.Errorf("a person is managed as a service account: %v", err)
	}
}

func refusalOf[T any](_ T, err error) error { return err }

// TestAServiceAccountThatAnEarlierVersionMadeAnOwnerHasNoAccess has a role that only a version that doesn't know
// service accounts can have stored. An Owner gives the account another one.
func TestAServiceAccountThatAnEarlierVersionMadeAnOwnerHasNoAccess(t *testing.T) {
	account := serving(identity.Owner)
	if account.Accessible() {
		t.Error("a service account that is an Owner has access")
	}

	if err := signedIn(identity.Admin).MayManageServiceAccount(account); !isProblem(err, identity.Forbidden) {
		t.Errorf("an Admin manages it: %v, want Forbidden", err)
	}

	after, err := signedIn(identity.Owner).ChangeRole(account, identity.Creator)
	if err != nil || !after.Accessible() {
		t.Errorf("an Owner makes it a Creator: %+v, %v", after, err)
	}
}

func TestAContactIsAnActiveMember(t *testing.T) {
	account := serving(identity.Creator)
	account.Person.Email = "a@example.com"
	active := signedIn(identity.User).Membership

	for name, change := range map[string]func(*identity.Membership){
		"disabled":                func(m *identity.Membership) { m.Status = identity.Disabled },
		"invited":                 func(m *identity.Membership) { m.Status = identity.Invited },
		"denied":                  func(m *identity.Membership) { m.Role = identity.Deny },
		"a service account":       func(m *identity.Membership) { m.ServiceAccount = true },
		"of another organization": func(m *identity.Membership) { m.Org = "org_b" },
		"nobody":                  func(m *identity.Membership) { *m = identity.Membership{} },
	} {
		m := active
		change(&m)

		if got := account.Contact(m); got != "" {
			t.Errorf("%s: warnings go to %q", name, got)
		}

		if m.Org != "org_b" && m.MayBeContact("contactEmail") == nil {
			t.Errorf("%s can be named", name)
		}
	}

	if got := account.Contact(active); got != "a@example.com" {
		t.Errorf("warnings go to %q, want a@example.com", got)
	}
}

// TestATokenOfAServiceAccountNeverExceedsItsRoleItsScopesAndThePolicy plays random sequences of what can happen to an
// account and its tokens. The power of each token is compared with a model: the account's role, the scopes that were
// stored, and the policy, without what service accounts lack. A version that doesn't know service accounts gives the
// token no more.
func TestATokenOfAServiceAccountNeverExceedsItsRoleItsScopesAndThePolicy(t *testing.T) {
	names := []string{"orders:read"}
	for _, rule := range identity.Matrix {
		names = append(names, string(rule.Permission))
	}

	rapid.Check(t, func(r *rapid.T) {
		account := serving(rapid.SampledFrom(identity.ServiceRoles).Draw(r, "first role"))
		var tokens []identity.Token

		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.IntRange(0, 4).Draw(r, "step") {
			case 0, 1:
				choice := identity.TokenChoice{}
				if rapid.Bool().Draw(r, "chosen") {
					choice.Scopes = rapid.SliceOfN(rapid.SampledFrom(names), 0, 5).Draw(r, "scopes")
				}

				if made, err := choice.Token(account, []string{"orders:read"}, serviceNow); err == nil {
					tokens = append(tokens, made)
				}
			case 2:
				actor := signedIn(rapid.SampledFrom(identity.Roles).Draw(r, "actor"))
				if after, err := actor.ChangeRole(account, rapid.SampledFrom(identity.Roles).Draw(r, "role")); err == nil {
					account = after
				}
			case 3:
				account.TokenPolicy.NoManaging = rapid.Bool().Draw(r, "policy")
			case 4:
				account.Role = rapid.SampledFrom(identity.Roles).Draw(r, "role that an earlier version stored")
			}

			for _, made := range tokens {
				mustNotExceed(r, made, account)
			}
		}
	})
}

func mustNotExceed(r *rapid.T, made identity.Token, account identity.Membership) {
	power := made.Power(account)
	person := account
	person.ServiceAccount = false
	earlier := made.Power(person)

	for _, rule := range identity.Matrix {
		p := rule.Permission
		want := account.Role.Can(p) && made.Scopes.Permits(p) && p != identity.ManageMembers &&
			p != identity.ManageOrganization && p != identity.LogInToManagement &&
			(!account.TokenPolicy.NoManaging || !slices.Contains(identity.Managing, p))

		if power.Permits(p) != want || earlier.Permits(p) && !want {
			r.Fatalf("%s of %+v with %q: %v, in an earlier version %v, want %v",
				p, account, made.Scopes, power.Permits(p), earlier.Permits(p), want)
		}
	}

	caller := identity.Caller{User: account.User, Org: account.Org, Kind: identity.PAT, Scopes: power}
	actor := identity.Acting(caller, account)

	for _, target := range identity.Roles {
		if actor.MayManage(identity.Membership{User: "usr_o", Org: "org_a", Role: target}) == nil {
			r.Fatalf("a token of %+v manages a member with the role %s", account, target)
		}
	}

	if derived := made.DerivedPower(account, nil); derived.Within(power) != derived {
		r.Fatalf("a derived token can do %q, its parent %q", derived, power)
	}
}

// TestAServiceAccountOwnsNoSolution has an ownership that only a version that doesn't know service accounts can have
// stored.
func TestAServiceAccountOwnsNoSolution(t *testing.T) {
	account := serving(identity.Creator)
	solution := identity.Solution{ID: "sol_a", Org: "org_a"}
	caller := identity.Caller{User: account.User, Org: account.Org, Kind: identity.PAT, Scopes: identity.Unlimited}

	stored := identity.Access{Actor: identity.Acting(caller, account), Solution: solution, Role: identity.SolutionOwner}
	if err := stored.MayDelete(); !isProblem(err, identity.Forbidden) {
		t.Errorf("a service account deletes the solution: %v, want Forbidden", err)
	}

	if err := stored.MayEdit(); err != nil {
		t.Errorf("a service account edits the solution as an admin of it: %v", err)
	}

	owner := identity.Access{Actor: signedIn(identity.Owner), Solution: solution}
	if _, err := owner.Move(account, "", identity.SolutionOwner); !isProblem(err, identity.Conflict) {
		t.Errorf("a service account becomes an owner: %v, want Conflict", err)
	}

	move, err := owner.Move(account, identity.SolutionOwner, identity.SolutionAdmin)
	if err != nil || move.To != identity.SolutionAdmin {
		t.Errorf("a service account becomes an admin: %+v, %v", move, err)
	}
}
