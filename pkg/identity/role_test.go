package identity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// promised is the matrix as the product promises it, one line a permission: Owner, Admin, Creator, User, Deny. It is
// written out by hand; the code's own Matrix must come to the same.
var promised = map[identity.Permission]string{
	identity.LogInToManagement:  "yes yes yes no  no",
	identity.ViewMembers:        "yes yes yes no  no",
	identity.ManageMembers:      "yes yes no  no  no", // invite, remove, disable, change role
	identity.ViewAllSolutions:   "yes yes no  no  no",
	identity.ViewOwnSolutions:   "yes yes yes no  no",
	identity.CreateSolutions:    "yes yes yes no  no", // a Creator deploys solutions
	identity.AssignSolutions:    "yes yes no  no  no",
	identity.ManageOrganization: "yes no  no  no  no",
	identity.OwnProfile:         "yes yes yes yes no", // Deny: in other organizations only
	identity.OwnTokens:          "yes yes yes no  no",
	identity.ViewAudit:          "yes yes no  no  no",
}

func TestEachRoleHasThePermissionsThatTheMatrixPromises(t *testing.T) {
	if len(identity.Matrix) != len(promised) {
		t.Fatalf("the matrix has %d rows, %d are promised", len(identity.Matrix), len(promised))
	}

	for permission, line := range promised {
		for i, word := range strings.Fields(line) {
			role := identity.Roles[i]
			if role.Can(permission) != (word == "yes") || slices.Contains(role.Permissions(), permission) != (word == "yes") {
				t.Errorf("%s and %s: want %s", role, permission, word)
			}
		}
	}
}

func TestNobodyHasAPermissionThatThereIsNot(t *testing.T) {
	for _, role := range append(slices.Clone(identity.Roles), "", "root", "OWNER") {
		if role.Can("") || role.Can("everything") {
			t.Errorf("%q can do what nobody can", role)
		}
	}

	for permission := range promised {
		if identity.Role("").Can(permission) || identity.Role("root").Can(permission) {
			t.Errorf("a role that there is not has %s", permission)
		}
	}
}

func TestDenyAndStatusOverrideEverything(t *testing.T) {
	for _, role := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled, ""} {
			m := as(identity.Membership{User: "usr_1", Role: role, Status: status})
			for permission := range promised {
				want := status == identity.Active && role != identity.Deny && role.Can(permission)
				if m.Can(permission) != want {
					t.Errorf("%s %s and %s: want %v", status, role, permission, want)
				}
			}

			if m.Accessible() != (status == identity.Active && role != identity.Deny) {
				t.Errorf("%s %s: accessible %v", status, role, m.Accessible())
			}
		}
	}

	if len(identity.Deny.Permissions()) != 0 || identity.Deny.Permissions() == nil {
		t.Error("Deny has permissions, or they are nil")
	}
}

// powers lists, by hand, the roles that each role may manage and the roles it may give them; "-" stands for none.
var powers = map[identity.Role]struct{ manages, grants string }{
	identity.Owner:   {"owner admin creator user deny", "owner admin creator user deny"},
	identity.Admin:   {"admin creator user deny", "admin creator user deny"},
	identity.Creator: {"-", "-"},
	identity.User:    {"-", "-"},
	identity.Deny:    {"-", "-"},
}

func TestWhoMayManageAndGrantIsExactlyThis(t *testing.T) {
	for _, actor := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			for _, target := range identity.Roles {
				for _, same := range []bool{false, true} {
					a := as(identity.Membership{User: "usr_a", Role: actor, Status: status})
					b := identity.Membership{User: "usr_b", Role: target, Status: identity.Active}
					if same {
						b = a.Membership
					}

					checkPowers(t, a, b)
				}
			}
		}
	}
}

func checkPowers(t *testing.T, actor identity.Actor, target identity.Membership) {
	t.Helper()
	power := powers[actor.Role]
	manages := actor.Status == identity.Active && strings.Contains(power.manages, string(target.Role))
	if err := actor.MayManage(target); (err == nil) != manages || err != nil && !isForbidden(err) {
		t.Errorf("%s %s manages %s: %v, want %v", actor.Status, actor.Role, target.Role, err, manages)
	}

	for _, granted := range identity.Roles {
		grants := manages && strings.Contains(power.grants, string(granted))
		if err := actor.MayGrant(target, granted); (err == nil) != grants || err != nil && !isForbidden(err) {
			t.Errorf("%s %s makes %s (%s) a %s: %v, want %v", actor.Status, actor.Role, target.User, target.Role, granted, err, grants)
		}
	}
}

