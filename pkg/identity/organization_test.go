package identity_test

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var deletedAt = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func actorIn(role identity.Role, status identity.Status) identity.Actor {
	return identity.Acting(identity.Caller{User: "usr_a", Kind: identity.SignedIn}, identity.Membership{
		User:   "usr_a",
		Org:    "org_a",
		Role:   role,
		Status: status,
	})
}

func TestOnlyAnActiveOwnerDeletesAndRestoresAnOrganization(t *testing.T) {
	stands := identity.Organization{ID: "org_a", Name: "Acme", Version: 1}
	deleted := stands
	deleted.DeletedAt, deleted.Version = deletedAt, 2

	for _, role := range append(identity.Roles, "emperor") {
		for _, status := range append(identity.Statuses, "frozen") {
			actor := actorIn(role, status)
			_, deleting := actor.DeleteOrganization(stands, "Acme", deletedAt)
			actor.OrgDeletedAt = deletedAt
			_, restoring := actor.RestoreOrganization(deleted, deletedAt)
			want := role == identity.Owner && status == identity.Active

			if got := deleting == nil; got != want {
				t.Errorf("%s, %s: deletes %v, want %v", role, status, got, want)
			}

			if got := restoring == nil; got != want {
				t.Errorf("%s, %s: restores %v, want %v", role, status, got, want)
			}
		}
	}
}

func TestADeletionNamesTheOrganization(t *testing.T) {
	owner := actorIn(identity.Owner, identity.Active)
	for typed, want := range map[string]bool{
		"Acme Söhne":       true,
		" Acme Söhne ":     true,
		"Acme So\u0308hne": true, // decomposed
		"acme söhne":       false,
		"Acme":             false,
		"":                 false,
	} {
		o, err := owner.DeleteOrganization(identity.Organization{Name: "Acme Söhne", Version: 3}, typed, deletedAt.Add(time.Millisecond))
		if got := err == nil; got != want || want && (!o.DeletedAt.Equal(deletedAt) || o.Version != 4) {
			t.Errorf("%q: %+v, %v", typed, o, err)
		}
	}

	// An earlier version stored names that are not accepted any more.
	if _, err := owner.DeleteOrganization(identity.Organization{Name: "www.acme.example"}, "www.acme.example", deletedAt); err != nil {
		t.Error(err)
	}
}

func TestAnOrganizationIsRestoredUntilItsTermEndsOrItIsBeingRemoved(t *testing.T) {
	owner := actorIn(identity.Owner, identity.Active)
	for _, c := range []struct {
		after    time.Duration
		removing bool
		restored bool
	}{
		{0, false, true},
		{identity.DeletionTerm - time.Nanosecond, false, true},
		{identity.DeletionTerm, false, false},
		{time.Hour, true, false},
	} {
		deleted := identity.Organization{DeletedAt: deletedAt, Removing: c.removing, Version: 2}
		o, err := owner.RestoreOrganization(deleted, deletedAt.Add(c.after))
		if got := err == nil; got != c.restored || got && (!o.DeletedAt.IsZero() || o.Version != 3) {
			t.Errorf("%+v: %+v, %v", c, o, err)
		}
	}
}

func TestWhatIsSoAlreadyIsNoChange(t *testing.T) {
	owner := actorIn(identity.Owner, identity.Active)
	deleted := identity.Organization{Name: "Acme", DeletedAt: deletedAt, Version: 2}
	if o, err := owner.DeleteOrganization(deleted, "Acme", deletedAt.Add(time.Hour)); o != deleted || err != nil {
		t.Errorf("deleted again: %+v, %v", o, err)
	}

	stands := identity.Organization{Name: "Acme", Version: 2}
	if o, err := owner.RestoreOrganization(stands, deletedAt); o != stands || err != nil {
		t.Errorf("restored again: %+v, %v", o, err)
	}
}

func TestADeletedOrganizationGivesNobodyAccessWhateverCopyTheMembershipHas(t *testing.T) {
	stands := identity.Standing{Org: "org_a", Exists: true}
	deleted, gone := stands, identity.Standing{Org: "org_a"}
	deleted.DeletedAt = deletedAt

	for name, copied := range map[string]time.Time{
		"a copy that says deleted":     deletedAt,
		"a copy that says not deleted": {},
	} {
		m := actorIn(identity.Owner, identity.Active).Membership
		m.OrgDeletedAt = copied

		if !stands.Of(m).Accessible() || deleted.Of(m).Accessible() || gone.Of(m).User != "" {
			t.Errorf("%s decides", name)
		}

		actor := identity.Acting(identity.Caller{User: "usr_a", Kind: identity.SignedIn}, deleted.Of(m))
		if got := actor.Permissions(); len(got) > 0 {
			t.Errorf("%s: the Owner can %v", name, got)
		}

		if err := actor.MayManage(m); err == nil { // the target is the actor, as read last
			t.Errorf("%s: the Owner manages", name)
		}
	}

	if stands.Of(identity.Membership{}) != (identity.Membership{}) {
		t.Error("a standing makes a membership of nothing")
	}
}

func TestTheDefaultHealsAwayFromADeletedOrganizationAndItsInvitationsAreNotOpen(t *testing.T) {
	deleted := identity.Membership{
		Org:          "org_a",
		Role:         identity.Owner,
		Status:       identity.Active,
		OrgDeletedAt: deletedAt,
	}
	other := identity.Membership{
		Org:      "org_b",
		Role:     identity.User,
		Status:   identity.Active,
		JoinedAt: deletedAt,
	}

	p := identity.Profile{DefaultOrg: "org_a"}
	if org, healed := p.Landing([]identity.Membership{deleted, other}); org != "org_b" || !healed {
		t.Errorf("lands in %s, healed %v", org, healed)
	}

	invited := identity.Membership{Role: identity.User, Status: identity.Invited, InvitedAt: deletedAt}
	if !invited.Open(deletedAt) {
		t.Error("the invitation is not open before")
	}

	invited.OrgDeletedAt = deletedAt
	if invited.Open(deletedAt) {
		t.Error("the invitation to a deleted organization is open")
	}
}
