package identity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	issuerOne, issuerTwo = "https://one.example", "https://two.example"
	mail                 = "ada@example.com"
)

var ada = identity.Assertion{Issuer: issuerOne, Subject: "ada", Email: mail}

func profile(user identity.UserID, email string, by ...identity.Assertion) identity.Account {
	a := identity.Account{User: user, Email: email, Used: len(by) > 0}
	for _, one := range by {
		a.Identities = a.Identities.With(one)
	}

	return a
}

func TestASignInOpensWhatIsItsOwnAndAnAddressOnlyWhatIsNobodys(t *testing.T) {
	t.Parallel()
	none := identity.Account{}
	other, elsewhere := identity.Assertion{Issuer: issuerOne, Subject: "other"}, identity.Assertion{Issuer: issuerTwo, Subject: "x"}
	hers, invited, old := profile("hers", mail, ada), profile("ghost", mail), identity.Account{User: "old", Email: mail, Used: true}
	renumbered := profile("hers", mail, other)
	moved := profile("hers", "before@example.com", ada)

	for name, c := range map[string]struct {
		linked, holder identity.Account
		relink         bool
		want           identity.Recognition
	}{
		"nobody":                            {none, none, false, identity.Recognition{Outcome: identity.SignInCreates}},
		"the identity":                      {hers, hers, false, identity.Recognition{Outcome: identity.SignInOpens, User: "hers"}},
		"an identity of an older release":   {old, old, false, identity.Recognition{Outcome: identity.SignInOpens, User: "old", Adopts: true}},
		"an invitation":                     {none, invited, false, identity.Recognition{Outcome: identity.SignInLinks, User: "ghost"}},
		"another subject":                   {none, renumbered, false, identity.Recognition{}},
		"another issuer that is live":       {none, profile("hers", mail, other, elsewhere), false, identity.Recognition{}},
		"another issuer that is gone":       {none, profile("hers", mail, elsewhere), false, identity.Recognition{Outcome: identity.SignInLinks, User: "hers"}},
		"unknown identities":                {none, old, false, identity.Recognition{}},
		"another subject, vouched":          {none, renumbered, true, identity.Recognition{Outcome: identity.SignInRelinks, User: "hers"}},
		"unknown identities, vouched":       {none, old, true, identity.Recognition{Outcome: identity.SignInRelinks, User: "old"}},
		"the replaced subject":              {renumbered, renumbered, false, identity.Recognition{}},
		"the replaced subject, vouched":     {renumbered, renumbered, true, identity.Recognition{}},
		"the replaced subject, new address": {renumbered, none, false, identity.Recognition{Outcome: identity.SignInCreates}},
		"a new address":                     {moved, none, false, identity.Recognition{Outcome: identity.SignInOpens, User: "hers", Address: identity.AddressMoves}},
		"a new address, invited":            {moved, invited, false, identity.Recognition{Outcome: identity.SignInOpens, User: "hers", Address: identity.AddressYields}},
		"a new address, somebody's":         {moved, profile("them", mail, other), true, identity.Recognition{Outcome: identity.SignInOpens, User: "hers"}},
	} {
		configured := func(issuer string) bool { return issuer == issuerOne }
		if got := identity.Recognize(ada, c.linked, c.holder, configured, c.relink); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// town is what random sign-ins make of three people, two issuers and four addresses. Any provider may assert any address
// for any person, as addresses pass from one person to another.
type town struct {
	accounts map[identity.UserID]identity.Account
	links    map[string]identity.UserID
	made     int
	// issuer is the configured one, and relink whether the operator vouches for new subjects.
	issuer string
	relink bool
	// entered is the model: who is in a profile, by issuer and subject. It knows nothing of how profiles record that.
	entered map[identity.UserID]map[identity.Assertion]bool
}

func newTown() *town {
	return &town{
		accounts: map[identity.UserID]identity.Account{},
		links:    map[string]identity.UserID{},
		issuer:   issuerOne,
		entered:  map[identity.UserID]map[identity.Assertion]bool{},
	}
}

func (w *town) holder(email string) identity.Account {
	for _, a := range w.accounts {
		if a.Email == email {
			return a
		}
	}

	return identity.Account{}
}

// add makes a profile that nobody has signed in to.
func (w *town) add(email string) identity.UserID {
	w.made++
	user := identity.UserID("usr_" + strconv.Itoa(w.made))
	w.accounts[user] = identity.Account{User: user, Email: email}
	w.entered[user] = map[identity.Assertion]bool{}
	return user
}

// signIn does what the rule decides and returns whose profile is open; "" if the sign-in is refused.
func (w *town) signIn(by identity.Assertion) (identity.UserID, identity.Recognition) {
	holder := w.holder(by.Email)
	is := identity.Recognize(by, w.accounts[w.links[by.Digest()]], holder,
		func(issuer string) bool { return issuer == w.issuer }, w.relink)

	switch {
	case is.Outcome == identity.SignInIsRefused:
		return "", is
	case is.Outcome == identity.SignInCreates:
		is.User = w.add(by.Email)
	case is.Address == identity.AddressYields:
		delete(w.accounts, holder.User)
	}

	a := w.accounts[is.User]
	a.Used, a.Identities = true, a.Identities.With(by)
	if is.Address != identity.AddressStays {
		a.Email = by.Email
	}

	w.accounts[is.User], w.links[by.Digest()] = a, is.User
	return is.User, is
}

// judge compares a sign-in with the model: who was in a profile, and what its address was, before it.
func (w *town) judge(by identity.Assertion, before identity.Account, user identity.UserID, is identity.Recognition) error {
	who := identity.Assertion{Issuer: by.Issuer, Subject: by.Subject}
	var own identity.UserID
	for u, people := range w.entered {
		if people[who] {
			own = u
		}
	}

	live := false
	for one := range w.entered[before.User] {
		live = live || one.Issuer == w.issuer
	}

	switch {
	case own != "" && user != own:
		return fmt.Errorf("%v is in %q and not in their own profile %q", by, user, own)
	case own != "" && is.Address == identity.AddressYields && len(w.entered[before.User]) > 0:
		return fmt.Errorf("%v took the address of %q, which is somebody's", by, before.User)
	case own == "" && user == "" && !live:
		return fmt.Errorf("%v is refused, although nobody can sign in to %q", by, before.User)
	case own == "" && user == before.User && live && !w.relink:
		return fmt.Errorf("%v is in the profile %q, which is somebody else's", by, user)
	case own == "" && user != "" && user != before.User && len(w.entered[user]) > 0:
		return fmt.Errorf("%v is in the profile %q, with whose address they did not come", by, user)
	}

	if user == "" {
		return nil
	}

	for one := range w.entered[user] { // a renumbering ends the way in of the former subject
		if one.Issuer == by.Issuer && one != who {
			delete(w.entered[user], one)
		}
	}

	w.entered[user][who] = true
	return nil
}

// TestNobodyIsTakenOver plays random sequences of sign-ins, invitations, changes of address, of the configured
// issuer, and of the operator's vouching.
func TestNobodyIsTakenOver(t *testing.T) {
	t.Parallel()
	const length = 6
	issuers, subjects := []string{issuerOne, issuerTwo}, []string{"ada", "bob", "eve"}
	emails := []string{"a@example.com", "b@example.com", "c@example.com", "d@example.com"}
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	seen := map[identity.Recognition]int{}

	for range sequences {
		w := newTown()
		for range length {
			switch email := emails[r.IntN(len(emails))]; r.IntN(12) {
			case 0:
				w.issuer = issuers[r.IntN(len(issuers))]
			case 1:
				w.relink = r.IntN(4) == 0
			case 2, 3:
				if w.holder(email).User == "" {
					w.add(email) // an invitation
				}
			}

			by := identity.Assertion{Issuer: w.issuer, Subject: subjects[r.IntN(len(subjects))], Email: emails[r.IntN(len(emails))]}
			before := w.holder(by.Email)
			user, is := w.signIn(by)
			if err := w.judge(by, before, user, is); err != nil {
				t.Fatalf("%v\nprofiles: %+v", err, w.accounts)
			}

			is.User = ""
			seen[is]++
		}
	}

	for _, want := range []identity.Recognition{
		{},
		{Outcome: identity.SignInOpens},
		{Outcome: identity.SignInOpens, Address: identity.AddressMoves},
		{Outcome: identity.SignInOpens, Address: identity.AddressYields},
		{Outcome: identity.SignInCreates},
		{Outcome: identity.SignInLinks},
		{Outcome: identity.SignInRelinks},
	} {
		if seen[want] == 0 {
			t.Errorf("no sign-in had the outcome %+v", want)
		}
	}
}

func TestAnExcerptIsShortAndWhole(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "short", strings.Repeat("a", 200), strings.Repeat("a", 46000), strings.Repeat("é", 300), strings.Repeat("\xff", 500)} {
		got := identity.Excerpt(text)
		if len(got) > 200 || len(text) <= 200 && got != text || len(text) > 200 && !utf8.ValidString(got) {
			t.Errorf("%d bytes became %d: %q", len(text), len(got), got)
		}
	}
}

func TestALongNameIsCutBetweenCharacters(t *testing.T) {
	t.Parallel()
	family := "👩\u200d👩\u200d👧"
	for text, want := range map[string]string{
		" Ada ":                              "Ada", //nolint:gocritic // the white space is the point
		strings.Repeat("a", 150):             strings.Repeat("a", 100),
		strings.Repeat("x\u0323", 60):        strings.Repeat("x\u0323", 50),
		strings.Repeat("a", 99) + "q\u0323z": strings.Repeat("a", 99),
		"bad\u202ename":                      "",
		"\ufffd":                             "",
	} {
		if got := identity.FittingName(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}

	if got := identity.FittingName(strings.Repeat("a", 98) + family); slices.Contains([]rune(got), '\u200d') {
		t.Errorf("a family is cut in two: %q", got)
	}
}
