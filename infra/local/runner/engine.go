package runner

import (
	"context"
	"errors"
	"fmt"
)

// maxRestarts is the number of times that a dead engine is started again.
const maxRestarts = 3

// errEngine says that the engine is given up.
var errEngine = errors.New("the database engine does not stay up")

// keepEngine starts the database engine again when it exits. It gives up after maxRestarts, and at once if the data was in
// memory.
func (r *Runner) keepEngine(ctx context.Context) {
	for restarts := 0; ; restarts++ {
		select {
		case <-ctx.Done():
			return
		case <-r.engine.Done():
		}

		if ctx.Err() != nil {
			return
		}

		err := r.restartEngine(ctx, restarts)
		if ctx.Err() != nil {
			return
		}

		if err != nil {
			r.failed <- err
			return
		}
	}
}

// restartEngine starts the engine again after it was restarted a number of times.
func (r *Runner) restartEngine(ctx context.Context, restarts int) error {
	reason := "exit status 0"
	if err := r.engine.Err(); err != nil {
		reason = err.Error()
	}

	switch {
	case r.options.Data == "":
		return fmt.Errorf("%w (%s), and its data was in memory: start again", errEngine, reason)
	case restarts == maxRestarts:
		return fmt.Errorf("%w (%s), although it was started again %d times: look whether the disk is full, or start with --fresh",
			errEngine, reason, maxRestarts)
	}

	fmt.Fprintf(r.options.Log, "the database engine ended (%s): starting it again\n", reason)
	if err := r.engine.Restart(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintf(r.options.Log, "%v\n", err) // the next attempt counts as another restart
	}

	return nil
}

// Failed returns a channel that receives the reason when the runner can't go on. Each reason is a sentence that says what to
// do. Close is still needed.
func (r *Runner) Failed() <-chan error { return r.failed }
