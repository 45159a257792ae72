package table_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// generous are limits that no test reaches that is not about them.
var generous = identity.InvitationLimits{PerInviter: 1 << 20, PerOrganization: 1 << 20}

// accept accepts an invitation as the operation does.
func accept(t *testing.T, db *table.DB, u identity.UserID, o identity.OrgID, now time.Time) (joined identity.Membership, err error) {
	t.Helper()
	err = identity.RetryStale(t.Context(), func() error {
		own := page(t, db, u)
		offered, err := db.Invitation(t.Context(), own, o, now)
		if err != nil {
			return err
		}

		a, err := db.Accepting(t.Context(), own, offered, now)
		if err != nil {
			return err
		}

		joined = a.Joined
		return db.Accept(own, a)(t.Context(), by(u, now))
	})

	return joined, err
}

// invite invites a person as the operation does, and answers their membership.
func invite(t *testing.T, db *table.DB, actor identity.Membership, p identity.Person, role identity.Role,
	now time.Time) identity.Membership {
	t.Helper()
	m, err := tryInvite(t, db, actor, p, role, now)
	if err != nil {
		t.Fatal(err)
	}

	return m
}

func tryInvite(t *testing.T, db *table.DB, actor identity.Membership, p identity.Person, role identity.Role,
	now time.Time) (m identity.Membership, err error) {
	t.Helper()
	p.DisplayName = identity.DisplayName(p)
	err = identity.RetryStale(t.Context(), func() error {
		org, err := db.Organization(t.Context(), actor.Org)
		if err != nil {
			return err
		}

		if m, err = as(actor).Invite(identity.NewUserID(now), p, role, now); err != nil {
			return err
		}

		offer, err := db.Offer(t.Context(), as(actor), p.Email, now)
		if err != nil {
			return err
		}

		return db.Invite(as(actor), offer, org, m, generous)(t.Context(), by(actor.User, now))
	})

	return m, err
}

func signIn(t *testing.T, db *table.DB, claims table.Claims, now time.Time) identity.Profile {
	t.Helper()
	claims.Issuer = "https://issuer.example"
	p, err := tabletest.SignIn(t.Context(), db, identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}, claims, identity.NewUserID(now))
	if err != nil {
		t.Fatal(err)
	}

	return p
}

func page(t *testing.T, db *table.DB, u identity.UserID) table.OwnPage {
	t.Helper()
	h, err := db.OwnPage(t.Context(), identity.Caller{User: u, Kind: identity.SignedIn})
	if err != nil {
		t.Fatal(err)
	}

	return h
}

func TestTwoFirstSignInsMakeOneUser(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range 10 {
		email := fmt.Sprintf("new%d@example.com", i)
		if i%2 == 1 {
			invite(t, db, ada, identity.Person{Email: email}, identity.User, noon)
		}

		var users [4]identity.UserID
		for _, err := range together(1, signingIn(t, db, email, &users[0]), signingIn(t, db, email, &users[1]),
			signingIn(t, db, email, &users[2]), signingIn(t, db, email, &users[3])) {
			if err != nil {
				t.Fatal(err)
			}
		}

		for _, u := range users {
			if u != users[0] {
				t.Fatalf("users %v", users)
			}
		}

		if h := page(t, db, users[0]); len(h.Memberships) != i%2 || i%2 == 1 && h.Memberships[0].Status != identity.Active {
			t.Fatalf("memberships %+v", h.Memberships)
		}
	}
}

func signingIn(t *testing.T, db *table.DB, email string, user *identity.UserID) func() error {
	return func() error {
		claims := table.Claims{Issuer: "https://issuer.example", Subject: email, Email: email}
		change := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: noon}
		p, err := tabletest.SignIn(t.Context(), db, change, claims, identity.NewUserID(noon))
		*user = p.ID
		return err
	}
}

func TestAnEmailAddressThatChangedAtTheProviderIsFollowedUnlessItIsTaken(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com", FirstName: "Ada"}, noon)
	m := organization(t, db, ada, noon)
	moved := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@new.example"}, noon)
	if moved.ID != ada.ID || moved.Email != "ada@new.example" || moved.DisplayName != "Ada" {
		t.Fatalf("%+v", moved)
	}

	if got := membership(t, db, m).Person; got != moved.Person {
		t.Errorf("the organization sees %+v", got)
	}

	if list, _, _ := db.Members(t.Context(), m.Org, table.MemberFilter{Words: "ada@new"}, "", 10); len(list) != 1 {
		t.Error("not found by the new address")
	}

	if other := signIn(t, db, table.Claims{Subject: "other", Email: "ada@example.com"}, noon); other.ID == ada.ID {
		t.Error("the old address still leads to her")
	}

	if stays := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon); stays.ID != ada.ID || stays.Email != "ada@new.example" {
		t.Errorf("with an address that is another's: %+v", stays)
	}
}

