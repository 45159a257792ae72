package table_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// everywhere returns the filter of somebody who may see members and solutions.
func everywhere(words string) table.AuditFilter {
	return table.AuditFilter{Text: table.AuditText{Words: words, Members: true, Solutions: true}}
}

func TestTheAuditLogIsSearchedByText(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner, o := history(t, db, 1)
	member := colleague(t, db, owner, "zoe@example.com", identity.Creator)
	called := by(member.User, noon)
	called.Source.IP = "192.0.2.44"
	mine := identity.Solution{
		ID:        identity.NewSolutionID(noon),
		Org:       owner.Org,
		Name:      "Weld log",
		CreatedBy: member.User,
		CreatedAt: noon,
		Version:   1,
	}
	if err := db.CreateSolution(mine, member)(t.Context(), called); err != nil {
		t.Fatal(err)
	}

	now := noon.Add(time.Hour)
	recorded := func(words string) table.AuditFilter {
		return table.AuditFilter{Text: table.AuditText{Words: words}}
	}

	for name, f := range map[string]struct {
		table.AuditFilter
		want []string
	}{
		"a part of a recorded name":       {everywhere("ELD LO"), []string{"assignment.create", "solution.create"}},
		"only in the record":              {recorded("eld lo"), []string{"solution.create"}},
		"the address of one who acted":    {everywhere("zoe@"), []string{"assignment.create", "member.invite", "member.join", "solution.create"}},
		"without the right to see it":     {recorded("zoe@"), []string{"member.invite"}},
		"the ID of a solution":            {recorded(string(mine.ID)), []string{"assignment.create", "solution.create"}},
		"a source address":                {recorded("192.0.2.44"), []string{"assignment.create", "solution.create"}},
		"a part of a source address":      {everywhere("192.0.2.4"), nil},
		"an action is no text":            {everywhere("solution.create"), nil},
		"a role is no text":               {everywhere("owner"), nil},
		"a text of nothing to compare":    {everywhere("!"), nil},
		"a text with another filter":      {table.AuditFilter{Text: everywhere("weld").Text, Actions: identity.Actions{"solution.create"}}, []string{"solution.create"}},
		"a text within another time":      {table.AuditFilter{Text: everywhere("weld").Text, Until: noon}, nil},
		"a text about another one's acts": {table.AuditFilter{Text: everywhere("weld").Text, Actor: owner.User}, nil},
	} {
		for _, size := range []int{1, 3, 100} {
			got, _ := audit(t, db, o, f.AuditFilter, size, now)
			if actions := actionsOf(got); !slices.Equal(actions, f.want) {
				t.Errorf("%s, %d a page: %v, not %v", name, size, actions, f.want)
			}
		}
	}
}

// actionsOf returns the actions of events, sorted.
func actionsOf(events []identity.Event) []string {
	var actions []string
	for _, e := range events {
		actions = append(actions, string(e.Action))
	}

	slices.Sort(actions)
	return actions
}

// TestATextFindsATokenByItsPrefixOnly: events of earlier versions hold the description of a token, which nobody but its
// owner may see or guess.
func TestATextFindsATokenByItsPrefixOnly(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	owner, o := history(t, db, 0)
	storeEvents(t, client, name, owner.Org, 1, func(_ int, e attributes) {
		e["event_action"] = str("token.create")
		e["target_type"], e["target_id"] = str("token"), str("tok_3kTz8LqaB1x")
		e["target_name"] = str("Export of project X")
		e["state_after"] = &types.AttributeValueMemberM{Value: attributes{"description": str("Export of project X")}}
	})

	for words, want := range map[string]int{"3kTz8Lqa": 1, "lhp_3ktz8lqa…": 1, "3kTz": 1, "tok_3kTz8LqaB1x": 1, "project": 0, "Export": 0} {
		if got, _ := audit(t, db, o, everywhere(words), 10, noon.Add(time.Hour)); len(got) != want {
			t.Errorf("%s: %d events, not %d", words, len(got), want)
		}
	}
}

type attributes = map[string]types.AttributeValue

