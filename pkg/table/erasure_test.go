package table_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// leaver is a person with all that a person can have, in organizations that another person owns with them.
type leaver struct {
	profile  identity.Profile
	stays    []identity.Membership // the other Owner's
	tokens   []identity.Token
	sessions []identity.Session
}

func newLeaver(t *testing.T, db *table.DB, organizations, tokens, sessions int) leaver {
	t.Helper()
	l := leaver{profile: person(t, db, "leo@example.com", noon)}
	var mine []identity.Membership

	for i := range organizations {
		boss := person(t, db, fmt.Sprintf("boss%d@example.com", i), noon)
		owner := organization(t, db, boss, noon)
		invite(t, db, owner, identity.Person{Email: "leo@example.com", FirstName: "Leo"}, identity.Owner, noon)
		joined, err := accept(t, db, l.profile.ID, owner.Org, noon)
		if err != nil {
			t.Fatal(err)
		}

		l.stays, mine = append(l.stays, owner), append(mine, joined)
	}

	if tokens > 0 {
		tabletest.Session(t, db, l.profile.ID)
	}

	for i := range tokens {
		made := minted(t, mine[i%len(mine)])
		if err := db.CreateToken(made)(t.Context(), by(l.profile.ID, noon)); err != nil {
			t.Fatal(err)
		}

		l.tokens = append(l.tokens, made)
	}

	if tokens > 0 {
		if err := db.DeleteSession(l.profile.ID, tabletest.SessionID)(t.Context(), by(l.profile.ID, noon)); err != nil {
			t.Fatal(err)
		}
	}

	for i := range sessions {
		s := identity.Session{
			ID:        identity.SessionID(fmt.Sprintf("ses_%011d", i)),
			User:      l.profile.ID,
			CreatedAt: noon,
			Lease:     identity.SessionTerms.Grant(noon),
		}
		if err := db.CreateSession(s, identity.IDToken{Digest: string(s.ID)})(t.Context(), by(s.User, noon)); err != nil {
			t.Fatal(err)
		}

		l.sessions = append(l.sessions, s)
	}

	return l
}

func (l leaver) change() identity.Change {
	c := by(l.profile.ID, noon)
	c.Caller.Kind = identity.SignedIn
	if n := len(l.sessions); n > 0 {
		c.Caller.Credential = string(l.sessions[n-1].ID)
	}

	return c
}

// end deletes the account without erasing it.
func (l leaver) end(ctx context.Context, db *table.DB) error {
	return identity.RetryStale(ctx, func() error {
		d, err := db.Departing(ctx, l.profile.ID)
		if err != nil {
			return err
		}

		if err := d.MayGo(); err != nil {
			return err
		}

		if write := db.DeleteAccount(d); write != nil {
			return write(ctx, l.change())
		}

		return nil
	})
}

// mustBeNobody fails the test if a credential of the leaver is admitted, or if anything finds their profile.
func (l leaver) mustBeNobody(t *testing.T, db *table.DB) {
	t.Helper()
	for _, made := range l.tokens {
		token, member, err := db.Credentials(t.Context(), made.User, made.ID, made.Org, noon)
		if err != nil {
			t.Fatal(err)
		}

		if token.ID != "" && token.Admit(member, "", noon) == nil {
			t.Errorf("the token %s is admitted", made.ID)
		}
	}

	for _, s := range l.sessions {
		if _, found, err := db.Session(t.Context(), s.User, s.ID); found || err != nil {
			t.Errorf("the session %s: %t, %v", s.ID, found, err)
		}
	}

	if _, err := db.OwnPage(t.Context(), identity.Caller{User: l.profile.ID, Kind: identity.SignedIn}); !missing(err) {
		t.Errorf("the own page: %v", err)
	}

	for _, owner := range l.stays {
		if n := owners(t, db, owner.Org); n != 1 {
			t.Errorf("%s has %d active owners", owner.Org, n)
		}
	}
}

// mentions returns what is stored besides audit events that names the leaver, by key.
func (l leaver) mentions(t *testing.T, b bench) []string {
	t.Helper()
	var left []string
	for _, line := range b.everything(t) {
		event := strings.Contains(line, "PK:AUDIT#")
		if !event && (strings.Contains(line, string(l.profile.ID)) || strings.Contains(line, "leo@example.com")) {
			left = append(left, line)
		}
	}

	return left
}

