package table_test

import (
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// person signs someone in for the first time.
func person(t *testing.T, db *table.DB, email string, now time.Time) identity.Profile {
	t.Helper()
	change := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
	claims := table.Claims{
		Issuer:    "https://issuer.example",
		Subject:   email,
		Email:     email,
		FirstName: "Ada",
		LastName:  "Lovelace",
	}

	p, err := tabletest.SignIn(t.Context(), db, change, claims, identity.NewUserID(now))
	if err != nil {
		t.Fatal(err)
	}

	return p
}

func by(u identity.UserID, now time.Time) identity.Change {
	return identity.Change{Caller: identity.Caller{User: u, Kind: identity.SignedIn, Credential: "ses_0"}, At: now}
}

// as returns a member who acts with a session.
func as(m identity.Membership) identity.Actor {
	return identity.Acting(identity.Caller{User: m.User, Kind: identity.SignedIn}, m)
}

// organization creates an organization that the person owns.
func organization(t *testing.T, db *table.DB, owner identity.Profile, now time.Time) identity.Membership {
	t.Helper()
	o := identity.Organization{
		ID:        identity.NewOrgID(now),
		Name:      "Analytical Engines",
		Owners:    1,
		Members:   1,
		CreatedAt: now,
		Version:   1,
	}

	m := identity.Membership{
		User:       owner.ID,
		Org:        o.ID,
		OrgName:    o.Name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   now,
		Person:     owner.Person,
		Version:    1,
	}
	if err := db.CreateOrganization(o, m)(t.Context(), by(owner.ID, now)); err != nil {
		t.Fatal(err)
	}

	tabletest.Session(t, db, owner.ID)

	return m
}

func token(t *testing.T, db *table.DB, m identity.Membership, now time.Time) identity.Token {
	t.Helper()
	minted, err := secret.MintPAT(rand.Reader, m.User, m.Org)
	if err != nil {
		t.Fatal(err)
	}

	made := identity.Token{
		ID:          minted.TokenID(),
		User:        m.User,
		Org:         m.Org,
		Description: "ci",
		Hash:        minted.Hash(),
		Epoch:       m.TokenEpoch,
		CreatedAt:   now,
		Lease:       identity.PATTerms.Grant(now),
		Scopes:      identity.Unlimited,
		Version:     1,
	}
	if err := db.CreateToken(made)(t.Context(), by(m.User, now)); err != nil {
		t.Fatal(err)
	}

	return made
}

func TestATokenIsReadBackAsItWasMade(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	m := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	made := token(t, db, m, noon)
	read, owner, err := db.Credentials(t.Context(), made.User, made.ID, made.Org, noon)
	if err != nil || read != made || owner != m {
		t.Fatalf("read %+v of %+v, %v; made %+v of %+v", read, owner, err, made, m)
	}
}

func TestAUseIsWrittenOncePerStepAndNeverShortensALease(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	made := token(t, db, organization(t, db, person(t, db, "ada@example.com", noon), noon), noon)
	for _, step := range []struct {
		after   time.Duration
		written bool
	}{{61 * time.Minute, true}, {62 * time.Minute, false}, {66 * time.Minute, true}, {time.Minute, false}} {
		use, due := identity.PATTerms.Use(made.Lease, noon.Add(step.after), 0)
		if !due {
			t.Fatalf("a use after %v is not due against the lease first made", step.after)
		}

		written, err := db.UseToken(t.Context(), made, use)
		if err != nil || written != step.written {
			t.Fatalf("a use after %v: written %v, %v; want %v", step.after, written, err, step.written)
		}
	}

	read, err := db.Token(t.Context(), made.User, made.ID)
	if want := noon.Add(time.Hour + 10*time.Minute).Add(14 * 24 * time.Hour); err != nil || !read.Until.Equal(want) {
		t.Fatalf("the lease runs until %v, %v; want %v", read.Until, err, want)
	}
}

// TestAUseRecordsWhereItCameFrom also covers what the previous release stores, and what it leaves when it runs again
// after a rollback: it moves the time and knows nothing of the rest.
func TestAUseRecordsWhereItCameFrom(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	made := token(t, db, organization(t, db, person(t, db, "ada@example.com", noon), noon), noon)

	read := func() identity.Token {
		found, err := db.Token(t.Context(), made.User, made.ID)
		if err != nil {
			t.Fatal(err)
		}

		return found
	}
	use := func(at time.Time, from identity.Source) {
		before := read()
		use, _ := identity.PATTerms.Use(before.Lease, at, 0)
		use.From = from
		if written, err := db.UseToken(t.Context(), before, use); err != nil || !written {
			t.Fatalf("a use at %s: written %t, %v", at, written, err)
		}
	}
	want := func(when string, want identity.LastUse) {
		if got := read().LastUse; got != want {
			t.Errorf("%s: the last use is %+v, want %+v", when, got, want)
		}
	}

	want("before the first use", identity.LastUse{})
	use(noon.Add(time.Hour), identity.Source{IP: "192.0.2.1", UserAgent: "curl/8.5.0"})
	want("after a use", identity.LastUse{Address: "192.0.2.1", Client: "curl/8.5.0", Days: 0b1})
	use(noon.Add(73*time.Hour), identity.Source{IP: "2001:db8::1", UserAgent: "two words"})
	want("after a use by another client", identity.LastUse{Address: "2001:db8::1", Client: "two", Days: 0b1001})
	use(noon.Add(74*time.Hour), identity.Source{})
	want("after a use from nowhere", identity.LastUse{Days: 0b1001})
	use(noon.Add(75*time.Hour), identity.Source{IP: "192.0.2.2", UserAgent: "curl/8.5.0"})

	later := noon.Add(99 * time.Hour)
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + string(made.User)},
			"SK": &types.AttributeValueMemberS{Value: "TOKEN#" + string(made.ID)},
		},
		UpdateExpression: aws.String("SET last_used_at = :used"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":used": &types.AttributeValueMemberN{Value: strconv.FormatInt(later.Unix(), 10)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	want("after a use that the previous release recorded", identity.LastUse{Days: 0b10011})
	use(later.Add(24*time.Hour), identity.Source{IP: "192.0.2.3", UserAgent: "curl/8.5.0"})
	want("after another use", identity.LastUse{Address: "192.0.2.3", Client: "curl/8.5.0", Days: 0b100111})
}

func TestADeletedTokenIsNotRevivedByAUse(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	made := token(t, db, organization(t, db, person(t, db, "ada@example.com", noon), noon), noon)
	if err := db.DeleteToken(made)(t.Context(), by(made.User, noon)); err != nil {
		t.Fatal(err)
	}

	use, _ := identity.PATTerms.Use(made.Lease, noon.Add(time.Hour), 0)
	if written, err := db.UseToken(t.Context(), made, use); written || err != nil {
		t.Fatalf("written %v, %v", written, err)
	}

	if err := db.ExtendToken(made, use.Lease)(t.Context(), by(made.User, noon)); err == nil {
		t.Fatal("a deleted token was extended")
	}
}

func TestTheSweepRetiresWhatHasLapsedOnce(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	m := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, m, "eve@example.com", identity.Creator)
	var lapsed []identity.Token
	for range 60 { // more than one page of the sweep, of people who have no more than they can
		lapsed = append(lapsed, token(t, db, m, noon), token(t, db, eve, noon))
	}

	live := token(t, db, m, noon.Add(24*time.Hour))
	late := identity.Change{Caller: identity.Caller{Kind: identity.BySchedule}, At: noon.Add(14*24*time.Hour + 90*time.Minute)}
	for _, want := range []int{len(lapsed), 0} {
		if swept, err := db.Sweep(t.Context(), late); err != nil || swept.Retired != want {
			t.Fatalf("swept %+v, %v; want %d", swept, err, want)
		}
	}

	read, err := db.Token(t.Context(), m.User, lapsed[0].ID)
	if err != nil || read.Ended != identity.Lapsed || !read.EndedAt.Equal(lapsed[0].Until) {
		t.Fatalf("read %+v, %v", read, err)
	}

	if read, err := db.Token(t.Context(), m.User, live.ID); err != nil || read.Ended != "" {
		t.Fatalf("read %+v, %v", read, err)
	}
}

