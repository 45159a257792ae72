package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const sessionUser identity.UserID = "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"

// newSession returns a session of the person with an ID from a number.
func newSession(n int, at time.Time) identity.Session {
	return identity.Session{
		ID:        identity.SessionID(fmt.Sprintf("ses_%011d", n)),
		User:      sessionUser,
		CreatedAt: at,
		Lease:     identity.SessionTerms.Grant(at),
	}
}

func storeSession(ctx context.Context, db *table.DB, s identity.Session) error {
	change := identity.Change{Caller: identity.Caller{User: s.User, Kind: identity.SignedIn, Credential: string(s.ID)}, At: s.CreatedAt}
	return db.CreateSession(s, identity.IDToken{Digest: string(s.ID)})(ctx, change)
}

// openWithPerson returns an empty table with the person whose sessions the tests create.
func openWithPerson(t *testing.T) *table.DB {
	t.Helper()
	db := tabletest.Open(t)
	addSessionUser(t, db)

	return db
}

// addSessionUser creates the person, whose identity is the subject ada at the tests' issuer.
func addSessionUser(t *testing.T, db *table.DB) {
	t.Helper()
	change := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: noon}
	claims := table.Claims{Issuer: "https://issuer.example", Subject: "ada", Email: "ada@example.com"}
	if _, err := tabletest.SignIn(t.Context(), db, change, claims, sessionUser); err != nil {
		t.Fatal(err)
	}
}

func mustSignIn(t *testing.T, db *table.DB, s identity.Session) {
	t.Helper()
	if err := storeSession(t.Context(), db, s); err != nil {
		t.Fatal(err)
	}
}

func sessionsOf(t *testing.T, db *table.DB, u identity.UserID) []identity.Session {
	t.Helper()
	sessions, err := db.Sessions(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}

	return sessions
}

// storeEarlierSessions stores sessions as the release before did, which limited nothing and kept ended ones for 30 days.
func storeEarlierSessions(t *testing.T, client *dynamodb.Client, name string, n int, at time.Time) {
	t.Helper()
	number := func(at time.Time) types.AttributeValue {
		return &types.AttributeValueMemberN{Value: fmt.Sprint(at.Unix())}
	}
	lease := identity.SessionTerms.Grant(at)

	var requests []types.WriteRequest
	for i := range n {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: map[string]types.AttributeValue{
			"PK":          &types.AttributeValueMemberS{Value: "USER#" + string(sessionUser)},
			"SK":          &types.AttributeValueMemberS{Value: fmt.Sprintf("SESSION#ses_e%010d", i)},
			"item_type":   &types.AttributeValueMemberS{Value: "session"},
			"secret_hash": &types.AttributeValueMemberB{Value: make([]byte, 32)},
			"created_at":  number(at),
			"lease_until": number(lease.Until),
			"expires_at":  number(lease.Expires),
			"purge_at":    number(lease.Purge()),
		}}})
	}

	storeItems(t, client, name, requests)
}

// storeItems writes items to a table, past package table.
func storeItems(t *testing.T, client *dynamodb.Client, name string, requests []types.WriteRequest) {
	t.Helper()
	for some := range slices.Chunk(requests, 25) {
		if _, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{name: some},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNobodyHasMoreThanFiftySessions lets fifty sign-ins of a person with forty sessions race, and looks all the while.
func TestNobodyHasMoreThanFiftySessions(t *testing.T) {
	t.Parallel()
	db := openWithPerson(t)
	for i := range 40 {
		mustSignIn(t, db, newSession(i, noon))
	}

	var signedIn, looking sync.WaitGroup
	done := make(chan struct{})
	looking.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}

			sessions, err := db.Sessions(t.Context(), sessionUser)
			if err != nil || len(sessions) > identity.MaxSessions {
				t.Errorf("%d sessions exist at once: %v", len(sessions), err)
				return
			}
		}
	})

	for i := range identity.MaxSessions {
		signedIn.Go(func() {
			if err := storeSession(t.Context(), db, newSession(100+i, noon.Add(time.Minute))); err != nil {
				t.Errorf("sign-in %d: %v", i, err)
			}
		})
	}

	signedIn.Wait()
	close(done)
	looking.Wait()

	sessions := sessionsOf(t, db, sessionUser)
	if len(sessions) != identity.MaxSessions || slices.ContainsFunc(sessions, func(s identity.Session) bool { return s.CreatedAt.Equal(noon) }) {
		t.Errorf("%d sessions are left, want the fifty newest", len(sessions))
	}
}

