package identity_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// noticed is a token with a member who gets its notices.
func noticed(made time.Time, lease identity.Lease) (identity.Token, identity.Membership) {
	epoch := identity.NewEpoch(made)
	return identity.Token{ID: "tok_05McJmDgrvc", CreatedAt: made, Lease: lease, Epoch: epoch},
		identity.Membership{Role: identity.Creator, Status: identity.Active, TokenEpoch: epoch}
}

func TestANoticeIsDueFromItsMomentUntilItIsSent(t *testing.T) {
	made := at("2026-03-01T12:00:00Z")
	whole := identity.PATTerms.Grant(made)
	used := whole
	used.Until = whole.Expires
	short := func(life time.Duration) identity.Lease {
		end := made.Add(life)
		return identity.Lease{Until: end, Expires: end}
	}

	lapse := identity.Notice{Kind: identity.LapseNotice, Days: 3, Ends: whole.Until}
	first := identity.Notice{Kind: identity.ExpiryNotice, Days: 14, Ends: whole.Expires}
	last := identity.Notice{Kind: identity.ExpiryNotice, Days: 3, Ends: whole.Expires}
	for name, c := range map[string]struct {
		lease  identity.Lease
		change func(*identity.Token, *identity.Membership, *identity.Muted)
		now    time.Time
		want   []identity.Notice
	}{
		"a second too early":            {lease: whole, now: whole.Until.Add(-3*day - time.Second)},
		"three days before the lapse":   {lease: whole, now: whole.Until.Add(-3 * day), want: []identity.Notice{lapse}},
		"at the lapse":                  {lease: whole, now: whole.Until},
		"14 days before the expiry":     {lease: used, now: used.Expires.Add(-14 * day), want: []identity.Notice{first}},
		"three days before the expiry":  {lease: used, now: used.Expires.Add(-3 * day), want: []identity.Notice{last}},
		"a life of ten days":            {lease: short(10 * day), now: made.Add(8 * day), want: []identity.Notice{{Kind: identity.ExpiryNotice, Days: 3, Ends: made.Add(10 * day)}}},
		"a life of less than four days": {lease: short(4*day - time.Second), now: made.Add(2 * day)},
		"an expiry that ends the lease": {lease: used, now: used.Expires.Add(-time.Hour), want: []identity.Notice{last}},
		"the lapse was noticed":         {lease: whole, now: whole.Until.Add(-day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Noticed.Lapse = t.Until }},
		"an earlier lapse was noticed":  {lease: whole, now: whole.Until.Add(-day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Noticed.Lapse = made }, want: []identity.Notice{lapse}},
		"the first expiry was noticed":  {lease: used, now: used.Expires.Add(-4 * day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Noticed.ExpiryDays = 14 }},
		"only the last is left":         {lease: used, now: used.Expires.Add(-2 * day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Noticed.ExpiryDays = 14 }, want: []identity.Notice{last}},
		"the last expiry was noticed":   {lease: used, now: used.Expires.Add(-time.Hour), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Noticed.ExpiryDays = 3 }},
		"deleted":                       {lease: whole, now: whole.Until.Add(-day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Ended = identity.Deleted }},
		"ended in a way of the future":  {lease: whole, now: whole.Until.Add(-day), change: func(t *identity.Token, _ *identity.Membership, _ *identity.Muted) { t.Ended = "dissolved" }},
		"of an earlier epoch": {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, m *identity.Membership, _ *identity.Muted) {
			m.TokenEpoch = identity.NewEpoch(made.Add(day))
		}},
		"its owner has left":             {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, m *identity.Membership, _ *identity.Muted) { *m = identity.Membership{} }},
		"its owner is disabled":          {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, m *identity.Membership, _ *identity.Muted) { m.Status = identity.Disabled }},
		"the organization is deleted":    {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, m *identity.Membership, _ *identity.Muted) { m.OrgDeletedAt = made }},
		"a role without tokens":          {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, m *identity.Membership, _ *identity.Muted) { m.Role = identity.User }},
		"a muted lapse":                  {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, _ *identity.Membership, o *identity.Muted) { o.Lapse = true }},
		"a muted expiry":                 {lease: used, now: used.Expires.Add(-day), change: func(_ *identity.Token, _ *identity.Membership, o *identity.Muted) { o.Expiry = true }},
		"the lapse, with a muted expiry": {lease: whole, now: whole.Until.Add(-day), change: func(_ *identity.Token, _ *identity.Membership, o *identity.Muted) { o.Expiry = true }, want: []identity.Notice{lapse}},
	} {
		t.Run(name, func(t *testing.T) {
			token, member := noticed(made, c.lease)
			var muted identity.Muted
			if c.change != nil {
				c.change(&token, &member, &muted)
			}

			got := identity.Notices(token, member, muted, c.now)
			if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
				t.Errorf("the notices are %+v, want %+v", got, c.want)
			}
		})
	}
}

