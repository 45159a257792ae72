package system_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
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
	options := check.Options{At: time.Now()}
	if !s.unswept {
		options.SweptWithin = check.SweptWithin
	}

	declared := maps.Clone(s.breaks)
	for _, found := range findings(t, s.running, options, s.aged) {
		if !s.breaks[found.Rule] {
			t.Errorf("%s: the table at the end of the script breaks an invariant: %v", name, found)
		}

		delete(declared, found.Rule)
	}

	for _, rule := range slices.Sorted(maps.Keys(declared)) {
		t.Errorf("%s: the script declares that it breaks the rule %s, and does not", name, rule)
	}
}

// findings returns the invariants that a system's table breaks. Where stored times were moved back, it leaves out those of
// quotas, which move by whole days only.
func findings(t *testing.T, running *runner.Runner, options check.Options, aged bool) []check.Finding {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()

	report, err := check.Table(ctx, running.Client(), running.TableName(), options)
	if err != nil {
		t.Errorf("check the table: %v", err)
	}

	return slices.DeleteFunc(report.Findings, func(f check.Finding) bool { return aged && f.Rule == check.QuotaCount })
}
