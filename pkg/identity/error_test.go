package identity_test

import (
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestATimeToWaitIsInWordsThatAPersonWouldUse(t *testing.T) {
	for wait, want := range map[time.Duration]string{
		0:                           "1 minute",
		time.Second:                 "1 minute",
		time.Minute:                 "1 minute",
		time.Minute + 1:             "2 minutes",
		9*time.Minute + time.Second: "10 minutes",
		2 * time.Hour:               "120 minutes",
		2*time.Hour + 1:             "3 hours",
		48 * time.Hour:              "48 hours",
		7 * 24 * time.Hour:          "7 days",
	} {
		if got := identity.TooMany(wait, "Slow down.").Detail; got != "Slow down. Try again in "+want+"." {
			t.Errorf("the refusal for %v is %q, want the words %q", wait, got, want)
		}
	}
}
