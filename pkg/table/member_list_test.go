package table_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// countOf counts the items of a type.
func countOf(t *testing.T, client *dynamodb.Client, name, kind string) int {
	t.Helper()
	got, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}

	n := 0
	for _, item := range got.Items {
		if s, _ := item["item_type"].(*types.AttributeValueMemberS); s != nil && s.Value == kind {
			n++
		}
	}

	return n
}

// listed reads all pages of a list.
func listed(t interface {
	Helper()
	Fatal(...any)
}, db *table.DB, o identity.OrgID, f table.MemberFilter, limit int) (all []identity.Membership) {
	t.Helper()
	for position, pages := "", 0; ; pages++ {
		list, next, err := db.Members(context.Background(), o, f, position, limit)
		if err != nil || len(list) > limit || pages > 200 {
			t.Fatal(len(list), pages, err)
		}

		all = append(all, list...)
		if position = next; next == "" {
			return all
		}
	}
}

var crowdNames = []string{"ann", "Anna", "anna lee", "Ann Lee", "Zoë", "zoe Ann", "Ørsted", "李 小龙", "lee", "Lee Ann", "Max"}

// TestPagesHoldEveryMemberThatFitsOnceInOrder compares every kind of list, cut into pages of any size, with what a walk
// over all members would find.
func TestPagesHoldEveryMemberThatFitsOnceInOrder(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	sites := []identity.Solution{solution(t, db, ada, "Site"), solution(t, db, ada, "Stock")}
	chance := rand.New(rand.NewPCG(1, 2))
	members := []identity.Membership{ada}
	inside := map[identity.UserID]bool{ada.User: true}
	for i := range 60 {
		name := crowdNames[chance.IntN(len(crowdNames))]
		first, last, _ := strings.Cut(name, " ")
		p := identity.Person{FirstName: first, LastName: last, Email: fmt.Sprintf("%s%d@example.com", []string{"ann", "lee", "x"}[i%3], i)}
		m := invite(t, db, ada, p, identity.Roles[chance.IntN(4)], noon)

		if chance.IntN(2) == 0 {
			signIn(t, db, table.Claims{Subject: p.Email, Email: p.Email}, noon)
		}

		if chance.IntN(3) == 0 {
			inside[m.User] = true
			if err := reassign(t, db, ada, sites[0].ID, identity.SolutionUser, m.User); err != nil {
				t.Fatal(err)
			}
		}

		members = append(members, membership(t, db, m))
	}

	rapid.Check(t, func(rt *rapid.T) {
		f := table.MemberFilter{
			Words:  rapid.SampledFrom([]string{"", "a", "ann", "LEE", "anna l", "zoe", "ørs", "李", "nobody"}).Draw(rt, "words"),
			Role:   rapid.SampledFrom([]identity.Role{"", identity.Owner, identity.User, identity.Deny}).Draw(rt, "role"),
			Status: rapid.SampledFrom([]identity.Status{"", identity.Active, identity.Invited}).Draw(rt, "status"),
		}
		if rapid.Bool().Draw(rt, "by solution") {
			f.Solution = sites[0].ID
		}

		f.Anywhere = rapid.Bool().Draw(rt, "anywhere")
		got := listed(rt, db, ada.Org, f, rapid.IntRange(1, 70).Draw(rt, "limit"))
		var want []identity.UserID
		for _, m := range members {
			if fits(f, m) && (f.Solution == "" || inside[m.User]) {
				want = append(want, m.User)
			}
		}

		if n, known, err := db.CountMembers(context.Background(), ada.Org, f); n != len(want) || !known || err != nil {
			rt.Fatalf("%+v counts %d members (%v, %v), not %d", f, n, known, err, len(want))
		}

		if (f.Words == "" || f.Anywhere) && !slices.IsSortedFunc(got, func(a, b identity.Membership) int {
			return strings.Compare(plain(a.Person.DisplayName), plain(b.Person.DisplayName))
		}) {
			rt.Fatalf("%+v is not sorted by name", f)
		}

		if ids := userIDs(got); !slices.Equal(ids, sortedIDs(want)) {
			rt.Fatalf("%+v lists %d members %v, not %d", f, len(ids), ids, len(want))
		}
	})
}

func userIDs(list []identity.Membership) []identity.UserID {
	var ids []identity.UserID
	for _, m := range list {
		ids = append(ids, m.User)
	}

	return sortedIDs(ids)
}

func sortedIDs(ids []identity.UserID) []identity.UserID {
	slices.Sort(ids)
	return ids
}

// plain is how these tests compare names: they know the few letters that the crowd's names have.
func plain(s string) string {
	return strings.NewReplacer("ë", "e", "Ø", "ø").Replace(strings.ToLower(s))
}

func fits(f table.MemberFilter, m identity.Membership) bool {
	if f.Role != "" && m.Role != f.Role || f.Status != "" && m.Status != f.Status {
		return false
	}

	words := plain(f.Words)
	if f.Anywhere {
		return strings.Contains(plain(m.Person.DisplayName), words) || strings.Contains(m.Person.Email, words)
	}

	found := strings.HasPrefix(plain(m.Person.DisplayName), words) || strings.HasPrefix(m.Person.Email, words)
	for word := range strings.FieldsSeq(plain(m.Person.DisplayName)) {
		found = found || strings.HasPrefix(word, words)
	}

	return found
}

