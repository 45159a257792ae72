package identity_test

import (
	"slices"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	unassigned = identity.SolutionRole("")
	me, other  = identity.UserID("usr_me"), identity.UserID("usr_other")
)

var seats = []identity.SolutionRole{
	unassigned, identity.SolutionOwner, identity.SolutionAdmin, identity.SolutionEditor, identity.SolutionUser, identity.SolutionDeny,
}

// eachAccess visits every role in the organization and its every status, with every role in the solution, for what one
// made and what another did.
func eachAccess(visit func(a identity.Access, made bool)) {
	for _, role := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			for _, seat := range seats {
				for _, maker := range []identity.UserID{me, other} {
					visit(identity.Access{
						Actor:    as(identity.Membership{User: me, Role: role, Status: status}),
						Role:     seat,
						Solution: identity.Solution{ID: "sol_1", CreatedBy: maker},
					}, maker == me)
				}
			}
		}
	}
}

func TestWhoKnowsOfASolution(t *testing.T) {
	t.Parallel()
	eachAccess(func(a identity.Access, made bool) {
		in, role := a.Actor.Status == identity.Active && a.Actor.Role != identity.Deny, a.Actor.Role
		assigned := a.Role != unassigned && a.Role != identity.SolutionDeny
		want := in && (role == identity.Owner || role == identity.Admin || assigned ||
			role == identity.Creator && made && a.Role == unassigned)
		if a.Visible() != want {
			t.Errorf("%s %s, %q in the solution, made %v: visible %v", a.Actor.Status, role, a.Role, made, !want)
		}

		a.Solution.Deleting = true
		if a.Visible() {
			t.Errorf("%s %s, %q in the solution: sees it while it is deleted", a.Actor.Status, role, a.Role)
		}
	})
}

func TestWhatASolutionRoleAllowsWhateverTheRoleInTheOrganization(t *testing.T) {
	t.Parallel()
	owners := []identity.SolutionRole{identity.SolutionOwner}
	admins := append(slices.Clone(owners), identity.SolutionAdmin)
	editors := append(slices.Clone(admins), identity.SolutionEditor)
	eachAccess(func(a identity.Access, _ bool) {
		manages := a.Actor.Role == identity.Owner || a.Actor.Role == identity.Admin
		sees := manages || a.Actor.Role == identity.Creator
		for name, rule := range map[string]struct {
			err error
			may bool
		}{
			"view":   {a.MayView(), sees || slices.Contains(editors, a.Role)},
			"edit":   {a.MayEdit(), manages || slices.Contains(editors, a.Role)},
			"assign": {a.MayAssign(), manages || slices.Contains(admins, a.Role)},
			"delete": {a.MayDelete(), manages || slices.Contains(owners, a.Role)},
			"people": {a.MaySeePeople(), sees || slices.Contains(admins, a.Role)},
		} {
			want := identity.Problem("")
			switch {
			case !a.Visible():
				want = identity.NotFound
			case !rule.may:
				want = identity.Forbidden
			}

			if got := problemOf(rule.err); got != want {
				t.Errorf("%s: %s %s, %q in the solution: %q, not %q", name, a.Actor.Status, a.Actor.Role, a.Role, got, want)
			}
		}
	})
}

func TestWhoMayFinishADeletion(t *testing.T) {
	t.Parallel()
	eachAccess(func(a identity.Access, _ bool) {
		a.Solution.Deleting = true
		manages := a.Actor.Role == identity.Owner || a.Actor.Role == identity.Admin || a.Role == identity.SolutionOwner
		want := identity.NotFound
		if a.Actor.Accessible() && manages {
			want = ""
		}

		if got := problemOf(a.MayDelete()); got != want {
			t.Errorf("%s %s, %q in the solution: %q, not %q", a.Actor.Status, a.Actor.Role, a.Role, got, want)
		}
	})
}

