package table_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// tryAccount creates a service account as the operation does. The actor is its contact.
func tryAccount(t *testing.T, db *table.DB, actor identity.Membership, name string, role identity.Role) (
	identity.Membership, error) {
	t.Helper()
	var account identity.Membership
	err := identity.RetryStale(t.Context(), func() error {
		org, err := db.Organization(t.Context(), actor.Org)
		if err != nil {
			return err
		}

		account, err = as(actor).CreateServiceAccount(identity.NewUserID(noon), name, actor.Person.Email, role, noon)
		if err != nil {
			return err
		}

		return db.CreateServiceAccount(as(actor), org, account, actor)(t.Context(), by(actor.User, noon))
	})

	return account, err
}

func service(t *testing.T, db *table.DB, actor identity.Membership, name string,
	role identity.Role) identity.Membership {
	t.Helper()
	account, err := tryAccount(t, db, actor, name, role)
	if err != nil {
		t.Fatal(err)
	}

	return account
}

// serviceToken creates a token of a service account as an actor.
func serviceToken(t *testing.T, db *table.DB, actor, account identity.Membership) identity.Token {
	t.Helper()
	made := minted(t, account)
	made.Scopes = identity.DefaultScopes(account)
	if err := db.InCustody(as(actor), account).CreateToken(made)(t.Context(), by(actor.User, noon)); err != nil {
		t.Fatal(err)
	}

	return made
}

func TestAnOrganizationHasAtMostFiftyServiceAccountsHoweverManyAreCreatedAtOnce(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	for i := range identity.MaxServiceAccounts - 3 {
		service(t, db, owner, fmt.Sprint("Account ", i), identity.Creator)
	}

	create := func() error {
		_, err := tryAccount(t, db, owner, "One more", identity.Creator)
		return err
	}

	created := 0
	for _, err := range together(8, create) {
		switch {
		case err == nil:
			created++
		case problemOf(err) != identity.LimitReached && problemOf(err) != identity.Unavailable:
			t.Errorf("creating one too many: %v, want LimitReached", err)
		}
	}

	accounts, err := db.ServiceAccounts(t.Context(), owner.Org)
	if err != nil || created > 3 || len(accounts) != identity.MaxServiceAccounts-3+created {
		t.Fatalf("%d were created at once; there are %d accounts, %v", created, len(accounts), err)
	}

	for range 3 - created {
		service(t, db, owner, "One more", identity.Creator)
	}

	if err := create(); problemOf(err) != identity.LimitReached {
		t.Fatalf("one too many: %v, want LimitReached", err)
	}

	if err := remove(t, db, owner, accounts[0], noon); err != nil {
		t.Fatal(err)
	}

	service(t, db, owner, "In its place", identity.Creator)
}

// TestARollForgetsAccountsThatAnEarlierVersionRemoved removes memberships without a change of the roll.
func TestARollForgetsAccountsThatAnEarlierVersionRemoved(t *testing.T) {
	t.Parallel()
	client, name := tabletest.Fresh(t)
	db := table.New(client, name)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)

	for i := range identity.MaxServiceAccounts {
		account := service(t, db, owner, fmt.Sprint("Account ", i), identity.Creator)
		if i%10 != 0 {
			continue
		}

		membership := map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + string(account.User)},
			"SK": &types.AttributeValueMemberS{Value: "ORG#" + string(owner.Org)},
		}
		if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &name, Key: membership}); err != nil {
			t.Fatal(err)
		}
	}

	for i := range 5 {
		service(t, db, owner, fmt.Sprint("New ", i), identity.Creator)
	}

	if _, err := tryAccount(t, db, owner, "One more", identity.Creator); problemOf(err) != identity.LimitReached {
		t.Errorf("one too many: %v, want LimitReached", err)
	}

	accounts, err := db.ServiceAccounts(t.Context(), owner.Org)
	if err != nil || len(accounts) != identity.MaxServiceAccounts {
		t.Errorf("%d accounts, %v", len(accounts), err)
	}
}

// left returns the items that are stored under a user.
func (b bench) left(t *testing.T, u identity.UserID) []string {
	t.Helper()
	var lines []string
	for _, line := range b.everything(t) {
		if strings.Contains(line, "PK:USER#"+string(u)) {
			lines = append(lines, line)
		}
	}

	return lines
}

func TestNothingIsLeftOfARemovedServiceAccount(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	owner := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
	account := service(t, b.sure, owner, "Nightly export", identity.Admin)
	made := serviceToken(t, b.sure, owner, account)

	if err := remove(t, b.sure, owner, account, noon); err != nil {
		t.Fatal(err)
	}

	mustBeDead(t, b.sure, made)

	if n, err := b.sure.EraseAll(t.Context(), by("", noon)); n != 1 || err != nil {
		t.Fatalf("erased %d, %v; want 1", n, err)
	}

	if left := b.left(t, account.User); len(left) > 0 {
		t.Errorf("left: %q", left)
	}

	if found := finds(t, b.sure, owner.Org, "export"); found != 0 {
		t.Errorf("a search finds %d members", found)
	}
}

func TestARemovedOrganizationTakesItsServiceAccountsWithIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	owner := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
	account := service(t, b.sure, owner, "Nightly export", identity.Admin)
	made := serviceToken(t, b.sure, owner, account)
	end(t, b.sure, owner, noon)

	if read, m, err := b.sure.Credentials(t.Context(), made.User, made.ID, made.Org, noon.Add(time.Minute)); err != nil ||
		problemOf(read.Admit(m, "", noon.Add(time.Minute))) != identity.AccessDisabled {
		t.Errorf("in a deleted organization the token is admitted, %v", err)
	}

	if got, err := b.sure.RemoveOrganizations(t.Context(), removedAt); got.Organizations != 1 || err != nil {
		t.Fatalf("removed %+v, %v", got, err)
	}

	for _, line := range b.everything(t) {
		if strings.Contains(line, string(account.User)) {
			t.Errorf("left: %s", line)
		}
	}
}

