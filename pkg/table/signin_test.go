package table_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const oneIssuer, otherIssuer = "https://issuer.example", "https://other.example"

func trySignIn(t testing.TB, db *table.DB, claims table.Claims, now time.Time) (identity.Profile, error) {
	t.Helper()
	change := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
	return tabletest.SignIn(t.Context(), db, change, claims, identity.NewUserID(now))
}

func refusedSignIn(err error) bool {
	var refusal *identity.Error
	return errors.As(err, &refusal) && refusal.Problem == identity.SignInRefused
}

func TestAnotherSubjectWithTheAddressIsRefusedAndTheOrganizationReadsItOnceADay(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon)
	m := organization(t, db, ada, noon)
	org, err := db.Organization(t.Context(), m.Org)
	if err != nil {
		t.Fatal(err)
	}

	hire := table.Claims{Issuer: oneIssuer, Subject: "hire", Email: "ada@example.com"}
	for _, at := range []time.Time{noon, noon.Add(time.Minute), noon.Add(24 * time.Hour), noon.Add(25 * time.Hour)} {
		if _, err := trySignIn(t, db, hire, at); !refusedSignIn(err) {
			t.Errorf("at %v: %v", at, err)
		}
	}

	events, _, err := db.Audit(t.Context(), org, table.AuditFilter{Actions: identity.Actions{identity.ActionMemberSignInRefused}}, "", 10, noon.Add(48*time.Hour))
	if err != nil || len(events) != 2 || events[0].Target.ID != string(ada.ID) || events[0].Caller.User != "" || events[0].After["email"] != "ada@example.com" {
		t.Errorf("%+v, %v", events, err)
	}
}

func TestTheOperatorVouchesForNewSubjectsAndTheOldOnesStayOut(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	before := table.Claims{Issuer: oneIssuer, Subject: "7", Email: "ada@example.com"}
	after := before
	after.Subject = "auth|7"
	ada := signIn(t, db, before, noon)
	if _, err := trySignIn(t, db, after, noon); !refusedSignIn(err) {
		t.Errorf("unvouched: %v", err)
	}

	after.Relink = true
	if p, err := trySignIn(t, db, after, noon); err != nil || p.ID != ada.ID {
		t.Errorf("vouched: %v, %v", p.ID, err)
	}

	for _, relink := range []bool{true, false} {
		before.Relink = relink
		if _, err := trySignIn(t, db, before, noon); !refusedSignIn(err) {
			t.Errorf("the old subject: %v", err)
		}
	}

	before.Email = "elsewhere@example.com"
	if p, err := trySignIn(t, db, before, noon); err != nil || p.ID == ada.ID {
		t.Errorf("the old subject with another address: %v, %v", p.ID, err)
	}

	after.Relink = false
	if p, err := trySignIn(t, db, after, noon); err != nil || p.ID != ada.ID {
		t.Errorf("afterwards: %v, %v", p.ID, err)
	}
}

func TestAnIssuerThatIsGoneLeavesItsPeopleToTheNext(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon)
	at := table.Claims{Issuer: otherIssuer, Subject: "x", Email: "ada@example.com"}
	if p, err := trySignIn(t, db, at, noon); err != nil || p.ID != ada.ID {
		t.Errorf("at the new issuer: %v, %v", p.ID, err)
	}

	at.Subject = "y"
	if _, err := trySignIn(t, db, at, noon); !refusedSignIn(err) {
		t.Errorf("another subject there: %v", err)
	}
}

