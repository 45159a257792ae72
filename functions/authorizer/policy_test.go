package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// rule changes the token policy of the owner's organization, from another process.
func (w *world) rule(policy identity.TokenPolicy) {
	w.t.Helper()
	ctx := context.Background()
	before, err := w.db.Organization(ctx, w.member.Org)
	w.must(err)

	after := before
	after.TokenPolicy = policy
	after.Version++
	w.must(w.db.UpdateOrganization(identity.Acting(w.change().Caller, w.member), before, after)(ctx, w.change()))
}

// limited stores a new token that edit has changed.
func (w *world) limited(edit func(*identity.Token)) (secret.Token, identity.Token) {
	w.t.Helper()
	minted, err := secret.MintPAT(rand.Reader, w.member.User, w.member.Org)
	w.must(err)
	w.secrets = append(w.secrets, minted.Reveal())

	stored := identity.Token{
		ID:            minted.TokenID(),
		User:          w.member.User,
		Org:           w.member.Org,
		Hash:          minted.Hash(),
		DerivationKey: [32]byte(minted.DerivationKey()),
		Epoch:         w.member.TokenEpoch,
		CreatedAt:     w.clock(),
		Lease:         identity.PATTerms.Grant(w.clock()),
		Version:       1,
	}
	edit(&stored)
	w.must(w.db.CreateToken(stored)(context.Background(), w.change()))

	return minted, stored
}

// TestAPolicyHoldsForExistingTokensWithinHalfAMinute uses a token before the rule, so that there is a copy without it.
func TestAPolicyHoldsForExistingTokensWithinHalfAMinute(t *testing.T) {
	for name, c := range map[string]struct {
		policy identity.TokenPolicy
		want   identity.Problem
		power  string
	}{
		"no tokens":    {policy: identity.TokenPolicy{NoTokens: true}, want: identity.AccessDisabled},
		"longest life": {policy: identity.TokenPolicy{LongestDays: 1}},
		"networks":     {policy: identity.TokenPolicy{Networks: "198.51.100.0/24"}, want: identity.NetworkRefused},
		"no managing": {policy: identity.TokenPolicy{NoManaging: true}, power: "management:login members:view solutions:view-all " +
			"solutions:view-own solutions:create profile:self tokens:own audit:view"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			pat, _ := w.pat()
			before := w.bearer(pat)
			before.mustBe(t, "")
			w.rule(c.policy)

			w.sleepUntil(noon.Add(identity.StandingTerm - time.Nanosecond))
			if d := w.bearer(pat); d.Context["permissions"] != before.Context["permissions"] {
				t.Errorf("before 30 seconds have passed: %s", d.text)
			}

			w.sleepUntil(noon.Add(identity.StandingTerm))
			d := w.bearer(pat)
			d.mustBe(t, c.want)
			if c.power != "" && d.Context["permissions"] != c.power {
				t.Errorf("the permissions are %s, want %s", d.Context["permissions"], c.power)
			}

			w.rule(identity.TokenPolicy{})
			w.sleepUntil(noon.Add(2 * identity.StandingTerm))
			w.bearer(pat).mustBe(t, "")
		})
	}

	w := newWorld(t)
	pat, _ := w.pat()
	w.rule(identity.TokenPolicy{LongestDays: 1})
	w.sleepUntil(noon.Add(day - time.Second))
	w.bearer(pat).mustBe(t, "")
	w.sleepUntil(noon.Add(day))
	w.bearer(pat).mustBe(t, identity.AccessDisabled)
}

// TestARuleOfANewerVersionStopsTokens stores a rule that this version can't obey.
func TestARuleOfANewerVersionStopsTokens(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	w.rule(identity.TokenPolicy{NoManaging: true})
	w.bearer(pat).mustBe(t, "")
	w.set("ORG#"+string(w.member.Org), "META", map[string]string{"token_policy.only_on_weekdays": "true"})
	w.sleepUntil(noon.Add(identity.StandingTerm))
	w.bearer(pat).mustBe(t, identity.AccessDisabled)
}

// TestTheContextHasWhatATokenCan compares the permissions and the scopes of other APIs with what was chosen.
func TestTheContextHasWhatATokenCan(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.limited(func(s *identity.Token) { s.Scopes = identity.ParseScopes("orders:read audit:view members:manage") })

	for role, want := range map[string]string{"owner": "members:manage audit:view", "creator": ""} {
		w.alter(map[string]string{"member_role": role})
		if got := w.bearer(pat).Context; got["permissions"] != want || got["scopes"] != "orders:read" {
			t.Errorf("%s: the permissions are %q and the scopes %q, want %q and orders:read", role, got["permissions"], got["scopes"], want)
		}
	}
}

