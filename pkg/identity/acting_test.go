package identity_test

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var instant = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// acting returns an active member with the role who acts with a session.
func acting(role identity.Role) identity.Actor {
	return as(identity.Membership{
		User:       "usr_a",
		Org:        "org_a",
		Role:       role,
		Status:     identity.Active,
		TokenEpoch: "old",
		Version:    1,
	})
}

// as returns a member who acts with a session.
func as(m identity.Membership) identity.Actor {
	return identity.Acting(identity.Caller{User: m.User, Kind: identity.SignedIn}, m)
}

// acts are what one member does to another, apart from giving a role.
var acts = map[string]func(actor identity.Actor, target identity.Membership) (identity.Membership, error){
	"disable": identity.Actor.Disable,
	"enable":  identity.Actor.Enable,
	"reinvite": func(a identity.Actor, b identity.Membership) (identity.Membership, error) {
		return a.Reinvite(b, instant)
	},
	"revoke": func(a identity.Actor, b identity.Membership) (identity.Membership, error) {
		return a.RevokeTokens(b, instant)
	},
	"remove": func(a identity.Actor, b identity.Membership) (identity.Membership, error) { return b, a.MayRemove(b) },
}

func TestEveryActOnAnotherIsForbiddenToWhoMayNotManageThem(t *testing.T) {
	for name, act := range acts {
		for _, actor := range identity.Roles {
			for _, target := range identity.Roles {
				for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
					a, b := acting(actor), identity.Membership{
						User:      "usr_b",
						Org:       "org_a",
						Role:      target,
						Status:    status,
						InvitedAt: instant,
					}
					if _, err := act(a, b); isForbidden(err) != (a.MayManage(b) != nil) {
						t.Errorf("%s %ss %s %s: %v", actor, name, status, target, err)
					}
				}
			}
		}
	}
}

func TestOneDoesToAMemberWhatTheirStatusAllows(t *testing.T) {
	owner := acting(identity.Owner)
	after := map[string]map[identity.Status]identity.Status{
		"disable":  {identity.Active: identity.Disabled, identity.Disabled: identity.Disabled},
		"enable":   {identity.Active: identity.Active, identity.Disabled: identity.Active},
		"reinvite": {identity.Invited: identity.Invited},
	}

	for name, outcome := range after {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			before := identity.Membership{
				User:      "usr_b",
				Role:      identity.Creator,
				Status:    status,
				InvitedAt: instant.Add(-time.Hour),
				Version:   7,
			}

			got, err := acts[name](owner, before)
			want, allowed := outcome[status]
			if allowed != (err == nil) || !allowed && !isProblem(err, identity.Conflict) || got.Status != want {
				t.Errorf("%s of who is %s: %s, %v", name, status, got.Status, err)
			}

			if err == nil && (got.Version == 8) != (got.Status != before.Status || got.InvitedAt != before.InvitedAt) {
				t.Errorf("%s of who is %s makes version %d", name, status, got.Version)
			}
		}
	}
}

func TestNobodyDisablesThemselvesAndEverybodyMayLeave(t *testing.T) {
	for _, role := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			self := acting(role)
			self.Status = status
			if _, err := self.Disable(self.Membership); err == nil {
				t.Errorf("%s %s disables themselves", status, role)
			}

			if err := self.MayRemove(self.Membership); err != nil {
				t.Errorf("%s %s leaves: %v", status, role, err)
			}
		}
	}
}

func TestRevokingTokensBeginsANewEpoch(t *testing.T) {
	got, err := acting(identity.Owner).RevokeTokens(identity.Membership{User: "usr_b", TokenEpoch: "old", Version: 1}, instant)
	if err != nil || got.TokenEpoch == "old" || got.TokenEpoch == "" || got.Version != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnInvitationGivesAccessAndNoMoreThanItsMakerMayGrant(t *testing.T) {
	for _, actor := range identity.Roles {
		for _, role := range identity.Roles {
			a := acting(actor)
			m, err := a.Invite("usr_b", identity.Person{Email: "b@example.com"}, role, instant)
			switch {
			case role == identity.Deny:
				if !isProblem(err, identity.InvalidRequest) {
					t.Errorf("%s invites as deny: %v", actor, err)
				}

			case a.MayGrant(identity.Membership{User: "usr_b", Role: identity.User}, role) != nil:
				if !isForbidden(err) {
					t.Errorf("%s invites as %s: %v", actor, role, err)
				}

			case err != nil || m.Role != role || m.Status != identity.Invited || m.TokenEpoch == "" || !m.InvitedAt.Equal(instant) || m.Org != a.Org:
				t.Errorf("%s invites as %s: %+v, %v", actor, role, m, err)
			}
		}
	}
}

func TestOneEntersWithAccessOnly(t *testing.T) {
	for _, role := range identity.Roles {
		for _, status := range identity.Statuses {
			m := acting(role).Membership
			m.Status = status
			if err := m.Enter(); (err == nil) != m.Accessible() || err != nil && !isForbidden(err) {
				t.Errorf("%s %s: %v", status, role, err)
			}
		}
	}
}

func TestNamesFollowWhoIsShownByThemAndNobodyElse(t *testing.T) {
	text := func(s string) *string { return &s }
	derived := identity.Person{
		FirstName:   "Ada",
		LastName:    "Byron",
		DisplayName: "Ada Byron",
		Email:       "ada@example.com",
	}

	chosen := derived
	chosen.DisplayName = "The Countess"
	for _, c := range []struct {
		before identity.Person
		edit   identity.Edit
		want   string
	}{
		{derived, identity.Edit{LastName: text("King")}, "Ada King"},
		{chosen, identity.Edit{LastName: text("King")}, "The Countess"},
		{chosen, identity.Edit{DisplayName: text("")}, "Ada Byron"},
		{derived, identity.Edit{FirstName: text(""), LastName: text("")}, "ada@example.com"},
		{derived, identity.Edit{DisplayName: text("Ada"), LastName: text("King")}, "Ada"},
		{derived, identity.Edit{}, "Ada Byron"},
	} {
		if got := c.before.Edited(c.edit).DisplayName; got != c.want {
			t.Errorf("shown as %q, not %q", got, c.want)
		}
	}

	if got := (identity.Person{DisplayName: "a@b.c", Email: "a@b.c"}).WithEmail("x@y.z"); got.DisplayName != "x@y.z" || got.Email != "x@y.z" {
		t.Errorf("%+v", got)
	}

	if got := chosen.WithEmail("x@y.z"); got.DisplayName != "The Countess" {
		t.Errorf("%+v", got)
	}
}