// unmark makes a profile what an earlier release wrote.
func unmark(t *testing.T, client *dynamodb.Client, name string, u identity.UserID) {
	t.Helper()
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &name,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + string(u)},
			"SK": &types.AttributeValueMemberS{Value: "PROFILE"},
		},
		UpdateExpression:    aws.String("REMOVE identities"),
		ConditionExpression: aws.String("attribute_exists(PK)"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestProfilesOfEarlierReleasesOpenToTheirOwnOnly(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon)
	boss := organization(t, db, ada, noon)
	lea := signIn(t, db, table.Claims{Subject: "lea", Email: "lea@example.com"}, noon)
	if err := db.CreateSession(identity.Session{ID: "ses_1", User: lea.ID, CreatedAt: noon, Lease: identity.SessionTerms.Grant(noon)},
		identity.IDToken{Digest: "lea"})(t.Context(), by(lea.ID, noon)); err != nil {
		t.Fatal(err)
	}

	invite(t, db, boss, identity.Person{Email: "lea@example.com"}, identity.User, noon)
	ghost := invite(t, db, boss, identity.Person{Email: "ghost@example.com"}, identity.User, noon)
	for _, u := range []identity.UserID{ada.ID, lea.ID} {
		unmark(t, client, name, u)
	}

	for _, email := range []string{"ada@example.com", "lea@example.com"} {
		if _, err := trySignIn(t, db, table.Claims{Issuer: oneIssuer, Subject: "stranger", Email: email}, noon); !refusedSignIn(err) {
			t.Errorf("%s: %v", email, err)
		}
	}

	if p, err := trySignIn(t, db, table.Claims{Issuer: oneIssuer, Subject: "ghost", Email: "ghost@example.com"}, noon); err != nil || p.ID != ghost.User {
		t.Errorf("the invited: %v, %v", p.ID, err)
	}

	if p := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon); p.ID != ada.ID {
		t.Error("she herself is somebody else")
	}

	// Her sign-in recorded her, so the issuer's end opens the profile, and before it would not have.
	if p, err := trySignIn(t, db, table.Claims{Issuer: otherIssuer, Subject: "x", Email: "ada@example.com"}, noon); err != nil || p.ID != ada.ID {
		t.Errorf("after she is recorded: %v, %v", p.ID, err)
	}

	if _, err := trySignIn(t, db, table.Claims{Issuer: otherIssuer, Subject: "x2", Email: "lea@example.com"}, noon); !refusedSignIn(err) {
		t.Errorf("before she is recorded: %v", err)
	}
}

// TestAnOfferFollowsTheAddress holds that a person whose address the provider changes finds the invitations to the new one,
// and belongs to nothing before they accept.
func TestAnOfferFollowsTheAddress(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon)
	one := organization(t, db, ada, noon)
	pat := signIn(t, db, table.Claims{Subject: "pat", Email: "old@example.com", FirstName: "Pat"}, noon)
	invite(t, db, one, identity.Person{Email: "new@example.com"}, identity.Admin, noon)

	moved := signIn(t, db, table.Claims{Subject: "pat", Email: "new@example.com"}, noon)
	if moved.ID != pat.ID || moved.Email != "new@example.com" {
		t.Fatalf("the person is %+v, want %s at the new address", moved, pat.ID)
	}

	own := page(t, db, pat.ID)
	offers, _, err := db.Invitations(t.Context(), own, "", 10, noon)
	if err != nil || len(own.Memberships) != 0 || len(offers) != 1 || offers[0].Org != one.Org || offers[0].Role != identity.Admin {
		t.Errorf("the person belongs to %+v and is invited to %+v, %v; want one invitation", own.Memberships, offers, err)
	}
}

