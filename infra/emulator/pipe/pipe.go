// Package pipe runs a pipe of a template on this machine, as EventBridge Pipes does: it reads the records of a table's
// stream, passes those that match the pipe's patterns to the function that enriches them, and hands the events to a bus.
//
// Each event reaches the bus at least once, in the order of the stream. A batch that fails is tried again, in smaller
// parts, until it succeeds or the pipe is closed. AWS gives a record up at the age that the template sets; this package
// never does.
//
//	pipe.go     Start, Drain and Close: how records go through the pipe
//	stream.go   the stream of a table
//	pattern.go  event patterns
//	event.go    the events of a bus
package pipe

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// Invoker calls a function with a JSON payload.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte) ([]byte, error)
}

// Options configure a pipe.
type Options struct {
	// Pipe is the pipe as the template describes it.
	Pipe template.Pipe
	// Endpoint is the URL of the DynamoDB endpoint whose table has the stream.
	Endpoint string
	// Functions calls the enrichment.
	Functions Invoker
	// Put takes the events of one batch, in order. Its slice is not used again.
	Put func([]Event)
	// Log receives a line for each failure; nil drops them.
	Log io.Writer
	// Poll is the time between two reads of the stream; 0 means 200 ms.
	Poll time.Duration
}

// Pipe is a running pipe.
type Pipe struct {
	options  Options
	patterns []pattern
	stream   *stream
	stop     context.CancelFunc
	ctx      context.Context
	work     sync.WaitGroup

	mutex sync.Mutex // held while records go through
}

// The times between two attempts of the same batch.
const (
	firstPause = 50 * time.Millisecond
	maxPause   = 5 * time.Second
)

// Start begins to read the stream at its end: records that are in the stream already do not go through. It returns an error
// if the table has no stream or a pattern is not supported.
func Start(ctx context.Context, options Options) (*Pipe, error) {
	if options.Log == nil {
		options.Log = io.Discard
	}

	if options.Poll == 0 {
		options.Poll = 200 * time.Millisecond
	}

	p := &Pipe{options: options}
	for _, text := range options.Pipe.Patterns {
		parsed, err := parsePattern(text)
		if err != nil {
			return nil, fmt.Errorf("the pipe %s: %w", options.Pipe.LogicalID, err)
		}

		p.patterns = append(p.patterns, parsed)
	}

	var err error
	if p.stream, err = openStream(ctx, options.Endpoint, options.Pipe.Table); err != nil {
		return nil, err
	}

	p.ctx, p.stop = context.WithCancel(context.Background())
	p.work.Go(p.run)

	return p, nil
}

// Close stops the pipe. Records that have not gone through are lost.
func (p *Pipe) Close() {
	p.stop()
	p.work.Wait()
}

// run passes records until Close. It logs the first of several failures in a row.
func (p *Pipe) run() {
	tick := time.NewTicker(p.options.Poll)
	defer tick.Stop()

	for failing := false; ; {
		select {
		case <-p.ctx.Done():
			return
		case <-tick.C:
		}

		err := p.Drain(p.ctx)
		if err != nil && !failing && p.ctx.Err() == nil {
			fmt.Fprintf(p.options.Log, "the pipe %s can't read its stream and tries again: %v\n", p.options.Pipe.LogicalID, err)
		}

		failing = err != nil
	}
}

// Drain passes all records that are in the stream at the time of the call. It returns when their events are on the bus.
func (p *Pipe) Drain(ctx context.Context) error { return p.pass(ctx, nil) }

// Pause stops the pipe until resume is called, as if it were down. Changes are in the stream in the meantime.
func (p *Pipe) Pause() (resume func()) {
	p.mutex.Lock()
	return sync.OnceFunc(p.mutex.Unlock)
}

// Without passes all records before a change, makes the change, and passes the records after it except those that skip
// chooses. It is for changes that pretend to have happened at another time.
func (p *Pipe) Without(ctx context.Context, skip func(record json.RawMessage) bool, change func() error) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	if err := p.passLocked(ctx, nil); err != nil {
		return err
	}

	if err := change(); err != nil {
		return err
	}

	return p.passLocked(ctx, skip)
}

func (p *Pipe) pass(ctx context.Context, skip func(json.RawMessage) bool) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()

	return p.passLocked(ctx, skip)
}

// passLocked passes the records that are in the stream. It needs p.mutex held.
func (p *Pipe) passLocked(ctx context.Context, skip func(json.RawMessage) bool) error {
	return p.stream.read(ctx, func(records []json.RawMessage) error {
		var chosen []json.RawMessage
		for _, record := range records {
			if p.matches(record) && (skip == nil || !skip(record)) {
				chosen = append(chosen, record)
			}
		}

		return p.deliver(ctx, chosen)
	})
}

// matches reports whether a record passes the filters.
func (p *Pipe) matches(record json.RawMessage) bool {
	if len(p.patterns) == 0 {
		return true
	}

	var fields any
	if json.Unmarshal(record, &fields) != nil {
		return false
	}

	for _, each := range p.patterns {
		if each.matches(fields) {
			return true
		}
	}

	return false
}

// deliver passes records in batches, in order. It returns an error only if ctx or the pipe ends.
func (p *Pipe) deliver(ctx context.Context, records []json.RawMessage) error {
	for len(records) > 0 {
		n := min(len(records), max(1, p.options.Pipe.BatchSize))
		if err := p.deliverBatch(ctx, records[:n]); err != nil {
			return err
		}

		records = records[n:]
	}

	return nil
}

// deliverBatch passes one batch. If that fails, it passes the halves of the batch one after the other, down to single
// records, which it tries until they succeed.
func (p *Pipe) deliverBatch(ctx context.Context, batch []json.RawMessage) error {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		events, err := p.enrich(ctx, batch)
		if err == nil {
			p.options.Put(events)
			return nil
		}

		fmt.Fprintf(p.options.Log, "the pipe %s tries %d records again: %v\n", p.options.Pipe.LogicalID, len(batch), err)

		if len(batch) > 1 {
			half := len(batch) / 2
			if err := p.deliverBatch(ctx, batch[:half]); err != nil {
				return err
			}

			return p.deliverBatch(ctx, batch[half:])
		}

		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ctx.Done():
			return p.ctx.Err()
		case <-time.After(pause):
		}
	}
}

// enrich returns the events of a batch: what the enrichment returns, or the records without one.
func (p *Pipe) enrich(ctx context.Context, batch []json.RawMessage) ([]Event, error) {
	details := batch
	if function := p.options.Pipe.Enrichment; function != "" {
		payload, err := json.Marshal(batch)
		if err != nil {
			return nil, fmt.Errorf("write the records: %w", err)
		}

		answer, err := p.options.Functions.Invoke(ctx, function, payload)
		if err != nil {
			return nil, err
		}

		details = nil
		if err := json.Unmarshal(answer, &details); err != nil {
			return nil, fmt.Errorf("%s did not return a list: %w", function, err)
		}
	}

	events := make([]Event, 0, len(details))
	for _, detail := range details {
		event, err := newEvent(p.options.Pipe, detail, time.Now())
		if err != nil {
			return nil, err
		}

		events = append(events, event)
	}

	return events, nil
}
