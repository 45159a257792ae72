package table

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var first = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestACopyOfAStandingServesForItsTermAndNotBeforeItWasRead(t *testing.T) {
	s := newStandings(2)
	s.keep(identity.Standing{Org: "a", Exists: true}, first)

	for at, want := range map[time.Duration]bool{
		-time.Nanosecond:                        false,
		0:                                       true,
		identity.StandingTerm - time.Nanosecond: true,
		identity.StandingTerm:                   false,
	} {
		if _, ok := s.fresh("a", first.Add(at)); ok != want {
			t.Errorf("after %s it serves: %v", at, ok)
		}
	}
}

func TestCopiesOfStandingsAreBoundedAndTheOldestGoesFirst(t *testing.T) {
	s := newStandings(3)
	for _, o := range []identity.OrgID{"a", "b", "c", "a", "d"} { // a is read again
		s.keep(identity.Standing{Org: o}, first)
	}

	for o, want := range map[identity.OrgID]bool{
		"a": true,
		"b": false,
		"c": true,
		"d": true,
	} {
		if _, ok := s.fresh(o, first); ok != want {
			t.Errorf("%s is kept: %v", o, ok)
		}
	}

	if len(s.copies) != 3 || s.order.Len() != 3 {
		t.Errorf("%d copies, %d in order, want 3", len(s.copies), s.order.Len())
	}
}

func TestCopiesOfStandingsAreSafeForConcurrentUse(t *testing.T) {
	s := newStandings(10)
	var wait sync.WaitGroup
	for n := range 8 {
		wait.Go(func() {
			for i := range 1000 {
				o := identity.OrgID(fmt.Sprint((i + n) % 30))
				s.keep(identity.Standing{Org: o}, first)
				if got, ok := s.fresh(o, first); ok && got.Org != o {
					t.Errorf("asked for %s, got %s", o, got.Org)
				}
			}
		})
	}

	wait.Wait()

	if s.order.Len() != 10 || len(s.copies) != 10 {
		t.Errorf("%d copies, %d in order, want 10", len(s.copies), s.order.Len())
	}
}