func TestAChangeOfNamesReachesAllOrganizationsAtTheBoundAtOnce(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	long := identity.Person{
		FirstName:   "Ada Maria",
		LastName:    "von und",
		DisplayName: "Countess Ada of Lovelace",
		Email:       "ada@example.com",
	}

	ada := signIn(t, db, table.Claims{
		Subject:   "ada",
		Email:     long.Email,
		FirstName: long.FirstName,
		LastName:  long.LastName,
	}, noon)

	var in []identity.Membership
	for range identity.MaxOrganizations {
		in = append(in, organization(t, db, ada, noon))
	}

	o := identity.Organization{
		ID:        identity.NewOrgID(noon),
		Name:      "One more",
		Owners:    1,
		Members:   1,
		CreatedAt: noon,
		Version:   1,
	}

	one := in[0]
	one.Org = o.ID
	if err := db.CreateOrganization(o, one)(t.Context(), by(ada.ID, noon)); problemOf(err) != identity.LimitReached {
		t.Fatalf("one more than the bound: %v", err)
	}

	for i, names := range []identity.Person{long, {
		FirstName:   "Otto Emil",
		LastName:    "aus der",
		DisplayName: "Old Fritz of Walter",
		Email:       long.Email,
	}} {
		before := page(t, db, ada.ID)
		after := before.Profile
		after.Person, after.Version = names, after.Version+1
		c := by(ada.ID, noon)
		c.Retry = &identity.Retry{
			KeyHash: fmt.Sprint("k", i),
			Request: "r",
			Reply:   []byte("answer"),
			Until:   noon.Add(time.Hour),
		}
		if err := db.EditProfile(before.Profile, after, before.Memberships)(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}

	for _, m := range in {
		for words, found := range map[string]int{
			"old fr": 1, "fritz of": 1, "emil aus": 1, "walter": 1, "ada of": 0, "lovelace": 0, "countess": 0, "ADA@": 1,
		} {
			list, _, err := db.Members(t.Context(), m.Org, table.MemberFilter{Words: words}, "", 10)
			if err != nil || len(list) != found || found == 1 && list[0].Person.DisplayName != "Old Fritz of Walter" {
				t.Fatalf("%q finds %+v, %v", words, list, err)
			}
		}
	}

	// fritzofwalter, ofwalter, ottoemilausder, emilausder, ausder and der; "of" and "walter" have numbered rows.
	if got := countOf(t, client, name, "word"); got != 6*identity.MaxOrganizations {
		t.Errorf("%d word rows are left, want only those of the new names", got)
	}
}

func TestAMembershipMadeWhileNamesChangeHasTheNewOnes(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	boss := organization(t, db, person(t, db, "boss@example.com", noon), noon)
	for i := range 10 {
		eve := person(t, db, fmt.Sprintf("eve%d@example.com", i), noon)
		name := fmt.Sprint("Evelyn ", i)
		rename := func() error {
			return identity.RetryStale(t.Context(), func() error {
				before := page(t, db, eve.ID)
				after := before.Profile
				after.DisplayName, after.Version = name, after.Version+1
				return db.EditProfile(before.Profile, after, before.Memberships)(t.Context(), by(eve.ID, noon))
			})
		}

		add := func() error {
			if _, err := tryInvite(t, db, boss, eve.Person, identity.User, noon); err != nil {
				return err
			}

			_, err := accept(t, db, eve.ID, boss.Org, noon)
			return err
		}

		for _, err := range together(1, rename, add) {
			if err != nil {
				t.Fatal(err)
			}
		}

		h := page(t, db, eve.ID)
		if len(h.Memberships) != 1 || h.Memberships[0].Person != h.Profile.Person || h.Profile.DisplayName != name {
			t.Fatalf("%+v", h)
		}
	}
}

func TestOneEntersOnlyWhereOneHasAccess(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, ada, "eve@example.com", identity.User)
	s := identity.Session{
		ID:        "ses_00000000001",
		User:      eve.User,
		CreatedAt: noon,
		Lease:     identity.SessionTerms.Grant(noon),
	}

	c := by(eve.User, noon)
	if err := db.CreateSession(s, identity.IDToken{Digest: "s"})(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	profile := page(t, db, eve.User).Profile
	landed := profile
	landed.DefaultOrg, landed.Version = eve.Org, landed.Version+1

	if err := db.Switch(s.ID, eve)(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	if err := db.SetDefault(profile, landed)(t.Context(), c); err != nil {
		t.Fatal(err)
	}

	if err := change(t, db, ada, eve, disable); err != nil {
		t.Fatal(err)
	}

	again := landed
	again.Version++

	if err := db.Switch(s.ID, eve)(t.Context(), c); problemOf(err) != identity.Forbidden {
		t.Errorf("switched: %v", err)
	}

	if err := db.SetDefault(landed, again)(t.Context(), c); problemOf(err) != identity.Forbidden {
		t.Errorf("landed: %v", err)
	}

	if err := db.Switch("ses_00000000002", ada)(t.Context(), c); problemOf(err) != identity.NotFound {
		t.Errorf("on no session: %v", err)
	}
}
