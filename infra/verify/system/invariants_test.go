package system_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
)

// cmdBreaks declares rules that the script breaks, because it stores what no release that runs now stores.
func cmdBreaks(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "breaks RULE...")
	for _, rule := range args {
		of(ts).breaks[check.Rule(rule)] = true
	}
}

// checkInvariants checks the whole table at the end of a script: it breaks the rules that the script declared, and no other.
func (s *script) checkInvariants(t *testing.T, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()

	options := check.Options{At: time.Now()}
	if !s.unswept {
		options.SweptWithin = check.SweptWithin
	}

	report, err := check.Table(ctx, s.running.Client(), s.running.TableName(), options)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}

	declared := maps.Clone(s.breaks)
	for _, found := range report.Findings {
		if !s.breaks[found.Rule] {
			t.Errorf("%s: the table at the end of the script breaks an invariant: %v", name, found)
		}

		delete(declared, found.Rule)
	}

	for _, rule := range slices.Sorted(maps.Keys(declared)) {
		t.Errorf("%s: the script declares that it breaks the rule %s, and does not", name, rule)
	}
}
