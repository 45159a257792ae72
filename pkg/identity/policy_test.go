package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestAnExpiryIsChosenBetweenADayAndSixMonths(t *testing.T) {
	at := func(d time.Duration) *time.Time { moment := made.Add(d); return &moment }
	six := identity.AddMonths(made, 6)
	short := identity.TokenPolicy{LongestDays: 30}

	for _, c := range []struct {
		chosen *time.Time
		policy identity.TokenPolicy
		want   time.Time
		wrong  string
	}{
		{nil, identity.TokenPolicy{}, six, ""},
		{nil, short, made.Add(30 * day), ""},
		{nil, identity.TokenPolicy{LongestDays: identity.MaxPolicyDays}, made.Add(184 * day), ""},
		{at(day), identity.TokenPolicy{}, made.Add(day), ""},
		{at(day - 5*time.Minute), identity.TokenPolicy{}, made.Add(day - 5*time.Minute), ""},
		{at(day - 6*time.Minute), identity.TokenPolicy{}, time.Time{}, "at least one day ahead"},
		{at(-day), identity.TokenPolicy{}, time.Time{}, "at least one day ahead"},
		{&six, identity.TokenPolicy{}, six, ""},
		{at(six.Sub(made) + 4*time.Minute), identity.TokenPolicy{}, six, ""},
		{at(six.Sub(made) + 6*time.Minute), identity.TokenPolicy{}, time.Time{}, "limited by six calendar months after its creation"},
		{at(30 * day), short, made.Add(30 * day), ""},
		{at(31 * day), short, time.Time{}, "limited by the organization's token policy"},
		{at(40*day + time.Millisecond), identity.TokenPolicy{}, made.Add(40 * day), ""},
	} {
		lease, err := identity.ChooseExpiry("expiresAt", c.chosen, c.policy, made)
		until := made.Add(14 * day)
		if c.want.Before(until) {
			until = c.want
		}

		switch {
		case c.wrong == "" && (err != nil || !lease.Expires.Equal(c.want) || !lease.Until.Equal(until)):
			t.Errorf("%v with %+v: %+v, %v; want %s", c.chosen, c.policy, lease, err, c.want)
		case c.wrong != "" && (!isProblem(err, identity.InvalidRequest) || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%v with %+v: %+v, %v; want %q", c.chosen, c.policy, lease, err, c.wrong)
		}
	}
}

func TestAPolicySuspendsTokensAndSaysWhy(t *testing.T) {
	for _, c := range []struct {
		policy identity.TokenPolicy
		age    time.Duration
		why    string
	}{
		{identity.TokenPolicy{}, day, ""},
		{identity.TokenPolicy{LongestDays: 2}, 2*day - time.Second, ""},
		{identity.TokenPolicy{LongestDays: 2}, 2 * day, "let the token work for 2 days, until 2026-"},
		{identity.TokenPolicy{NoTokens: true}, 0, "does not allow personal access tokens"},
		{identity.TokenPolicy{NoManaging: true}, 0, ""},
		{identity.TokenPolicy{Unknown: true}, 0, "a rule that this version does not know"},
	} {
		member := activeMember()
		member.TokenPolicy = c.policy
		err := freshToken().Admit(member, "", made.Add(c.age))

		if (err == nil) != (c.why == "") || err != nil && (!isProblem(err, identity.AccessDisabled) || !strings.Contains(err.Error(), c.why)) {
			t.Errorf("%+v after %s: %v, want %q", c.policy, c.age, err, c.why)
		}
	}
}

func TestATokenWorksOnlyFromItsNetworksAndThoseOfItsOrganization(t *testing.T) {
	for _, c := range []struct {
		own, organization identity.Networks
		from              string
		works             bool
	}{
		{"", "", "", true},
		{"10.0.0.0/8", "", "10.1.2.3", true},
		{"10.0.0.0/8", "", "192.0.2.1", false},
		{"", "10.0.0.0/8", "192.0.2.1", false},
		{"10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", true},
		{"10.0.0.0/8", "10.1.0.0/16", "10.2.2.3", false},
		{"10.0.0.0/8", "", "", false},
	} {
		token, member := freshToken(), activeMember()
		token.Networks, member.TokenPolicy.Networks = c.own, c.organization

		if err := token.Admit(member, c.from, made); (err == nil) != c.works || err != nil && !isProblem(err, identity.NetworkRefused) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestARotationReplacesATokenByOneOfTheSamePower(t *testing.T) {
	now := made.Add(40 * day)
	old := freshToken()
	old.Scopes, old.Networks, old.SelfRotates, old.Description, old.Version = identity.ParseScopes("audit:view"), "10.0.0.0/8", true, "ci", 3
	old.Until = now.Add(3 * day)

	for _, c := range []struct {
		overlap        time.Duration
		expires, until time.Time
	}{
		{0, now, now},
		{time.Hour, now.Add(time.Hour), now.Add(time.Hour)},
		{7 * day, now.Add(7 * day), now.Add(3 * day)},
	} {
		kept, next, err := old.Rotate(activeMember(), "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, c.overlap, now)
		if err != nil || kept.ReplacedBy != next.ID || !kept.Expires.Equal(c.expires) || !kept.Until.Equal(c.until) || kept.Hash != old.Hash {
			t.Errorf("%s: the old token is %+v, %v", c.overlap, kept, err)
		}

		want := old
		want.ID, want.Hash, want.DerivationKey, want.Epoch = "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, epoch
		want.CreatedAt, want.Lease, want.Replaces, want.Version = now, identity.PATTerms.Grant(now), old.ID, 1
		if next != want {
			t.Errorf("%s: the new token is %+v, want %+v", c.overlap, next, want)
		}

		if ending, at := kept.State(activeMember(), c.until); c.until.Equal(c.expires) && (ending != identity.Replaced || !at.Equal(c.expires)) {
			t.Errorf("%s: at the end of the overlap it is %q at %s", c.overlap, ending, at)
		}

		if _, _, err := kept.Rotate(activeMember(), "tok_yyyyyyyyyyy", [32]byte{}, [32]byte{}, time.Hour, now); !isProblem(err, identity.TokenDead) {
			t.Errorf("%s: a second rotation: %v", c.overlap, err)
		}
	}

	short := freshToken()
	short.Expires = made.Add(50 * day)
	short.Until = short.Expires
	if _, next, err := short.Rotate(activeMember(), "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, 0, now); err != nil || !next.Expires.Equal(now.Add(50*day)) {
		t.Errorf("a token with a life of 50 days: %+v, %v", next, err)
	}

	strict := activeMember()
	strict.TokenPolicy.LongestDays = 60
	if _, next, err := old.Rotate(strict, "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, 0, now); err != nil || !next.Expires.Equal(now.Add(60*day)) {
		t.Errorf("with a policy: %+v, %v", next, err)
	}

	strict.TokenPolicy.NoTokens = true
	if _, _, err := old.Rotate(strict, "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, 0, now); !isProblem(err, identity.Forbidden) {
		t.Errorf("without tokens: %v", err)
	}
}

func TestAPolicyIsCheckedBeforeItIsStored(t *testing.T) {
	days := func(n int64) *int64 { return &n }
	if got, err := identity.CleanTokenPolicy("p", identity.TokenPolicy{NoTokens: true}, days(184), []string{"10.0.0.0/8"}); err != nil ||
		got != (identity.TokenPolicy{NoTokens: true, LongestDays: 184, Networks: "10.0.0.0/8"}) {
		t.Errorf("%+v, %v", got, err)
	}

	for _, n := range []int64{0, -1, 185, 1 << 40} {
		if _, err := identity.CleanTokenPolicy("p", identity.TokenPolicy{}, days(n), nil); !isProblem(err, identity.InvalidRequest) {
			t.Errorf("%d days: %v", n, err)
		}
	}

	_, err := identity.CleanTokenPolicy("p", identity.TokenPolicy{}, days(0), []string{"here"})
	if err == nil || !strings.Contains(err.Error(), "2 fields") {
		t.Errorf("two mistakes: %v", err)
	}
}
