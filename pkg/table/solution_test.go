package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// colleague becomes a member of the owner's organization.
func colleague(t *testing.T, db *table.DB, owner identity.Membership, email string,
	role identity.Role) identity.Membership {
	t.Helper()
	p := person(t, db, email, noon)
	invite(t, db, owner, identity.Person{Email: email}, role, noon)
	m, err := accept(t, db, p.ID, owner.Org, noon)
	if err != nil {
		t.Fatal(err)
	}

	tabletest.Session(t, db, p.ID)
	return m
}

// solution creates a solution for the member.
func solution(t *testing.T, db *table.DB, maker identity.Membership, name string) identity.Solution {
	t.Helper()
	s := identity.Solution{
		ID:          identity.NewSolutionID(noon),
		Org:         maker.Org,
		Name:        name,
		CreatedBy:   maker.User,
		CreatedAt:   noon,
		People:      1,
		Assignments: 1,
		Version:     1,
	}
	if err := db.CreateSolution(s, maker)(t.Context(), by(maker.User, noon)); err != nil {
		t.Fatal(err)
	}

	return s
}

// reassign gives people a role in a solution, "" to take them off, all or none.
func reassign(t *testing.T, db *table.DB, actor identity.Membership, s identity.SolutionID,
	role identity.SolutionRole, people ...identity.UserID) error {
	t.Helper()
	return reassignWhile(t, db, func() {}, actor, s, role, people...)
}

// reassignWhile is reassign with something else that happens once between reading and writing.
func reassignWhile(t *testing.T, db *table.DB, meanwhile func(), actor identity.Membership,
	s identity.SolutionID, role identity.SolutionRole, people ...identity.UserID) error {
	t.Helper()
	var once sync.Once
	return identity.RetryStale(t.Context(), func() error {
		roster, err := db.Roster(t.Context(), as(actor), s, people...)
		if err != nil {
			return err
		}

		var moves []identity.Move
		for _, u := range people {
			move, err := roster.Move(u, role)
			if err != nil {
				return err
			}

			moves = append(moves, move)
		}

		once.Do(meanwhile)
		return store(t.Context(), db.Reassign(roster, moves), by(actor.User, noon))
	})
}

// store runs a write, if there is one, as the edge does.
func store(ctx context.Context, write identity.Write, c identity.Change) error {
	if write == nil {
		return nil
	}

	return write(ctx, c)
}

func membership(t *testing.T, db *table.DB, m identity.Membership) identity.Membership {
	t.Helper()
	read, err := db.Membership(t.Context(), m.User, m.Org)
	if err != nil {
		t.Fatal(err)
	}

	return read
}

// problemOf returns the problem of a refusal; "" for any other error.
func problemOf(err error) identity.Problem {
	if refusal, ok := errors.AsType[*identity.Error](err); ok {
		return refusal.Problem
	}

	return ""
}

// exact fails the test unless every count agrees with the assignments that there are, read one by one.
func exact(t *testing.T, db *table.DB, owner identity.Membership, members ...identity.Membership) {
	t.Helper()
	solutions, _, err := db.Solutions(t.Context(), as(owner), "", 100)
	if err != nil {
		t.Fatal(err)
	}

	in, all := map[identity.UserID]int{}, map[identity.UserID]int{}
	for _, s := range solutions {
		people, next, err := db.People(t.Context(), owner.Org, s.Solution.ID, "", 100)
		if err != nil || next != "" {
			t.Fatal(next, err)
		}

		let := 0
		for _, p := range people {
			all[p.Member.User]++
			if p.Role != identity.SolutionDeny {
				in[p.Member.User]++
				let++
			}
		}

		if s.Solution.People != let || s.Solution.Assignments != len(people) {
			t.Errorf("%s counts %d of %d people, there are %d of %d", s.Solution.Name, s.Solution.People, s.Solution.Assignments, let, len(people))
		}
	}

	for _, m := range append(members, owner) {
		if read := membership(t, db, m); read.SolutionCount != in[m.User] || read.Assignments != all[m.User] {
			t.Errorf("%s counts %d of %d solutions, there are %d of %d", m.Person.Email, read.SolutionCount, read.Assignments, in[m.User], all[m.User])
		}
	}

	o, err := db.Organization(t.Context(), owner.Org)
	if err != nil || o.Solutions != len(solutions) {
		t.Errorf("the organization counts %d solutions, %v; there are %d", o.Solutions, err, len(solutions))
	}
}