func TestASignInRemovesTheSessionsThatHaveEnded(t *testing.T) {
	t.Parallel()
	db := openWithPerson(t)
	mustSignIn(t, db, newSession(1, noon))
	mustSignIn(t, db, newSession(2, noon.Add(time.Hour)))
	mustSignIn(t, db, newSession(3, noon.Add(2*time.Hour)))

	var ids []identity.SessionID
	for _, s := range sessionsOf(t, db, sessionUser) {
		ids = append(ids, s.ID)
	}

	if want := []identity.SessionID{newSession(2, noon).ID, newSession(3, noon).ID}; !slices.Equal(ids, want) {
		t.Errorf("the sessions are %q, want %q", ids, want)
	}
}

// TestASessionIsPurgedAtItsEnd reads the attribute that DynamoDB's time to live goes by.
func TestASessionIsPurgedAtItsEnd(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	addSessionUser(t, db)
	session := newSession(1, noon)
	mustSignIn(t, db, session)
	purge := func() string {
		got, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &name, Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + string(sessionUser)},
			"SK": &types.AttributeValueMemberS{Value: "SESSION#" + string(session.ID)},
		}})
		if err != nil {
			t.Fatal(err)
		}

		return got.Item[table.AttrTTL].(*types.AttributeValueMemberN).Value
	}

	if want := fmt.Sprint(session.Until.Unix()); purge() != want {
		t.Errorf("a new session is purged at %s, want %s", purge(), want)
	}

	use, _ := identity.SessionTerms.Use(session.Lease, noon.Add(time.Hour), 0)
	use.From = identity.Source{IP: "192.0.2.9", UserAgent: "curl/8.5.0"}
	if written, err := db.UseSession(t.Context(), session, use); err != nil || !written {
		t.Fatal(written, err)
	}

	if want := fmt.Sprint(use.Until.Unix()); purge() != want {
		t.Errorf("a used session is purged at %s, want %s", purge(), want)
	}

	read := sessionsOf(t, db, sessionUser)[0]
	if want := (identity.LastUse{Address: "192.0.2.9", Client: "curl/8.5.0"}); read.LastUse != want || read.SourceIP == want.Address {
		t.Errorf("the last use is %+v, want %+v, and the origin of the session as it was", read.LastUse, want)
	}
}

// TestThousandsOfEarlierSessionsAreNoObstacle has a person whom the release before let sign in without limit.
func TestThousandsOfEarlierSessionsAreNoObstacle(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	addSessionUser(t, db)
	storeEarlierSessions(t, client, name, 2000, noon.Add(-time.Minute))
	mustSignIn(t, db, newSession(1, noon))

	if n := len(sessionsOf(t, db, sessionUser)); n != identity.MaxSessions {
		t.Errorf("%d live sessions are left after the first sign-in, want %d", n, identity.MaxSessions)
	}

	storeEarlierSessions(t, client, name, 2000, noon.Add(-3*time.Hour))
	mustSignIn(t, db, newSession(2, noon))

	if n := len(identity.LiveSessions(sessionsOf(t, db, sessionUser), noon)); n > identity.MaxSessions {
		t.Errorf("%d live sessions are left, want %d", n, identity.MaxSessions)
	}

	storeEarlierSessions(t, client, name, 200, noon.Add(-time.Minute))
	logout := identity.Logout{Issuer: "https://issuer.example", Subject: "ada", ID: "1", Until: noon.Add(time.Hour)}
	if err := db.Logout(logout)(t.Context(), byProvider(noon)); err != nil {
		t.Fatal(err)
	}

	if live := identity.LiveSessions(sessionsOf(t, db, sessionUser), noon); len(live) > 0 {
		t.Errorf("%d sessions outlive the logout", len(live))
	}
}

func byProvider(at time.Time) identity.Change {
	return identity.Change{Caller: identity.Caller{Kind: identity.ByProvider}, At: at}
}

// TestALogoutOfTheProviderEndsWhatItNamesOnce tells sessions at the provider apart, with and without a subject, and sends a
// logout again after a new sign-in.
func TestALogoutOfTheProviderEndsWhatItNamesOnce(t *testing.T) {
	t.Parallel()
	const issuer = "https://issuer.example"
	for name, logout := range map[string]identity.Logout{
		"sid":          {Issuer: issuer, SID: "one"},
		"sub and sid":  {Issuer: issuer, Subject: "ada", SID: "one"},
		"sub":          {Issuer: issuer, Subject: "ada"},
		"unknown sub":  {Issuer: issuer, Subject: "eve"},
		"unknown sid":  {Issuer: issuer, SID: "three"},
		"other issuer": {Issuer: "https://other.example", Subject: "ada", SID: "one"},
	} {
		want := map[string][]int{"sid": {2}, "sub and sid": {2}, "sub": nil, "unknown sub": {1, 2}, "unknown sid": {1, 2}, "other issuer": {1, 2}}[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, tableName := tabletest.Fresh(t)
			db := table.New(client, tableName)
			addSessionUser(t, db)
			made := func(n int, sid string) identity.Session {
				s := newSession(n, noon)
				s.Subject, s.AtProvider = identity.Digest(issuer, "ada"), identity.ProviderSession(issuer, sid)
				return s
			}

			mustSignIn(t, db, made(1, "one"))
			mustSignIn(t, db, made(2, "two"))
			logout.ID, logout.Until = "jti", noon.Add(time.Hour)
			if err := db.Logout(logout)(t.Context(), byProvider(noon)); err != nil {
				t.Fatal(err)
			}

			mustBeSessions(t, db, want...)
			mustSignIn(t, db, made(3, "one"))

			if err := db.Logout(logout)(t.Context(), byProvider(noon)); err != nil {
				t.Fatal(err)
			}

			mustBeSessions(t, db, append(want, 3)...)
		})
	}
}