func TestAnAccountOfTheLargestSizeEndsAtOnceAndIsErasedInSteps(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	b := bench{sure: table.New(client, name), client: client, name: name}
	l := newLeaver(t, b.sure, identity.MaxOrganizations, identity.MaxLiveTokens, identity.MaxSessions)

	if err := l.end(t.Context(), b.sure); err != nil {
		t.Fatal(err)
	}

	l.mustBeNobody(t, b.sure)

	done, err := b.sure.Erase(t.Context(), l.change(), l.profile.ID)
	if err != nil || !done {
		t.Fatalf("done: %t, %v", done, err)
	}

	l.mustBeNobody(t, b.sure)

	if left := l.mentions(t, b); len(left) > 0 {
		t.Errorf("%d items are left, such as %s", len(left), left[0])
	}

	for _, owner := range l.stays {
		o, err := b.sure.Organization(t.Context(), owner.Org)
		if err != nil || o.Members != 1 {
			t.Fatalf("%d members, %v", o.Members, err)
		}

		events, _ := audit(t, b.sure, o, table.AuditFilter{Actions: identity.Actions{identity.ActionMemberRemove}}, 10, noon)
		if len(events) != 1 || events[0].Caller.User != l.profile.ID || events[0].Before["role"] != "owner" ||
			events[0].Before["status"] != "active" {
			t.Errorf("%s records %+v", owner.Org, events)
		}
	}

	again, err := trySignIn(t, b.sure, table.Claims{Issuer: oneIssuer, Subject: "leo@example.com", Email: "leo@example.com"}, noon)
	if err != nil || again.ID == l.profile.ID || again.FirstName != "" {
		t.Errorf("the next to sign in with the address is %+v, %v", again, err)
	}
}

func TestAnErasureThatIsCutShortAnywhereIsFinishedByTheNext(t *testing.T) {
	p := newProxy(t)
	for first := 1; ; first++ {
		b := newBench(t, p)
		l := newLeaver(t, b.sure, 3, 2, 2)
		solve(t, b.sure, l)

		if err := l.end(t.Context(), b.sure); err != nil {
			t.Fatal(err)
		}

		restore := p.Fail(proxy.Rule{Operation: "TransactWriteItems", First: first, Times: sdkAttempts, Fault: proxy.InternalError})
		_, cut := b.shaky.Erase(t.Context(), l.change(), l.profile.ID)
		restore()
		l.mustBeNobody(t, b.sure)

		n, err := b.sure.EraseAll(t.Context(), identity.Change{Caller: identity.Caller{Kind: identity.BySchedule}, At: noon})
		if err != nil || n != one(cut != nil) {
			t.Fatalf("cut short at %d (%v), the sweep finishes %d, %v", first, cut, n, err)
		}

		if left := l.mentions(t, b); len(left) > 0 {
			t.Errorf("cut short at %d, %d items are left, such as %s", first, len(left), left[0])
		}

		if cut == nil {
			if first < 5 {
				t.Errorf("the erasure took %d transactions", first-1)
			}

			return
		}
	}
}

