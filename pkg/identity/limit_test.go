package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestOnlyLiveTokensCountAsLiveAndOnlyListedOnesAsKept(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := identity.Membership{Org: "org_a", TokenEpoch: "e", Status: identity.Active, Role: identity.Creator}
	token := func(change func(*identity.Token)) identity.Token {
		made := identity.Token{Org: "org_a", Epoch: "e", Lease: identity.PATTerms.Grant(now)}
		change(&made)
		return made
	}

	days := func(n int) time.Time { return now.Add(time.Duration(n) * 24 * time.Hour) }
	for name, c := range map[string]struct {
		token identity.Token
		role  identity.Role
		want  identity.TokenCount
	}{
		"live":      {token(func(*identity.Token) {}), identity.Creator, identity.TokenCount{Live: 1, Kept: 1}},
		"suspended": {token(func(*identity.Token) {}), identity.User, identity.TokenCount{Live: 1, Kept: 1}},
		"lapsed": {
			token(func(t *identity.Token) { t.Lease = identity.PATTerms.Grant(days(-20)) }),
			identity.Creator,
			identity.TokenCount{Kept: 1, Frees: days(-6).Add(identity.Retention)},
		},
		"deleted": {
			token(func(t *identity.Token) { t.Ended, t.EndedAt = identity.Deleted, days(-1) }),
			identity.Creator,
			identity.TokenCount{Kept: 1, Frees: days(-1).Add(identity.Retention)},
		},
		"ended for a reason that this version does not know": {
			token(func(t *identity.Token) { t.Ended, t.EndedAt = "reported", days(-1) }),
			identity.Creator,
			identity.TokenCount{Kept: 1, Frees: days(-1).Add(identity.Retention)},
		},
		"revoked": {
			token(func(t *identity.Token) { t.Epoch = "d" }),
			identity.Creator,
			identity.TokenCount{Kept: 1, Frees: days(14).Add(identity.Retention)},
		},
		"of an organization that the person left": {
			token(func(t *identity.Token) { t.Org = "org_b" }),
			identity.Creator,
			identity.TokenCount{Kept: 1, Frees: days(14).Add(identity.Retention)},
		},
		"purged": {
			token(func(t *identity.Token) { t.Ended, t.EndedAt = identity.Deleted, days(-31) }),
			identity.Creator,
			identity.TokenCount{},
		},
	} {
		m.Role = c.role
		if got := identity.CountTokens([]identity.Token{c.token}, []identity.Membership{m}, now); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestARefusalForTokensSaysWhenAnotherOneIsPossible(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		count identity.TokenCount
		want  identity.Problem
		after time.Duration
	}{
		"room":      {identity.TokenCount{Live: identity.MaxLiveTokens - 1, Kept: identity.MaxKeptTokens - 1}, "", 0},
		"live":      {identity.TokenCount{Live: identity.MaxLiveTokens, Kept: identity.MaxLiveTokens}, identity.LimitReached, 0},
		"kept":      {identity.TokenCount{Kept: identity.MaxKeptTokens, Frees: now.Add(time.Hour)}, identity.RateLimited, time.Hour},
		"kept late": {identity.TokenCount{Kept: identity.MaxKeptTokens, Frees: now}, identity.RateLimited, time.Second},
	} {
		err := c.count.MayAdd(now)
		if c.count.Full() != (err != nil) {
			t.Errorf("%s: full is %v, and the refusal %v", name, c.count.Full(), err)
		}

		var refusal *identity.Error
		if c.want == "" && err == nil || errors.As(err, &refusal) && refusal.Problem == c.want && refusal.RetryAfter == c.after {
			continue
		}

		t.Errorf("%s: %v, want %q after %s", name, err, c.want, c.after)
	}
}
