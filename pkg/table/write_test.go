package table_test

import (
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestAChangeThatChangesNothingIsNoWrite: the edge does not remember the answer of a mutation without a write.
func TestAChangeThatChangesNothingIsNoWrite(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	org, err := db.Organization(t.Context(), ada.Org)
	if err != nil {
		t.Fatal(err)
	}

	own := page(t, db, ada.User)
	made := token(t, db, ada, noon)
	s := solution(t, db, ada, "Engine")
	access, err := db.Access(t.Context(), as(ada), s.ID)
	if err != nil {
		t.Fatal(err)
	}

	roster, err := db.Roster(t.Context(), as(ada), s.ID, ada.User)
	if err != nil {
		t.Fatal(err)
	}

	stays, err := roster.Move(ada.User, identity.SolutionOwner)
	if err != nil {
		t.Fatal(err)
	}

	for name, write := range map[string]identity.Write{
		"ChangeMember":       db.ChangeMember(identity.ActionMemberEnable, as(ada), ada, ada),
		"UpdateOrganization": db.UpdateOrganization(as(ada), org, org),
		"SetDefault":         db.SetDefault(own.Profile, own.Profile),
		"EditProfile":        db.EditProfile(own.Profile, own.Profile, own.Memberships),
		"ExtendToken":        db.ExtendToken(made, made.Lease),
		"UpdateSolution":     db.UpdateSolution(access, access.Solution),
		"Reassign":           db.Reassign(roster, []identity.Move{stays}),
	} {
		if write != nil {
			t.Errorf("%s returns a write although nothing changes", name)
		}
	}
}

// TestAPersonalAccessTokenSeesItsOwnOrganizationOnly reads the page of a person with two organizations.
func TestAPersonalAccessTokenSeesItsOwnOrganizationOnly(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	one, two := organization(t, db, ada, noon), organization(t, db, ada, noon)

	seen, err := db.OwnPage(t.Context(), identity.Caller{User: ada.ID, Kind: identity.PAT, Org: two.Org})
	if err != nil || len(seen.Memberships) != 1 || seen.Memberships[0].Org != two.Org || seen.Current != two.Org {
		t.Errorf("a token of %s sees %+v, %v", two.Org, seen, err)
	}

	session := identity.Caller{User: ada.ID, Kind: identity.SignedIn}
	if _, _, err := db.OwnPageWith(t.Context(), session, one.Org, noon); err != nil {
		t.Errorf("a session does not see %s: %v", one.Org, err)
	}

	pat := identity.Caller{User: ada.ID, Kind: identity.PAT, Org: two.Org}
	if _, _, err := db.OwnPageWith(t.Context(), pat, one.Org, noon); problemOf(err) != identity.NotFound {
		t.Errorf("a token of %s asks for %s: %v, want NotFound", two.Org, one.Org, err)
	}
}
