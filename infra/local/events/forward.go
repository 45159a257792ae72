package events

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
)

// The times of the posts.
const (
	postTimeout = 5 * time.Second // of an API destination
	firstPause  = 100 * time.Millisecond
	maxPause    = 10 * time.Second
)

// forwarder posts events one after the other, so that a receiver gets them in order. It tries each until the receiver takes
// it, and keeps those that follow in memory.
type forwarder struct {
	to     string
	log    io.Writer
	client http.Client
	stop   context.CancelFunc
	work   sync.WaitGroup

	mutex   sync.Mutex
	waiting []pipe.Event
	changed chan struct{} // closed and replaced when waiting changes
}

func startForwarder(to string, log io.Writer) *forwarder {
	ctx, stop := context.WithCancel(context.Background())
	f := &forwarder{
		to:      to,
		log:     log,
		client:  http.Client{Timeout: postTimeout, CheckRedirect: noRedirect},
		stop:    stop,
		changed: make(chan struct{}),
	}
	f.work.Go(func() { f.run(ctx) })

	return f
}

// noRedirect makes a redirect the answer: EventBridge does not follow one.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (f *forwarder) close() {
	f.stop()
	f.work.Wait()
}

// add puts events at the end of those that wait.
func (f *forwarder) add(events []pipe.Event) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	f.waiting = append(f.waiting, events...)
	f.signal()
}

// signal wakes those who wait for a change. It needs f.mutex held.
func (f *forwarder) signal() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// first returns the event that was waiting longest, and a channel that is closed at the next change. ok is false if no
// event waits.
func (f *forwarder) first() (event pipe.Event, ok bool, changed <-chan struct{}) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	if len(f.waiting) == 0 {
		return pipe.Event{}, false, f.changed
	}

	return f.waiting[0], true, f.changed
}

// done removes the event that was waiting longest.
func (f *forwarder) done() {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	f.waiting = f.waiting[1:]
	f.signal()
}

// wait returns when no event waits.
func (f *forwarder) wait(ctx context.Context) error {
	for {
		_, waits, changed := f.first()
		if !waits {
			return nil
		}

		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the receiver of events: %w", ctx.Err())
		case <-changed:
		}
	}
}

// run posts what waits until ctx ends.
func (f *forwarder) run(ctx context.Context) {
	for ctx.Err() == nil {
		event, waits, changed := f.first()
		if waits {
			f.deliver(ctx, event)
			continue
		}

		select {
		case <-ctx.Done():
		case <-changed:
		}
	}
}

// deliver posts an event until the receiver takes it, or rejects it with a status that a retry does not change.
func (f *forwarder) deliver(ctx context.Context, event pipe.Event) {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		status, err := f.post(ctx, event)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && status/100 == 2:
			f.done()
			return
		case err == nil && !isTemporary(status):
			fmt.Fprintf(f.log, "%s rejected the event %s with %d. It is not sent again\n", f.to, event.ID, status)
			f.done()

			return
		case err == nil:
			fmt.Fprintf(f.log, "%s answered %d to an event. The runner tries again in %s\n", f.to, status, pause)
		default:
			fmt.Fprintf(f.log, "%s can't be reached with an event (%v). The runner tries again in %s\n", f.to, err, pause)
		}

		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// isTemporary reports whether EventBridge would send an event again to an API destination that answered with a status.
func isTemporary(status int) bool {
	return status >= http.StatusInternalServerError ||
		slices.Contains([]int{
			http.StatusUnauthorized,
			http.StatusProxyAuthRequired,
			http.StatusConflict,
			http.StatusTooManyRequests,
		}, status)
}

// post sends an event once.
func (f *forwarder) post(ctx context.Context, event pipe.Event) (status int, err error) {
	body, err := json.Marshal(event)
	if err != nil {
		return 0, fmt.Errorf("write the event: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.to, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}

	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("User-Agent", "Amazon/EventBridge/ApiDestinations")

	response, err := f.client.Do(request)
	if err != nil {
		return 0, err
	}

	defer response.Body.Close()

	const enough = 64 << 10 // for the connection to be used again
	_, _ = io.CopyN(io.Discard, response.Body, enough)

	return response.StatusCode, nil
}
