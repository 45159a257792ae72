package table_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// history is an organization with one event more a month, for some months: each makes a solution and assigns its maker.
func history(t *testing.T, db *table.DB, months int) (identity.Membership, identity.Organization) {
	t.Helper()
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range months {
		at := identity.AddMonths(noon, i)
		s := identity.Solution{
			ID:        identity.NewSolutionID(at),
			Org:       owner.Org,
			Name:      fmt.Sprint(i),
			CreatedBy: owner.User,
			CreatedAt: at,
			Version:   1,
		}
		if err := db.CreateSolution(s, owner)(t.Context(), by(owner.User, at)); err != nil {
			t.Fatal(err)
		}
	}

	o, err := db.Organization(t.Context(), owner.Org)
	if err != nil {
		t.Fatal(err)
	}

	return owner, o
}

// audit reads all pages and how many there are.
func audit(t *testing.T, db *table.DB, o identity.Organization, f table.AuditFilter, size int, now time.Time) (
	all []identity.Event, pages int) {
	t.Helper()
	for position := ""; ; {
		events, next, err := db.Audit(t.Context(), o, f, position, size, now)
		if err != nil || len(events) > size {
			t.Fatalf("a page of %d: %d, %v", size, len(events), err)
		}

		all, pages = append(all, events...), pages+1
		if position = next; next == "" {
			return all, pages
		}
	}
}

func ids(events []identity.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.ID)
	}

	return all
}

func TestTheAuditLogIsReadLatestFirstThroughTheMonths(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	_, o := history(t, db, 5)
	now := identity.AddMonths(noon, 6)
	want, _ := audit(t, db, o, table.AuditFilter{}, 100, now)
	if len(want) != 11 { // two a month, and the organization's own
		t.Fatalf("%d events: %+v", len(want), want)
	}

	sorted := ids(want)
	slices.Sort(sorted)
	slices.Reverse(sorted)

	for size := 1; size <= 12; size++ {
		got, pages := audit(t, db, o, table.AuditFilter{}, size, now)
		if !slices.Equal(ids(got), sorted) {
			t.Errorf("%d a page: %v, not %v", size, ids(got), sorted)
		}

		if most := (len(want) + size - 1) / size; pages > most {
			t.Errorf("%d a page: %d pages, not %d", size, pages, most)
		}
	}
}

func TestTheAuditLogIsFiltered(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner, o := history(t, db, 3)
	member := colleague(t, db, owner, "eve@example.com", identity.Creator)
	mine := solution(t, db, member, "Mine")
	now := identity.AddMonths(noon, 3)
	second := identity.AddMonths(noon, 1)
	for name, f := range map[string]struct {
		table.AuditFilter
		want int
	}{
		"by someone":                   {table.AuditFilter{Actor: member.User}, 3},
		"by nobody":                    {table.AuditFilter{Actor: "usr_0"}, 0},
		"of an action":                 {table.AuditFilter{Actions: identity.Actions{"solution.create"}}, 4},
		"of a solution":                {table.AuditFilter{Target: string(mine.ID)}, 2},
		"of the organization":          {table.AuditFilter{Target: string(o.ID)}, 1},
		"of several actions":           {table.AuditFilter{Actions: identity.Actions{"token.create", "solution.create"}}, 4},
		"of an action by someone":      {table.AuditFilter{Actions: identity.Actions{"solution.create"}, Actor: member.User}, 1},
		"since the second month":       {table.AuditFilter{Since: second}, 4},
		"since just after":             {table.AuditFilter{Since: second.Add(time.Millisecond)}, 2},
		"until the second month":       {table.AuditFilter{Until: second}, 7},
		"until just after":             {table.AuditFilter{Until: second.Add(time.Millisecond)}, 9},
		"within a moment":              {table.AuditFilter{Since: second, Until: second.Add(time.Millisecond)}, 2},
		"until before since":           {table.AuditFilter{Since: second, Until: noon}, 0},
		"until before there were ever": {table.AuditFilter{Until: time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}, 0},
		"since before there were ever": {table.AuditFilter{Since: time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)}, 11},
	} {
		for _, size := range []int{1, 3, 100} {
			if got, _ := audit(t, db, o, f.AuditFilter, size, now); len(got) != f.want {
				t.Errorf("%s, %d a page: %d events, not %d: %+v", name, size, len(got), f.want, got)
			}
		}
	}
}