func TestASolutionIsReadBackAsItWasMadeAndItsMakerOwnsIt(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	made := solution(t, db, owner, "Site inspection")
	access, err := db.Access(t.Context(), as(owner), made.ID)
	if err != nil || access.Solution != made || access.Role != identity.SolutionOwner {
		t.Fatalf("read %+v as %q, %v; made %+v", access.Solution, access.Role, err, made)
	}

	exact(t, db, owner)
}

func TestWhoMayMakeSolutionsIsDecidedAtTheMomentOfWriting(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	demoted := colleague(t, db, owner, "eve@example.com", identity.User)
	demoted.Role = identity.Creator // as it was when it was read
	s := identity.Solution{
		ID:        identity.NewSolutionID(noon),
		Org:       owner.Org,
		Name:      "Late",
		CreatedBy: demoted.User,
		CreatedAt: noon,
		Version:   1,
	}
	if err := db.CreateSolution(s, demoted)(t.Context(), by(demoted.User, noon)); problemOf(err) != identity.Forbidden {
		t.Fatalf("a user made a solution: %v", err)
	}

	exact(t, db, owner, demoted)
}

func TestASolutionOfAnotherOrganizationDoesNotExist(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	here, there := organization(t, db, ada, noon), organization(t, db, ada, noon)
	s := solution(t, db, there, "Theirs")
	if _, err := db.Access(t.Context(), as(here), s.ID); problemOf(err) != identity.NotFound {
		t.Errorf("seen: %v", err)
	}

	if err := reassign(t, db, here, s.ID, identity.SolutionUser, here.User); problemOf(err) != identity.NotFound {
		t.Errorf("assigned: %v", err)
	}

	if err := db.DeleteSolution(as(here), s.ID)(t.Context(), by(ada.ID, noon)); problemOf(err) != identity.NotFound {
		t.Errorf("deleted: %v", err)
	}
}

// names returns the names of all solutions that the member may know of, read in pages of a size.
func names(t *testing.T, db *table.DB, m identity.Membership, size int) []string {
	t.Helper()
	var all []string
	for after := ""; ; {
		page, next, err := db.Solutions(t.Context(), as(m), after, size)
		if err != nil || len(page) > size {
			t.Fatalf("a page of %d: %d, %v", size, len(page), err)
		}

		for _, a := range page {
			all = append(all, a.Solution.Name)
		}

		if next == "" {
			return all
		}

		after = next
	}
}

func TestAListOfSolutionsHoldsWhatTheMemberMayKnowOfInTheOrderOfMaking(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	creator := colleague(t, db, owner, "eve@example.com", identity.Creator)
	var all, own []string
	for i, makes := range []identity.Membership{owner, creator, owner, creator, owner, creator, owner} {
		name := fmt.Sprintf("Solution %d", i)
		s := identity.Solution{
			ID:        identity.NewSolutionID(noon.Add(time.Duration(i) * time.Second)),
			Org:       owner.Org,
			Name:      name,
			CreatedBy: makes.User,
			CreatedAt: noon,
			Version:   1,
		}
		if err := db.CreateSolution(s, makes)(t.Context(), by(makes.User, noon)); err != nil {
			t.Fatal(err)
		}

		role := map[int]identity.SolutionRole{1: "", 2: identity.SolutionUser, 4: identity.SolutionDeny, 5: identity.SolutionDeny, 6: identity.SolutionAdmin}
		if r, ok := role[i]; ok {
			if err := reassign(t, db, owner, s.ID, r, creator.User); err != nil {
				t.Fatal(err)
			}
		}

		all = append(all, name)

		if i == 1 || i == 2 || i == 3 || i == 6 {
			own = append(own, name)
		}
	}

	for size := 1; size <= 8; size++ {
		if got := names(t, db, owner, size); !slices.Equal(got, all) {
			t.Errorf("the owner, %d a page: %q", size, got)
		}

		if got := names(t, db, creator, size); !slices.Equal(got, own) {
			t.Errorf("the creator, %d a page: %q, not %q", size, got, own)
		}
	}

	exact(t, db, owner, creator)
}

