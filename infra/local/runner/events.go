package runner

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/local/events"
)

// startPipes starts the template's pipes. They lead to one feed, whichever bus they name.
func (r *Runner) startPipes(ctx context.Context) error {
	if err := checkReceiver(r.options.EventsTo, len(r.loaded.Pipes)); err != nil {
		return err
	}

	if len(r.loaded.Pipes) == 0 {
		return nil
	}

	began := time.Now()
	r.events = events.New(events.Options{To: r.options.EventsTo, Log: r.options.Log})

	for _, declared := range r.loaded.Pipes {
		running, err := pipe.Start(ctx, pipe.Options{
			Pipe:      declared,
			Endpoint:  r.endpoint,
			Functions: r.functions,
			Put:       r.events.Put,
			Log:       r.options.Log,
		})
		if err != nil {
			return err
		}

		r.pipes = append(r.pipes, running)
	}

	r.progress("events", began)

	return nil
}

// checkReceiver rejects the URL of a receiver that nothing can be posted to.
func checkReceiver(to string, pipes int) error {
	if to == "" {
		return nil
	}

	address, err := url.Parse(to)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return errors.New("--events-to needs a URL such as http://127.0.0.1:8080/events")
	}

	if pipes == 0 {
		return errors.New("--events-to needs a template with a pipe from a table's stream to an event bus, and Events turned on")
	}

	return nil
}
