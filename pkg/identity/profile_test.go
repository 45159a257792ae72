package identity_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestATextIsOneTrimmedLineOfBoundedLength(t *testing.T) {
	for text, want := range map[string]string{
		" deploy bot\t": "deploy bot", "": "", "   ": "", "Zoë 🦉": "Zoë 🦉", strings.Repeat("é", 20): strings.Repeat("é", 20),
	} {
		if got, err := identity.CleanText("description", text, 20); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}

	for _, text := range []string{strings.Repeat("é", 21), "a\nb", "a\tb", "a\x00b", "a\x7fb", "a\u0085b", "a\u2028b", "a\u2029b", "a\xffb"} {
		if got, err := identity.CleanText("description", text, 20); !isProblem(err, identity.InvalidRequest) || got != "" {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestANameIsATextThatIsNotEmpty(t *testing.T) {
	if got, err := identity.CleanName("name", " Ada "); got != "Ada" || err != nil {
		t.Errorf("%q, %v", got, err)
	}

	for _, text := range []string{"", " ", "\n", strings.Repeat("x", identity.MaxName+1)} {
		if _, err := identity.CleanName("name", text); !isProblem(err, identity.InvalidRequest) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestWhatIsCleanStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if once, err := identity.CleanText("f", text, 50); err == nil {
			if twice, err := identity.CleanText("f", once, 50); err != nil || twice != once {
				t.Fatalf("%q became %q, then %q, %v", text, once, twice, err)
			}
		}
	})
}

func TestAPersonIsShownByNameElseByAddress(t *testing.T) {
	for want, p := range map[string]identity.Person{
		"Ada Lovelace": {FirstName: "Ada", LastName: "Lovelace", Email: "a@x.y"}, "Ada": {FirstName: "Ada", Email: "a@x.y"},
		"Lovelace": {LastName: "Lovelace", Email: "a@x.y"}, "a@x.y": {Email: "a@x.y"},
	} {
		if got := identity.DisplayName(p); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAPersonLandsWhereTheyChoseElseInTheEarliestJoined(t *testing.T) {
	joined := at("2026-01-01T00:00:00Z")
	member := func(org identity.OrgID, role identity.Role, status identity.Status, after time.Duration) identity.Membership {
		return identity.Membership{
			User:     "usr_1",
			Org:      org,
			Role:     role,
			Status:   status,
			JoinedAt: joined.Add(after),
		}
	}

	first, second := member("org_b", identity.User, identity.Active, 0), member("org_a", identity.Owner, identity.Active, time.Hour)
	twin := member("org_a", identity.User, identity.Active, 0) // joined with the first; the id decides
	denied, disabled := member("org_c", identity.Deny, identity.Active, -time.Hour), member("org_d", identity.Owner, identity.Disabled, -time.Hour)
	invited := identity.Membership{
		User:   "usr_1",
		Org:    "org_e",
		Role:   identity.Owner,
		Status: identity.Invited,
	}

	for _, c := range []struct {
		name   string
		chosen identity.OrgID
		in     []identity.Membership
		want   identity.OrgID
		healed bool
	}{
		{"the chosen one", "org_a", []identity.Membership{first, second}, "org_a", false},
		{"no choice: the earliest", "", []identity.Membership{second, first}, "org_b", false},
		{"no choice: the order of two that were joined at once", "", []identity.Membership{first, twin}, "org_a", false},
		{"the chosen one denies", "org_c", []identity.Membership{denied, second, first}, "org_b", true},
		{"the chosen one is disabled", "org_d", []identity.Membership{first, disabled}, "org_b", true},
		{"the chosen one is only an invitation", "org_e", []identity.Membership{invited, first}, "org_b", true},
		{"removed from the chosen one", "org_z", []identity.Membership{second, first}, "org_b", true},
		{"nowhere to go", "org_c", []identity.Membership{denied, disabled, invited}, "", true},
		{"a member of nothing", "", nil, "", false},
	} {
		got, healed := identity.Profile{DefaultOrg: c.chosen}.Landing(c.in)
		if got != c.want || healed != c.healed {
			t.Errorf("%s: %s, healed %v; want %s, %v", c.name, got, healed, c.want, c.healed)
		}
	}
}