// TestTheLargestTokenIsReadWithTwoUnits gives a token everything that a token can have.
func TestTheLargestTokenIsReadWithTwoUnits(t *testing.T) {
	w := newWorld(t)
	var scopes, networks []string

	for _, rule := range identity.Matrix {
		scopes = append(scopes, string(rule.Permission))
	}

	for i := range identity.MaxAPIScopes {
		scopes = append(scopes, fmt.Sprintf("%02d%s", i, strings.Repeat("x", 62)))
	}

	for i := range identity.MaxNetworks {
		networks = append(networks, fmt.Sprintf("2001:db8:1111:2222:3333:4444:%x:8888/128", 0x7770+i))
	}

	allowed, err := identity.CleanNetworks("networks", append(networks[1:], "192.0.2.0/24"))
	w.must(err)
	pat, _ := w.limited(func(s *identity.Token) {
		s.Description = strings.Repeat("漢", identity.MaxDescription)
		s.Scopes = identity.ParseScopes(strings.Join(scopes, " "))
		s.Networks = allowed
		s.SelfRotates = true
		s.Replaces = "tok_abcdefghijk"
		s.ReplacedBy = "tok_bcdefghijkl"
		s.Version = 1 << 30
	})

	w.bearer(pat).mustBe(t, "") // copies the organization, and records where the use came from
	w.sleepUntil(noon.Add(11 * time.Minute))
	w.bearer(pat).mustBe(t, "")
	w.sleepUntil(noon.Add(11*time.Minute + time.Second))
	w.proxy.Reset()
	w.bearer(pat).mustBe(t, "")

	if got := w.proxy.Counts().Of(self); got.Requests != 1 || got.ReadUnits != 2 || got.WriteUnits != 0 {
		t.Errorf("%+v, want 1 request and 2 read units", got)
	}
}

// TestAReuseOfAReplacedTokenEndsItsSuccessorsOnce counts the events and looks at every successor.
func TestAReuseOfAReplacedTokenEndsItsSuccessorsOnce(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	first, stored := w.pat()
	chain := []secret.Token{first}

	for range 3 {
		next, err := secret.MintPAT(rand.Reader, stored.User, stored.Org)
		w.must(err)
		w.secrets = append(w.secrets, next.Reveal())
		old, successor, err := stored.Rotate(w.member, next.TokenID(), next.Hash(), [32]byte(next.DerivationKey()), time.Hour, w.clock())
		w.must(err)
		w.must(w.db.RotateToken(stored, old, successor)(ctx, w.change()))
		stored, chain = successor, append(chain, next)
	}

	w.sleepUntil(noon.Add(time.Hour - time.Second))
	for _, token := range chain {
		w.bearer(token).mustBe(t, "") // within the overlap, nothing is wrong
	}

	// Somebody who does not have the secret sets nothing off.
	w.sleepUntil(noon.Add(time.Hour))
	forged, err := secret.MintPAT(strings.NewReader(strings.Repeat("f", 28)), stored.User, stored.Org)
	w.must(err)
	w.bearer(forged).mustBe(t, identity.InvalidToken)
	w.bearer(chain[3]).mustBe(t, "")

	// While nothing can be written, the token is refused all the same, and the next use tries again.
	heal := w.proxy.Fail(dynamoproxy.Rule{Function: self, Operation: "TransactWriteItems", Fault: dynamoproxy.InternalError})
	w.bearer(first).mustBe(t, identity.TokenReplaced)
	heal()
	w.bearer(chain[3]).mustBe(t, "")

	for range 3 {
		w.bearer(first).mustBe(t, identity.TokenReplaced)
	}

	w.bearer(chain[1]).mustBe(t, identity.TokenReplaced)
	w.bearer(chain[2]).mustBe(t, identity.TokenReplaced)
	w.bearer(chain[3]).mustBe(t, identity.TokenRevoked)

	organization, err := w.db.Organization(ctx, w.member.Org)
	w.must(err)
	events, _, err := w.db.Audit(ctx, organization, table.AuditFilter{Actions: identity.Actions{identity.ActionTokenReuse}}, "", 100, w.clock())
	w.must(err)

	reused := map[string]int{}
	for _, event := range events {
		reused[event.Target.ID]++
		if event.Source.IP != "192.0.2.1" {
			t.Errorf("the audit log has %+v, want the address 192.0.2.1", event)
		}
	}

	for _, token := range chain[:3] {
		if reused[string(token.TokenID())] != 1 {
			t.Errorf("the audit log has %d events about %s, want 1", reused[string(token.TokenID())], token.TokenID())
		}
	}
}