// TestAProfileThatNobodyHasSignedInToYieldsItsAddressAndInvitations has the profile of an earlier release, which an
// invitation created, and its invitations.
func TestAProfileThatNobodyHasSignedInToYieldsItsAddressAndInvitations(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	ada := signIn(t, db, table.Claims{Subject: "ada", Email: "ada@example.com"}, noon)
	one, both := organization(t, db, ada, noon), organization(t, db, ada, noon)
	pat := signIn(t, db, table.Claims{Subject: "pat", Email: "old@example.com", FirstName: "Pat"}, noon)
	ghost := signIn(t, db, table.Claims{Subject: "ghost", Email: "new@example.com"}, noon)
	unmark(t, client, name, ghost.ID)

	for _, earlier := range []identity.Membership{
		{User: pat.ID, Org: both.Org, Role: identity.Creator, Person: identity.Person{DisplayName: "Pat", Email: "old@example.com"}},
		{User: ghost.ID, Org: one.Org, Role: identity.Admin, Person: identity.Person{DisplayName: "Typed", Email: "new@example.com"}},
		{User: ghost.ID, Org: both.Org, Role: identity.Owner, Person: identity.Person{DisplayName: "Typed", Email: "new@example.com"}},
	} {
		earlier.InvitedAt = noon
		if err := tabletest.StoreEarlierInvitation(t.Context(), client, name, earlier); err != nil {
			t.Fatal(err)
		}
	}

	moved := signIn(t, db, table.Claims{Subject: "pat", Email: "new@example.com"}, noon)
	if moved.ID != pat.ID || moved.Email != "new@example.com" {
		t.Fatalf("the person is %+v, want %s at the new address", moved, pat.ID)
	}

	roles := map[identity.OrgID]identity.Role{}
	for _, m := range page(t, db, pat.ID).Memberships {
		roles[m.Org] = m.Role
		if m.Person.Phone != "" || m.Person.DisplayName == "Pat" && m.Org == one.Org || m.Status != identity.Invited {
			t.Errorf("the membership is %+v, want an invitation with what was typed", m)
		}
	}

	if len(roles) != 2 || roles[one.Org] != identity.Admin || roles[both.Org] != identity.Creator {
		t.Errorf("the roles are %v, want the one that passed on and the person's own", roles)
	}

	for _, org := range []identity.OrgID{one.Org, both.Org} {
		if o, err := db.Organization(t.Context(), org); err != nil || o.Members != 2 {
			t.Errorf("%s has %d members, %v; want 2", org, o.Members, err)
		}
	}

	if _, err := db.OwnPage(t.Context(), identity.Caller{User: ghost.ID, Kind: identity.SignedIn}); err == nil {
		t.Error("the empty profile is still there")
	}

	if free := signIn(t, db, table.Claims{Subject: "other", Email: "old@example.com"}, noon); free.ID == pat.ID {
		t.Error("the old address still leads to the person")
	}
}

// TestNobodyIsTakenOverInTheTable plays random sign-ins of three people at two issuers with four addresses. The model is
// who signed in to a profile; package identity plays a million of them against the rule alone.
func TestNobodyIsTakenOverInTheTable(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	games := 0
	rapid.Check(t, func(rt *rapid.T) {
		games++
		type who struct{ issuer, subject string }
		people := map[identity.UserID]map[who]bool{}
		issuer := oneIssuer
		founder := identity.Person{Email: fmt.Sprintf("founder%d@example.com", games)}
		boss := organization(t, db, signIn(t, db, table.Claims{Subject: founder.Email, Email: founder.Email}, noon), noon)

		for range rapid.IntRange(1, 12).Draw(rt, "length") {
			email := fmt.Sprintf("%c%d@example.com", 'a'+rune(rapid.IntRange(0, 3).Draw(rt, "email")), games)
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				issuer = rapid.SampledFrom([]string{oneIssuer, otherIssuer}).Draw(rt, "issuer")
				continue
			case 1:
				_, _ = tryInvite(t, db, boss, identity.Person{Email: email}, identity.User, noon)
				continue
			}

			by := who{issuer, fmt.Sprintf("%d-%d", rapid.IntRange(0, 2).Draw(rt, "person"), games)}
			p, err := trySignIn(t, db, table.Claims{Issuer: by.issuer, Subject: by.subject, Email: email}, noon)
			if refusedSignIn(err) {
				for _, in := range people {
					if in[by] {
						rt.Fatalf("%v is refused", by)
					}
				}

				continue
			}

			if err != nil {
				rt.Fatal(err)
			}

			in := people[p.ID]
			for other := range in {
				if other.issuer == issuer && !in[by] {
					rt.Fatalf("%v is in the profile of %v", by, other)
				}
			}

			if in == nil {
				people[p.ID] = map[who]bool{}
			}

			people[p.ID][by] = true
		}
	})
}