func TestAPositionPastTheEndIsAnEmptyPageForNoRequest(t *testing.T) {
	t.Parallel()
	db, proxy := openFaulty(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	proxy.Reset()
	list, next, err := db.Solutions(t.Context(), as(owner), "~~", 10)
	if err != nil || len(list) != 0 || next != "" {
		t.Errorf("%v, %q, %v", list, next, err)
	}

	if got := proxy.Counts().Of("test").Requests; got != 0 {
		t.Errorf("%d requests: DynamoDB refuses a span that ends before it begins", got)
	}
}

// edit renames a solution from what it reads.
func edit(t *testing.T, db *table.DB, m identity.Membership, s identity.SolutionID,
	change func(*identity.Solution)) error {
	t.Helper()
	return identity.RetryStale(t.Context(), func() error {
		access, err := db.Access(t.Context(), as(m), s)
		if err != nil {
			return err
		}

		after := access.Solution
		change(&after)
		after.Version++
		return db.UpdateSolution(access, after)(t.Context(), by(m.User, noon))
	})
}

// TestNoUpdateOfASolutionIsLost nests one update in another instead of racing two.
func TestNoUpdateOfASolutionIsLost(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	s := solution(t, db, owner, "Site inspection")
	var once sync.Once
	err := edit(t, db, owner, s.ID, func(after *identity.Solution) {
		once.Do(func() {
			if err := edit(t, db, owner, s.ID, func(after *identity.Solution) { after.Description = "inner" }); err != nil {
				t.Error(err)
			}
		})

		after.Name = "outer"
	})

	access, read := db.Access(t.Context(), as(owner), s.ID)
	if got := access.Solution; err != nil || read != nil || got.Name != "outer" || got.Description != "inner" || got.Version != 3 {
		t.Fatalf("%+v, %v, %v", got, err, read)
	}
}

// TestWhatAllowedAChangeHoldsWhenItIsWritten takes the actor's power away between reading and writing.
func TestWhatAllowedAChangeHoldsWhenItIsWritten(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	editor := colleague(t, db, owner, "eve@example.com", identity.User)
	target := colleague(t, db, owner, "sam@example.com", identity.User)
	s := solution(t, db, owner, "Site inspection")
	if err := reassign(t, db, owner, s.ID, identity.SolutionAdmin, editor.User); err != nil {
		t.Fatal(err)
	}

	var once sync.Once
	err := edit(t, db, editor, s.ID, func(*identity.Solution) {
		once.Do(func() {
			if err := reassign(t, db, owner, s.ID, "", editor.User); err != nil {
				t.Error(err)
			}
		})
	})
	if problemOf(err) != identity.NotFound {
		t.Errorf("a change by someone who has just been taken off the solution: %v", err)
	}

	stale := editor
	stale.Role = identity.Admin // as it was when it was read
	if err := reassign(t, db, stale, s.ID, identity.SolutionUser, target.User); problemOf(err) != identity.Forbidden {
		t.Errorf("an assignment by someone who has just been demoted: %v", err)
	}

	if err := db.DeleteSolution(as(stale), s.ID)(t.Context(), by(stale.User, noon)); problemOf(err) != identity.Forbidden {
		t.Errorf("a deletion by someone who has just been demoted: %v", err)
	}

	exact(t, db, owner, editor, target)
}

// crowd assigns colleagues to a solution.
func crowd(t *testing.T, db *table.DB, owner identity.Membership, s identity.SolutionID, n int) []identity.Membership {
	t.Helper()
	members := make([]identity.Membership, n)
	for i := range members {
		members[i] = colleague(t, db, owner, fmt.Sprintf("person%d.%s@example.com", i, s), identity.User)
		role := seats[i%len(seats)]
		if err := reassign(t, db, owner, s, role, members[i].User); err != nil {
			t.Fatal(err)
		}
	}

	return members
}

var seats = []identity.SolutionRole{identity.SolutionUser, identity.SolutionDeny, identity.SolutionEditor}

func TestADeletedSolutionLeavesNoAssignmentAndEveryCountExact(t *testing.T) {
	t.Parallel()
	for _, people := range []int{0, 24, 25, 60} {
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			t.Parallel()
			db := tabletest.Open(t)
			owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
			stays, goes := solution(t, db, owner, "Stays"), solution(t, db, owner, "Goes")
			members := crowd(t, db, owner, goes.ID, people)
			if people > 0 {
				if err := reassign(t, db, owner, stays.ID, identity.SolutionUser, members[0].User); err != nil {
					t.Fatal(err)
				}
			}

			if err := db.DeleteSolution(as(owner), goes.ID)(t.Context(), by(owner.User, noon)); err != nil {
				t.Fatal(err)
			}

			if _, err := db.Access(t.Context(), as(owner), goes.ID); problemOf(err) != identity.NotFound {
				t.Errorf("it is still there: %v", err)
			}

			left, _, err := db.People(t.Context(), owner.Org, goes.ID, "", 100)
			if err != nil || len(left) != 0 {
				t.Errorf("%d are still assigned, %v", len(left), err)
			}

			exact(t, db, owner, members...)

			if got := len(eventsOf(t, db, owner.Org, "solution.delete")); got != 1 {
				t.Errorf("%d events say that it was deleted", got)
			}

			if err := db.DeleteSolution(as(owner), goes.ID)(t.Context(), by(owner.User, noon)); problemOf(err) != identity.NotFound {
				t.Errorf("deleted twice: %v", err)
			}
		})
	}
}

