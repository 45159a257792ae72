package identity_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	day   = 24 * time.Hour
	weeks = 14 * day
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}

	return t
}

func TestANewTokenLivesTwoWeeksUnusedAndSixMonthsAtMost(t *testing.T) {
	l := identity.PATTerms.Grant(at("2026-03-01T12:00:00.9Z"))
	want := identity.Lease{Until: at("2026-03-15T12:00:00Z"), Expires: at("2026-09-01T12:00:00Z")}
	if l != want {
		t.Fatalf("got %+v, want %+v", l, want)
	}
}

func TestANewSessionLivesTwoHoursUnusedAndTwelveAtMost(t *testing.T) {
	l := identity.SessionTerms.Grant(at("2026-03-01T23:00:00Z"))
	want := identity.Lease{Until: at("2026-03-02T01:00:00Z"), Expires: at("2026-03-02T11:00:00Z")}
	if l != want {
		t.Fatalf("got %+v, want %+v", l, want)
	}
}

func TestAGrantDoesNotDependOnTheZoneOfTheClock(t *testing.T) {
	now := at("2026-08-31T23:30:00Z")
	there := now.In(time.FixedZone("east", 14*3600)) // September there
	if here, other := identity.PATTerms.Grant(now), identity.PATTerms.Grant(there); here != other {
		t.Fatalf("%+v in UTC, %+v in another zone", here, other)
	}
}

func TestAddMonthsKeepsTheDayOrTakesTheLastOfAShorterMonth(t *testing.T) {
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2025-08-31T10:20:30Z", 6, "2026-02-28T10:20:30Z"},
		{"2027-08-31T10:20:30Z", 6, "2028-02-29T10:20:30Z"}, // leap year
		{"2099-08-30T00:00:00Z", 6, "2100-02-28T00:00:00Z"}, // a century is none
		{"2027-08-29T00:00:00Z", 6, "2028-02-29T00:00:00Z"},
		{"2026-08-28T00:00:00Z", 6, "2027-02-28T00:00:00Z"},
		{"2026-12-31T23:59:59Z", 6, "2027-06-30T23:59:59Z"},
		{"2026-03-31T00:00:00Z", 6, "2026-09-30T00:00:00Z"},
		{"2026-05-31T00:00:00Z", 6, "2026-11-30T00:00:00Z"},
		{"2026-10-31T00:00:00Z", 6, "2027-04-30T00:00:00Z"},
		{"2026-02-28T00:00:00Z", 6, "2026-08-28T00:00:00Z"}, // the end of a month does not stick
		{"2028-02-29T00:00:00Z", 6, "2028-08-29T00:00:00Z"},
		{"2028-02-29T00:00:00Z", 12, "2029-02-28T00:00:00Z"},
		{"2026-07-01T00:00:00Z", 6, "2027-01-01T00:00:00Z"},
		{"2026-01-31T00:00:00Z", 0, "2026-01-31T00:00:00Z"},
		{"2026-01-31T00:00:00+14:00", 6, "2026-07-30T10:00:00Z"}, // January 30 in UTC
	} {
		if got := identity.AddMonths(at(c.from), c.months); !got.Equal(at(c.want)) || got.Location() != time.UTC {
			t.Errorf("%s and %d months: %s, want %s", c.from, c.months, got, c.want)
		}
	}
}

// monthLengths are written out: the model of AddMonths uses no calendar but this.
var monthLengths = [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func monthLength(year, month int) int {
	if leap := year%4 == 0 && (year%100 != 0 || year%400 == 0); leap && month == 2 {
		return 29
	}
	return monthLengths[month-1]
}

func TestAddMonthsAgreesWithACalendarByHand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := time.Unix(rapid.Int64Range(0, 4_000_000_000).Draw(t, "from"), 0).UTC()
		months := rapid.IntRange(0, 30).Draw(t, "months")
		year, month := from.Year(), int(from.Month())+months
		for month > 12 {
			year, month = year+1, month-12
		}

		got := identity.AddMonths(from, months)
		day := min(from.Day(), monthLength(year, month))
		if got.Year() != year || int(got.Month()) != month || got.Day() != day {
			t.Fatalf("%s and %d months: %s, want %d-%d-%d", from, months, got, year, month, day)
		}

		if got.Format(time.TimeOnly) != from.Format(time.TimeOnly) {
			t.Fatalf("the time of day moved from %s to %s", from, got)
		}
	})
}

