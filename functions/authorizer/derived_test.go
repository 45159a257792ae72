package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// derive returns a token derived from another one.
func (w *world) derive(parent secret.Token, c secret.Caveats) secret.Token {
	w.t.Helper()
	derived, err := secret.Derive(parent, c)
	w.must(err)
	w.secrets = append(w.secrets, derived.Reveal())

	return derived
}

func inAnHour() secret.Caveats { return secret.Caveats{Expires: noon.Add(time.Hour)} }

func TestADerivedTokenIsItsParentWithLessPower(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	c := inAnHour()
	c.Scopes = []string{"members:view", "tokens:own", "orders:read", "profile:self"}

	want := maps.Clone(w.bearer(pat).Context)
	want["kind"] = "derived"
	want["permissions"] = "members:view profile:self"
	want["leaseExpiresAt"], want["expiresAt"] = "2026-03-01T13:00:00Z", "2026-03-01T13:00:00Z"

	d := w.bearer(w.derive(pat, c))
	if !d.allowed() || !maps.Equal(d.Context, want) || d.Context["tokenId"] != string(stored.ID) {
		t.Errorf("the context is %v, want %v", d.Context, want)
	}

	if got := w.bearer(w.derive(pat, inAnHour())).Context["permissions"]; strings.Contains(got, "tokens:own") || !strings.Contains(got, "members:manage") {
		t.Errorf("without scopes among the caveats, the permissions are %s", got)
	}
}

func TestADerivedTokenDiesWithItsParentAndWithItsCaveats(t *testing.T) {
	for name, c := range map[string]struct {
		want   identity.Problem
		change func(*world, identity.Token)
	}{
		"itself expired":         {identity.TokenExpired, func(w *world, _ identity.Token) { w.sleepUntil(noon.Add(time.Hour)) }},
		"made for too long":      {identity.InvalidToken, func(w *world, _ identity.Token) { w.sleepUntil(noon.Add(-23*time.Hour - time.Second)) }},
		"the parent deleted":     {identity.TokenDeleted, func(w *world, s identity.Token) { w.must(w.db.DeleteToken(s)(context.Background(), w.change())) }},
		"the owner disabled":     {identity.AccessDisabled, func(w *world, _ identity.Token) { w.alter(map[string]string{"member_status": "disabled"}) }},
		"the owner a plain user": {identity.AccessDisabled, func(w *world, _ identity.Token) { w.alter(map[string]string{"member_role": "user"}) }},
		"the owner removed":      {identity.AccessDisabled, func(w *world, _ identity.Token) { w.dismiss() }},
		"all tokens revoked": {identity.TokenRevoked, func(w *world, _ identity.Token) {
			w.alter(map[string]string{"token_epoch": identity.NewEpoch(noon)})
		}},
		"a parent of an earlier version": {identity.InvalidToken, func(w *world, s identity.Token) {
			w.remove("USER#"+string(s.User), "TOKEN#"+string(s.ID), "derivation_key")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			pat, stored := w.pat()
			derived := w.derive(pat, inAnHour())
			w.bearer(derived).mustBe(t, "")
			c.change(w, stored)
			w.bearer(derived).mustBe(t, c.want)
		})
	}
}

// TestAForgedDerivedTokenLearnsNothing derives with a made-up parent that has the IDs of the real one.
func TestAForgedDerivedTokenLearnsNothing(t *testing.T) {
	w := newWorld(t)
	random := strings.Repeat("a", 28)
	pat, stored := w.patFrom(strings.NewReader(random))
	invented, err := secret.MintPAT(strings.NewReader(random[:8]+strings.Repeat("b", 20)), stored.User, stored.Org)
	w.must(err)
	forged, real := w.derive(invented, inAnHour()), w.derive(pat, inAnHour())

	d := w.bearer(forged)
	d.mustBe(t, identity.InvalidToken)
	if d.Context["detail"] != unproven.Detail {
		t.Errorf("the reason is %s", d.text)
	}

	w.must(w.db.DeleteToken(stored)(context.Background(), w.change()))
	w.bearer(real).mustBe(t, identity.TokenDeleted)
	if again := w.bearer(forged); again.text != d.text {
		t.Errorf("after the parent was deleted, the answer is %s, and before it was %s", again.text, d.text)
	}
}

