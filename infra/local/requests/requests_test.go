package requests_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/requests"
)

// functions are functions and a table that spend always the same.
type functions struct {
	mutex   sync.Mutex
	starts  int
	counts  dynamoproxy.Counts
	took    time.Duration
	inside  func() // called during an invocation
	failure error
}

func (f *functions) Invoke(_ context.Context, function string, _ []byte) ([]byte, error) {
	if f.inside != nil {
		f.inside()
	}

	f.mutex.Lock()
	defer f.mutex.Unlock()

	f.starts = 1
	call := dynamoproxy.Call{Function: function, Operation: "GetItem"}
	count := f.counts[call]
	count.Requests += 2
	count.ReadUnits += 1.5
	f.took += 3 * time.Millisecond
	f.counts[call] = count
	return []byte("{}"), f.failure
}

func (f *functions) Starts(string) int {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.starts
}

func (f *functions) MemoryMB(string) int { return 512 }

func (f *functions) Of(function string) dynamoproxy.Count {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.counts.Of(function)
}

func (f *functions) Took(string) time.Duration {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.took
}

// observed returns a log and a handler that invokes the named functions one after another, as a gateway does.
func observed(behind *functions, names ...string) (*requests.Log, http.Handler) {
	behind.counts = dynamoproxy.Counts{}
	log := requests.New(behind, behind)
	return log, log.Observe(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range names {
			if _, err := log.Invoke(r.Context(), name, nil); err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
		}

		w.WriteHeader(http.StatusTeapot)
	}))
}

// shown returns the requests that a log shows as JSON.
func shown(t *testing.T, log *requests.Log) []requests.Request {
	t.Helper()
	answer := httptest.NewRecorder()
	log.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/_local/requests.json", http.NoBody))

	var body struct{ Requests []requests.Request }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil {
		t.Fatalf("read %s: %v", answer.Body, err)
	}

	return body.Requests
}

func get(handler http.Handler, target string) {
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, http.NoBody))
}

func TestARequestIsShownWithWhatEachFunctionSpent(t *testing.T) {
	log, handler := observed(&functions{}, "authorizer", "profile-get")
	get(handler, "/v1/me?q=ada@example.com")

	all := shown(t, log)
	if len(all) != 1 || all[0].Path != "/v1/me" || all[0].Method != "GET" || all[0].Status != http.StatusTeapot {
		t.Fatalf("got %+v, want GET /v1/me without its query and with its status", all)
	}

	if len(all[0].Invocations) != 2 {
		t.Fatalf("got %d invocations, want that of the authorizer and that of the function", len(all[0].Invocations))
	}

	for i, want := range []struct {
		function string
		cold     bool
	}{{"authorizer", true}, {"profile-get", false}} {
		got := all[0].Invocations[i]
		if got.Function != want.function || got.Cold != want.cold || got.MemoryMB != 512 || got.BilledMs < 1 {
			t.Errorf("got %+v, want %s with its memory, a bill of at least 1 ms, and cold %v", got, want.function, want.cold)
		}

		if got.TableRequests != 2 || got.ReadUnits != 1.5 || got.WriteUnits != 0 || got.TableMs != 3 || got.Shared {
			t.Errorf("got %+v, want the two requests, 1.5 units and 3 ms of this invocation alone", got)
		}
	}
}

func TestAFailedInvocationIsShownToo(t *testing.T) {
	log, handler := observed(&functions{failure: errors.New("broken")}, "authorizer", "profile-get")
	get(handler, "/v1/me")

	all := shown(t, log)
	if len(all) != 1 || all[0].Status != http.StatusBadGateway || len(all[0].Invocations) != 1 {
		t.Errorf("got %+v, want a 502 with the invocation that failed", all)
	}
}

func TestInvocationsOfOneFunctionAtTheSameTimeSaySo(t *testing.T) {
	behind := &functions{}
	log, handler := observed(behind, "profile-get")

	behind.inside = func() {
		behind.inside = nil
		get(handler, "/v1/inner")
	}
	get(handler, "/v1/outer")

	for _, request := range shown(t, log) {
		if !request.Invocations[0].Shared {
			t.Errorf("%s does not say that its function served two calls at the same time", request.Path)
		}
	}
}

func TestTheLatestHundredRequestsAreKept(t *testing.T) {
	log, handler := observed(&functions{})
	for range 101 {
		get(handler, "/v1/old")
	}

	get(handler, "/v1/new")
	all := shown(t, log)
	if len(all) != 100 || all[0].Path != "/v1/new" || all[99].Path != "/v1/old" {
		t.Errorf("got %d requests from %s to %s, want 100 with the latest one first", len(all), all[0].Path, all[len(all)-1].Path)
	}
}

func TestThePageShowsARequestInWords(t *testing.T) {
	log, handler := observed(&functions{}, "profile-get")
	get(handler, "/v1/me")

	answer := httptest.NewRecorder()
	log.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/_local/requests", http.NoBody))
	for _, part := range []string{
		"GET /v1/me", "418 in ", "with the start of its process", "Lambda bills 1 ms at 512 MB",
		"3.0 ms for 2 requests, which used 1.5 read and 0 write units",
	} {
		if !strings.Contains(answer.Body.String(), part) {
			t.Errorf("the page lacks %q:\n%s", part, answer.Body)
		}
	}
}
