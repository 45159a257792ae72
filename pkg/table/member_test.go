package table_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// change applies a rule of package identity to a member, as the operations do.
func change(t *testing.T, db *table.DB, actor, target identity.Membership, rule func(actor,
	target identity.Membership) (identity.Membership, error)) error {
	t.Helper()
	return identity.RetryStale(t.Context(), func() error {
		before, err := db.Member(t.Context(), target.Org, target.User)
		if err != nil {
			return err
		}

		after, err := rule(actor, before)
		if err != nil || after == before {
			return err
		}

		return db.ChangeMember("member.role-update", as(actor), before, after)(t.Context(), by(actor.User, noon))
	})
}

func disable(actor, target identity.Membership) (identity.Membership, error) {
	return as(actor).Disable(target)
}

func enable(actor, target identity.Membership) (identity.Membership, error) {
	return as(actor).Enable(target)
}

func to(role identity.Role) func(actor, target identity.Membership) (identity.Membership, error) {
	return func(actor, target identity.Membership) (identity.Membership, error) {
		return as(actor).ChangeRole(target, role)
	}
}

// coOwner adds a second active owner.
func coOwner(t *testing.T, db *table.DB, owner identity.Membership, email string) identity.Membership {
	t.Helper()
	m := colleague(t, db, owner, email, identity.Admin)
	if err := change(t, db, owner, m, to(identity.Owner)); err != nil {
		t.Fatal(err)
	}

	return membership(t, db, m)
}

func owners(t *testing.T, db *table.DB, o identity.OrgID) int {
	t.Helper()
	org, err := db.Organization(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}

	return org.Owners
}

func remove(t *testing.T, db *table.DB, actor, target identity.Membership, now time.Time) error {
	t.Helper()
	return identity.RetryStale(t.Context(), func() error {
		m, err := db.Member(t.Context(), target.Org, target.User)
		if err == nil {
			err = as(actor).MayRemove(m)
		}

		if err != nil {
			return err
		}

		return db.RemoveMember(as(actor), m)(t.Context(), by(actor.User, now))
	})
}

func TestTwoOwnersWhoTakeEachOtherDownLeaveOne(t *testing.T) {
	t.Parallel()
	for name, attack := range map[string]func(*testing.T, *table.DB, identity.Membership, identity.Membership) error{
		"demote": func(t *testing.T, db *table.DB, a, b identity.Membership) error {
			return change(t, db, a, b, to(identity.User))
		},
		"deny": func(t *testing.T, db *table.DB, a, b identity.Membership) error {
			return change(t, db, a, b, to(identity.Deny))
		},
		"disable": func(t *testing.T, db *table.DB, a, b identity.Membership) error {
			return change(t, db, a, b, disable)
		},
		"remove": func(t *testing.T, db *table.DB, a, b identity.Membership) error { return remove(t, db, a, b, noon) },
		"leave":  func(t *testing.T, db *table.DB, a, _ identity.Membership) error { return remove(t, db, a, a, noon) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 10 {
				db := tabletest.Open(t)
				ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
				bob := coOwner(t, db, ada, "bob@example.com")
				errs := together(1,
					func() error { return attack(t, db, ada, bob) }, func() error { return attack(t, db, bob, ada) })
				if (errs[0] == nil) == (errs[1] == nil) {
					t.Fatalf("both have the same outcome: %v", errs)
				}

				left := 0
				for _, m := range []identity.Membership{membership(t, db, ada), membership(t, db, bob)} {
					if m.ActiveOwner() {
						left++
					}
				}

				if counted := owners(t, db, ada.Org); left != 1 || counted != 1 {
					t.Fatalf("%d owners are left, %d counted", left, counted)
				}
			}
		})
	}
}

func TestWhoHasBeenDemotedMeanwhileChangesNobody(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	bob := coOwner(t, db, ada, "bob@example.com")
	eve := colleague(t, db, ada, "eve@example.com", identity.User)

	if err := change(t, db, ada, bob, to(identity.User)); err != nil {
		t.Fatal(err)
	}

	for name, err := range map[string]error{
		"change":              change(t, db, bob, eve, to(identity.Admin)),
		"remove":              remove(t, db, bob, eve, noon),
		"raise himself again": change(t, db, bob, bob, to(identity.Admin)),
	} {
		if problemOf(err) != identity.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}

	if got := membership(t, db, eve); got.Role != identity.User {
		t.Errorf("eve is %s", got.Role)
	}
}

