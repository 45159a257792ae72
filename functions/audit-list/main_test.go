package main

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestAPageSaysInWholeSecondsHowFarBackItHasRead(t *testing.T) {
	stopped := time.Date(2026, 11, 3, 10, 30, 15, int(400*time.Millisecond), time.UTC)

	got := timeAt(identity.FirstEventID(stopped))
	if got == nil || !got.Equal(time.Date(2026, 11, 3, 10, 30, 15, 0, time.UTC)) {
		t.Errorf("timeAt = %v, want the second in which the page stopped", got)
	}

	if got := timeAt(""); got != nil {
		t.Errorf("timeAt at the end of the log = %v, want nil", got)
	}
}
