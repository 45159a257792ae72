package table_test

import (
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestAnActorWhoLosesTheirPowerMeanwhileChangesNothing reads what a change depends on, demotes or disables the actor, and
// then writes. The actor is once among the people that the change is about and once not.
func TestAnActorWhoLosesTheirPowerMeanwhileChangesNothing(t *testing.T) {
	t.Parallel()

	for name, lose := range map[string]func(actor, target identity.Membership) (identity.Membership, error){
		"demoted":  to(identity.User),
		"disabled": disable,
	} {
		for _, self := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				db := tabletest.Open(t)
				owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
				admin := colleague(t, db, owner, "adm@example.com", identity.Admin)
				other := colleague(t, db, owner, "use@example.com", identity.User)
				s := solution(t, db, owner, "Route planner")

				target := other
				if self {
					target = admin
				}

				roster, err := db.Roster(t.Context(), as(admin), s.ID, target.User)
				if err != nil {
					t.Fatal(err)
				}

				move, err := roster.Move(target.User, identity.SolutionOwner)
				if err != nil {
					t.Fatal(err)
				}

				if err := change(t, db, owner, admin, lose); err != nil {
					t.Fatal(err)
				}

				write := db.Reassign(roster, []identity.Move{move})
				if err := write(t.Context(), by(admin.User, noon)); problemOf(err) != identity.Forbidden {
					t.Errorf("a %s admin assigns (themselves: %v): %v, want Forbidden", name, self, err)
				}

				after, err := db.Roster(t.Context(), as(owner), s.ID, target.User)
				if err != nil {
					t.Fatal(err)
				}

				if m, err := after.Move(target.User, identity.SolutionUser); err != nil || m.From != "" {
					t.Errorf("the assignment was written: %+v, %v", m, err)
				}
			})
		}
	}
}

// TestAnAssignedActorWhoLosesTheirPowerMeanwhileDeletesNothing does the same for a deletion, which takes the actor's own
// assignment along.
func TestAnAssignedActorWhoLosesTheirPowerMeanwhileDeletesNothing(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	admin := colleague(t, db, owner, "adm@example.com", identity.Admin)
	s := solution(t, db, owner, "Route planner")

	if err := reassign(t, db, owner, s.ID, identity.SolutionUser, admin.User); err != nil {
		t.Fatal(err)
	}

	stale := membership(t, db, admin)
	if err := change(t, db, owner, stale, to(identity.User)); err != nil {
		t.Fatal(err)
	}

	if err := db.DeleteSolution(as(stale), s.ID)(t.Context(), by(stale.User, noon)); problemOf(err) != identity.Forbidden {
		t.Errorf("a demoted admin deletes a solution: %v, want Forbidden", err)
	}

	if _, err := db.Access(t.Context(), as(owner), s.ID); err != nil {
		t.Errorf("the solution is gone: %v", err)
	}
}