func isForbidden(err error) bool { return isProblem(err, identity.Forbidden) }

func isProblem(err error, p identity.Problem) bool {
	var refusal *identity.Error
	return errors.As(err, &refusal) && refusal.Problem == p && refusal.Detail != ""
}

func TestNobodyRaisesTheirOwnRole(t *testing.T) {
	for i, actor := range identity.Roles {
		for _, granted := range identity.Roles[:i] { // the roles above
			self := as(identity.Membership{User: "usr_a", Role: actor, Status: identity.Active})
			if self.MayGrant(self.Membership, granted) == nil {
				t.Errorf("%s made themselves %s", actor, granted)
			}
		}
	}
}

func TestASolutionsOwnerOrAdminMayAssignAndNobodyElse(t *testing.T) {
	for role, want := range map[identity.SolutionRole]bool{
		identity.SolutionOwner: true, identity.SolutionAdmin: true, identity.SolutionEditor: false,
		identity.SolutionUser: false, identity.SolutionDeny: false, "": false, "root": false,
	} {
		access := identity.Access{
			Actor:    acting(identity.User),
			Solution: identity.Solution{ID: "sol_a", Org: "org_a"},
			Role:     role,
		}
		if got := access.MayAssign() == nil; got != want {
			t.Errorf("a member with the solution role %q may assign people: %v, want %v", role, got, want)
		}
	}
}

func TestRolesAndStatusesAreReadByTheirNamesOnly(t *testing.T) {
	for _, text := range []string{"", "root", "Owner", "OWNER", " owner", "owner ", "owner#", "invited", "deleted"} {
		var (
			role     identity.Role
			solution identity.SolutionRole
			status   identity.Status
		)

		for _, err := range []error{role.UnmarshalText([]byte(text)), solution.UnmarshalText([]byte(text))} {
			if !isProblem(err, identity.InvalidRequest) {
				t.Errorf("%q was taken for a role: %v", text, err)
			}
		}

		if err := status.UnmarshalText([]byte(text)); text != "invited" && !isProblem(err, identity.InvalidRequest) {
			t.Errorf("%q was taken for a status: %v", text, err)
		}
	}

	for _, want := range identity.Roles {
		var role identity.Role
		if err := role.UnmarshalText([]byte(want)); err != nil || role != want || role.Description() == "" {
			t.Errorf("%s: %s, %v, %q", want, role, err, role.Description())
		}
	}
}

func TestAnInvitationCanBeAcceptedForAWeek(t *testing.T) {
	m := identity.Membership{Status: identity.Invited, InvitedAt: at("2026-03-01T12:00:00Z")}
	if got := m.InvitationExpires(); !got.Equal(at("2026-03-08T12:00:00Z")) {
		t.Error(got)
	}

	m.Status = identity.Active
	if got := m.InvitationExpires(); !got.IsZero() {
		t.Error(got)
	}
}

func TestEveryProblemHasATitleOfItsOwn(t *testing.T) {
	seen := map[string]identity.Problem{}
	for _, p := range []identity.Problem{
		identity.InvalidRequest, identity.MalformedCredentials, identity.InvalidToken, identity.LeaseLapsed, identity.TokenExpired,
		identity.TokenDeleted, identity.TokenRevoked, identity.AccessDisabled, identity.SignInRefused, identity.Forbidden,
		identity.SessionRequired, identity.NotFound, identity.Conflict, identity.TokenDead, identity.LastOwner, identity.LimitReached,
		identity.VersionMismatch, identity.VersionRequired, identity.PayloadTooLarge, identity.UnsupportedMediaType,
		identity.IdempotencyMismatch, identity.Internal, identity.Unavailable,
	} {
		if title := p.Title(); title == "" || seen[title] != "" {
			t.Errorf("%s has the title %q, which %q has", p, title, seen[title])
		}

		seen[p.Title()] = p
	}
}

func TestARefusalOfAFieldNamesItTwice(t *testing.T) {
	err := identity.InvalidField("phone", "Give at most %d digits.", 15)
	want := identity.FieldError{Field: "phone", Detail: "Give at most 15 digits."}
	if err.Problem != identity.InvalidRequest || len(err.Fields) != 1 || err.Fields[0] != want || !strings.Contains(err.Detail, "phone") {
		t.Errorf("%+v", err)
	}

	cause := errors.New("why")
	if wrapped := (&identity.Error{Problem: identity.Unavailable, Detail: "later", Cause: cause}); !errors.Is(wrapped, cause) || strings.Contains(wrapped.Error(), "why") {
		t.Error("the cause is lost, or the caller can read it")
	}
}
