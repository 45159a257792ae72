// Package events shows the events that a pipe brings to the local bus, and posts them to a receiver as an API destination
// of EventBridge does.
//
//	events.go   Feed: the events, and their way to receivers
//	forward.go  the posts to a receiver
//	pages.go    the page, the JSON list and the live stream
//	aged.go     the records that only pretend to be new
package events

import (
	"context"
	"io"
	"sync"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
)

// kept is the number of events in the JSON list, and onPage that on the page. Receivers get all events.
const (
	kept   = 1000
	onPage = 100
)

// Options configure a feed.
type Options struct {
	// To is the URL to which each event is posted; "" for none.
	To string
	// Log receives a line for each failed post; nil drops them.
	Log io.Writer
}

// Feed has the latest events, and passes each event to those who follow it. It keeps nothing on disk.
type Feed struct {
	forwarder *forwarder

	mutex     sync.Mutex
	events    []pipe.Event // the latest, oldest first
	total     int          // of all events so far
	followers map[chan struct{}]bool
}

// New returns a feed without events. Close stops it.
func New(options Options) *Feed {
	if options.Log == nil {
		options.Log = io.Discard
	}

	f := &Feed{followers: map[chan struct{}]bool{}}
	if options.To != "" {
		f.forwarder = startForwarder(options.To, options.Log)
	}

	return f
}

// Close stops the posts. Events that the receiver has not taken are lost.
func (f *Feed) Close() {
	if f.forwarder != nil {
		f.forwarder.close()
	}
}

// Put adds events, in order.
func (f *Feed) Put(events []pipe.Event) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	f.events = append(f.events, events...)
	f.total += len(events)

	if extra := len(f.events) - kept; extra > 0 {
		f.events = append([]pipe.Event(nil), f.events[extra:]...)
	}

	if f.forwarder != nil {
		f.forwarder.add(events)
	}

	for follower := range f.followers {
		select {
		case follower <- struct{}{}:
		default: // it has not looked since the last event
		}
	}
}

// Events returns the latest events, oldest first.
func (f *Feed) Events() []pipe.Event {
	events, _ := f.since(0)
	return events
}

// since returns the events after the first n of all, as far as they are kept, and the number of all.
func (f *Feed) since(n int) (events []pipe.Event, total int) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	first := f.total - len(f.events)
	n = min(max(n, first), f.total)

	return append([]pipe.Event{}, f.events[n-first:]...), f.total
}

// follow returns a channel that has an element when there are new events, until done is called.
func (f *Feed) follow() (news chan struct{}, done func()) {
	f.mutex.Lock()
	defer f.mutex.Unlock()

	news = make(chan struct{}, 1)
	f.followers[news] = true

	return news, func() {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		delete(f.followers, news)
	}
}

// Delivered waits until the receiver has taken all events so far, or ctx ends.
func (f *Feed) Delivered(ctx context.Context) error {
	if f.forwarder == nil {
		return nil
	}

	return f.forwarder.wait(ctx)
}
