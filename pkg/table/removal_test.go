package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// removedAt is when an organization that was deleted at noon is removed.
var removedAt = noon.Add(identity.DeletionTerm)

// end deletes the owner's organization at a time, as the operation does.
func end(t *testing.T, db *table.DB, owner identity.Membership, now time.Time) identity.Organization {
	t.Helper()
	before, err := db.Organization(t.Context(), owner.Org)
	if err != nil {
		t.Fatal(err)
	}

	after, err := as(owner).DeleteOrganization(before, before.Name, now)
	if err != nil {
		t.Fatal(err)
	}

	if err := db.DeleteOrganization(as(owner), before, after)(t.Context(), by(owner.User, now)); err != nil {
		t.Fatal(err)
	}

	if _, err := db.SpreadName(t.Context(), owner.Org); err != nil {
		t.Fatal(err)
	}

	return after
}

// restore restores the owner's organization at a time, as the operation does.
func restore(t *testing.T, db *table.DB, owner identity.Membership, now time.Time) error {
	t.Helper()
	before, err := db.Organization(t.Context(), owner.Org)
	if err != nil {
		return err
	}

	after, err := as(owner).RestoreOrganization(before, now)
	if err != nil {
		return err
	}

	if err := store(t.Context(), db.RestoreOrganization(as(owner), before, after), by(owner.User, now)); err != nil {
		return err
	}

	_, err = db.SpreadName(t.Context(), owner.Org)
	return err
}

