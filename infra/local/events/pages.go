package events

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/local/page"
)

//go:embed list.html
var listBody string

//go:embed live.js
var liveScript string

var listPage = page.Parse(listBody).WithScript()

// heartbeat is the time between two comments on a live stream without events, which keep the connection open.
const heartbeat = 15 * time.Second

// Handler returns the handler of the paths below base, such as /_local: the page at base/events, the list at
// base/events.json, the live stream at base/events/stream, and the page's script.
func (f *Feed) Handler(base string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/events", func(w http.ResponseWriter, _ *http.Request) { f.serveList(w, base) })
	mux.HandleFunc("GET "+base+"/events.json", f.serveJSON)
	mux.HandleFunc("GET "+base+"/events/stream", f.serveStream)
	mux.HandleFunc("GET "+base+"/events.js", serveScript)

	return mux
}

// shown is an event as the page shows it.
type shown struct {
	DetailType, Time, Detail string
}

func (f *Feed) serveList(w http.ResponseWriter, base string) {
	events, total := f.since(0)
	slices.Reverse(events)
	events = events[:min(len(events), onPage)]

	list := make([]shown, len(events))
	for i, event := range events {
		detail, _ := json.MarshalIndent(event.Detail, "", "  ") // it is JSON
		list[i] = shown{event.DetailType, event.Time, string(detail)}
	}

	listPage.Write(w, http.StatusOK, "Events", map[string]any{
		"Base":   base,
		"Events": list,
		"Total":  total,
		"Shown":  onPage,
	})
}

func (f *Feed) serveJSON(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(f.Events()) // the client may have disconnected
}

func serveScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	fmt.Fprint(w, liveScript)
}

// serveStream sends events as server-sent events, each with its number as the ID. It begins after the event of the header
// Last-Event-ID, with which a browser connects again, or else after the parameter after; without both, it begins with the
// next event.
func (f *Feed) serveStream(w http.ResponseWriter, r *http.Request) {
	_, at := f.since(0)
	for _, given := range []string{r.URL.Query().Get("after"), r.Header.Get("Last-Event-ID")} {
		var n int
		if _, err := fmt.Sscanf(given, "%d", &n); err == nil && n >= 0 {
			at = n
		}
	}

	news, done := f.follow()
	defer done()

	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	flusher := http.NewResponseController(w)

	for {
		events, total := f.since(at)
		if err := send(w, flusher, events, total); err != nil {
			return // the client is gone
		}

		at = total

		select {
		case <-r.Context().Done():
			return
		case <-news:
		case <-time.After(heartbeat):
		}
	}
}

// send writes events whose last one has the number total, or a comment if there is none.
func send(w http.ResponseWriter, flusher *http.ResponseController, events []pipe.Event, total int) error {
	if len(events) == 0 {
		if _, err := fmt.Fprint(w, ": no new event\n\n"); err != nil {
			return err
		}
	}

	for i, event := range events {
		text, err := json.Marshal(event)
		if err != nil {
			return err
		}

		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", total-len(events)+i+1, text); err != nil {
			return err
		}
	}

	return flusher.Flush()
}
