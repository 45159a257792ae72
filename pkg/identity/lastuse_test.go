package identity

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestDaysAreTheSetOfDaysOfTheLastTwoWeeks compares Days with a model: a set of dates.
func TestDaysAreTheSetOfDaysOfTheLastTwoWeeks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		second := rapid.IntRange(0, 86399).Draw(r, "second")
		now := time.Date(2026, 2, 20, 0, 0, second, 0, time.UTC)
		var days Days
		var last time.Time
		model := map[string]bool{}

		for _, hours := range rapid.SliceOfN(rapid.IntRange(0, 30*24), 1, 60).Draw(r, "pauses") {
			// Most pauses are short, so that the set fills.
			if hours > 15*24 {
				hours %= 30
			}

			now = now.Add(time.Duration(hours) * time.Hour)
			days, last = days.After(last, now), now
			model[now.Format(time.DateOnly)] = true

			var want []string
			for date := range model {
				if date > now.AddDate(0, 0, -UseDays).Format(time.DateOnly) {
					want = append(want, date)
				}
			}

			slices.Sort(want)

			if got := days.Dates(last); !slices.Equal(got, want) {
				r.Fatalf("at %s the days are %q, want %q", now, got, want)
			}
		}
	})
}

func TestUnknownDaysKeepTheDayOfTheLastUse(t *testing.T) {
	last := time.Date(2026, 3, 1, 23, 59, 59, 0, time.UTC)
	if got := Days(0).Dates(last); got != nil {
		t.Errorf("unknown days are shown as %q", got)
	}

	got := Days(0).After(last, last.Add(2*time.Second)).Dates(last.Add(2 * time.Second))
	if want := []string{"2026-03-01", "2026-03-02"}; !slices.Equal(got, want) {
		t.Errorf("after the next use the days are %q, want %q", got, want)
	}
}

func TestDaysCountInUTC(t *testing.T) {
	east := time.FixedZone("", 13*60*60)
	last := time.Date(2026, 3, 2, 1, 0, 0, 0, east) // the day before, in UTC
	if got, want := Days(1).Dates(last), []string{"2026-03-01"}; !slices.Equal(got, want) {
		t.Errorf("the days are %q, want %q", got, want)
	}

	if got := Days(1).After(last, time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)); got != 1 {
		t.Errorf("two uses on one day in UTC are the days %b", got)
	}
}

// TestAUseThatAnEarlierVersionRecordedHasNoOrigin: it moved the time and left the rest as it was.
func TestAUseThatAnEarlierVersionRecordedHasNoOrigin(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	use := LastUse{}.After(time.Time{}, at, Source{IP: "192.0.2.1", UserAgent: "curl/8.5.0 x"})
	if want := (LastUse{Address: "192.0.2.1", Client: "curl/8.5.0", Days: 1}); use != want {
		t.Fatalf("the use is %+v, want %+v", use, want)
	}

	if got := use.Later(at, at); got != use {
		t.Errorf("the use is read as %+v, want %+v", got, use)
	}

	if got, want := use.Later(at, at.Add(24*time.Hour)), (LastUse{Days: 0b11}); got != want {
		t.Errorf("after a use that an earlier version recorded: %+v, want %+v", got, want)
	}

	if got := use.Later(time.Time{}, at); got != (LastUse{}) {
		t.Errorf("an item of an earlier version is read as %+v", got)
	}
}

func TestASumCountsTheLiveTokensOfOneOrganization(t *testing.T) {
	now := time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)
	m := Membership{Org: "org_a", TokenEpoch: "epoch", Role: Deny, Status: Disabled}
	live := Token{Org: "org_a", Epoch: "epoch", Lease: PATTerms.Grant(now.AddDate(0, 0, -3))}

	if got := SumUp([]Token{live}, m, now); got != (TokenSum{Live: 1}) {
		t.Errorf("an unused token is summed up as %+v", got)
	}

	used := live
	used.LastUsed = time.Date(2026, 3, 18, 1, 0, 0, 0, time.FixedZone("", 2*60*60))
	tokens := []Token{live, used}
	for _, change := range []func(*Token){
		func(t *Token) { t.Org = "org_b" },
		func(t *Token) { t.Ended = Deleted },
		func(t *Token) { t.Epoch = "before" },
		func(t *Token) { t.Until = now },
	} {
		other := live
		other.LastUsed = now
		change(&other)
		tokens = append(tokens, other)
	}

	if got, want := SumUp(tokens, m, now), (TokenSum{Live: 2, LastUsedOn: "2026-03-17"}); got != want {
		t.Errorf("the tokens are summed up as %+v, want %+v", got, want)
	}
}
