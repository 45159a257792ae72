package events_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/local/events"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func event(name string) pipe.Event {
	return pipe.Event{
		ID:         name,
		DetailType: "token.create",
		Source:     "leasehold",
		Time:       "2026-03-01T12:00:00Z",
		Detail:     json.RawMessage(`{"id":"` + name + `"}`),
	}
}

// receiver answers each request with the next of its statuses, and with 200 after them. The status 0 hangs up.
type receiver struct {
	mutex    sync.Mutex
	statuses []int
	got      []string
	kind     string
}

// ServeHTTP notes the ID of the event that a request contains.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	var event pipe.Event
	_ = json.NewDecoder(request.Body).Decode(&event)
	r.mutex.Lock()
	defer r.mutex.Unlock()

	status := http.StatusOK
	if len(r.statuses) > 0 {
		status, r.statuses = r.statuses[0], r.statuses[1:]
	}

	r.got, r.kind = append(r.got, fmt.Sprint(event.ID, " ", status)), request.Header.Get("Content-Type")

	if status == 0 {
		panic(http.ErrAbortHandler)
	}

	w.WriteHeader(status)
}

// TestAReceiverThatIsDownLosesNothing covers each status that EventBridge retries, a connection that breaks, and a status
// that it does not retry.
func TestAReceiverThatIsDownLosesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int
		want     []string
	}{
		"down":     {[]int{503, 0, 429}, []string{"a 503", "a 0", "a 429", "a 200", "b 200"}},
		"refuses":  {[]int{401, 407, 409, 201}, []string{"a 401", "a 407", "a 409", "a 201", "b 200"}},
		"rejects":  {[]int{400}, []string{"a 400", "b 200"}},
		"redirect": {[]int{302, 500}, []string{"a 302", "b 500", "b 200"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &receiver{statuses: c.statuses}
			server := httptest.NewServer(r)
			defer server.Close()

			var log bytes.Buffer
			feed := events.New(events.Options{To: server.URL, Log: &log})
			feed.Put([]pipe.Event{event("a"), event("b")})

			if err := feed.Delivered(t.Context()); err != nil {
				t.Fatal(err)
			}

			feed.Close()

			if !slices.Equal(r.got, c.want) || r.kind != "application/json; charset=utf-8" {
				t.Errorf("the receiver got %q as %s, want %q", r.got, r.kind, c.want)
			}

			if n := strings.Count(log.String(), "\n"); n != len(c.statuses)-strings.Count(strings.Join(c.want, ""), "201") {
				t.Errorf("the log has %d lines for %d failures: %s", n, len(c.statuses), log.String())
			}
		})
	}
}

func TestCloseDoesNotWaitForAReceiver(t *testing.T) {
	feed := events.New(events.Options{To: "http://127.0.0.1:1/"})
	feed.Put([]pipe.Event{event("a")})

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	if err := feed.Delivered(ctx); err == nil {
		t.Error("an event was delivered to nobody")
	}

	feed.Close()
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, response.Status, err)
	}

	return string(body)
}

func TestThePagesShowTheLatestEvents(t *testing.T) {
	feed := events.New(events.Options{})
	server := httptest.NewServer(feed.Handler("/_local"))
	defer server.Close()

	if body := get(t, server.URL+"/_local/events"); !strings.Contains(body, "No events yet") || strings.Contains(body, `id="none" hidden`) {
		t.Errorf("the empty page is %s", body)
	}

	for i := range 1002 {
		feed.Put([]pipe.Event{event(fmt.Sprint("n", i))})
	}

	body := get(t, server.URL+"/_local/events")
	first, second := strings.Index(body, "n1001"), strings.Index(body, "n1000")
	if first < 0 || second < first || strings.Contains(body, "n901&#34;") || !strings.Contains(body, "n902&#34;") ||
		!strings.Contains(body, "stream?after=1002") {
		t.Errorf("the page has the latest events at %d and %d, want the latest first and no more than 100", first, second)
	}

	var list []pipe.Event
	if err := json.Unmarshal([]byte(get(t, server.URL+"/_local/events.json")), &list); err != nil {
		t.Fatal(err)
	}

	if len(list) != 1000 || list[0].ID != "n2" || list[999].ID != "n1001" {
		t.Errorf("the list has %d events from %s on, want the latest 1000", len(list), list[0].ID)
	}

	if script := get(t, server.URL+"/_local/events.js"); !strings.Contains(script, "EventSource") {
		t.Errorf("the script is %s", script)
	}
}

// TestTheLiveStreamContinuesAfterTheLastEvent reads it as a browser does that connects again.
func TestTheLiveStreamContinuesAfterTheLastEvent(t *testing.T) {
	for _, c := range []struct{ query, header, want string }{
		{"", "", "d"},
		{"?after=2", "", "c d"},
		{"?after=3", "1", "b c d"},
		{"?after=0", "", "a b c d"},
		{"?after=99", "", "d"},
		{"?after=x", "-1", "d"},
	} {
		feed := events.New(events.Options{})
		feed.Put([]pipe.Event{event("a"), event("b"), event("c")})

		if got := follow(t, feed, c.query, c.header, c.want); got != c.want {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// follow reads the live stream until it has as many events as wanted, and adds the event d after the first answer.
func follow(t *testing.T, feed *events.Feed, query, header, want string) string {
	t.Helper()
	server := httptest.NewServer(feed.Handler("/_local"))
	defer server.Close()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/_local/events/stream"+query, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Last-Event-ID", header)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()

	feed.Put([]pipe.Event{event("d")})

	var got []string
	for lines := bufio.NewScanner(response.Body); len(got) <= strings.Count(want, " ") && lines.Scan(); {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			var event pipe.Event
			if err := json.Unmarshal([]byte(data), &event); err != nil {
				t.Fatal(err)
			}

			got = append(got, event.ID)
		}
	}

	return strings.Join(got, " ")
}

func TestOnlyARecordFromBeforeAMomentIsAged(t *testing.T) {
	moment := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for record, want := range map[string]bool{
		inserted(identity.NewEventID(moment.Add(-time.Hour))): true,
		inserted(identity.NewEventID(moment)):                 false,
		inserted(identity.NewEventID(moment.Add(time.Hour))):  false,
		inserted("PROFILE"):                                   false,
		"nothing":                                             false,
	} {
		if got := events.Before(moment)(json.RawMessage(record)); got != want {
			t.Errorf("%s is from before: %v, want %v", record, got, want)
		}
	}
}

func inserted(id string) string {
	return `{"dynamodb":{"Keys":{"PK":{"S":"AUDIT#o"},"SK":{"S":"` + id + `"}}}}`
}