// mustBeSessions fails the test unless exactly the sessions with these numbers are left.
func mustBeSessions(t *testing.T, db *table.DB, numbers ...int) {
	t.Helper()
	var got, want []identity.SessionID
	for _, s := range sessionsOf(t, db, sessionUser) {
		got = append(got, s.ID)
	}

	for _, n := range numbers {
		want = append(want, newSession(n, noon).ID)
	}

	if !slices.Equal(got, want) {
		t.Fatalf("the sessions are %q, want %q", got, want)
	}
}

// TestEndingFortyNineSessionsIsOneTransaction fills a transaction with everything that it can have: an event each, the
// answer to remember, and the check of the caller's session.
func TestEndingFortyNineSessionsIsOneTransaction(t *testing.T) {
	t.Parallel()
	db := openWithPerson(t)
	for i := range identity.MaxSessions {
		mustSignIn(t, db, newSession(i, noon))
	}

	own := newSession(0, noon)
	change := identity.Change{
		Caller: identity.Caller{User: sessionUser, Kind: identity.SignedIn, Credential: string(own.ID)},
		At:     noon,
		Retry:  &identity.Retry{KeyHash: "k", Request: "r", Reply: []byte("a"), Until: noon.Add(time.Hour)},
	}

	others := slices.DeleteFunc(sessionsOf(t, db, sessionUser), func(s identity.Session) bool { return s.ID == own.ID })
	if err := db.EndSessions(others)(t.Context(), change); err != nil {
		t.Fatal(err)
	}

	mustBeSessions(t, db, 0)

	if err := db.EndSessions(others)(t.Context(), change); !errors.Is(err, identity.ErrAnswered) {
		t.Errorf("a retry returns %v, want ErrAnswered", err)
	}
}

// TestAnEndedCredentialMakesAndEndsNoCredential runs every change of credentials with a session or token that has ended,
// which API Gateway may still have in its cache.
func TestAnEndedCredentialMakesAndEndsNoCredential(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, ada, "eve@example.com", identity.Creator)
	kept, deleted, revoked := token(t, db, ada, noon), token(t, db, ada, noon), token(t, db, eve, noon)

	if err := db.DeleteToken(deleted)(t.Context(), by(ada.User, noon)); err != nil {
		t.Fatal(err)
	}

	eveNow, err := as(ada).RevokeTokens(membership(t, db, eve), noon)
	if err != nil {
		t.Fatal(err)
	}

	if err := db.ChangeMember(identity.ActionMemberTokensRevoke, as(ada), membership(t, db, eve), eveNow)(t.Context(), by(ada.User, noon)); err != nil {
		t.Fatal(err)
	}

	lapsed := newSession(1, noon.Add(-3*time.Hour))
	lapsed.User = ada.User
	mustSignIn(t, db, lapsed)

	caller := func(u identity.UserID, kind identity.Kind, id string) identity.Caller {
		return identity.Caller{User: u, Kind: kind, Credential: id}
	}
	callers := map[string]identity.Caller{
		"a session that was ended":  caller(ada.User, identity.SignedIn, "ses_00000000009"),
		"a session that has lapsed": caller(ada.User, identity.SignedIn, string(lapsed.ID)),
		"another person's session":  caller(eve.User, identity.SignedIn, string(lapsed.ID)),
		"a token that was deleted":  caller(ada.User, identity.PAT, string(deleted.ID)),
		"a token that was revoked":  caller(eve.User, identity.PAT, string(revoked.ID)),
		"a token that never was":    caller(ada.User, identity.PAT, "tok_00000000009"),
		"a derived token":           caller(ada.User, identity.Derived, string(kept.ID)),
		"an unknown kind":           caller(ada.User, "robot", "rob_1"),
	}

	extended, _ := identity.PATTerms.Extend(kept.Lease, kept.Until)
	self, err := as(ada).RevokeTokens(ada, noon)
	if err != nil {
		t.Fatal(err)
	}

	changes := map[string]identity.Write{
		"create a token":  db.CreateToken(minted(t, ada)),
		"extend a token":  db.ExtendToken(kept, extended),
		"delete a token":  db.DeleteToken(kept),
		"revoke tokens":   db.ChangeMember(identity.ActionMemberTokensRevoke, as(ada), ada, self),
		"end a session":   db.DeleteSession(ada.User, tabletest.SessionID),
		"end the others":  db.EndSessions(sessionsOf(t, db, ada.User)),
		"end no sessions": db.EndSessions(nil),
	}

	before := bench{client: client, name: name}.everything(t)
	for who, caller := range callers {
		for what, write := range changes {
			err := write(t.Context(), identity.Change{Caller: caller, At: noon})
			if problemOf(err) != identity.Forbidden {
				t.Errorf("%s: %s: %v, want Forbidden", who, what, err)
			}
		}
	}

	if after := (bench{client: client, name: name}).everything(t); !slices.Equal(before, after) {
		t.Errorf("the table has changed:\n%v\n%v", before, after)
	}
}