// TestAPageOfTheAuditLogIsReadWithinBounds: after many years in which nothing happened, a page may be empty, but its
// cursor leads on.
func TestAPageOfTheAuditLogIsReadWithinBounds(t *testing.T) {
	t.Parallel()
	db, proxy := openFaulty(t)
	_, o := history(t, db, 1)
	now := identity.AddMonths(noon, 12*5)
	proxy.Reset()
	events, next, err := db.Audit(t.Context(), o, table.AuditFilter{}, "", 10, now)
	if err != nil || len(events) != 0 || next == "" {
		t.Fatalf("%d events, next %q, %v", len(events), next, err)
	}

	if got := proxy.Counts().Of("test", "Query").Requests; got > 20 {
		t.Errorf("%d queries for one page", got)
	}

	if all, pages := audit(t, db, o, table.AuditFilter{}, 10, now); len(all) != 3 || pages > 4 {
		t.Errorf("%d events in %d pages", len(all), pages)
	}
}

func TestAnOrganizationsAuditLogHoldsNothingOfAnothers(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	here, there := organization(t, db, ada, noon), organization(t, db, ada, noon)
	solution(t, db, there, "Theirs")
	o, err := db.Organization(t.Context(), here.Org)
	if err != nil {
		t.Fatal(err)
	}

	if all, _ := audit(t, db, o, table.AuditFilter{}, 100, noon.Add(time.Hour)); len(all) != 1 {
		t.Errorf("%+v", all)
	}

	if _, _, err := db.Audit(t.Context(), o, table.AuditFilter{}, "nonsense", 10, noon); problemOf(err) != identity.InvalidRequest {
		t.Errorf("a position that is none: %v", err)
	}
}

func TestAnEventSaysWhoDidWhatToWhomFromWhereWithBeforeAndAfter(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	w := newWorld(t, db)
	change := by(w.owner.User, noon.Add(time.Minute))
	change.Source = identity.Source{IP: "192.0.2.1", UserAgent: "curl", RequestID: "r-1"}
	if err := solutionChanges["assignment.update"].do(t, db, w, change); err != nil {
		t.Fatal(err)
	}

	e := eventsOf(t, db, w.owner.Org, "assignment.update")[0]
	want := identity.Event{
		ID:     e.ID,
		Scope:  string(w.owner.Org),
		Action: "assignment.update",
		Caller: change.Caller,
		Source: change.Source,
		At:     change.At,
		Target: identity.Target{Type: "user", ID: string(w.member.User), Name: w.member.Person.DisplayName},
		Before: map[string]string{"solutionId": string(w.solution.ID), "role": "user"},
		After:  map[string]string{"solutionId": string(w.solution.ID), "role": "editor"},
	}
	if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", want) {
		t.Errorf("%+v\nnot\n%+v", e, want)
	}
}

func TestEventsEndWithTheTimeTheyWereStoredWith(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	forever := table.New(client, name)
	owner := organization(t, forever, person(t, forever, "ada@example.com", noon), noon)
	day := 24 * time.Hour
	bounded := forever.KeepingAudit(10 * day)
	rename(t, bounded, owner, "Second")

	o, err := forever.Organization(t.Context(), owner.Org)
	if err != nil {
		t.Fatal(err)
	}

	for after, want := range map[time.Duration]int{0: 2, 10*day - time.Second: 2, 10 * day: 1, 400 * day: 1} {
		for _, db := range []*table.DB{forever, bounded} {
			if events, _ := audit(t, db, o, table.AuditFilter{}, 10, noon.Add(after)); len(events) != want {
				t.Errorf("%v later there are %d events, want %d", after, len(events), want)
			}
		}
	}

	items := bench{sure: forever, client: client, name: name}.everything(t)
	purged := fmt.Sprintf("purge_at:%v", float64(noon.Add(10*day).Unix()))
	if !slices.ContainsFunc(items, func(line string) bool {
		return strings.Contains(line, "organization.update") && strings.Contains(line, purged)
	}) {
		t.Errorf("no event has %s: %q", purged, items)
	}
}
