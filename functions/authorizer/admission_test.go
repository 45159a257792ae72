package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

func TestEachUseMovesTheLeaseThatTheAnswerTells(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	for _, step := range []struct {
		after time.Duration
		until string
	}{{0, "2026-03-15T12:00:00Z"}, {7 * time.Minute, "2026-03-15T12:10:00Z"}, {9 * time.Minute, "2026-03-15T12:10:00Z"}, {13 * day, "2026-03-28T12:00:00Z"}} {
		w.sleepUntil(noon.Add(step.after))
		if got := w.bearer(pat).Context["leaseExpiresAt"]; got != step.until {
			t.Errorf("after %s: %s, want %s", step.after, got, step.until)
		}

		read, err := w.db.Token(context.Background(), stored.User, stored.ID)
		w.must(err)

		if got := read.Until.Format(time.RFC3339); got != step.until {
			t.Errorf("after %s: the stored lease is %s, the answer says %s", step.after, got, step.until)
		}
	}
}

func TestWithACacheTheLeaseMathsAddIt(t *testing.T) {
	w := newWorld(t)
	w.a.cache = time.Hour
	pat, _ := w.pat()
	if got := w.bearer(pat).Context["leaseExpiresAt"]; got != "2026-03-15T13:00:00Z" {
		t.Error(got)
	}
}

func TestALapsedTokenIsRefusedFromThatSecondOnAndForGood(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	w.sleepUntil(stored.Until.Add(-time.Nanosecond))
	alive := w.a.now
	w.a.now = func() time.Time { return stored.Until }
	w.bearer(pat).mustBe(t, identity.LeaseLapsed)
	w.a.now = func() time.Time { return stored.Until.Add(100 * day) }
	w.bearer(pat).mustBe(t, identity.LeaseLapsed)
	w.a.now = alive
	w.bearer(pat).mustBe(t, "")
}

func TestARefusalIsNotAUse(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	for _, refuse := range []func(){
		func() { w.sleepUntil(stored.Until) },
		func() { w.sleepUntil(noon.Add(time.Hour)); w.alter(map[string]string{"member_status": "disabled"}) },
		func() { w.alter(map[string]string{"member_status": "active", "member_role": "deny"}) },
	} {
		refuse()
		if w.bearer(pat).allowed() {
			t.Fatal("the token was admitted")
		}
	}

	read, err := w.db.Token(context.Background(), stored.User, stored.ID)
	if err != nil || read != stored {
		t.Errorf("stored %+v, %v; before %+v", read, err, stored)
	}
}

func TestAKeptUpTokenStillDiesAtItsExpiry(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	for now := noon; now.Before(stored.Expires); now = now.Add(10 * day) {
		w.sleepUntil(now)
		w.bearer(pat).mustBe(t, "")
	}

	w.sleepUntil(stored.Expires)
	w.bearer(pat).mustBe(t, identity.TokenExpired)
}