func TestADerivedTokenWorksFromItsNetworksOnly(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for network, want := range map[string]identity.Problem{"192.0.2.0/24": "", "198.51.100.0/24": identity.NetworkRefused, "2001:db8::/32": identity.NetworkRefused} {
		c := inAnHour()
		c.Networks = []netip.Prefix{netip.MustParsePrefix(network)}
		derived := w.derive(pat, c)
		d, err := w.send(shape(t, "rest-request", "Authorization", "Bearer "+derived.Reveal()))
		w.must(err)
		d.mustBe(t, want)
		d, err = w.send(shape(t, "rest-token", "", "Bearer "+derived.Reveal()))
		w.must(err)
		d.mustBe(t, identity.NetworkRefused) // a TOKEN event has no address
	}
}

// TestAUseOfADerivedTokenIsAUseOfItsParent counts what a use costs: one request of two read units, and one write in five
// minutes for the parent and all that is derived from it.
func TestAUseOfADerivedTokenIsAUseOfItsParent(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	derived, other := w.derive(pat, inAnHour()), w.derive(pat, secret.Caveats{Expires: noon.Add(2 * time.Hour)})
	w.sleepUntil(noon.Add(time.Minute))
	w.bearer(pat).mustBe(t, "") // the organization is copied, and the use recorded for five minutes

	w.sleepUntil(noon.Add(80 * time.Second))
	w.proxy.Reset()
	w.bearer(derived).mustBe(t, "")
	if got := w.proxy.Counts().Of(self); got.Requests != 1 || got.ReadUnits != 2 || got.WriteUnits != 0 {
		t.Errorf("%+v, want 1 request and 2 read units", got)
	}

	w.sleepUntil(noon.Add(10 * time.Minute))
	w.proxy.Reset()
	for _, token := range []secret.Token{derived, other, pat, derived} {
		w.bearer(token).mustBe(t, "")
	}

	if got := w.proxy.Counts().Of(self, "UpdateItem"); got.Requests != 1 {
		t.Errorf("%d writes, want 1", got.Requests)
	}

	read, err := w.db.Token(context.Background(), stored.User, stored.ID)
	w.must(err)
	if want := noon.Add(10 * time.Minute).Add(14 * day); !read.Until.Equal(want) {
		t.Errorf("the parent's lease ends at %s, want %s", read.Until, want)
	}
}

// TestADerivedTokenOfAReplacedParentIsNoReuse: the parent was replaced, and a token that was derived from it in time is
// still around. That doesn't tell that the parent's secret leaked, so its successors live on.
func TestADerivedTokenOfAReplacedParentIsNoReuse(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	derived := w.derive(pat, inAnHour())
	next, err := secret.MintPAT(strings.NewReader(strings.Repeat("n", 28)), stored.User, stored.Org)
	w.must(err)
	old, successor, err := stored.Rotate(w.member, next.TokenID(), next.Hash(), [32]byte(next.DerivationKey()), 0, w.clock())
	w.must(err)
	w.must(w.db.RotateToken(stored, old, successor)(context.Background(), w.change()))

	w.sleepUntil(noon.Add(time.Minute))
	w.bearer(derived).mustBe(t, identity.TokenReplaced)
	w.bearer(next).mustBe(t, "")
	w.bearer(w.derive(next, inAnHour())).mustBe(t, "")

	// The parent's key verifies nothing of its successor's.
	if _, err := derived.Verify(next.DerivationKey(), noon); err == nil {
		t.Error("the successor's key verifies a token derived from the one before")
	}
}

func TestEveryShapeOfEventAdmitsADerivedToken(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	derived := w.derive(pat, inAnHour())
	for _, name := range shapes {
		d, err := w.send(shape(t, name, "Authorization", "Bearer "+derived.Reveal()))
		w.must(err)
		if !d.allowed() || d.Context["kind"] != "derived" {
			t.Errorf("%s: %s", name, d.text)
		}
	}

	if text, err := json.Marshal(derived); err != nil || slices.Contains(w.secrets, string(text)) {
		t.Errorf("printed as %s, %v", text, err)
	}
}