// stored returns all items that are not purged at now.
func (b bench) stored(t *testing.T, now time.Time) []map[string]any {
	t.Helper()
	var all []map[string]any
	pages := dynamodb.NewScanPaginator(b.client, &dynamodb.ScanInput{TableName: &b.name, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		for _, item := range page.Items {
			var plain map[string]any
			if err := attributevalue.UnmarshalMap(item, &plain); err != nil {
				t.Fatal(err)
			}

			if purge, ok := plain["purge_at"].(float64); !ok || purge > float64(now.Unix()) {
				all = append(all, plain)
			}
		}
	}

	return all
}

// neighbors returns the items that have nothing to do with an organization, one line each. Profiles are left out,
// because they count organizations.
func neighbors(items []map[string]any, o identity.OrgID) []string {
	var lines []string
	for _, item := range items {
		if line := fmt.Sprint(item); !strings.Contains(line, string(o)) && item["item_type"] != "profile" {
			lines = append(lines, line)
		}
	}

	slices.Sort(lines)
	return lines
}

// bustle fills the owner's organization with one of everything, and returns the people who joined it.
func bustle(t *testing.T, db *table.DB, owner, elsewhere identity.Membership,
	joined, invited int) []identity.Membership {
	t.Helper()
	s := solution(t, db, owner, "Route planner")
	kept := solution(t, db, elsewhere, "Kept")
	members := make([]identity.Membership, joined)
	for i := range members {
		m := colleague(t, db, owner, fmt.Sprintf("joined%d@example.com", i), identity.Creator)
		if err := reassign(t, db, owner, s.ID, seats[i%len(seats)], m.User); err != nil {
			t.Fatal(err)
		}

		token(t, db, m, noon)
		members[i] = m

		if i%4 == 0 {
			invite(t, db, elsewhere, identity.Person{Email: m.Person.Email}, identity.Creator, noon)
			other, err := accept(t, db, m.User, elsewhere.Org, noon)
			if err != nil {
				t.Fatal(err)
			}

			token(t, db, other, noon)
			if err := reassign(t, db, elsewhere, kept.ID, identity.SolutionUser, m.User); err != nil {
				t.Fatal(err)
			}
		}
	}

	declines := person(t, db, "declines@example.com", noon)
	invite(t, db, owner, identity.Person{Email: "declines@example.com"}, identity.User, noon)
	if err := decline(t, db, declines.ID, owner.Org, noon); err != nil {
		t.Fatal(err)
	}

	for i := range invited {
		invite(t, db, owner, identity.Person{Email: fmt.Sprintf("invited%d@example.com", i)}, identity.User, noon)
	}

	left := members[len(members)-1]
	if err := change(t, db, owner, left, disable); err != nil {
		t.Fatal(err)
	}

	left = membership(t, db, left)
	if err := remove(t, db, left, left, noon); err != nil { // leaves a mark
		t.Fatal(err)
	}

	rename(t, db, owner, "Renamed")
	before := page(t, db, owner.User).Profile
	after := before
	after.DefaultOrg, after.Version = owner.Org, before.Version+1
	if err := db.SetDefault(before, after)(t.Context(), by(owner.User, noon)); err != nil {
		t.Fatal(err)
	}

	return members[:len(members)-1]
}

// TestARemovedOrganizationLeavesNothingWhereverItsRemovalIsCutShort removes an organization with 300 members. Each run
// fails at a later request than the one before, so that a run is cut short in every stage.
func TestARemovedOrganizationLeavesNothingWhereverItsRemovalIsCutShort(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	ada := person(t, b.sure, "ada@example.com", noon)
	owner, elsewhere := organization(t, b.sure, ada, noon), organization(t, b.sure, ada, noon)
	members := bustle(t, b.sure, owner, elsewhere, 30, 270)
	before := neighbors(b.stored(t, removedAt), owner.Org)
	end(t, b.sure, owner, noon)

	runs, removed := 0, table.Removed{}
	for fault := proxy.InternalError; removed.Organizations == 0; runs++ {
		mend := b.proxy.Fail(proxy.Rule{First: 1 + runs*runs, Times: 60, Fault: fault})
		got, err := b.shaky.RemoveOrganizations(t.Context(), removedAt)
		mend()

		if err == nil && got.Organizations == 0 {
			t.Fatal("a run ends without an error and without the organization being removed")
		}

		if fault == proxy.InternalError {
			fault = proxy.LoseReply
		} else {
			fault = proxy.InternalError
		}

		removed.Organizations += got.Organizations
		removed.Items += got.Items
	}

	if runs < 5 || removed.Items < 300 {
		t.Errorf("%d runs removed %d items, want 5 and 300 or more", runs, removed.Items)
	}

	items := b.stored(t, removedAt)
	if after := neighbors(items, owner.Org); !slices.Equal(after, before) {
		t.Errorf("neighbors changed from %d items to %d", len(before), len(after))
	}

	for _, item := range items {
		for _, name := range []string{"PK", "SK", "GSI1PK", "GSI2PK", "org_id", "scope_id", "default_org"} {
			value, _ := item[name].(string)
			if strings.Contains(value, string(owner.Org)) && item["scope_id"] != string(ada.ID) {
				t.Errorf("left: %v", item)
			}
		}
	}

	for i, m := range members {
		want := one(i%4 == 0)
		if own := page(t, b.sure, m.User); len(own.Memberships) != want || orgCount(items, m.User) != strconv.Itoa(want) {
			t.Errorf("%s: %d memberships, %s counted, want %d",
				m.Person.Email, len(own.Memberships), orgCount(items, m.User), want)
		}
	}

	if got, err := b.sure.RemoveOrganizations(t.Context(), removedAt); got != (table.Removed{}) || err != nil {
		t.Errorf("another run removes %+v, %v", got, err)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}

	return 0
}

// orgCount returns what a person's profile counts.
func orgCount(items []map[string]any, u identity.UserID) string {
	for _, item := range items {
		if item["PK"] == "USER#"+string(u) && item["item_type"] == "profile" {
			return fmt.Sprint(item["org_count"])
		}
	}

	return ""
}

func TestAnOrganizationIsRemovedNotBeforeItsTimeAndNotIfRestored(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	restored, early := organization(t, db, ada, noon), organization(t, db, ada, noon)
	bob := colleague(t, db, restored, "bob@example.com", identity.Creator)
	end(t, db, restored, noon)
	end(t, db, early, noon.Add(time.Second))

	if m := membership(t, db, bob); m.Accessible() || !m.OrgDeletedAt.Equal(noon) {
		t.Errorf("the member sees the deletion at %s", m.OrgDeletedAt)
	}

	if err := restore(t, db, restored, noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}

	if m := membership(t, db, bob); !m.Accessible() || m.OrgName != restored.OrgName {
		t.Errorf("restored, the member sees %+v", m)
	}

	got, err := db.RemoveOrganizations(t.Context(), removedAt)
	if got != (table.Removed{}) || err != nil {
		t.Errorf("removed %+v, %v", got, err)
	}

	for _, action := range []identity.Action{identity.ActionOrganizationDelete, identity.ActionOrganizationRestore} {
		if n := len(eventsOf(t, db, restored.Org, action)); n != 1 {
			t.Errorf("%d events %s", n, action)
		}
	}
}

// TestAnOrganizationThatWasDeletedAgainIsNotRemovedByWhatAnIndexStillShows stores the place in the index that the first
// deletion had.
func TestAnOrganizationThatWasDeletedAgainIsNotRemovedByWhatAnIndexStillShows(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	owner := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
	end(t, b.sure, owner, noon.Add(time.Second))

	expression := "SET GSI2SK = :stale"
	_, err := b.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName:        &b.name,
		UpdateExpression: &expression,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "ORG#" + string(owner.Org)},
			"SK": &types.AttributeValueMemberS{Value: "META"},
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":stale": &types.AttributeValueMemberS{Value: removedAt.Format(time.RFC3339) + "#" + string(owner.Org)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	if got, err := b.sure.RemoveOrganizations(t.Context(), removedAt); got != (table.Removed{}) || err != nil {
		t.Errorf("before its time it removed %+v, %v", got, err)
	}

	got, err := b.sure.RemoveOrganizations(t.Context(), removedAt.Add(time.Second))
	if got.Organizations != 1 || err != nil {
		t.Errorf("when its time has come it removed %+v, %v", got, err)
	}
}

// TestNobodyRestoresAnOrganizationThatTheSweepHasBegunToRemove also covers an Owner who read the organization before.
func TestNobodyRestoresAnOrganizationThatTheSweepHasBegunToRemove(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	owner := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
	deleted := end(t, b.sure, owner, noon)
	stands := deleted
	stands.DeletedAt, stands.Version = time.Time{}, deleted.Version+1

	mend := b.proxy.Fail(proxy.Rule{Operation: "TransactWriteItems", Fault: proxy.InternalError})
	if _, err := b.shaky.RemoveOrganizations(t.Context(), removedAt); err == nil {
		t.Fatal("the removal was not cut short")
	}

	mend()

	if err := restore(t, b.sure, owner, removedAt.Add(-time.Hour)); problemOf(err) != identity.Conflict {
		t.Errorf("restoring: %v, want Conflict", err)
	}

	write := b.sure.RestoreOrganization(as(owner), deleted, stands)
	if err := write(t.Context(), by(owner.User, noon)); !errors.Is(err, identity.ErrStale) {
		t.Errorf("restoring what was read before: %v, want ErrStale", err)
	}
}

// TestARemovalStopsInTimeAndResumes gives the run less time than it keeps in reserve.
func TestARemovalStopsInTimeAndResumes(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	end(t, db, owner, noon)

	hurried, cancel := context.WithTimeout(t.Context(), 9*time.Second)
	defer cancel()

	if got, err := db.RemoveOrganizations(hurried, removedAt); got.Organizations != 0 || err != nil {
		t.Errorf("without time it removed %+v, %v", got, err)
	}

	if got, err := db.RemoveOrganizations(t.Context(), removedAt); got.Organizations != 1 || err != nil {
		t.Errorf("with time it removed %+v, %v", got, err)
	}
}

func TestNobodyJoinsADeletedOrganization(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	bob := person(t, db, "bob@example.com", noon)
	invite(t, db, owner, identity.Person{Email: "bob@example.com"}, identity.Creator, noon)
	invite(t, db, owner, identity.Person{Email: "new@example.com"}, identity.Creator, noon)

	own := page(t, db, bob.ID)
	offered, err := db.Invitation(t.Context(), own, owner.Org, noon)
	if err != nil {
		t.Fatal(err)
	}

	accepting, err := db.Accepting(t.Context(), own, offered, noon)
	if err != nil {
		t.Fatal(err)
	}

	before, err := db.Organization(t.Context(), owner.Org)
	if err != nil {
		t.Fatal(err)
	}

	after, _ := as(owner).DeleteOrganization(before, before.Name, noon)
	if err := db.DeleteOrganization(as(owner), before, after)(t.Context(), by(owner.User, noon)); err != nil {
		t.Fatal(err)
	}

	// The memberships have no copy of the deletion yet.
	if err := db.Accept(own, accepting)(t.Context(), by(bob.ID, noon)); problemOf(err) != identity.NotFound {
		t.Errorf("accepting what was read before: %v, want NotFound", err)
	}

	if _, err := accept(t, db, bob.ID, owner.Org, noon); problemOf(err) != identity.NotFound {
		t.Errorf("accepting: %v, want NotFound", err)
	}

	eve := identity.Person{Email: "eve@example.com"}
	if _, err := tryInvite(t, db, owner, eve, identity.User, noon); problemOf(err) != identity.NotFound {
		t.Errorf("inviting: %v, want NotFound", err)
	}

	// A first sign-in succeeds without the membership.
	if fresh := person(t, db, "new@example.com", noon); len(page(t, db, fresh.ID).Memberships) != 0 {
		t.Error("a first sign-in joined the deleted organization")
	}
}

func TestEverybodyLeavesADeletedOrganizationAlsoItsLastOwner(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	if err := remove(t, db, owner, owner, noon); problemOf(err) != identity.LastOwner {
		t.Fatalf("leaving before the deletion: %v, want LastOwner", err)
	}

	end(t, db, owner, noon)
	owner = membership(t, db, owner)
	if err := remove(t, db, owner, owner, noon); err != nil {
		t.Fatal(err)
	}

	if got := page(t, db, owner.User).Memberships; len(got) != 0 {
		t.Errorf("left with %+v", got)
	}

	if got, err := db.RemoveOrganizations(t.Context(), removedAt); got.Organizations != 1 || err != nil {
		t.Errorf("removed %+v, %v", got, err)
	}
}

// TestAProfileThatChangesWhileTheOrganizationIsDeletedIsUpToDateWhenItIsRestored covers the copies that a membership
// holds.
func TestAProfileThatChangesWhileTheOrganizationIsDeletedIsUpToDateWhenItIsRestored(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	end(t, db, owner, noon)

	own := page(t, db, owner.User)
	after := own.Profile
	after.LastName, after.Version = "Byron", own.Profile.Version+1
	if err := db.EditProfile(own.Profile, after, own.Memberships)(t.Context(), by(owner.User, noon)); err != nil {
		t.Fatal(err)
	}

	if err := restore(t, db, owner, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}

	if got := membership(t, db, owner).Person.LastName; got != "Byron" {
		t.Errorf("the organization sees %q", got)
	}
}