func TestOwnersAreCountedWhileTheyAreActive(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	bob := coOwner(t, db, ada, "bob@example.com")
	for _, step := range []struct {
		name string
		do   func(actor, target identity.Membership) (identity.Membership, error)
		want int
	}{
		{"disable", disable, 1}, {"disable again", disable, 1},
		{"demote while disabled", to(identity.Admin), 1}, {"promote while disabled", to(identity.Owner), 1},
		{"enable", enable, 2}, {"enable again", enable, 2},
		{"deny", to(identity.Deny), 1}, {"owner again", to(identity.Owner), 2},
	} {
		if err := change(t, db, ada, bob, step.do); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}

		if got := owners(t, db, ada.Org); got != step.want {
			t.Fatalf("%s: %d owners are counted, not %d", step.name, got, step.want)
		}
	}

	if err := remove(t, db, ada, bob, noon); err != nil {
		t.Fatal(err)
	}

	if err := remove(t, db, ada, ada, noon); problemOf(err) != identity.LastOwner {
		t.Fatalf("the last owner leaves: %v", err)
	}

	org, err := db.Organization(t.Context(), ada.Org)
	if err != nil || org.Owners != 1 || org.Members != 1 {
		t.Fatalf("%+v, %v", org, err)
	}
}

func TestATokenMadeWhileItsOwnerIsRemovedIsDead(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range 20 {
		eve := colleague(t, db, ada, fmt.Sprintf("eve%d@example.com", i), identity.Creator)
		made := minted(t, eve)
		errs := together(1,
			func() error { return db.CreateToken(made)(t.Context(), by(eve.User, noon)) },
			func() error { return remove(t, db, ada, eve, noon) })
		if errs[1] != nil || errs[0] != nil && problemOf(errs[0]) != identity.Forbidden {
			t.Fatalf("%v", errs)
		}

		mustBeDead(t, db, made)
		invite(t, db, ada, eve.Person, identity.Creator, noon.Add(time.Hour))
		if _, err := accept(t, db, eve.User, ada.Org, noon.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}

		if m := membership(t, db, eve); !m.Accessible() {
			t.Fatalf("invited again and signed in, yet %+v", m)
		}

		mustBeDead(t, db, made)
	}
}

func minted(t *testing.T, m identity.Membership) identity.Token {
	t.Helper()
	s, err := secret.MintPAT(rand.Reader, m.User, m.Org)
	if err != nil {
		t.Fatal(err)
	}

	return identity.Token{
		ID:          s.TokenID(),
		User:        m.User,
		Org:         m.Org,
		Description: "ci",
		Hash:        s.Hash(),
		Epoch:       m.TokenEpoch,
		CreatedAt:   noon,
		Lease:       identity.PATTerms.Grant(noon),
		Scopes:      identity.Unlimited,
		Version:     1,
	}
}

// mustBeDead looks a token up as the authorizer does.
func mustBeDead(t *testing.T, db *table.DB, made identity.Token) {
	t.Helper()
	read, m, err := db.Credentials(t.Context(), made.User, made.ID, made.Org, noon)
	if err != nil {
		t.Fatal(err)
	}

	if read.ID != "" && read.Admit(m, "", noon.Add(time.Hour)) == nil {
		t.Fatalf("the token is admitted for %+v", m)
	}
}

func TestRevokedTokensAreDeadAndNewOnesLive(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, ada, "eve@example.com", identity.Creator)
	old := token(t, db, eve, noon)
	revoke := func(actor, target identity.Membership) (identity.Membership, error) {
		return as(actor).RevokeTokens(target, noon)
	}
	if err := change(t, db, ada, eve, revoke); err != nil {
		t.Fatal(err)
	}

	mustBeDead(t, db, old)

	if err := db.CreateToken(minted(t, eve))(t.Context(), by(eve.User, noon)); problemOf(err) != identity.Forbidden {
		t.Errorf("a token of the old epoch was made: %v", err)
	}

	fresh := token(t, db, membership(t, db, eve), noon)
	read, m, err := db.Credentials(t.Context(), fresh.User, fresh.ID, fresh.Org, noon)
	if err = errors.Join(err, read.Admit(m, "", noon)); err != nil {
		t.Error(err)
	}
}

func TestAMemberWithManySolutionsIsRemovedFromAllOfThem(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, ada, "eve@example.com", identity.User)
	var made []identity.Solution
	for i := range 35 { // more than go in one transaction with their member
		s := solution(t, db, ada, fmt.Sprint("Solution ", i))
		made = append(made, s)

		if err := reassign(t, db, ada, s.ID, identity.SolutionUser, eve.User); err != nil {
			t.Fatal(err)
		}
	}

	if err := remove(t, db, ada, eve, noon); err != nil {
		t.Fatal(err)
	}

	for _, s := range made {
		roster, err := db.Roster(t.Context(), as(ada), s.ID)
		if err != nil || roster.Access.Solution.People != 1 {
			t.Fatalf("%s counts %d people, %v", s.Name, roster.Access.Solution.People, err)
		}
	}

	if got := len(eventsOf(t, db, ada.Org, "assignment.delete")); got != len(made) {
		t.Errorf("%d assignments left in the audit log, not %d", got, len(made))
	}

	list, _, err := db.Members(t.Context(), ada.Org, table.MemberFilter{Words: "eve"}, "", 10)
	if err != nil || len(list) != 0 {
		t.Errorf("still found: %v, %v", list, err)
	}
}