func TestASignInAndASwitchRecordTheDayInTheOrganizationThatIsEnteredOnly(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	home, other := organization(t, db, ada, noon), organization(t, db, ada, noon.Add(time.Minute))
	day := noon.UTC().Truncate(24 * time.Hour)
	seen := func(m identity.Membership) time.Time { return membership(t, db, m).LastSeen }
	signsIn := func(id identity.SessionID, at time.Time) {
		t.Helper()
		s := identity.Session{ID: id, User: ada.ID, CreatedAt: at, Lease: identity.SessionTerms.Grant(at)}
		if err := db.CreateSession(s, identity.IDToken{Digest: string(id)})(t.Context(), by(ada.ID, at)); err != nil {
			t.Fatal(err)
		}
	}

	signsIn("ses_00000000001", noon)
	if !seen(home).Equal(day) || !seen(other).IsZero() {
		t.Errorf("after a sign-in: %v here, %v elsewhere; want %v here only", seen(home), seen(other), day)
	}

	if v := membership(t, db, home).Version; v != home.Version {
		t.Errorf("the version is %d, want %d: a visit must not make anybody's change stale", v, home.Version)
	}

	signsIn("ses_00000000002", noon.Add(24*time.Hour))
	if got := seen(home); !got.Equal(day.Add(24 * time.Hour)) {
		t.Errorf("after a sign-in on the next day: %v", got)
	}

	if err := db.Switch("ses_00000000002", other)(t.Context(), by(ada.ID, noon.Add(25*time.Hour))); err != nil {
		t.Fatal(err)
	}

	if got := seen(other); !got.Equal(day.Add(24 * time.Hour)) {
		t.Errorf("after a switch: %v", got)
	}
}

func TestADisabledMemberIsNotSeenWhenTheySignIn(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	jon := colleague(t, db, ada, "jon@example.com", identity.User)
	if err := change(t, db, ada, jon, disable); err != nil {
		t.Fatal(err)
	}

	joined := membership(t, db, jon).LastSeen
	if !joined.Equal(noon.UTC().Truncate(24 * time.Hour)) {
		t.Errorf("a member who joined at %v was seen on %v", noon, joined)
	}

	tomorrow := noon.Add(24 * time.Hour)
	s := identity.Session{ID: "ses_00000000009", User: jon.User, CreatedAt: tomorrow, Lease: identity.SessionTerms.Grant(tomorrow)}
	if err := db.CreateSession(s, identity.IDToken{Digest: "jon"})(t.Context(), by(jon.User, tomorrow)); err != nil {
		t.Fatal(err)
	}

	if got := membership(t, db, jon).LastSeen; !got.Equal(joined) {
		t.Errorf("a disabled member was seen on %v", got)
	}
}

func TestAChangeOfAMemberLeavesTheDayOfAVisitThatItDidNotRead(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	jon := membership(t, db, colleague(t, db, ada, "jon@example.com", identity.User))
	tomorrow := noon.Add(24 * time.Hour)
	s := identity.Session{ID: "ses_00000000009", User: jon.User, CreatedAt: tomorrow, Lease: identity.SessionTerms.Grant(tomorrow)}
	if err := db.CreateSession(s, identity.IDToken{Digest: "jon"})(t.Context(), by(jon.User, tomorrow)); err != nil {
		t.Fatal(err)
	}

	denied := jon
	denied.Role, denied.Version = identity.Deny, jon.Version+1
	if err := db.ChangeMember(identity.ActionMemberRoleUpdate, as(ada), jon, denied)(t.Context(), by(ada.User, tomorrow)); err != nil {
		t.Fatal(err)
	}

	if got := membership(t, db, jon).LastSeen; !got.Equal(tomorrow.UTC().Truncate(24 * time.Hour)) {
		t.Errorf("the day is %v", got)
	}
}
