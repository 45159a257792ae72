package system_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
)

// throttles returns the ways in which DynamoDB throttles an operation for as long as the test says.
func throttles(operation string) map[string]dynamoproxy.Fault {
	faults := map[string]dynamoproxy.Fault{
		"on demand":     dynamoproxy.ThrottleOnDemand,
		"account limit": dynamoproxy.LimitRequests,
	}

	switch operation {
	case "TransactWriteItems":
		faults["canceled"] = dynamoproxy.CancelThrottled
	case "BatchGetItem":
		faults["unprocessed"] = dynamoproxy.LeaveUnprocessed
	case "UpdateItem", "PutItem", "DeleteItem":
		faults["conflict"] = dynamoproxy.Conflict
	}

	return faults
}

// afterCommit holds the requests that a mutation makes after it has committed. They do not decide its answer, and the sweep
// does their work later.
var afterCommit = map[string][]string{
	"organization-delete":  {"Query", "UpdateItem"},
	"organization-restore": {"Query", "UpdateItem"},
	"organization-update":  {"Query", "UpdateItem"},
}

// ages holds how old a fixture must be for a mutation to make all its requests: a token is counted anew after a minute.
var ages = map[string]string{"token-create": "2m"}

// newAgedFixture returns a fixture that is as old as the mutation needs.
func newAgedFixture(t *testing.T, r *runner.Runner, m mutation, n int) fixture {
	t.Helper()
	f := newFixture(t, r, n)
	if by := ages[m.function]; by != "" {
		age(t, r, by)
	}

	return f
}

// TestAThrottledRequestIsAnsweredWith503 runs each mutation while DynamoDB throttles one kind of its requests, for every
// kind that it makes. The answer must be 503 with Retry-After, and nothing may be stored. A retry with the same
// Idempotency-Key then succeeds, although the requests after the commit are throttled.
func TestAThrottledRequestIsAnsweredWith503(t *testing.T) {
	t.Parallel()
	throttled := append(slices.Clone(mutations), mutation{"session-delete", "DELETE", "/sessions/current", ""})
	for _, m := range throttled {
		t.Run(m.function, func(t *testing.T) {
			t.Parallel()
			running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
			undisturbed := newAgedFixture(t, running, m, 0)
			running.Proxy().Reset()
			status, answer := undisturbed.call(t, m, "undisturbed-0000000")
			if status/100 != 2 {
				t.Fatalf("without a fault, the status is %d, want 2xx: %s", status, answer)
			}

			operations := operationsOf(running, m.function)
			f := newAgedFixture(t, running, m, 1)
			before := countItems(t, running)

			for _, operation := range operations {
				if slices.Contains(afterCommit[m.function], operation) {
					continue
				}

				for name, fault := range throttles(operation) {
					f.throttle(t, m, operation, name, fault)
				}
			}

			if changed := difference(before, countItems(t, running)); len(changed) > 0 {
				t.Errorf("the throttled requests changed the items by %v, want no change", changed)
			}

			for _, operation := range afterCommit[m.function] {
				rule := dynamoproxy.Rule{Function: m.function, Operation: operation, Fault: dynamoproxy.Throttle}
				defer running.Proxy().Fail(rule)()
			}

			if again, answer := f.call(t, m, "throttled-000000000"); again != status {
				t.Errorf("the status of the retry is %d, want %d: %s", again, status, answer)
			}
		})
	}
}

// operationsOf returns the DynamoDB operations that a function has made since the last Reset.
func operationsOf(r *runner.Runner, function string) []string {
	operations := map[string]bool{}
	for call := range r.Proxy().Counts() {
		if call.Function == function {
			operations[call.Operation] = true
		}
	}

	return slices.Sorted(maps.Keys(operations))
}

// throttle calls the mutation while DynamoDB throttles one of its operations, and checks the answer.
func (f fixture) throttle(t *testing.T, m mutation, operation, name string, fault dynamoproxy.Fault) {
	t.Helper()
	restore := f.running.Proxy().Fail(dynamoproxy.Rule{Function: m.function, Operation: operation, Fault: fault})
	defer restore()

	path, body := f.values.Replace(m.path), f.values.Replace(m.body)
	status, header, text := answerTo(t, f.running, f.session, m.method, path, body,
		"Idempotency-Key", "throttled-000000000", "If-Match", "*")
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("%s throttled (%s): the status is %d with Retry-After %q, want 503 with Retry-After: %s",
			operation, name, status, header.Get("Retry-After"), text)
	}
}

// TestThrottlingOfSignInAndOfTheAuthorizerIsAnsweredWith503 throttles what no row of mutations reaches.
func TestThrottlingOfSignInAndOfTheAuthorizerIsAnsweredWith503(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t)})
	session := person(t, running, "ada@example.com")
	running.Proxy().Reset()
	person(t, running, "grace@example.com")
	person(t, running, "grace@example.com")

	for n, operation := range operationsOf(running, "session-create") {
		for name, fault := range throttles(operation) {
			rule := dynamoproxy.Rule{Function: "session-create", Operation: operation, Fault: fault}
			restore := running.Proxy().Fail(rule)
			_, err := signin.Session(t.Context(), running.APIURL(), fmt.Sprintf("new-%d@example.com", n))
			restore()

			if err == nil || !strings.Contains(err.Error(), "503") {
				t.Errorf("%s of session-create throttled (%s): %v, want a 503", operation, name, err)
			}
		}
	}

	for name, fault := range throttles("GetItem") {
		restore := running.Proxy().Fail(dynamoproxy.Rule{Function: "authorizer", Operation: "GetItem", Fault: fault})
		status, header, text := answerTo(t, running, session, http.MethodGet, "/me", "")
		restore()

		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("GetItem of the authorizer throttled (%s): the status is %d, want 503: %s", name, status, text)
		}
	}
}