func TestAFilterThatLetsFewThroughMakesShortPagesAndNotLongReads(t *testing.T) {
	t.Parallel()
	db, proxy := openFaulty(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range 820 { // more than the rounds of one page read
		invite(t, db, ada, identity.Person{FirstName: fmt.Sprint("Ann ", i), Email: fmt.Sprintf("x%d@example.com", i)}, identity.User, noon)
	}

	last := invite(t, db, ada, identity.Person{FirstName: "Ann Z", Email: "z@example.com"}, identity.Admin, noon)
	filter := table.MemberFilter{Words: "ann", Role: identity.Admin}
	proxy.Reset()
	list, next, err := db.Members(t.Context(), ada.Org, filter, "", 5)
	if err != nil || len(list) != 0 || next == "" {
		t.Errorf("%v, %q, %v", list, next, err)
	}

	if got := proxy.Counts().Of("test").Requests; got > 8*3 {
		t.Errorf("%d requests for one page", got)
	}

	list, next, err = db.Members(t.Context(), ada.Org, filter, next, 5)
	if err != nil || len(list) != 1 || list[0].User != last.User || next != "" {
		t.Errorf("%v, %q, %v", list, next, err)
	}
}

func TestASearchAnywhereReadsTheIndexAndLooksNobodyUp(t *testing.T) {
	t.Parallel()
	db, proxy := openFaulty(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range 60 {
		invite(t, db, ada, identity.Person{FirstName: fmt.Sprint("Ann ", i), Email: fmt.Sprintf("x%d@example.com", i)}, identity.User, noon)
	}

	proxy.Reset()
	filter := table.MemberFilter{Words: "nobody", Anywhere: true, Status: identity.Invited}
	if list := listed(t, db, ada.Org, filter, 25); len(list) > 0 {
		t.Errorf("%v", list)
	}

	if got := proxy.Counts().Of("test").Requests; got != 1 {
		t.Errorf("%d requests for one walk over 61 members, want 1: the members are in the index", got)
	}

	if n := len(listed(t, db, ada.Org, table.MemberFilter{Words: "nn 5", Anywhere: true}, 3)); n != 11 {
		t.Errorf("%d members, want 11 in pages of three", n)
	}
}

func TestAPageOfASearchAnywhereWalksPastABoundedNumberOfMembers(t *testing.T) {
	t.Parallel()
	const most = 4700
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	copies(t, client, name, ada, most+1)

	list, next, err := db.Members(t.Context(), ada.Org, table.MemberFilter{Words: "nobody", Anywhere: true}, "", 25)
	if err != nil || len(list) != 0 || next == "" {
		t.Fatalf("%v, %q, %v; want a position after %d members", list, next, err, most)
	}

	list, next, err = db.Members(t.Context(), ada.Org, table.MemberFilter{Words: "nobody", Anywhere: true}, next, 25)
	if err != nil || len(list) != 0 || next != "" {
		t.Errorf("%v, %q, %v; want the end", list, next, err)
	}
}

// copies stores copies of a membership under other IDs and names, without what else belongs to a member.
func copies(t *testing.T, client *dynamodb.Client, name string, m identity.Membership, n int) {
	t.Helper()
	got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + string(m.User)},
			"SK": &types.AttributeValueMemberS{Value: "ORG#" + string(m.Org)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	var requests []types.WriteRequest
	for i := range n {
		item := maps.Clone(got.Item)
		user := string(identity.NewUserID(noon))
		item["PK"] = &types.AttributeValueMemberS{Value: "USER#" + user}
		item["GSI1SK"] = &types.AttributeValueMemberS{Value: fmt.Sprintf("MEMBER#ann %05d\x1f%s", i, user)}
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
	}

	storeItems(t, client, name, requests)
}

func TestACountThatWouldLookUpTooManyMembersIsGivenUp(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range 1000 {
		invite(t, db, ada, identity.Person{FirstName: fmt.Sprint("Ann ", i), Email: fmt.Sprintf("x%d@example.com", i)}, identity.User, noon)
	}

	for f, want := range map[table.MemberFilter]int{
		{}:                                       1001,
		{Status: identity.Invited}:               1000,
		{Words: "example", Anywhere: true}:       1001,
		{Words: "nn", Anywhere: true, Role: "x"}: 0,
	} {
		if n, known, err := db.CountMembers(t.Context(), ada.Org, f); n != want || !known || err != nil {
			t.Errorf("%+v: %d, %v, %v; want %d", f, n, known, err, want)
		}
	}

	if n, known, err := db.CountMembers(t.Context(), ada.Org, table.MemberFilter{Words: "ann"}); n != 0 || known || err != nil {
		t.Errorf("%d, %v, %v; want no count of 1,000 matches", n, known, err)
	}
}

func TestNobodyIsListedInAnotherOrganization(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	other := organization(t, db, person(t, db, "eve@example.com", noon), noon)
	colleague(t, db, ada, "ann@example.com", identity.User)

	for _, f := range []table.MemberFilter{{}, {Words: "a"}, {Role: identity.Owner}, {Status: identity.Active}, {Words: "lovelace"}} {
		for _, m := range listed(t, db, other.Org, f, 10) {
			if m.User != other.User {
				t.Errorf("%+v lists %s", f, m.Person.Email)
			}
		}
	}
}