func TestAUseMovesTheLeaseToTwoWeeksLaterRoundedUpToFiveMinutes(t *testing.T) {
	granted := identity.PATTerms.Grant(at("2026-03-01T12:00:00Z"))
	for _, c := range []struct {
		name, now, until string
		cache            time.Duration
		due              bool
	}{
		{"at once", "2026-03-01T12:00:00Z", "2026-03-15T12:00:00Z", 0, true}, // the first use is recorded though nothing moves
		{"within the step", "2026-03-01T12:03:10Z", "2026-03-15T12:05:00Z", 0, true},
		{"at the end of the step", "2026-03-01T12:05:00Z", "2026-03-15T12:05:00Z", 0, true},
		{"a nanosecond behind it", "2026-03-01T12:05:00.000000001Z", "2026-03-15T12:10:00Z", 0, true},
		{"a cache of seven minutes", "2026-03-01T12:00:00Z", "2026-03-15T12:10:00Z", 7 * time.Minute, true},
		{"a minute before the lease ends", "2026-03-15T11:59:00Z", "2026-03-29T12:00:00Z", 0, true},
		{"as it ends", "2026-03-15T12:00:00Z", "2026-03-15T12:00:00Z", 0, false},
		{"long after", "2026-08-01T00:00:00Z", "2026-03-15T12:00:00Z", 0, false},
		{"by a clock that is behind", "2026-02-28T12:00:00Z", "2026-03-15T12:00:00Z", 0, true},
	} {
		use, due := identity.PATTerms.Use(granted, at(c.now), c.cache)
		if due != c.due || due && !use.Until.Equal(at(c.until)) {
			t.Errorf("%s: until %s, due %v; want %s, %v", c.name, use.Until, due, c.until, c.due)
		}
	}
}

func TestAUseNeverPassesTheExpiry(t *testing.T) {
	l := identity.Lease{Until: at("2026-08-30T12:00:00Z"), Expires: at("2026-09-01T12:00:01Z")}
	use, due := identity.PATTerms.Use(l, at("2026-08-29T00:00:30Z"), time.Hour)
	if !due || !use.Until.Equal(l.Expires) {
		t.Fatalf("until %s, due %v", use.Until, due)
	}

	if _, due := identity.PATTerms.Use(use.Lease, at("2026-08-29T00:01:00Z"), time.Hour); due {
		t.Fatal("a lease at its expiry was written again within one step")
	}
}

func TestExtendAddsTwoWeeksToTheDateShownAndWarnsWhenClamped(t *testing.T) {
	l := identity.Lease{Until: at("2026-03-15T12:00:00Z"), Expires: at("2026-04-02T00:00:00Z")}
	for _, c := range []struct {
		name, seen, until string
		clamped           bool
	}{
		{"from the date shown", "2026-03-15T12:00:00Z", "2026-03-29T12:00:00Z", false},
		{"from a date that a use has moved since", "2026-03-14T12:00:00Z", "2026-03-28T12:00:00Z", false},
		{"from a date long past", "2026-02-01T00:00:00Z", "2026-03-15T12:00:00Z", false},
		{"with a fraction of a second", "2026-03-15T11:59:59.7Z", "2026-03-29T11:59:59Z", false},
	} {
		got, clamped := identity.PATTerms.Extend(l, at(c.seen))
		if !got.Until.Equal(at(c.until)) || clamped != c.clamped || got.Expires != l.Expires {
			t.Errorf("%s: %+v, clamped %v; want until %s", c.name, got, clamped, c.until)
		}
	}

	l.Until = at("2026-03-20T00:00:00Z")
	if got, clamped := identity.PATTerms.Extend(l, l.Until); !clamped || !got.Until.Equal(l.Expires) {
		t.Errorf("past the expiry: %+v, clamped %v", got, clamped)
	}
}

// fate is the model of one token's two clocks, in nanoseconds since 1970 and independent of package time.
type fate struct{ until, expires int64 }

const (
	second = int64(1e9)
	step   = 300 * second
	term   = 14 * 86400 * second
)

func (f fate) alive(now int64) bool { return now < f.until && now < f.expires }

func (f fate) used(now, cache int64) fate {
	if !f.alive(now) {
		return f
	}

	target := min((now+term+cache+step-1)/step*step, f.expires)
	f.until = max(f.until, target)
	return f
}

func (f fate) extended() fate {
	f.until = max(f.until, min(f.until+term, f.expires))
	return f
}

// moment draws a step forward of any size that matters: within a second, a step, an hour, two weeks.
func wait(t *rapid.T) time.Duration {
	scale := rapid.SampledFrom([]time.Duration{time.Second, 5 * time.Minute, time.Hour, 15 * day}).Draw(t, "scale")
	exact := rapid.SampledFrom([]time.Duration{0, 1, time.Second - 1}).Draw(t, "offset")
	return time.Duration(rapid.Int64Range(0, int64(scale)).Draw(t, "wait"))/time.Second*time.Second + exact
}