// idle is the model of the notices: for each end of a lease, whether it was named, and which days before the expiry were.
type idle struct {
	lapses map[time.Time]int
	days   map[int]int
}

// TestEveryIdleTimeHasOneNoticeInTime lives through random lives of a token, with a job that runs every hour. A lease
// that lapses was named once, three days before, to the hour. An expiry was named 14 and 3 days before, if the token
// was a day old then. Nothing else is named, and nothing twice.
func TestEveryIdleTimeHasOneNoticeInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "born"), 0).UTC()
		lease := identity.PATTerms.Grant(now)
		if rapid.Bool().Draw(t, "short life") {
			lease.Expires = now.Add(time.Duration(rapid.IntRange(24, 40*24).Draw(t, "hours")) * time.Hour)
			if lease.Until.After(lease.Expires) {
				lease.Until = lease.Expires
			}
		}

		token, member := noticed(now, lease)
		model := idle{map[time.Time]int{}, map[int]int{}}
		for token.Live(now) {
			switch rapid.IntRange(0, 600).Draw(t, "what") {
			case 0, 1:
				if use, due := identity.PATTerms.Use(token.Lease, now, 0); due {
					token.Lease = use.Lease
				}
			case 2:
				token.Lease, _ = identity.PATTerms.Extend(token.Lease, token.Until)
			}

			for _, n := range identity.Notices(token, member, identity.Muted{}, now) {
				model.see(t, &token, n, now)
			}

			now = now.Add(time.Hour)
		}

		model.judge(t, token)
	})
}

func (m idle) see(t *rapid.T, token *identity.Token, n identity.Notice, now time.Time) {
	if late := now.Sub(n.Ends.Add(-time.Duration(n.Days) * day)); late < 0 || late >= time.Hour {
		t.Fatalf("at %s, %s too late: %+v", now, late, n)
	}

	if n.Kind == identity.LapseNotice {
		m.lapses[n.Ends]++
		token.Noticed.Lapse = n.Ends
		if m.lapses[n.Ends] > 1 || n.Ends != token.Until {
			t.Fatalf("the notice %+v is one too many", n)
		}

		return
	}

	m.days[n.Days]++
	token.Noticed.ExpiryDays = n.Days
	if m.days[n.Days] > 1 || n.Ends != token.Expires {
		t.Fatalf("the notice %+v is one too many", n)
	}
}

func (m idle) judge(t *rapid.T, token identity.Token) {
	if lapsed := !token.Expired(); lapsed && m.lapses[token.Until] != 1 {
		t.Fatalf("the token lapsed at %s, and the notices named %v", token.Until, m.lapses)
	}

	if !token.Expired() {
		return
	}

	for _, days := range identity.ExpiryNoticeDays {
		moment := token.Expires.Add(-time.Duration(days) * day)
		want := 1
		if moment.Before(token.CreatedAt.Add(day)) {
			want = 0
		}

		if m.days[days] != want {
			t.Fatalf("created at %s and expired at %s: %d notices %d days before, want %d",
				token.CreatedAt, token.Expires, m.days[days], days, want)
		}
	}
}
