package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// grant adds a permission to a role in the matrix for the rest of the test.
func grant(t *testing.T, role identity.Role, p identity.Permission) {
	t.Helper()
	before := identity.Matrix
	t.Cleanup(func() { identity.Matrix = before })

	identity.Matrix = slices.Clone(before)
	i := slices.IndexFunc(identity.Matrix, func(r identity.Rule) bool { return r.Permission == p })
	identity.Matrix[i].Roles = append(slices.Clone(identity.Matrix[i].Roles), role)
}

func TestARefusalNamesTheRolesOfTheMatrix(t *testing.T) {
	for permission, want := range map[identity.Permission]string{
		identity.ManageMembers:      "Creators can't manage members. Ask an Owner or Admin.",
		identity.ManageOrganization: "Creators can't change organization settings. Ask an Owner.",
		identity.ViewMembers:        "Creators can't see the members. Ask an Owner, Admin, or Creator.",
		identity.OwnTokens: "Creators can't have personal access tokens. Ask an Owner or Admin to give you the role " +
			"Owner, Admin, or Creator.",
	} {
		if got := identity.Lacking(identity.Creator, permission).Detail; got != want {
			t.Errorf("%s: %q, want %q", permission, got, want)
		}
	}

	if got := identity.Lacking("", identity.ManageMembers).Detail; got != "You can't manage members. Ask an Owner or Admin." {
		t.Errorf("without a role: %q", got)
	}
}

func TestAChangedMatrixChangesWhatIsAllowedAndWhatRefusalsSay(t *testing.T) {
	grant(t, identity.User, identity.OwnTokens)
	grant(t, identity.Creator, identity.ManageMembers)

	if !acting(identity.User).Can(identity.OwnTokens) || !slices.Contains(identity.User.Permissions(), identity.OwnTokens) {
		t.Error("a User can't have tokens although the matrix says so")
	}

	if err := acting(identity.Creator).MayManage(identity.Membership{User: "usr_b", Role: identity.User}); err != nil {
		t.Errorf("a Creator can't manage members although the matrix says so: %v", err)
	}

	detail := identity.Lacking(identity.User, identity.ManageMembers).Detail
	if !strings.Contains(detail, "an Owner, Admin, or Creator") {
		t.Errorf("the refusal does not name the role that gained the permission: %q", detail)
	}
}

func TestEveryRuleOfTheMatrixHasWordsForItsRefusal(t *testing.T) {
	for _, rule := range identity.Matrix {
		if rule.Act == "" || rule.Description == "" || len(rule.Roles) == 0 {
			t.Errorf("%s has no words or no roles", rule.Permission)
		}
	}
}
