package table_test

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func TestCountsFollowEveryChangeOfRole(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	m := colleague(t, db, owner, "eve@example.com", identity.User)
	s := solution(t, db, owner, "Site inspection")
	roles := []identity.SolutionRole{"", identity.SolutionUser, identity.SolutionDeny}
	for _, from := range roles {
		for _, to := range append(roles, identity.SolutionOwner) {
			for _, role := range []identity.SolutionRole{from, to} {
				if err := reassign(t, db, owner, s.ID, role, m.User); err != nil {
					t.Fatalf("from %q to %q: %v", from, to, err)
				}
			}

			read := membership(t, db, m)
			counts := to != "" && to != identity.SolutionDeny
			if (read.SolutionCount == 1) != counts || (read.Assignments == 1) != (to != "") {
				t.Errorf("from %q to %q: counts %d of %d", from, to, read.SolutionCount, read.Assignments)
			}

			exact(t, db, owner, m)
		}
	}
}

func TestNothingIsWrittenWhereNothingChanges(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	m := colleague(t, db, owner, "eve@example.com", identity.User)
	s := solution(t, db, owner, "Site inspection")
	for _, role := range []identity.SolutionRole{"", identity.SolutionUser, identity.SolutionUser} {
		if err := reassign(t, db, owner, s.ID, role, m.User); err != nil {
			t.Fatal(err)
		}
	}

	if got := len(eventsOf(t, db, owner.Org, "assignment.create")); got != 2 { // with the maker's own
		t.Errorf("%d assignments are in the audit log", got)
	}

	if got := len(eventsOf(t, db, owner.Org, "assignment.update")); got != 0 {
		t.Errorf("%d changes that changed nothing are in the audit log", got)
	}
}

func TestManyAreAssignedAndUnassignedAllOrNone(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	s := solution(t, db, owner, "Site inspection")
	var people []identity.UserID
	var members []identity.Membership
	for i := range 25 {
		m := colleague(t, db, owner, fmt.Sprintf("person%d@example.com", i), identity.User)
		members, people = append(members, m), append(people, m.User)
	}

	if err := reassign(t, db, owner, s.ID, identity.SolutionEditor, people...); err != nil {
		t.Fatalf("25 at once: %v", err)
	}

	exact(t, db, owner, members...)

	if got := membership(t, db, members[24]).SolutionCount; got != 1 {
		t.Errorf("the last of 25 counts %d", got)
	}

	gone := members[12]
	err := reassignWhile(t, db, func() {
		if err := db.RemoveMember(as(owner), membership(t, db, gone))(t.Context(), by(owner.User, noon)); err != nil {
			t.Error(err)
		}
	}, owner, s.ID, identity.SolutionAdmin, people...)
	if problemOf(err) != identity.NotFound {
		t.Errorf("one of them has been removed since, and the error is %v", err)
	}

	left, _, err := db.People(t.Context(), owner.Org, s.ID, "", 100)
	if err != nil || len(left) != 25 { // 24 and the owner
		t.Errorf("%d people, %v", len(left), err)
	}

	for _, p := range left {
		if p.Role == identity.SolutionAdmin {
			t.Errorf("%s was changed though not all were", p.Member.Person.Email)
		}
	}

	exact(t, db, owner, append(members[:12:12], members[13:]...)...)
}

func TestAMemberWhoIsDeniedMeanwhileIsNotAssigned(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	m := colleague(t, db, owner, "eve@example.com", identity.User)
	s := solution(t, db, owner, "Site inspection")
	err := reassignWhile(t, db, func() {
		denied := m
		denied.Role, denied.Version = identity.Deny, m.Version+1
		if err := db.ChangeMember("member.role", as(owner), m, denied)(t.Context(), by(owner.User, noon)); err != nil {
			t.Error(err)
		}
	}, owner, s.ID, identity.SolutionUser, m.User)
	if problemOf(err) != identity.Conflict {
		t.Errorf("assigned: %v", err)
	}

	exact(t, db, owner, m)
}

// together runs the same number of goroutines for each of the functions and waits for all.
func together(n int, does ...func() error) []error {
	errs := make([]error, n*len(does))
	var start, done sync.WaitGroup
	start.Add(1)

	for i := range errs {
		done.Go(func() {
			start.Wait()
			errs[i] = does[i%len(does)]()
		})
	}

	start.Done()
	done.Wait()
	return errs
}