// solve makes a solution in each organization and assigns the leaver.
func solve(t *testing.T, db *table.DB, l leaver) {
	t.Helper()
	for _, owner := range l.stays {
		s := identity.Solution{
			ID:        identity.NewSolutionID(noon),
			Org:       owner.Org,
			Name:      "Planner",
			CreatedBy: owner.User,
			CreatedAt: noon,
			Version:   1,
		}
		if err := db.CreateSolution(s, owner)(t.Context(), by(owner.User, noon)); err != nil {
			t.Fatal(err)
		}

		roster, err := db.Roster(t.Context(), as(owner), s.ID, l.profile.ID)
		if err != nil {
			t.Fatal(err)
		}

		move, err := roster.Move(l.profile.ID, identity.SolutionEditor)
		if err != nil {
			t.Fatal(err)
		}

		if err := db.Reassign(roster, []identity.Move{move})(t.Context(), by(owner.User, noon)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheLastOwnerStaysAndLearnsWhereTheyAreNeeded(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	alone := organization(t, db, ada, noon)
	shared := organization(t, db, ada, noon)
	coOwner(t, db, shared, "eve@example.com")

	err := leaver{profile: ada}.end(t.Context(), db)
	refusal, ok := errors.AsType[*identity.Error](err)
	if !ok || refusal.Problem != identity.LastOwner || len(refusal.Organizations) != 1 || refusal.Organizations[0].ID != alone.Org {
		t.Fatalf("the refusal is %+v, want LastOwner of %s", err, alone.Org)
	}

	if p := page(t, db, ada.ID); len(p.Memberships) != 2 {
		t.Errorf("after the refusal there are %d memberships", len(p.Memberships))
	}
}

func TestOfTwoOwnersWhoDeleteTheirAccountsAtOnceOneStays(t *testing.T) {
	t.Parallel()
	for range 5 {
		db := tabletest.Open(t)
		ada := person(t, db, "ada@example.com", noon)
		m := organization(t, db, ada, noon)
		eve := coOwner(t, db, m, "eve@example.com")

		errs := together(1, func() error { return leaver{profile: ada}.end(t.Context(), db) }, func() error {
			return leaver{profile: identity.Profile{ID: eve.User}}.end(t.Context(), db)
		})

		refused := slices.DeleteFunc(errs, func(err error) bool { return err == nil })
		if len(refused) != 1 || problemOf(refused[0]) != identity.LastOwner || owners(t, db, m.Org) != 1 {
			t.Errorf("refused: %v; %d owners", refused, owners(t, db, m.Org))
		}
	}
}

// TestNoSessionOutlivesAnAccountThatEndsMeanwhile creates a session between the read and the write of a deletion, and after
// it.
func TestNoSessionOutlivesAnAccountThatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	l := newLeaver(t, db, 1, 0, 1)
	d, err := db.Departing(t.Context(), l.profile.ID)
	if err != nil {
		t.Fatal(err)
	}

	late := l.sessions[0]
	late.ID = "ses_zzzzzzzzzzz"
	create := func(digest string) error {
		return db.CreateSession(late, identity.IDToken{Digest: digest})(t.Context(), l.change())
	}

	if err := create("meanwhile"); err != nil {
		t.Fatal(err)
	}

	if err := db.DeleteAccount(d)(t.Context(), l.change()); !errors.Is(err, identity.ErrStale) {
		t.Fatalf("the deletion that does not know the session: %v", err)
	}

	if err := l.end(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	l.sessions = append(l.sessions, late)
	l.mustBeNobody(t, db)

	if err := create("after"); !errors.Is(err, identity.ErrStale) {
		t.Errorf("a session of a deleted account: %v", err)
	}
}

func TestADeletedMemberGetsNoAccessBackWhileTheyAreBeingErased(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	l := newLeaver(t, db, 1, 1, 0)
	if err := l.end(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	ghost, err := db.Membership(t.Context(), l.profile.ID, l.stays[0].Org)
	if err != nil || ghost.User == "" {
		t.Fatalf("%+v, %v", ghost, err)
	}

	if err := change(t, db, l.stays[0], ghost, enable); !isUnavailable(err) {
		t.Errorf("enabling them: %v", err)
	}

	l.mustBeNobody(t, db)
}

func TestAProfileOfAnEarlierReleaseEndsToo(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	b := bench{sure: table.New(client, name), client: client, name: name}
	l := newLeaver(t, b.sure, 1, 1, 0)
	boss := organization(t, b.sure, person(t, b.sure, "kim@example.com", noon), noon)
	unmark(t, client, name, l.profile.ID)
	if err := tabletest.StoreEarlierInvitation(t.Context(), client, name, identity.Membership{
		User:      l.profile.ID,
		Org:       boss.Org,
		OrgName:   boss.OrgName,
		Role:      identity.User,
		Person:    identity.Person{DisplayName: "leo@example.com", Email: "leo@example.com"},
		InvitedAt: noon,
	}); err != nil {
		t.Fatal(err)
	}

	if err := l.end(t.Context(), b.sure); err != nil {
		t.Fatal(err)
	}

	if done, err := b.sure.Erase(t.Context(), l.change(), l.profile.ID); !done || err != nil {
		t.Fatal(done, err)
	}

	// The identity of such a profile cannot be found, and leads nowhere.
	left := l.mentions(t, b)
	if len(left) != 1 || !strings.Contains(left[0], "IDENTITY#") {
		t.Errorf("these items are left: %q", left)
	}

	claims := table.Claims{Issuer: oneIssuer, Subject: "leo@example.com", Email: "leo@example.com"}
	if p, err := trySignIn(t, b.sure, claims, noon.Add(time.Hour)); err != nil || p.ID == l.profile.ID {
		t.Errorf("the next to sign in is %s, %v", p.ID, err)
	}
}

func TestEveryWriteOfADeletionIsStoredOrNotAndSaysSo(t *testing.T) {
	p := newProxy(t)
	for how, fault := range faults {
		if fault.of != "" && fault.of != transaction {
			continue
		}

		b := newBench(t, p)
		l := newLeaver(t, b.sure, 1, 1, 1)
		fault.rule.Operation = transaction
		restore := p.Fail(fault.rule)
		err := l.end(t.Context(), b.shaky)
		restore()

		if isUnavailable(err) != fault.failed || !fault.failed && err != nil {
			t.Errorf("%s: it says %v", how, err)
		}

		d, err := b.sure.Departing(t.Context(), l.profile.ID)
		if err != nil || d.Deleted() != fault.stored {
			t.Errorf("%s: deleted: %t, %v", how, d.Deleted(), err)
		}

		if err := l.end(t.Context(), b.sure); err != nil {
			t.Errorf("%s: tried again it says %v", how, err)
		}

		l.mustBeNobody(t, b.sure)
	}
}

func TestADeletionThatFindsTheLastOwnershipOnlyAsItWritesDecidesAgain(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := person(t, db, "ada@example.com", noon)
	m := organization(t, db, ada, noon)
	eve := coOwner(t, db, m, "eve@example.com")

	read, err := db.Departing(t.Context(), ada.ID)
	if err != nil || read.MayGo() != nil {
		t.Fatal(err, read.MayGo())
	}

	if err := (leaver{profile: identity.Profile{ID: eve.User}}).end(t.Context(), db); err != nil {
		t.Fatal(err)
	}

	if err := db.DeleteAccount(read)(t.Context(), by(ada.ID, noon)); !errors.Is(err, identity.ErrStale) {
		t.Errorf("the write says %v, want ErrStale", err)
	}
}
