package identity_test

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// The tests in this file hold that values written by a newer version give no access. During a canary and after a rollback
// this version runs on data that a newer one wrote.

func TestATokenWithAnUnknownEndingIsRefused(t *testing.T) {
	member := acting(identity.Owner).Membership
	for _, ending := range []identity.Ending{"rotated", "reported", "compromised", "LAPSED", " "} {
		token := identity.Token{Epoch: member.TokenEpoch, Lease: identity.PATTerms.Grant(instant), Ended: ending, EndedAt: instant}
		if err := token.Admit(member, "", instant.Add(time.Hour)); !isProblem(err, identity.TokenRevoked) {
			t.Errorf("a token with the ending %q: %v, want TokenRevoked", ending, err)
		}
	}
}

func TestASessionWithAnEndingIsRefused(t *testing.T) {
	for _, ending := range []identity.Ending{"revoked", "signed-out", "replaced"} {
		session := identity.Session{Lease: identity.SessionTerms.Grant(instant), Ended: ending}
		if err := session.Admit(instant.Add(time.Minute)); !isProblem(err, identity.TokenRevoked) {
			t.Errorf("a session with the ending %q: %v, want TokenRevoked", ending, err)
		}
	}
}

func TestAnUnknownRoleOrStatusGivesNoAccess(t *testing.T) {
	known := acting(identity.Owner)
	if !known.Accessible() {
		t.Fatal("an active owner has no access")
	}

	for _, role := range []identity.Role{"", "auditor", "OWNER", "owner "} {
		member := known
		member.Role = role
		invited := member
		invited.Status, invited.InvitedAt = identity.Invited, instant

		if member.Accessible() || member.Can(identity.ViewMembers) || member.ActiveOwner() || invited.Open(instant) {
			t.Errorf("a member with the role %q has access", role)
		}
	}

	for _, status := range []identity.Status{"", "suspended", "ACTIVE"} {
		member := known
		member.Status = status
		if member.Accessible() || member.Can(identity.ViewMembers) || member.ActiveOwner() {
			t.Errorf("a member with the status %q has access", status)
		}

		if member.MayBeInvited(identity.InvitationExpired) == nil {
			t.Errorf("a member with the status %q may be invited again", status)
		}
	}
}

func TestAnUnknownSolutionRoleDenies(t *testing.T) {
	access := identity.Access{
		Actor:    acting(identity.User),
		Solution: identity.Solution{ID: "sol_a", Org: "org_a"},
		Role:     identity.SolutionUser,
	}
	if !access.Visible() {
		t.Fatal("a user of the solution does not see it")
	}

	for _, role := range []identity.SolutionRole{"viewer", "OWNER"} {
		access.Role = role
		if access.Visible() || access.MayEdit() == nil || access.MayAssign() == nil || access.MayDelete() == nil {
			t.Errorf("the solution role %q gives access", role)
		}
	}
}

func TestACredentialSeesTheOrganizationsOfItsKindOnly(t *testing.T) {
	for _, c := range []struct {
		kind       identity.Kind
		own, other bool
	}{
		{identity.SignedIn, true, true},
		{identity.PAT, true, false},
		{identity.BySchedule, false, false},
		{identity.Derived, true, false},
		{"", false, false},
	} {
		caller := identity.Caller{User: "usr_a", Org: "org_a", Kind: c.kind}
		if own, other := caller.Sees("org_a"), caller.Sees("org_b"); own != c.own || other != c.other {
			t.Errorf("a caller of kind %q sees its organization: %v, another: %v; want %v, %v", c.kind, own, other, c.own, c.other)
		}
	}
}
