package table_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func rename(t *testing.T, db *table.DB, actor identity.Membership, name string) {
	t.Helper()
	before, err := db.Organization(t.Context(), actor.Org)
	if err != nil {
		t.Fatal(err)
	}

	after := before
	after.Name, after.Version = name, before.Version+1
	if err := db.UpdateOrganization(as(actor), before, after)(t.Context(), by(actor.User, noon)); err != nil {
		t.Fatal(err)
	}
}

func TestANewNameReachesEveryMembershipHoweverOftenItIsCutShort(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	members := []identity.Membership{ada}
	const others = 260 // more than one Query reads
	for i := range others {
		members = append(members, invite(t, db, ada, identity.Person{Email: fmt.Sprintf("p%d@example.com", i)}, identity.User, noon))
	}

	rename(t, db, ada, "First")

	if got := membership(t, db, ada).OrgName; got != "First" {
		t.Errorf("the member who changed it still sees %q", got)
	}

	hurried, cancel := context.WithTimeout(t.Context(), 2*time.Second) // less than a request keeps for itself
	defer cancel()

	if n, err := db.SpreadName(hurried, ada.Org); n != 0 || err != nil {
		t.Fatalf("spread to %d, %v", n, err)
	}

	rename(t, db, ada, "Second")

	for _, want := range []int{others, 0} {
		if n, err := db.SpreadNames(t.Context(), noon); n != want || err != nil {
			t.Fatalf("spread to %d, %v; want %d", n, err, want)
		}
	}

	for _, m := range members {
		if got := membership(t, db, m).OrgName; got != "Second" {
			t.Errorf("%s sees %q", m.Person.Email, got)
		}
	}
}

// A membership that the index does not show yet is reached by the walk that comes a good while later.
func TestTheNoteOfANewNameStaysUntilTheIndexIsSureToShowEverybody(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	rename(t, db, ada, "Second")

	for _, step := range []struct {
		at    time.Time
		notes int
	}{{noon, 1}, {noon.Add(59 * time.Second), 1}, {noon.Add(time.Minute), 0}} {
		if _, err := db.SpreadNames(t.Context(), step.at); err != nil {
			t.Fatal(err)
		}

		if got := countOf(t, client, name, "rename"); got != step.notes {
			t.Errorf("%d notes at %v", got, step.at)
		}
	}
}

func TestAMemberWhoIsInvitedWhileTheNameChangesHasTheNewOne(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	old, err := db.Organization(t.Context(), ada.Org)
	if err != nil {
		t.Fatal(err)
	}

	rename(t, db, ada, "Second")
	p := identity.Person{Email: "lea@example.com", DisplayName: "Lea"}
	m, err := as(ada).Invite(identity.NewUserID(noon), p, identity.User, noon)
	if err != nil {
		t.Fatal(err)
	}

	offer, err := db.Offer(t.Context(), as(ada), p.Email, noon)
	if err != nil {
		t.Fatal(err)
	}

	if err := db.Invite(as(ada), offer, old, m, generous)(t.Context(), by(ada.User, noon)); err == nil {
		t.Error("invited under the old name")
	}
}
