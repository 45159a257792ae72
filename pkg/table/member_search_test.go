package table_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func TestASearchFindsEveryWordOfANameAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	people := []identity.Person{
		{FirstName: "Mary Ann", LastName: "van der Berg-Smith", Email: "mary@example.com"},
		{FirstName: "Ana María Luisa", LastName: "de la Cruz Fernández", Email: "ana@example.com"},
		{FirstName: "Jean-Luc", LastName: "O’Neill", Email: "jl@example.com"},
		{FirstName: "Bjørn", LastName: "Bjørnesen", Email: "bb@example.com"},
		{FirstName: "Łukasz", LastName: "Żółć", Email: "lz@example.com"},
		{FirstName: "Günther", LastName: "Strauß", Email: "gs@example.com"},
		{FirstName: "İrem", LastName: "Işık", Email: "ii@example.com"},
		{FirstName: "Lea", LastName: "Strasse", Email: "ls@example.com"},
		{FirstName: "Tina", LastName: "D'Angelo", Email: "td@example.com"},
		{FirstName: "Pat", LastName: "Obrien", Email: "po@example.com"},
		{FirstName: "Þóra", LastName: "Æsudóttir", Email: "th@example.com"},
	}
	for _, p := range people {
		invite(t, db, ada, p, identity.User, noon)
	}

	for words, want := range map[string]string{
		"ann": "mary", "van der": "mary", "VAN DER BERG SMITH": "mary", "smith": "mary", "berg-smith": "mary", "ann van": "mary",
		"luisa": "ana", "maria luisa": "ana", "de la cruz": "ana", "cruz fernandez": "ana", "FERNÁNDEZ": "ana",
		"luc": "jl", "jean luc": "jl", "jeanluc": "jl", "o'neill": "jl", "oneill": "jl", "o neill": "jl", "neill": "jl", "luc oneill": "jl",
		"bjorn": "bb", "bjørn": "bb", "bjornes": "bb", "lukasz": "lz", "zolc": "lz", "ŻÓŁĆ": "lz",
		"strauss": "gs", "strauß": "gs", "gunther strauss": "gs", "straße": "ls", "lea straße": "ls", "strass": "ls",
		"irem": "ii", "isik": "ii", "IŞIK": "ii", "dAngelo": "td", "d angelo": "td", "D’Angelo": "td", "angelo": "td",
		"o'brien": "po", "o brien": "po", "thora": "th", "aesud": "th", "æsu": "th", "gs@": "gs",
		"nobody": "", "luc jean": "", "erg": "",
	} {
		var found []string
		for _, m := range listed(t, db, ada.Org, table.MemberFilter{Words: words}, 2) {
			found = append(found, m.Person.Email)
		}

		if want != "" {
			want += "@example.com"
		}

		if len(found) > 1 || want == "" && len(found) > 0 || want != "" && !slices.Contains(found, want) {
			t.Errorf("%q finds %q, want %q", words, found, want)
		}
	}
}

// rowsOf returns the terms of a member's rows of a kind.
func rowsOf(t *testing.T, client *dynamodb.Client, name, kind string, u identity.UserID) []string {
	t.Helper()
	got, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}

	terms := []string{}
	for _, item := range got.Items {
		if at := attribute(item, "GSI1SK"); attribute(item, "item_type") == kind && attribute(item, "user_id") == string(u) {
			terms = append(terms, at[:len(at)-len("\x1f")-len(u)])
		}
	}

	slices.Sort(terms)
	return terms
}

func attribute(item map[string]types.AttributeValue, name string) string {
	text, _ := item[name].(*types.AttributeValueMemberS)
	if text == nil {
		return ""
	}

	return text.Value
}

// forget deletes a person's word rows, which leaves the person as a release without word rows stores them.
func forget(ctx context.Context, t *testing.T, client *dynamodb.Client, name string, u identity.UserID) (forgotten []map[string]types.AttributeValue) {
	t.Helper()
	got, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}

	for _, item := range got.Items {
		if attribute(item, "item_type") != "word" || attribute(item, "user_id") != string(u) {
			continue
		}

		forgotten = append(forgotten, item)
		if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: &name,
			Key:       map[string]types.AttributeValue{"PK": item["PK"], "SK": item["SK"]},
		}); err != nil {
			t.Fatal(err)
		}
	}

	return forgotten
}

// called changes a person's display name as the operation does.
func called(t *testing.T, db *table.DB, u identity.UserID, display string) {
	t.Helper()
	before := page(t, db, u)
	after := before.Profile
	after.DisplayName, after.Version = display, after.Version+1
	if err := db.EditProfile(before.Profile, after, before.Memberships)(t.Context(), by(u, noon)); err != nil {
		t.Fatal(err)
	}
}

func finds(t *testing.T, db *table.DB, o identity.OrgID, words string) int {
	t.Helper()
	return len(listed(t, db, o, table.MemberFilter{Words: words}, 10))
}