func TestARetryUnderOneKeyDoesNothingTwice(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	m := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	change := by(m.User, noon)
	change.Retry = &identity.Retry{
		KeyHash: "k",
		Request: "r",
		Reply:   []byte("answer"),
		Until:   noon.Add(time.Hour),
	}

	made := token(t, db, m, noon)
	extended, _ := identity.PATTerms.Extend(made.Lease, made.Until)
	if err := db.ExtendToken(made, extended)(t.Context(), change); err != nil {
		t.Fatal(err)
	}

	if err := db.ExtendToken(made, extended)(t.Context(), change); !errors.Is(err, identity.ErrAnswered) {
		t.Fatalf("the second time: %v", err)
	}

	answered, found, err := db.Answered(t.Context(), m.User, "k", noon)
	if err != nil || !found || string(answered.Reply) != "answer" {
		t.Fatalf("%+v, %v, %v", answered, found, err)
	}

	if _, found, _ := db.Answered(t.Context(), m.User, "k", noon.Add(time.Hour)); found {
		t.Fatal("remembered past its time")
	}
}

// TestATokenKeepsItsDerivationKey also reads a token without one, as earlier versions wrote it.
func TestATokenKeepsItsDerivationKey(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	m := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for _, key := range [][32]byte{{}, {1, 2, 3}} {
		made := minted(t, m)
		made.DerivationKey = key
		if err := db.CreateToken(made)(t.Context(), by(m.User, noon)); err != nil {
			t.Fatal(err)
		}

		read, err := db.Token(t.Context(), made.User, made.ID)
		if err != nil || read.DerivationKey != key {
			t.Errorf("the key is %x, %v; want %x", read.DerivationKey, err, key)
		}
	}
}

