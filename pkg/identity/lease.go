package identity

import "time"

const (
	// LeaseStep is the grain of recorded use: however hot a token is, its use is written at most once a step.
	LeaseStep = 5 * time.Minute
	// Retention is how long a dead token stays listed, with why and when it died, before it is purged.
	Retention = 30 * 24 * time.Hour

	patLease      = 14 * 24 * time.Hour
	patMonths     = 6
	sessionLease  = 2 * time.Hour
	sessionExpiry = 12 * time.Hour
)

// Terms are the two clocks of a kind of bearer token: the lease that each use extends, and the expiry that never moves.
type Terms struct {
	// Lease is how long a token lives without use.
	Lease time.Duration
	// Expiry is the moment, counted from the token's creation, past which nothing keeps it alive.
	Expiry func(created time.Time) time.Time
}

// PATTerms: a lease of two weeks, an expiry of six calendar months.
var PATTerms = Terms{Lease: patLease, Expiry: func(t time.Time) time.Time { return AddMonths(t, patMonths) }}

// SessionTerms: a lease of two hours, an expiry of twelve.
var SessionTerms = Terms{Lease: sessionLease, Expiry: func(t time.Time) time.Time { return t.Add(sessionExpiry) }}

// Lease is the state of the two clocks of one token. Times are whole seconds, UTC. It is never shortened, never passes
// its expiry, and a token that is dead is never revived.
type Lease struct {
	// Until is when the token dies unless it is used or extended before; never after Expires.
	Until time.Time
	// Expires is when the token dies however often it is used.
	Expires time.Time
	// LastUsed is the latest recorded use, exact to LeaseStep; zero when there was none.
	LastUsed time.Time
}

// Grant is the lease of a token made at now.
func (t Terms) Grant(now time.Time) Lease {
	now = now.UTC().Truncate(time.Second)
	return Lease{Until: now.Add(t.Lease), Expires: t.Expiry(now)}
}

// Live reports whether the token is alive at now: now < min(Until, Expires).
func (l Lease) Live(now time.Time) bool { return now.Before(l.Until) && now.Before(l.Expires) }

// Expired reports whether a dead token died of its expiry and not of disuse.
func (l Lease) Expired() bool { return !l.Until.Before(l.Expires) }

// Use is a use of a live token that has to be written.
type Use struct {
	// Lease is the lease after the use.
	Lease
	// At is when it was.
	At time.Time
	// Before is where the step begins: a use recorded then or later says all that this one says. It counts the boundary in,
	// because recorded uses are cut to whole seconds, and so a use in the step's first second is recorded there.
	Before time.Time
}

// Use is what a use at now does to a lease, and whether it has to be written. cache is the longest time for which an
// authorizer's answer may be served again without the authorizer seeing the use. The contract: a live token used at t
// lives until at least min(t + Lease, Expires). Each use is rounded up to LeaseStep, so that uses within one step
// agree on the outcome and only the first of them is written. A dead token is not used: there is nothing to write.
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

// Extend is the lease after its owner asked for one more term on top of the date they saw, which may have moved since by
// use. It is never shorter than it was, so that asking twice with the same date extends once. clamped is true when the
// expiry cut the term short. The caller has checked that the token is alive.
func (t Terms) Extend(l Lease, seen time.Time) (extended Lease, clamped bool) {
	asked := seen.UTC().Truncate(time.Second).Add(t.Lease)
	extended = l
	extended.Until = latest(l.Until, earliest(asked, l.Expires))
	return extended, asked.After(l.Expires)
}

// Purge is when a token with this lease, left alone, may be removed for good.
func (l Lease) Purge() time.Time { return l.Until.Add(Retention) }

func (t Terms) horizon(now time.Time, cache time.Duration) time.Time {
	at := now.UTC().Add(t.Lease + cache)
	if down := at.Truncate(LeaseStep); down.Before(at) {
		return down.Add(LeaseStep)
	}

	return at
}

// AddMonths is the same day and time of day n calendar months later, the day clamped to the end of a shorter month:
// six months after August 31 is the last of February. time.Time.AddDate would overflow into March.
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