func str(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

// storeEvents stores events of an organization, one per tenth of a second from noon. change completes each of them.
func storeEvents(t *testing.T, client *dynamodb.Client, name string, o identity.OrgID, n int, change func(i int, e attributes)) {
	t.Helper()
	var requests []types.WriteRequest
	for i := range n {
		at := noon.Add(time.Duration(i) * 100 * time.Millisecond)
		event := attributes{
			"PK":              str("AUDIT#" + string(o) + "#" + at.Format("2006-01")),
			"SK":              str(identity.NewEventID(at)),
			"item_type":       str("event"),
			"scope_id":        str(string(o)),
			"event_action":    str("member.invite"),
			"target_type":     str("user"),
			"credential_kind": str("session"),
			"credential_id":   str("ses_3kTz8LqaB1x"),
			"source_ip":       str("192.0.2.1"),
			"user_agent":      str("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"),
			"request_id":      str("0f7c9a52-4f0e-4d4b-9c57-5c2d6f1e8a11"),
			"created_at":      &types.AttributeValueMemberN{Value: fmt.Sprint(at.Unix())},
			"state_after": &types.AttributeValueMemberM{
				Value: attributes{"role": str("user"), "status": str("invited"), "email": str(fmt.Sprintf("p%d@example.com", i))},
			},
		}
		change(i, event)
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: event}})
	}

	storeItems(t, client, name, requests)
}

// TestAFilteredPageOfALargeAuditLogIsReadWithinBounds: a filter that finds one event among 10,000, and as many members as
// events, costs several short pages and never one long request.
func TestAFilteredPageOfALargeAuditLogIsReadWithinBounds(t *testing.T) {
	t.Parallel()
	const (
		count     = 10_000
		mostUnits = 600 // 20 reads of 100 events, or fewer reads and at most 599 lookups
	)

	client, name := tabletest.Fresh(t)
	proxy := newProxy(t)
	db := table.New(tabletest.Client(t, proxy.URL()), name)
	owner, o := history(t, db, 0)
	people := make([]identity.UserID, count)
	storeEvents(t, client, name, owner.Org, count, func(i int, e attributes) {
		people[i] = identity.NewUserID(noon)
		e["user_id"] = str(string(owner.User))
		e["target_id"], e["target_name"] = str(string(people[i])), str(fmt.Sprintf("Person %d", i))
	})

	wanted := identity.NewUserID(noon)
	for label, f := range map[string]struct {
		filter    table.AuditFilter
		want      int
		mostPages int
	}{
		"by an actor without events": {table.AuditFilter{Actor: wanted}, 0, 6},
		"about one person":           {table.AuditFilter{Target: string(people[3])}, 1, 6},
		"a recorded name":            {everywhere("person 77"), 111, 40},
		"a recorded address":         {everywhere("p4321@example.com"), 1, 40},
		"a name in no event":         {everywhere("Nobody at all"), 0, 40},
		"only in the record":         {table.AuditFilter{Text: table.AuditText{Words: "p4321@"}}, 1, 6},
	} {
		position, found, pages := "", 0, 0
		for {
			proxy.Reset()
			events, next, err := db.Audit(t.Context(), o, f.filter, position, 100, noon.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}

			if cost := proxy.Counts().Of("test"); cost.ReadUnits > mostUnits || cost.Requests > 30 {
				t.Errorf("%s: a page took %d requests and %v read units", label, cost.Requests, cost.ReadUnits)
			}

			found, pages = found+len(events), pages+1
			if position = next; next == "" {
				break
			}
		}

		if found != f.want || pages > f.mostPages {
			t.Errorf("%s: %d events in %d pages, not %d in at most %d", label, found, pages, f.want, f.mostPages)
		}
	}
}

// TestATimeRangeOfALargeAuditLogReadsOnlyItself: a range is a range of keys.
func TestATimeRangeOfALargeAuditLogReadsOnlyItself(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	proxy := newProxy(t)
	db := table.New(tabletest.Client(t, proxy.URL()), name)
	owner, o := history(t, db, 0)
	storeEvents(t, client, name, owner.Org, 2000, func(i int, e attributes) {
		e["target_id"], e["target_name"] = str(string(identity.NewUserID(noon))), str(strings.Repeat("x", i%9+1))
	})

	f := table.AuditFilter{
		Actions: identity.Actions{"member.invite"},
		Since:   noon.Add(100 * time.Second),
		Until:   noon.Add(101 * time.Second),
	}
	proxy.Reset()
	events, next, err := db.Audit(t.Context(), o, f, "", 100, noon.Add(time.Hour))
	if err != nil || next != "" || len(events) != 10 {
		t.Fatalf("%d events, next %q, %v", len(events), next, err)
	}

	if cost := proxy.Counts().Of("test", "Query"); cost.ReadUnits > 3 {
		t.Errorf("ten events took %v read units", cost.ReadUnits)
	}
}