func TestASolutionAdminNeitherMakesNorTouchesItsOwners(t *testing.T) {
	t.Parallel()
	target := identity.Membership{User: other, Role: identity.User, Status: identity.Active}
	eachAccess(func(a identity.Access, _ bool) {
		manages := a.Actor.Role == identity.Owner || a.Actor.Role == identity.Admin
		for _, from := range seats {
			for _, to := range seats {
				ownerMoves := from == identity.SolutionOwner || to == identity.SolutionOwner
				want := problemOf(a.MayAssign())
				if want == "" && ownerMoves && !manages && a.Role != identity.SolutionOwner {
					want = identity.Forbidden
				}

				move, err := a.Move(target, from, to)
				if got := problemOf(err); got != want {
					t.Errorf("%s, %q in the solution, moves %q to %q: %q, not %q", a.Actor.Role, a.Role, from, to, got, want)
				}

				if err == nil && (move.From != from || move.To != to || move.Member != target) {
					t.Errorf("the move is %+v", move)
				}
			}
		}
	})
}

func TestWhoCanBeAssigned(t *testing.T) {
	t.Parallel()
	a := identity.Access{
		Actor:    as(identity.Membership{User: me, Role: identity.Admin, Status: identity.Active}),
		Solution: identity.Solution{ID: "sol_1"},
	}
	if _, err := a.Move(identity.Membership{}, unassigned, identity.SolutionUser); problemOf(err) != identity.NotFound {
		t.Errorf("someone who is no member: %v", err)
	}

	for _, role := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			target := identity.Membership{User: other, Role: role, Status: status}
			want := identity.Problem("")
			if role == identity.Deny {
				want = identity.Conflict
			}

			if _, err := a.Move(target, unassigned, identity.SolutionUser); problemOf(err) != want {
				t.Errorf("assign a member who is %s and %s: %v", role, status, err)
			}

			if _, err := a.Move(target, identity.SolutionUser, unassigned); err != nil {
				t.Errorf("unassign a member who is %s and %s: %v", role, status, err)
			}
		}
	}
}

// TestATokenNeedsAScopeForTheRolesInASolution gives a Creator the role of an owner in a solution, and their token one
// scope.
func TestATokenNeedsAScopeForTheRolesInASolution(t *testing.T) {
	for scopes, want := range map[string]struct{ sees, acts bool }{
		"":                                    {},
		"members:view":                        {},
		"solutions:view-own":                  {sees: true},
		"solutions:create":                    {},
		"solutions:view-own solutions:create": {sees: true, acts: true},
	} {
		caller := identity.Caller{User: "usr_1", Org: "org_1", Kind: identity.PAT, Scopes: identity.ParseScopes(scopes)}
		m := identity.Membership{User: "usr_1", Org: "org_1", Role: identity.Creator, Status: identity.Active}
		access := identity.Access{
			Actor:    identity.Acting(caller, m),
			Solution: identity.Solution{ID: "sol_1", Org: "org_1"},
			Role:     identity.SolutionOwner,
		}

		if access.Visible() != want.sees {
			t.Errorf("with the scopes %q, the solution is visible: %v, want %v", scopes, access.Visible(), want.sees)
		}

		for name, err := range map[string]error{
			"edit":   access.MayEdit(),
			"delete": access.MayDelete(),
			"assign": access.MayAssign(),
		} {
			if (err == nil) != want.acts || err != nil && !isProblem(err, identity.InsufficientScope) {
				t.Errorf("with the scopes %q, %s: %v", scopes, name, err)
			}
		}
	}
}

// TestATokenShowsASolutionToAnEditorOnlyIfItCouldEditIt gives members who see solutions only through a role in one of them
// a token with one scope or another.
func TestATokenShowsASolutionToAnEditorOnlyIfItCouldEditIt(t *testing.T) {
	t.Parallel()
	for scopes, may := range map[string]bool{
		"":                                    false,
		"solutions:view-own":                  false,
		"solutions:view-all":                  false,
		"solutions:create":                    false,
		"solutions:view-own solutions:create": true,
	} {
		caller := identity.Caller{User: me, Org: "org_1", Kind: identity.PAT, Scopes: identity.ParseScopes(scopes)}
		m := identity.Membership{User: me, Org: "org_1", Role: identity.User, Status: identity.Active}
		access := identity.Access{
			Actor:    identity.Acting(caller, m),
			Solution: identity.Solution{ID: "sol_1", Org: "org_1"},
			Role:     identity.SolutionEditor,
		}

		if err := access.MayView(); (err == nil) != may || err != nil && !isProblem(err, identity.InsufficientScope) {
			t.Errorf("with the scopes %q: %v, want access %v", scopes, err, may)
		}
	}
}