func TestTwentyAssignsAndUnassignsOfOnePersonAtOnceLeaveTheCountsExact(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	m := colleague(t, db, owner, "eve@example.com", identity.User)
	s, other := solution(t, db, owner, "Site inspection"), solution(t, db, owner, "Stock count")
	for range 10 {
		errs := together(5,
			func() error { return reassign(t, db, owner, s.ID, identity.SolutionUser, m.User) },
			func() error { return reassign(t, db, owner, s.ID, "", m.User) },
			func() error { return reassign(t, db, owner, s.ID, identity.SolutionDeny, m.User) },
			func() error { return reassign(t, db, owner, other.ID, identity.SolutionEditor, m.User) },
		)

		for _, err := range errs {
			if err != nil && problemOf(err) != identity.Unavailable {
				t.Error(err)
			}
		}

		exact(t, db, owner, m)
	}
}

func TestAMemberWhoIsRemovedWhileBeingAssignedLeavesNoAssignment(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	s := solution(t, db, owner, "Site inspection")
	for i := range 10 {
		m := colleague(t, db, owner, fmt.Sprintf("person%d@example.com", i), identity.User)
		errs := together(2,
			func() error { return reassign(t, db, owner, s.ID, seats[i%len(seats)], m.User) },
			func() error {
				return identity.RetryStale(t.Context(), func() error {
					read, err := db.Member(t.Context(), m.Org, m.User)
					if err != nil {
						return err
					}

					return db.RemoveMember(as(owner), read)(t.Context(), by(owner.User, noon))
				})
			})

		for _, err := range errs {
			if p := problemOf(err); err != nil && p != identity.NotFound && p != identity.Unavailable {
				t.Error(err)
			}
		}

		if read := membership(t, db, m); read.User != "" {
			t.Fatalf("still a member: %v", errs)
		}

		roster, err := db.Roster(t.Context(), as(owner), s.ID, m.User)
		if err != nil {
			t.Fatal(err)
		}

		if roster.Access.Solution.Assignments != 1 {
			t.Fatalf("the solution counts %d assignments", roster.Access.Solution.Assignments)
		}

		exact(t, db, owner)
	}
}

func TestASolutionThatIsDeletedWhilePeopleAreAssignedLeavesTheCountsExact(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	var members []identity.Membership
	for i := range 4 {
		members = append(members, colleague(t, db, owner, fmt.Sprintf("person%d@example.com", i), identity.User))
	}

	for range 10 {
		s := solution(t, db, owner, "Site inspection")
		does := []func() error{func() error { return db.DeleteSolution(as(owner), s.ID)(t.Context(), by(owner.User, noon)) }}
		for i, m := range members {
			does = append(does, func() error { return reassign(t, db, owner, s.ID, seats[i%len(seats)], m.User) })
		}

		for _, err := range together(1, does...) {
			if p := problemOf(err); err != nil && p != identity.NotFound && p != identity.Unavailable {
				t.Error(err)
			}
		}

		left, _, err := db.People(t.Context(), owner.Org, s.ID, "", 100)
		_, seen := db.Access(t.Context(), as(owner), s.ID)
		if gone := problemOf(seen) == identity.NotFound; err != nil || gone && len(left) > 0 {
			t.Errorf("deleted, %d people are assigned, %v", len(left), err)
		}

		exact(t, db, owner, members...)
	}
}

func TestAMembersSolutionsAreThoseThatTheViewerMayKnowOf(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	creator := colleague(t, db, owner, "eve@example.com", identity.Creator)
	user := colleague(t, db, owner, "sam@example.com", identity.User)
	for name, roles := range map[string][2]identity.SolutionRole{
		"Shared": {identity.SolutionUser, identity.SolutionEditor}, "Owner's": {"", identity.SolutionUser},
		"Denied": {identity.SolutionUser, identity.SolutionDeny}, "Hidden": {identity.SolutionDeny, identity.SolutionUser},
		"Not theirs": {identity.SolutionUser, ""},
	} {
		s := solution(t, db, owner, name)
		for i, m := range []identity.Membership{creator, user} {
			if err := reassign(t, db, owner, s.ID, roles[i], m.User); err != nil {
				t.Fatal(err)
			}
		}
	}

	for _, view := range []struct {
		viewer identity.Membership
		want   map[string]identity.SolutionRole
	}{
		{owner, map[string]identity.SolutionRole{"Shared": "editor", "Owner's": "user", "Denied": "deny", "Hidden": "user"}},
		{creator, map[string]identity.SolutionRole{"Shared": "editor", "Denied": "deny"}},
		{user, map[string]identity.SolutionRole{"Shared": "editor", "Owner's": "user", "Hidden": "user"}},
	} {
		for size := 1; size <= 5; size++ {
			got := map[string]identity.SolutionRole{}
			for after := ""; ; {
				page, next, err := db.SolutionsOf(t.Context(), as(view.viewer), user.User, after, size)
				if err != nil || len(page) > size {
					t.Fatalf("a page of %d: %d, %v", size, len(page), err)
				}

				for _, a := range page {
					got[a.Solution.Name] = a.Role
				}

				if after = next; next == "" {
					break
				}
			}

			if !maps.Equal(got, view.want) {
				t.Errorf("%s sees %v, not %v", view.viewer.Person.Email, got, view.want)
			}
		}
	}
}