// TestOnlyACallerWithTheSecretLearnsTheReason goes through every reason to refuse a token. The caller with the secret
// gets the reason. A caller with another secret under the same IDs always gets the same answer.
func TestOnlyACallerWithTheSecretLearnsTheReason(t *testing.T) {
	for _, c := range []struct {
		name   string
		want   identity.Problem
		change func(*world, identity.Token)
	}{
		{"lapsed", identity.LeaseLapsed, func(w *world, s identity.Token) { w.sleepUntil(s.Until) }},
		{"expired", identity.TokenExpired, func(w *world, s identity.Token) {
			for now := noon; now.Before(s.Expires); now = now.Add(13 * day) {
				use, _ := identity.PATTerms.Use(s.Lease, now, 0)
				_, err := w.db.UseToken(context.Background(), s, use)
				w.must(err)
				s.Lease = use.Lease
			}

			w.sleepUntil(s.Expires)
		}},
		{"deleted", identity.TokenDeleted, func(w *world, s identity.Token) { w.must(w.db.DeleteToken(s)(context.Background(), w.change())) }},
		{"reported", identity.TokenRevoked, func(w *world, s identity.Token) { w.must(w.db.ReportToken(s)(context.Background(), w.change())) }},
		{"swept", identity.LeaseLapsed, func(w *world, s identity.Token) {
			w.sleepUntil(s.Until.Add(2 * time.Hour))
			_, err := w.db.Sweep(context.Background(), w.change())
			w.must(err)
		}},
		{"disabled", identity.AccessDisabled, func(w *world, _ identity.Token) { w.alter(map[string]string{"member_status": "disabled"}) }},
		{"invited again, not yet joined", identity.AccessDisabled, func(w *world, _ identity.Token) { w.alter(map[string]string{"member_status": "invited"}) }},
		{"denied", identity.AccessDisabled, func(w *world, _ identity.Token) { w.alter(map[string]string{"member_role": "deny"}) }},
		{"removed", identity.AccessDisabled, func(w *world, _ identity.Token) { w.dismiss() }},
		{"removed and joined again", identity.TokenRevoked, func(w *world, _ identity.Token) {
			w.alter(map[string]string{"token_epoch": identity.NewEpoch(noon.Add(time.Hour))})
			w.sleepUntil(noon.Add(2 * time.Hour))
		}},
		{"lapsed and disabled: the token's own story first", identity.LeaseLapsed, func(w *world, s identity.Token) {
			w.alter(map[string]string{"member_status": "disabled"})
			w.sleepUntil(s.Until)
		}},
		{"revoked and denied", identity.TokenRevoked, func(w *world, _ identity.Token) {
			w.alter(map[string]string{"token_epoch": identity.NewEpoch(noon.Add(time.Hour)), "member_role": "deny"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			right := bytes.Repeat([]byte{7}, 28)
			wrong := append(right[:8:8], bytes.Repeat([]byte{8}, 20)...)
			pat, stored := w.patFrom(bytes.NewReader(right))
			forged, err := secret.MintPAT(bytes.NewReader(wrong), stored.User, stored.Org)
			w.must(err)
			w.bearer(forged).mustBe(t, identity.InvalidToken)
			unproven := w.bearer(forged).text
			c.change(w, stored)
			d := w.bearer(pat)
			d.mustBe(t, c.want)
			challenge := fmt.Sprintf(`Bearer realm="leasehold", error="invalid_token", error_description=%q`, d.Context["detail"])
			if d.Context["title"] != c.want.Title() || d.Context["detail"] == "" || d.Context["challenge"] != challenge || d.PrincipalID != "nobody" {
				t.Errorf("the answer is %s", d.text)
			}

			if got := w.bearer(forged).text; got != unproven {
				t.Errorf("a caller without the secret gets %s, want %s", got, unproven)
			}
		})
	}
}

func TestAnAccessRestoredLetsTheSameTokenInAgain(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for _, change := range []struct {
		attributes map[string]string
		want       identity.Problem
	}{
		{map[string]string{"member_status": "disabled"}, identity.AccessDisabled},
		{map[string]string{"member_status": "active"}, ""},
		{map[string]string{"member_role": "deny"}, identity.AccessDisabled},
		{map[string]string{"member_role": "user"}, identity.AccessDisabled},
		{map[string]string{"member_role": "creator"}, ""},
	} {
		w.alter(change.attributes)
		w.bearer(pat).mustBe(t, change.want)
	}
}

func TestTheContextTellsTheRoleOfTheMoment(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for role, permissions := range map[string]string{
		"admin": "management:login members:view members:manage solutions:view-all solutions:view-own solutions:create " +
			"solutions:assign profile:self tokens:own audit:view",
		"creator": "management:login members:view solutions:view-own solutions:create profile:self tokens:own",
	} {
		w.alter(map[string]string{"member_role": role})
		if got := w.bearer(pat).Context; got["role"] != role || got["permissions"] != permissions {
			t.Errorf("%s: %v", role, got)
		}
	}
}

func TestATokenThatIsNotStoredIsRefusedWithoutAReason(t *testing.T) {
	w := newWorld(t)
	stranger, err := secret.MintPAT(strings.NewReader(strings.Repeat("x", 28)), w.member.User, w.member.Org)
	w.must(err)
	w.bearer(stranger).mustBe(t, identity.InvalidToken)
	gone, err := secret.MintSession(strings.NewReader(strings.Repeat("x", 28)), w.member.User)
	w.must(err)
	w.bearer(gone).mustBe(t, identity.InvalidToken)
}

func TestATokenOpensNothingUnderOtherIds(t *testing.T) {
	w := newWorld(t)
	random := bytes.Repeat([]byte{9}, 28)
	_, stored := w.patFrom(bytes.NewReader(random))
	for _, ids := range []struct {
		user identity.UserID
		org  identity.OrgID
	}{{identity.NewUserID(noon), stored.Org}, {stored.User, identity.NewOrgID(noon)}} {
		moved, err := secret.MintPAT(bytes.NewReader(random), ids.user, ids.org)
		w.must(err)
		w.bearer(moved).mustBe(t, identity.InvalidToken)
	}
}

func TestASessionLivesTwoHoursUnusedTwelveAtMostAndEndsAtSignOut(t *testing.T) {
	w := newWorld(t)
	idle, stored := w.session()
	w.sleepUntil(stored.Until)
	w.bearer(idle).mustBe(t, identity.LeaseLapsed)

	w.sleepUntil(noon)
	busy, stored := w.session()
	for now := noon; now.Before(stored.Expires); now = now.Add(time.Hour) {
		w.sleepUntil(now)
		w.bearer(busy).mustBe(t, "")
	}

	w.sleepUntil(stored.Expires)
	w.bearer(busy).mustBe(t, identity.TokenExpired)

	w.sleepUntil(noon)
	closed, stored := w.session()
	w.must(w.db.DeleteSession(stored.User, stored.ID)(context.Background(), w.change()))
	w.bearer(closed).mustBe(t, identity.InvalidToken)
}

func TestASessionDoesNotAskForTheMembership(t *testing.T) {
	w := newWorld(t)
	session, _ := w.session()
	w.dismiss()
	w.bearer(session).mustBe(t, "")
}

func TestMetricLinesTellWhatHappened(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	w.bearer(pat).mustBe(t, "")
	w.bearer(pat).mustBe(t, "")
	w.sleepUntil(stored.Until.Add(30 * day))
	w.bearer(pat).mustBe(t, identity.LeaseLapsed)
	_, err := w.authorize("Bearer nonsense")
	w.must(err)
	w.proxy.Down(true)

	if _, err := w.authorize("Bearer " + pat.Reveal()); err == nil {
		t.Fatal("no error while the table is out of reach")
	}

	want := map[string]int{
		"Authorizations allowed": 2, "Authorizations refused": 2, "Authorizations failed": 1, "LeaseBumps written": 1,
		"Refusals lease-lapsed": 1, "Refusals malformed-credentials": 1,
	}
	if got := w.metrics(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// FuzzNoEventPanicsAndNoAlteredTokenIsLetIn sends any text as the credentials of every shape, and any JSON as an event.
func FuzzNoEventPanicsAndNoAlteredTokenIsLetIn(f *testing.F) {
	w := newWorld(f)
	pat, _ := w.pat()
	session, _ := w.session()

	// Corpus entries must not depend on the run, so a token is named by a letter and altered at a place.
	for i := range 92 {
		f.Add("P", i, "x", `{"headers":{}}`)
		f.Add("S", i%70, "", `{"version":"2.0"}`)
	}

	f.Add("P", -1, "", `{"type":"TOKEN","authorizationToken":7}`)
	f.Add("P", 5, "\x00", `{"multiValueHeaders":{"authorization":[]}}`)
	f.Add("P", -1, "", `{"version":"2.0","requestContext":{"http":{"sourceIp":"::","userAgent":null},"identity":null}}`)
	f.Add("P", -1, "", `{"type":"REQUEST","requestContext":{"identity":{"sourceIp":"","userAgent":"\u0000"}}}`)
	w.proxy.Reset()
	f.Fuzz(func(t *testing.T, which string, at int, by string, raw string) {
		w.t = t
		text := pat.Reveal()
		if which == "S" {
			text = session.Reveal()
		}

		altered := text
		if at >= 0 && at < len(text) {
			altered = text[:at] + by + text[at+min(1, len(text)-at):]
		}

		for _, name := range shapes {
			d, err := w.send(shape(t, name, "Authorization", "Bearer "+altered))
			if err != nil || d.allowed() != (altered == text) {
				t.Fatalf("%s with %q at %d: %s, %v", name, by, at, d.text, err)
			}
		}

		var e event
		if json.Unmarshal([]byte(raw), &e) != nil {
			return
		}

		// The address never comes from a header.
		headerless := e
		headerless.Headers, headerless.MultiValueHeaders = nil, nil
		if e.source() != headerless.source() {
			t.Fatalf("the source of %q depends on its headers", raw)
		}

		if a, err := w.a.handle(t.Context(), e); err == nil && a.allowed {
			t.Fatalf("the event %q was admitted", raw)
		}
	})
}

// TestValuesFromANewerVersionAreRefused writes what this version does not know into the table, as a newer version would
// during a canary, and looks whether the token or session still opens anything.
func TestValuesFromANewerVersionAreRefused(t *testing.T) {
	for _, c := range []struct {
		name       string
		want       identity.Problem
		attributes map[string]string
		membership bool
	}{
		{"ending rotated", identity.TokenRevoked, map[string]string{"ended_why": "rotated"}, false},
		{"ending compromised", identity.TokenRevoked, map[string]string{"ended_why": "compromised"}, false},
		{"status suspended", identity.AccessDisabled, map[string]string{"member_status": "suspended"}, true},
		{"role auditor", identity.AccessDisabled, map[string]string{"member_role": "auditor"}, true},
	} {
		t.Run("token with "+c.name, func(t *testing.T) {
			w := newWorld(t)
			pat, stored := w.pat()
			if d := w.bearer(pat); !d.allowed() {
				t.Fatalf("the token is refused before the change: %s", d.text)
			}

			if c.membership {
				w.alter(c.attributes)
			} else {
				w.set("USER#"+string(stored.User), "TOKEN#"+string(stored.ID), c.attributes)
			}

			w.bearer(pat).mustBe(t, c.want)
		})
	}

	t.Run("session with an ending", func(t *testing.T) {
		w := newWorld(t)
		token, stored := w.session()
		if d := w.bearer(token); !d.allowed() {
			t.Fatalf("the session is refused before the change: %s", d.text)
		}

		w.set("USER#"+string(stored.User), "SESSION#"+string(stored.ID), map[string]string{"ended_why": "ended-elsewhere"})
		w.bearer(token).mustBe(t, identity.TokenRevoked)
	})
}

// deletion deletes the owner's organization, from another process, and returns it as it was.
func (w *world) deletion() identity.Organization {
	w.t.Helper()
	ctx, actor := context.Background(), identity.Acting(w.change().Caller, w.member)
	before, err := w.db.Organization(ctx, w.member.Org)
	w.must(err)
	after, err := actor.DeleteOrganization(before, before.Name, w.clock())
	w.must(err)
	w.must(w.db.DeleteOrganization(actor, before, after)(ctx, w.change()))

	return after
}

func TestATokenOfADeletedOrganizationIsRefusedWithinHalfAMinuteAndWorksAgainWhenItIsRestored(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	w.bearer(pat).mustBe(t, "") // from here on there is a copy
	deleted := w.deletion()

	w.sleepUntil(noon.Add(identity.StandingTerm - time.Nanosecond))
	w.bearer(pat).mustBe(t, "")
	w.sleepUntil(noon.Add(identity.StandingTerm))
	d := w.bearer(pat)
	d.mustBe(t, identity.AccessDisabled)
	want := "The token's organization was deleted at 2026-03-01T12:00:00Z. An Owner can restore it until 2026-03-15T12:00:00Z."
	if got := d.Context["detail"]; got != want {
		t.Errorf("the reason is %q, want %q", got, want)
	}

	w.bearer(session).mustBe(t, "") // it has its other organizations
	wrong, err := secret.MintPAT(bytes.NewReader(make([]byte, 64)), w.member.User, w.member.Org)
	w.must(err)
	w.bearer(wrong).mustBe(t, identity.InvalidToken)

	actor := identity.Acting(w.change().Caller, w.member)
	stands, err := actor.RestoreOrganization(deleted, w.clock())
	w.must(err)
	w.must(w.db.RestoreOrganization(actor, deleted, stands)(context.Background(), w.change()))
	w.sleepUntil(noon.Add(2 * identity.StandingTerm))
	w.bearer(pat).mustBe(t, "")
}

// TestTheOrganizationIsReadOnceInHalfAMinuteWithTheSameRequest counts what a call costs.
func TestTheOrganizationIsReadOnceInHalfAMinuteWithTheSameRequest(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	began := noon.Add(time.Minute)
	w.sleepUntil(began)
	w.bearer(pat).mustBe(t, "") // records the use, so that the next minutes write nothing

	for second, units := range map[int]float64{
		0:  2,
		29: 2,
		30: 3,
	} {
		w.a = w.open(w.proxy.URL())
		w.sleepUntil(began)
		w.bearer(pat)
		w.sleepUntil(began.Add(time.Duration(second) * time.Second))
		w.proxy.Reset()
		w.bearer(pat).mustBe(t, "")

		if got := w.proxy.Counts().Of(self); got.Requests != 1 || got.ReadUnits != units || got.WriteUnits != 0 {
			t.Errorf("after %d s: %+v, want 1 request and %g read units", second, got, units)
		}
	}
}

// TestAWrongTokenMakesNoCopyOfAnOrganization: tokens are easily made up, and would displace the copies of others.
func TestAWrongTokenMakesNoCopyOfAnOrganization(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	wrong, err := secret.MintPAT(bytes.NewReader(make([]byte, 64)), w.member.User, w.member.Org)
	w.must(err)
	w.bearer(wrong).mustBe(t, identity.InvalidToken)
	w.deletion()
	w.bearer(pat).mustBe(t, identity.AccessDisabled)
}