// TestTokensOfAServiceAccountAreWrittenOnlyWhileTheRolesAllowIt changes what authorized a write between the read and
// the write.
func TestTokensOfAServiceAccountAreWrittenOnlyWhileTheRolesAllowIt(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(t *testing.T, db *table.DB, owner, admin, account identity.Membership) error{
		"the actor is demoted": func(t *testing.T, db *table.DB, owner, admin, _ identity.Membership) error {
			return change(t, db, owner, admin, to(identity.Creator))
		},
		"the actor is disabled": func(t *testing.T, db *table.DB, owner, admin, _ identity.Membership) error {
			return change(t, db, owner, admin, disable)
		},
		"the account is raised": func(t *testing.T, db *table.DB, owner, _, account identity.Membership) error {
			return change(t, db, owner, account, to(identity.Admin))
		},
		"the account is removed": func(t *testing.T, db *table.DB, owner, _, account identity.Membership) error {
			return remove(t, db, owner, account, noon)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, newProxy(t))
			owner := organization(t, b.sure, person(t, b.sure, "ada@example.com", noon), noon)
			admin := colleague(t, b.sure, owner, "adm@example.com", identity.Admin)
			account := service(t, b.sure, admin, "Nightly export", identity.Creator)
			made := serviceToken(t, b.sure, admin, account)
			kept := b.sure.InCustody(as(admin), account)

			if err := lose(t, b.sure, owner, admin, account); err != nil {
				t.Fatal(err)
			}

			renamed, err := made.Rename("description", "Other")
			if err != nil {
				t.Fatal(err)
			}

			next := minted(t, account)
			old, successor, err := made.Rotate(account, next.ID, next.Hash, [32]byte{1}, time.Hour, noon)
			if err != nil {
				t.Fatal(err)
			}

			extended, _ := identity.PATTerms.Extend(made.Lease, made.Until)
			before := b.everything(t)

			for act, write := range map[string]identity.Write{
				"create": kept.CreateToken(next),
				"rotate": kept.RotateToken(made, old, successor),
				"rename": kept.RenameToken(made, renamed),
				"extend": kept.ExtendToken(made, extended),
				"delete": kept.DeleteToken(made),
			} {
				problem := problemOf(write(t.Context(), by(admin.User, noon)))
				if problem != identity.Forbidden && problem != identity.NotFound {
					t.Errorf("%s: %q, want a refusal", act, problem)
				}
			}

			if after := b.everything(t); strings.Join(after, "\n") != strings.Join(before, "\n") {
				t.Error("something was written")
			}
		})
	}
}

// TestAServiceAccountIsCreatedAndChangedOnlyWithAContactWhoBelongs disables the contact between the read and the
// write.
func TestAServiceAccountIsCreatedAndChangedOnlyWithAContactWhoBelongs(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	contact := colleague(t, db, owner, "con@example.com", identity.User)
	account := service(t, db, owner, "Nightly export", identity.Admin)

	if got, err := db.MemberAt(t.Context(), owner.Org, "con@example.com"); err != nil || got.User != contact.User {
		t.Fatalf("at the address: %+v, %v", got, err)
	}

	org, err := db.Organization(t.Context(), owner.Org)
	if err != nil {
		t.Fatal(err)
	}

	id := identity.NewUserID(noon)
	another, err := as(owner).CreateServiceAccount(id, "Another", "con@example.com", identity.Admin, noon)
	if err != nil {
		t.Fatal(err)
	}

	changed, err := as(owner).UpdateServiceAccount(account, "Nightly export", "con@example.com")
	if err != nil {
		t.Fatal(err)
	}

	if err := change(t, db, owner, contact, disable); err != nil {
		t.Fatal(err)
	}

	for act, write := range map[string]identity.Write{
		"create": db.CreateServiceAccount(as(owner), org, another, contact),
		"update": db.UpdateServiceAccount(as(owner), account, changed, contact),
	} {
		if err := write(t.Context(), by(owner.User, noon)); !errors.Is(err, identity.ErrStale) {
			t.Errorf("%s: %v, want ErrStale", act, err)
		}
	}
}

func TestWarningsGoToTheContactAndAfterwardsToAnOwner(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	admin := colleague(t, db, owner, "adm@example.com", identity.Admin)
	account := service(t, db, admin, "Nightly export", identity.Creator)

	contact := func(want string) {
		t.Helper()
		if got, err := db.Contact(t.Context(), account); got != want || err != nil {
			t.Errorf("warnings go to %q, %v; want %q", got, err, want)
		}
	}

	contact("adm@example.com")

	if err := change(t, db, owner, admin, disable); err != nil {
		t.Fatal(err)
	}

	contact("ada@example.com")

	if err := change(t, db, owner, admin, enable); err != nil {
		t.Fatal(err)
	}

	contact("adm@example.com")

	if err := remove(t, db, owner, admin, noon); err != nil {
		t.Fatal(err)
	}

	contact("ada@example.com")
}

func TestMembersAreFoundByAddress(t *testing.T) {
	t.Parallel()
	db := tabletest.Open(t)
	owner := organization(t, db, person(t, db, "ada@example.com", noon), noon)
	eve := colleague(t, db, owner, "eve@example.com", identity.User)
	person(t, db, "stranger@example.com", noon)

	found, err := db.MembersAt(t.Context(), owner.Org, "eve@example.com", "stranger@example.com", "nobody@example.com", "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}

	want := map[string]identity.UserID{"eve@example.com": eve.User, "ada@example.com": owner.User}
	if !maps.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}