// TestAFaultLeavesNoChangeOfASolutionHalfDone is the fault table: every mutation is refused by the table, or stored
// with the reply lost, and tried again under the same Idempotency-Key.
func TestAFaultLeavesNoChangeOfASolutionHalfDone(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamoproxy.Fault{dynamoproxy.InternalError, dynamoproxy.LoseReply} {
		for name, mutate := range solutionChanges {
			t.Run(fmt.Sprintf("%s/%d", name, fault), func(t *testing.T) {
				t.Parallel()
				db, proxy := openFaulty(t)
				w := newWorld(t, db)
				before := len(eventsOf(t, db, w.owner.Org))
				change := by(w.owner.User, noon)
				change.Retry = &identity.Retry{
					KeyHash: "k",
					Request: "r",
					Reply:   []byte("answer"),
					Until:   noon.Add(time.Hour),
				}

				restore := proxy.Fail(dynamoproxy.Rule{Operation: "TransactWriteItems", Fault: fault})

				if err := mutate.do(t, db, w, change); problemOf(err) != identity.Unavailable {
					t.Fatalf("the table failed: %v", err)
				}

				restore()
				exact(t, db, w.owner, w.member)
				err := mutate.do(t, db, w, change)
				if stored := fault == dynamoproxy.LoseReply; stored && !mutate.again(err) || !stored && err != nil {
					t.Fatalf("tried again: %v", err)
				}

				exact(t, db, w.owner, w.member)

				if got := len(eventsOf(t, db, w.owner.Org)) - before; got != mutate.events {
					t.Errorf("%d events, not %d", got, mutate.events)
				}
			})
		}
	}
}

// world is a solution with a member assigned to it.
type world struct {
	owner, member identity.Membership
	solution      identity.Solution
	made          identity.SolutionID
}

func newWorld(t *testing.T, db *table.DB) world {
	t.Helper()
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	member := colleague(t, db, owner, "eve@example.com", identity.User)
	w := world{owner, member, solution(t, db, owner, "Site inspection"), identity.NewSolutionID(noon)}
	if err := reassign(t, db, owner, w.solution.ID, identity.SolutionUser, member.User); err != nil {
		t.Fatal(err)
	}

	return w
}

// solutionChange is a mutation that the fault table tries; events is how many it leaves in the audit log.
type solutionChange struct {
	do     func(*testing.T, *table.DB, world, identity.Change) error
	events int
	// again checks the error of a second attempt after the first was stored. The edge would answer it before.
	again func(error) bool
}

func answered(err error) bool { return errors.Is(err, identity.ErrAnswered) }

func missing(err error) bool { return problemOf(err) == identity.NotFound }

func nothing(err error) bool { return err == nil }

func moving(to identity.SolutionRole) func(*testing.T, *table.DB, world, identity.Change) error {
	return func(t *testing.T, db *table.DB, w world, c identity.Change) error {
		roster, err := db.Roster(t.Context(), as(w.owner), w.solution.ID, w.member.User)
		if err != nil {
			return err
		}

		move, err := roster.Move(w.member.User, to)
		if err != nil {
			return err
		}

		return store(t.Context(), db.Reassign(roster, []identity.Move{move}), c)
	}
}

var solutionChanges = map[string]solutionChange{
	"solution.create": {func(t *testing.T, db *table.DB, w world, c identity.Change) error {
		s := identity.Solution{
			ID:        w.made,
			Org:       w.owner.Org,
			Name:      "New",
			CreatedBy: w.owner.User,
			CreatedAt: noon,
			Version:   1,
		}

		return db.CreateSolution(s, w.owner)(t.Context(), c)
	}, 2, answered},
	"solution.update": {func(t *testing.T, db *table.DB, w world, c identity.Change) error {
		access, err := db.Access(t.Context(), as(w.owner), w.solution.ID)
		if err != nil {
			return err
		}

		after := access.Solution
		after.Name, after.Version = "Renamed", after.Version+1
		return db.UpdateSolution(access, after)(t.Context(), c)
	}, 1, answered},
	"solution.delete": {func(t *testing.T, db *table.DB, w world, c identity.Change) error {
		return db.DeleteSolution(as(w.owner), w.solution.ID)(t.Context(), c)
	}, 3, missing},
	"assignment.update": {moving(identity.SolutionEditor), 1, nothing},
	"assignment.deny":   {moving(identity.SolutionDeny), 1, nothing},
	"assignment.delete": {moving(""), 1, nothing},
}