// TestADeletionThatWasCutShortHidesTheSolutionAndIsFinishedByDeletingAgain cuts it by an owner of the solution who has
// no power in the organization, at each of its transactions.
func TestADeletionThatWasCutShortHidesTheSolutionAndIsFinishedByDeletingAgain(t *testing.T) {
	t.Parallel()
	for cut := 2; cut <= 4; cut++ {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			t.Parallel()
			db, proxy := openFaulty(t)
			owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
			s := solution(t, db, owner, "Goes")
			members := crowd(t, db, owner, s.ID, 60)
			last := members[len(members)-1]
			if err := reassign(t, db, owner, s.ID, identity.SolutionOwner, last.User); err != nil {
				t.Fatal(err)
			}

			restore := proxy.Fail(dynamoproxy.Rule{Operation: "TransactWriteItems", First: cut, Fault: dynamoproxy.InternalError})

			if err := db.DeleteSolution(as(last), s.ID)(t.Context(), by(last.User, noon)); problemOf(err) != identity.Unavailable {
				t.Fatalf("cut short: %v", err)
			}

			restore()

			if _, err := db.Access(t.Context(), as(owner), s.ID); problemOf(err) != identity.NotFound {
				t.Errorf("half deleted, it is seen: %v", err)
			}

			if err := reassign(t, db, owner, s.ID, identity.SolutionUser, members[0].User); problemOf(err) != identity.NotFound {
				t.Errorf("half deleted, it takes people: %v", err)
			}

			if got := names(t, db, owner, 10); len(got) != 0 {
				t.Errorf("half deleted, it is listed: %q", got)
			}

			if err := db.DeleteSolution(as(last), s.ID)(t.Context(), by(last.User, noon)); err != nil {
				t.Fatalf("finishing: %v", err)
			}

			exact(t, db, owner, members...)

			if got := len(eventsOf(t, db, owner.Org, "solution.delete")); got != 1 {
				t.Errorf("%d events say that it was deleted", got)
			}
		})
	}
}

func TestASolutionThatIsDeletedMeanwhileTakesNoChange(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, 30} { // deleted whole, and cut short after it was marked
		t.Run(fmt.Sprint(people), func(t *testing.T) {
			t.Parallel()
			db, proxy := openFaulty(t)
			owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
			target := colleague(t, db, owner, "sam@example.com", identity.User)
			for _, change := range []func(identity.SolutionID, func()) error{
				func(s identity.SolutionID, meanwhile func()) error {
					return reassignWhile(t, db, meanwhile, owner, s, identity.SolutionUser, target.User)
				},
				func(s identity.SolutionID, meanwhile func()) error {
					var once sync.Once
					return edit(t, db, owner, s, func(*identity.Solution) { once.Do(meanwhile) })
				},
			} {
				s := solution(t, db, owner, "Goes")
				members := crowd(t, db, owner, s.ID, people)
				err := change(s.ID, func() {
					restore := proxy.Fail(dynamoproxy.Rule{Operation: "TransactWriteItems", First: 2, Fault: dynamoproxy.InternalError})
					defer restore()

					if err := db.DeleteSolution(as(owner), s.ID)(t.Context(), by(owner.User, noon)); err != nil && problemOf(err) != identity.Unavailable {
						t.Error(err)
					}
				})
				if problemOf(err) != identity.NotFound {
					t.Errorf("changed: %v", err)
				}

				if err := db.DeleteSolution(as(owner), s.ID)(t.Context(), by(owner.User, noon)); err != nil && people > 25 {
					t.Errorf("finishing: %v", err)
				}

				exact(t, db, owner, append(members, target)...)
			}
		})
	}
}

// openFaulty opens a fresh table behind a proxy that makes calls fail.
func openFaulty(t *testing.T) (*table.DB, *dynamoproxy.Proxy) {
	t.Helper()
	_, name := tabletest.Fresh(t)
	proxy := newProxy(t)
	return table.New(tabletest.Client(t, proxy.URL()), name), proxy
}

// eventsOf returns all events of an organization, or those with one of some actions.
func eventsOf(t *testing.T, db *table.DB, o identity.OrgID, actions ...identity.Action) []identity.Event {
	t.Helper()
	org, err := db.Organization(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}

	var all []identity.Event
	for position := ""; ; {
		events, next, err := db.Audit(t.Context(), org, table.AuditFilter{Actions: actions}, position, 100, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}

		all = append(all, events...)
		if position = next; next == "" {
			return all
		}
	}
}