func TestAMemberStoredWithoutWordRowsIsFoundAsBeforeAndFullyAfterTheirNameChanges(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	gunther := signIn(t, db, table.Claims{Subject: "g", Email: "g@example.com", FirstName: "Günther", LastName: "von Strauß"}, noon)
	o := organization(t, db, gunther, noon).Org

	// These rows are what the previous release wrote, and what it looks for when it changes or removes the member.
	if got, want := rowsOf(t, client, name, "search", gunther.ID), []string{"g@example.com", "strauß", "von"}; !slices.Equal(got, want) {
		t.Errorf("the numbered rows hold %q, want %q", got, want)
	}

	forget(t.Context(), t, client, name, gunther.ID)
	for words, want := range map[string]int{"gunther": 1, "GÜNTHER VON": 1, "strauß": 1, "von": 1, "g@ex": 1, "strauss": 0} {
		if got := finds(t, db, o, words); got != want {
			t.Errorf("%q finds %d as the previous release stored them, want %d", words, got, want)
		}
	}

	called(t, db, gunther.ID, "Dr. Günther von Strauß")
	for _, words := range []string{"gunther", "dr gunther", "strauß", "strauss", "von strauss", "g@ex"} {
		if finds(t, db, o, words) != 1 {
			t.Errorf("%q does not find them after their name has changed", words)
		}
	}

	forget(t.Context(), t, client, name, gunther.ID)
	called(t, db, gunther.ID, "Gus") // removes rows that do not exist

	if finds(t, db, o, "gus") != 1 || finds(t, db, o, "dr gunther") != 0 {
		t.Error("they are not found by their new name only")
	}
}

// An earlier release changes a name or removes a member without the word rows, and a change of a name can be interrupted.
func TestWordRowsThatAreLeftFindNobodyAndAreInNobodysWay(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	jean := signIn(t, db, table.Claims{Subject: "j", Email: "j@example.com", FirstName: "Jean-Luc", LastName: "Picard"}, noon)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	join := func() identity.Membership {
		invite(t, db, ada, jean.Person, identity.User, noon)
		joined, err := accept(t, db, jean.ID, ada.Org, noon)
		if err != nil {
			t.Fatal(err)
		}

		return joined
	}

	joined := join()
	called(t, db, jean.ID, "O'Brien")
	left := forget(t.Context(), t, client, name, jean.ID)
	called(t, db, jean.ID, "Captain")

	for _, item := range left {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
			t.Fatal(err)
		}
	}

	if len(left) == 0 || finds(t, db, ada.Org, "obrien") != 0 || finds(t, db, ada.Org, "captain") != 1 {
		t.Error("rows of an earlier name find somebody")
	}

	called(t, db, jean.ID, "O'Brien")

	if finds(t, db, ada.Org, "obrien") != 1 {
		t.Error("not found by a name that they have again")
	}

	if err := db.RemoveMember(as(ada), membership(t, db, joined))(t.Context(), by(ada.User, noon)); err != nil {
		t.Fatal(err)
	}

	if rows := rowsOf(t, client, name, "word", jean.ID); len(rows) > 0 {
		t.Errorf("a removed member has the word rows %q", rows)
	}

	for _, item := range left {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: item}); err != nil {
			t.Fatal(err)
		}
	}

	if finds(t, db, ada.Org, "obrien") != 0 {
		t.Error("a removed member is found")
	}

	join()

	if finds(t, db, ada.Org, "obrien") != 1 {
		t.Error("a member who came back is not found")
	}
}

func TestASearchAnywhereFindsTheInsideOfWordsAndDomainsInTheOrderOfNames(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for _, p := range []identity.Person{
		{FirstName: "Whitfield", LastName: "Goldberg", Email: "wg@north.example"},
		{FirstName: "Jean-Luc", LastName: "O’Neill", Email: "jl@south.example"},
		{FirstName: "Günther", LastName: "Strauß", Email: "gs@north.example"},
		{FirstName: "Дмитрий", LastName: "Иванов", Email: "di@east.example"},
		{Email: "nameless@east.example"},
	} {
		invite(t, db, ada, p, identity.User, noon)
	}

	for words, want := range map[string][]string{
		"erg": {"wg"}, "OLDB": {"wg"}, "field gold": {"wg"}, "neill": {"jl"}, "oneil": {"jl"}, "jeanluc": {"jl"}, "eann": {},
		"trauss": {"gs"}, "RAUß": {"gs"}, "@north.example": {"gs", "wg"}, "north.example": {"gs", "wg"}, "south": {"jl"},
		"митрий": {"di"}, "ий": {"di"}, "йй": {}, "ameless": {"nameless"}, "east": {"nameless", "di"}, ".example": {"gs", "jl", "nameless", "wg", "di"},
		"gold north": {}, "@example.org": {},
	} {
		var found []string
		for _, m := range listed(t, db, ada.Org, table.MemberFilter{Words: words, Anywhere: true}, 2) {
			local, _, _ := strings.Cut(m.Person.Email, "@")
			found = append(found, local)
		}

		if !slices.Equal(found, want) && len(found)+len(want) > 0 {
			t.Errorf("%q finds %q, want %q", words, found, want)
		}
	}
}

func TestASearchAnywhereFindsEverybodyWhomASearchAtTheStartFinds(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i, name := range []string{"Mary Ann van der Berg-Smith", "Jean-Luc O'Neill", "İrem Işık", "Łukasz Żółć", "李 小龙", "D`Angelo"} {
		invite(t, db, ada, identity.Person{FirstName: name, Email: fmt.Sprintf("p%d@example.com", i)}, identity.User, noon)
	}

	for _, words := range []string{"mary", "van", "vanderberg", "berg-smith", "jean luc", "o'neill", "oneill", "irem", "zolc", "李", "小", "dangelo", "p3", "a"} {
		anywhere := userIDs(listed(t, db, ada.Org, table.MemberFilter{Words: words, Anywhere: true}, 10))
		atStart := userIDs(listed(t, db, ada.Org, table.MemberFilter{Words: words}, 10))
		if len(atStart) == 0 {
			t.Errorf("%q finds nobody", words)
		}

		for _, u := range atStart {
			if !slices.Contains(anywhere, u) {
				t.Errorf("%q finds %s at the start only", words, u)
			}
		}
	}
}