// TestAnEarlierVersionRejectsATokenWithScopes looks at what is stored: versions that do not know scopes compare
// token_epoch with the membership's, and would let the token do whatever its owner can.
func TestAnEarlierVersionRejectsATokenWithScopes(t *testing.T) {
	b := newBench(t, newProxy(t))
	member := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)

	for name, c := range map[string]struct {
		scopes identity.Scopes
		equal  bool
	}{
		"without scopes": {identity.Unlimited, true},
		"with scopes":    {identity.ParseScopes("audit:view"), false},
		"with none":      {identity.Scopes{}, false},
	} {
		made := minted(t, member)
		made.Scopes = c.scopes
		if err := b.sure.CreateToken(made)(t.Context(), by(member.User, noon)); err != nil {
			t.Fatal(err)
		}

		stored := strings.Contains(strings.Join(b.everything(t), "\n"), "SK:TOKEN#"+string(made.ID))
		if !stored {
			t.Fatal("the token is not stored")
		}

		for _, line := range b.everything(t) {
			if strings.Contains(line, "item_type:token ") && strings.Contains(line, string(made.ID)) &&
				strings.Contains(line, "token_epoch:"+member.TokenEpoch) != c.equal {
				t.Errorf("%s: stored as %s, want the membership's epoch in token_epoch: %v", name, line, c.equal)
			}
		}

		read, m, err := b.sure.Credentials(t.Context(), made.User, made.ID, made.Org, noon)
		if err != nil || read.Scopes != c.scopes || read.Epoch != member.TokenEpoch || read.Admit(m, "", noon) != nil {
			t.Errorf("%s: read as %+v, %v", name, read, err)
		}
	}
}

// TestAnOrganizationThatIsGoneHasNoStandingAlthoughAnOldCopySaysSo removes an organization after its standing was read.
func TestAnOrganizationThatIsGoneHasNoStandingAlthoughAnOldCopySaysSo(t *testing.T) {
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	member := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	list := []identity.Membership{member}

	if standing, err := db.StandsEach(t.Context(), list, noon); err != nil || len(standing) != 1 {
		t.Fatalf("before the removal: %+v, %v", standing, err)
	}

	_, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "ORG#" + string(member.Org)},
			"SK": &types.AttributeValueMemberS{Value: "META"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	for age, want := range map[time.Duration]int{identity.StandingTerm - 1: 1, identity.StandingTerm: 0} {
		if standing, err := db.StandsEach(t.Context(), list, noon.Add(age)); err != nil || len(standing) != want {
			t.Errorf("after %s: %+v, %v; want %d", age, standing, err, want)
		}
	}
}
