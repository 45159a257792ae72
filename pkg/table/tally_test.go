package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// atOnce makes fifty attempts at the same time, each of which repeats what is refused as temporary, as a client does. It
// returns how many succeeded. Every refusal must be the problem.
func atOnce(t *testing.T, refusal identity.Problem, attempt func(n int) error) int {
	t.Helper()
	var many []func() error
	for n := range 50 {
		many = append(many, func() error {
			for {
				err := identity.RetryStale(t.Context(), func() error { return attempt(n) })
				if problemOf(err) != identity.Unavailable {
					return err
				}
			}
		})
	}

	done := 0
	for _, err := range together(1, many...) {
		switch {
		case err == nil:
			done++
		case problemOf(err) != refusal:
			t.Errorf("an attempt failed with %v, want %s", err, refusal)
		}
	}

	return done
}

// set writes one attribute of an item past package table.
func set(t *testing.T, client *dynamodb.Client, name, pk, sk, attribute string, value types.AttributeValue) {
	t.Helper()
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: pk},
			table.AttrSK: &types.AttributeValueMemberS{Value: sk},
		},
		UpdateExpression:          aws.String("SET " + attribute + " = :value"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":value": value},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func number(n int) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}

// forgetTally removes a person's tally, as if an earlier version had written all that they have.
func forgetTally(t *testing.T, client *dynamodb.Client, name string, u identity.UserID) {
	t.Helper()
	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "USER#" + string(u)},
			table.AttrSK: &types.AttributeValueMemberS{Value: "LIMITS"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// create creates a token for the member as the operation does.
func create(t *testing.T, db *table.DB, m identity.Membership, now time.Time) error {
	t.Helper()
	made := minted(t, m)
	made.CreatedAt, made.Lease = now, identity.PATTerms.Grant(now)
	return db.CreateToken(made)(t.Context(), by(m.User, now))
}

// live returns how many tokens of a person are live.
func live(t *testing.T, db *table.DB, u identity.UserID, now time.Time) int {
	t.Helper()
	held, err := db.Holdings(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}

	return identity.CountTokens(held.Tokens, held.Memberships, now).Live
}

func TestFiftyTokensAtOnceFillTheLimitAndNoMore(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := person(t, db, "ada@example.com", noon)
	one, other := organization(t, db, ada, noon), organization(t, db, ada, noon)
	for range 40 {
		token(t, db, one, noon)
		token(t, db, other, noon)
	}

	tally := func(attribute string, n int) {
		set(t, client, name, "USER#"+string(ada.ID), "LIMITS", attribute, number(n))
	}

	for title, prepare := range map[string]func(){
		"counted":                        func() {},
		"created by an earlier version":  func() { forgetTally(t, client, name, ada.ID) },
		"counted long ago":               func() { tally("counted_at", 1) },
		"counted too high, as some died": func() { tally("live_tokens", identity.MaxLiveTokens-1) },
		"counted a minute ago":           func() { tally("counted_at", int(noon.Unix())) },
	} {
		before, want := live(t, db, ada.ID, noon), identity.MaxLiveTokens
		prepare()

		// For every other clock, the minute for which a count serves has just passed.
		clocks := []time.Time{noon.Add(59 * time.Second), noon.Add(61 * time.Second)}
		done := atOnce(t, identity.LimitReached, func(n int) error {
			return create(t, db, []identity.Membership{one, other}[n/2%2], clocks[n%2])
		})
		if got := live(t, db, ada.ID, noon); got != want || done != want-before {
			t.Errorf("%s: %d were created and %d live, want %d and %d", title, done, got, want-before, want)
		}

		held, err := db.Holdings(t.Context(), ada.ID)
		if err != nil {
			t.Fatal(err)
		}

		// Deleting twenty of the live ones makes room at once.
		ended := func(made identity.Token) bool { return made.Ended != "" }
		for _, made := range slices.DeleteFunc(held.Tokens, ended)[:20] {
			if err := db.DeleteToken(made)(t.Context(), by(ada.ID, noon)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTokensThatEndWithoutAWriteMakeRoom(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	own, boss := organization(t, db, ada, noon), organization(t, db, person(t, db, "boss@example.com", noon), noon)
	invite(t, db, boss, identity.Person{Email: "ada@example.com"}, identity.Creator, noon)
	guest, err := accept(t, db, ada.ID, boss.Org, noon)
	if err != nil {
		t.Fatal(err)
	}

	for range identity.MaxLiveTokens - 1 {
		token(t, db, own, noon)
	}

	token(t, db, guest, noon)
	if err := create(t, db, own, noon); problemOf(err) != identity.LimitReached {
		t.Fatalf("one more than the limit: %v", err)
	}

	if err := remove(t, db, boss, guest, noon); err != nil {
		t.Fatal(err)
	}

	if err := create(t, db, own, noon); err != nil {
		t.Errorf("after the membership of one token has ended: %v", err)
	}

	if err := create(t, db, own, noon); problemOf(err) != identity.LimitReached {
		t.Errorf("the limit is used up again: %v", err)
	}

	if err := create(t, db, own, noon.Add(15*24*time.Hour)); err != nil {
		t.Errorf("after all leases have lapsed: %v", err)
	}
}

// TestSomebodyOverTheLimitKeepsTheirTokens has more tokens than the limit, as an earlier version allowed.
func TestSomebodyOverTheLimitKeepsTheirTokens(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for range identity.MaxLiveTokens {
		token(t, db, ada, noon)
	}

	// Room for one token, which the limit takes away again when the deleted token comes back.
	over := minted(t, ada)
	raise := func() error { return db.CreateToken(over)(t.Context(), by(ada.User, noon)) }
	held, err := db.Holdings(t.Context(), ada.User)
	if err != nil {
		t.Fatal(err)
	}

	if err := db.DeleteToken(held.Tokens[0])(t.Context(), by(ada.User, noon)); err != nil {
		t.Fatal(err)
	}

	if err := raise(); err != nil {
		t.Fatal(err)
	}

	set(t, client, name, "USER#"+string(ada.User), "TOKEN#"+string(held.Tokens[0].ID), "ended_why", &types.AttributeValueMemberS{})
	if n := live(t, db, ada.User, noon); n != identity.MaxLiveTokens+1 {
		t.Fatalf("%d tokens are live, want one more than the limit", n)
	}

	if err := create(t, db, ada, noon); problemOf(err) != identity.LimitReached {
		t.Errorf("another token: %v", err)
	}

	use, _ := identity.PATTerms.Use(over.Lease, noon.Add(time.Hour), 0)
	if written, err := db.UseToken(t.Context(), over, use); !written || err != nil {
		t.Errorf("a token that is there cannot be used: %v, %v", written, err)
	}
}

func TestFiftyFoundationsAtOnceFillTheLimitAndNoMore(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada, eve := person(t, db, "ada@example.com", noon), person(t, db, "eve@example.com", noon)

	// Twenty organizations that Ada founded and left to Eve, and three that do not exist any more.
	founded := &types.AttributeValueMemberSS{}
	for range identity.MaxFounded - 4 {
		founded.Value = append(founded.Value, string(organization(t, db, eve, noon).Org))
	}

	for range 3 {
		founded.Value = append(founded.Value, string(identity.NewOrgID(noon)))
	}

	organization(t, db, ada, noon)
	set(t, client, name, "USER#"+string(ada.ID), "LIMITS", "founded_orgs", founded)

	done := atOnce(t, identity.LimitReached, func(int) error {
		return founding(t, db, ada.ID)
	})
	if n := len(page(t, db, ada.ID).Memberships); done != 4 || n != 5 {
		t.Errorf("%d succeeded and Ada belongs to %d, want 4 and 5", done, n)
	}
}

// founding creates an organization as the operation does.
func founding(t *testing.T, db *table.DB, u identity.UserID) error {
	t.Helper()
	own := page(t, db, u)
	o := identity.Organization{
		ID:        identity.NewOrgID(noon),
		Name:      "One more",
		Owners:    1,
		Members:   1,
		CreatedAt: noon,
		Version:   1,
	}

	m := identity.Membership{
		User:       u,
		Org:        o.ID,
		OrgName:    o.Name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(noon),
		JoinedAt:   noon,
		Person:     own.Profile.Person,
		Version:    1,
	}

	return db.CreateOrganization(o, m, own.Memberships...)(t.Context(), by(u, noon))
}

// TestOrganizationsFoundedBeforeAreCounted has organizations that an earlier version stored, and one into which the person was
// invited as an Owner.
func TestOrganizationsFoundedBeforeAreCounted(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada, boss := person(t, db, "ada@example.com", noon), organization(t, db, person(t, db, "boss@example.com", noon), noon)
	for range 3 {
		organization(t, db, ada, noon)
	}

	invite(t, db, boss, ada.Person, identity.Owner, noon.Add(time.Hour))
	if _, err := accept(t, db, ada.ID, boss.Org, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}

	forgetTally(t, client, name, ada.ID)
	if err := founding(t, db, ada.ID); err != nil {
		t.Fatal(err)
	}

	got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "USER#" + string(ada.ID)},
			table.AttrSK: &types.AttributeValueMemberS{Value: "LIMITS"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	if set, _ := got.Item["founded_orgs"].(*types.AttributeValueMemberSS); set == nil || len(set.Value) != 4 {
		t.Errorf("founded: %v, want the three of before and the new one", got.Item["founded_orgs"])
	}
}

func TestFiftySolutionsAtOnceFillTheLimitAndNoMore(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	set(t, client, name, "ORG#"+string(ada.Org), "META", "solution_count", number(identity.MaxSolutions-7))

	done := atOnce(t, identity.LimitReached, func(n int) error {
		s := identity.Solution{
			ID:        identity.NewSolutionID(noon),
			Org:       ada.Org,
			Name:      fmt.Sprint("Solution ", n),
			CreatedBy: ada.User,
			CreatedAt: noon,
			Version:   1,
		}

		return db.CreateSolution(s, ada)(t.Context(), by(ada.User, noon))
	})
	if o, err := db.Organization(t.Context(), ada.Org); err != nil || done != 7 || o.Solutions != identity.MaxSolutions {
		t.Errorf("%d succeeded: %+v, %v", done, o, err)
	}
}

func TestFiftyInvitationsAtOnceFillTheLimitAndNoMore(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	set(t, client, name, "ORG#"+string(ada.Org), "META", "invitation_count", number(identity.MaxInvitations-7))

	done := atOnce(t, identity.LimitReached, func(n int) error {
		_, err := tryInvite(t, db, ada, identity.Person{Email: fmt.Sprintf("person%d@example.com", n)}, identity.User, noon)
		return err
	})
	if o, err := db.Organization(t.Context(), ada.Org); err != nil || done != 7 || o.Invitations != identity.MaxInvitations {
		t.Errorf("%d succeeded: %+v, %v", done, o, err)
	}
}

// TestARetryOfACreatedTokenIsNoSecondToken repeats a creation whose answer was lost, at the limit.
func TestARetryOfACreatedTokenIsNoSecondToken(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	change := by(ada.User, noon)
	change.Retry = &identity.Retry{
		KeyHash: "k",
		Request: "r",
		Reply:   []byte("answer"),
		Until:   noon.Add(time.Hour),
	}

	var errs []error
	for range 2 {
		errs = append(errs, db.CreateToken(minted(t, ada))(context.WithoutCancel(t.Context()), change))
	}

	if errs[0] != nil || !errors.Is(errs[1], identity.ErrAnswered) || live(t, db, ada.User, noon) != 1 {
		t.Errorf("%v, and %d tokens are live", errs, live(t, db, ada.User, noon))
	}
}

// TestACountDoesNotForgetATokenThatIsAddedMeanwhile lets a clock for which the count is a minute old count again, while a
// slower clock adds a token to the old count.
func TestACountDoesNotForgetATokenThatIsAddedMeanwhile(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	token(t, db, ada, noon)

	counted, err := db.TallyToken(t.Context(), ada.User, noon.Add(61*time.Second))
	if err != nil {
		t.Fatal(err)
	}

	if err := create(t, db, ada, noon.Add(59*time.Second)); err != nil {
		t.Fatal(err)
	}

	if err := counted(t.Context(), by(ada.User, noon)); !errors.Is(err, identity.ErrStale) {
		t.Errorf("the count was written without the token: %v", err)
	}
}

// TestEndedTokensThatAreListedAreLimited has a person who creates tokens and deletes them again.
func TestEndedTokensThatAreListedAreLimited(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	made := token(t, db, ada, noon)
	if err := db.DeleteToken(made)(t.Context(), by(ada.User, noon)); err != nil {
		t.Fatal(err)
	}

	got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "USER#" + string(ada.User)},
			table.AttrSK: &types.AttributeValueMemberS{Value: "TOKEN#" + string(made.ID)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	for n := range identity.MaxKeptTokens - 2 {
		got.Item[table.AttrSK] = &types.AttributeValueMemberS{Value: fmt.Sprintf("TOKEN#tok_%011d", n)}
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &name, Item: got.Item}); err != nil {
			t.Fatal(err)
		}
	}

	later := noon.Add(time.Hour)
	if err := create(t, db, ada, later); err != nil {
		t.Fatalf("the last one: %v", err)
	}

	var refusal *identity.Error
	err = create(t, db, ada, later)
	if !errors.As(err, &refusal) || refusal.Problem != identity.RateLimited || refusal.RetryAfter != identity.Retention-time.Hour {
		t.Errorf("one more: %v, want a refusal until the first ended token is not listed any more", err)
	}

	if err := create(t, db, ada, noon.Add(identity.Retention+time.Second)); err != nil {
		t.Errorf("when the ended tokens are not listed any more: %v", err)
	}
}
