package identity

import "time"

const (
	// LeaseStep is the granularity of recorded use. However often a token is used, a use is written at most once per step.
	LeaseStep = 5 * time.Minute
	// Retention is how long a dead token stays listed, with why and when it ended, before it is purged.
	Retention = 30 * 24 * time.Hour

	patLease      = 14 * 24 * time.Hour
	patMonths     = 6
	sessionLease  = 2 * time.Hour
	sessionExpiry = 12 * time.Hour
)

// Terms defines the two clocks of a kind of bearer token: the lease, which each use extends, and the expiry, which never
// moves.
type Terms struct {
	// Lease is how long a token lives without use.
	Lease time.Duration
	// Expiry returns when a token created at the given time expires, however often it is used.
	Expiry func(created time.Time) time.Time
}

// PATTerms are the terms of personal access tokens: a lease of two weeks and an expiry after six calendar months.
var PATTerms = Terms{Lease: patLease, Expiry: func(t time.Time) time.Time { return AddMonths(t, patMonths) }}

// SessionTerms are the terms of sessions: a lease of two hours and an expiry after twelve hours.
var SessionTerms = Terms{Lease: sessionLease, Expiry: func(t time.Time) time.Time { return t.Add(sessionExpiry) }}

// Lease is the state of one token's two clocks. Times are in whole seconds, UTC. A lease is never shortened, never passes
// the expiry, and never revives a dead token.
type Lease struct {
	// Until is when the token dies unless it is used or extended before then. It is never after Expires.
	Until time.Time
	// Expires is when the token dies however often it is used.
	Expires time.Time
	// LastUsed is the latest recorded use, accurate to LeaseStep; the zero time if the token was never used.
	LastUsed time.Time
}

// Grant returns the lease of a token created at now.
func (t Terms) Grant(now time.Time) Lease {
	now = now.UTC().Truncate(time.Second)
	return Lease{Until: now.Add(t.Lease), Expires: t.Expiry(now)}
}

// Live reports whether the token is live at now: now < min(Until, Expires).
func (l Lease) Live(now time.Time) bool { return now.Before(l.Until) && now.Before(l.Expires) }

// Expired reports whether a dead token reached its expiry, as opposed to being unused for too long.
func (l Lease) Expired() bool { return !l.Until.Before(l.Expires) }

// Use is a use of a live token, as it is written to the table.
type Use struct {
	// Lease is the lease after the use.
	Lease
	// At is the time of the use.
	At time.Time
	// Before is the start of the step. If a use at that time or later is already recorded, this one adds nothing. The
	// boundary itself counts, because recorded times are truncated to whole seconds.
	Before time.Time
	// From is where the use came from. Terms.Use does not know it.
	From Source
}

// Use returns what a use at now does to a lease, and whether it has to be written. cache is the longest time for which
// API Gateway may reuse an authorizer's answer, so that the authorizer does not see the use.
//
// The contract is that a live token used at t lives until at least min(t + Lease, Expires). Each use is rounded up to
// LeaseStep, so uses within one step have the same outcome and only the first is written. Use of a dead token has no
// effect and nothing is written.
func (t Terms) Use(l Lease, now time.Time, cache time.Duration) (Use, bool) {
	if !l.Live(now) {
		return Use{}, false
	}

	horizon := t.horizon(now, cache)
	use := Use{Lease: l, At: now, Before: horizon.Add(-t.Lease - cache - LeaseStep)}
	use.Until = latest(l.Until, earliest(horizon, l.Expires))
	use.LastUsed = latest(l.LastUsed, now.UTC().Truncate(time.Second))
	recorded := !l.LastUsed.IsZero() && !l.LastUsed.Before(use.Before)
	return use, use.Until.After(l.Until) || !recorded
}

// Extend returns the lease after its owner requests one more term on top of seen, the date they saw. The lease may have
// moved since by use. The result is never shorter than l, so two requests with the same date extend once. clamped is true
// if the expiry shortened the term. The caller has checked that the token is live.
func (t Terms) Extend(l Lease, seen time.Time) (extended Lease, clamped bool) {
	asked := seen.UTC().Truncate(time.Second).Add(t.Lease)
	extended = l
	extended.Until = latest(l.Until, earliest(asked, l.Expires))
	return extended, asked.After(l.Expires)
}

// EndingBy returns the lease with an expiry that is no later than t.
func (l Lease) EndingBy(t time.Time) Lease {
	l.Expires = earliest(l.Expires, t)
	l.Until = earliest(l.Until, l.Expires)

	return l
}

// Purge returns when a token with this lease may be deleted from the table if nothing else happens to it.
func (l Lease) Purge() time.Time { return l.Until.Add(Retention) }

func (t Terms) horizon(now time.Time, cache time.Duration) time.Time {
	at := now.UTC().Add(t.Lease + cache)
	if down := at.Truncate(LeaseStep); down.Before(at) {
		return down.Add(LeaseStep)
	}

	return at
}

// AddMonths returns the same day and time of day n calendar months later, with the day clamped to the end of a shorter
// month: six months after August 31 is the last day of February. time.Time.AddDate would overflow into March.
func AddMonths(t time.Time, n int) time.Time {
	t = t.UTC()
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(n), min(day, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