func TestALeaseIsNeverShortenedNorPastExpiryNorRevivedAndKeepsItsContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "born"), rapid.Int64Range(0, second-1).Draw(t, "fraction"))
		cache := time.Duration(rapid.Int64Range(0, 3600).Draw(t, "cache")) * time.Second
		l := identity.PATTerms.Grant(now)
		if rapid.Bool().Draw(t, "near its expiry") { // which a walk of random waits would seldom live to see
			l.Expires = l.Until.Add(time.Duration(rapid.Int64Range(0, 40*86400).Draw(t, "left")) * time.Second)
		}

		model := fate{l.Until.UnixNano(), l.Expires.UnixNano()}
		for range rapid.IntRange(1, 60).Draw(t, "length") {
			now = now.Add(wait(t))
			before := l

			if rapid.IntRange(0, 4).Draw(t, "what") == 0 {
				l, model = extend(l, model, now)
			} else {
				l = use(t, l, now, cache)
				model = model.used(now.UnixNano(), int64(cache))
			}

			judge(t, before, l, now)

			if l.Until.UnixNano() != model.until || l.Live(now) != model.alive(now.UnixNano()) {
				t.Fatalf("at %s the lease is %+v, the model says %+v", now, l, model)
			}
		}
	})
}

func extend(l identity.Lease, model fate, now time.Time) (identity.Lease, fate) {
	if !l.Live(now) {
		return l, model
	}

	l, _ = identity.PATTerms.Extend(l, l.Until)
	return l, model.extended()
}

// use applies a use as the table does, and holds the contract: it, and every answer served again while the cache keeps
// it, keeps the token alive for two weeks more, or until it expires.
func use(t *rapid.T, l identity.Lease, now time.Time, cache time.Duration) identity.Lease {
	wasLive := l.Live(now)
	used, due := identity.PATTerms.Use(l, now, cache)
	if due {
		l = used.Lease
	}

	if !wasLive && due {
		t.Fatalf("a dead token was used at %s: %+v", now, used)
	}

	if promised := now.Add(cache + weeks); wasLive && l.Until.Before(promised) && l.Until.Before(l.Expires) {
		t.Fatalf("used at %s with a cache of %s, it dies at %s", now, cache, l.Until)
	}

	if wasLive && l.LastUsed.Before(now.Add(-identity.LeaseStep-time.Second)) || l.LastUsed.After(now) && due {
		t.Fatalf("used at %s, the recorded use is of %s", now, l.LastUsed)
	}

	return l
}

func judge(t *rapid.T, before, after identity.Lease, now time.Time) {
	switch {
	case after.Until.Before(before.Until):
		t.Fatalf("shortened: %+v to %+v", before, after)
	case after.Until.After(after.Expires) || after.Expires != before.Expires:
		t.Fatalf("past its expiry, or the expiry moved: %+v to %+v", before, after)
	case !before.Live(now) && after != before:
		t.Fatalf("revived at %s: %+v to %+v", now, before, after)
	case after.Until.Nanosecond() != 0 || after.LastUsed.Nanosecond() != 0:
		t.Fatalf("a stored time has a fraction of a second: %+v", after)
	}
}

func TestHoweverHotATokenIsOneUseAStepIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(rapid.Int64Range(1.6e9, 2e9).Draw(t, "born"), 0)
		cache := time.Duration(rapid.Int64Range(0, 3600).Draw(t, "cache")) * time.Second
		l := identity.PATTerms.Grant(now)
		for range rapid.IntRange(0, 9).Draw(t, "extended") { // so that no use moves the lease
			l, _ = identity.PATTerms.Extend(l, l.Until)
		}

		writes := map[int64]int{}
		for range rapid.IntRange(1, 50).Draw(t, "uses") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(t, "pause")))
			if rapid.Bool().Draw(t, "in the first second of a step") {
				now = now.Add(-cache % identity.LeaseStep).Truncate(identity.LeaseStep).Add(identity.LeaseStep + cache%identity.LeaseStep)
				now = now.Add(time.Duration(rapid.Int64Range(1, second-1).Draw(t, "fraction")))
			}

			used, due := identity.PATTerms.Use(l, now, cache)
			if !due {
				continue
			}

			l = used.Lease
			slot := (now.UnixNano() + int64(cache) + step - 1) / step
			if writes[slot]++; writes[slot] > 1 {
				t.Fatalf("the use at %s is the second written of its step; %+v", now, used)
			}
		}
	})
}

func TestAPurgeComesThirtyDaysAfterTheLeaseEnds(t *testing.T) {
	l := identity.PATTerms.Grant(at("2026-03-01T12:00:00Z"))
	if want := at("2026-04-14T12:00:00Z"); !l.Purge().Equal(want) {
		t.Fatalf("%s, want %s", l.Purge(), want)
	}
}
