package runner

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/schedule"
)

// listen opens the port before anything else starts, so that there is nothing to undo if the port is taken.
func (r *Runner) listen(context.Context) (err error) {
	r.listener, err = listen(r.options.Port)
	return err
}

// listen opens a port on 127.0.0.1; 0 picks a free one.
func listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken: stop the program that listens there, or choose another port with --port", port)
	}

	if err != nil {
		return nil, fmt.Errorf("listen on 127.0.0.1: %w", err)
	}

	return listener, nil
}

// serve answers requests, starts the schedules, and keeps the engine running.
func (r *Runner) serve(context.Context) error {
	handler, err := r.handler()
	if err != nil {
		return err
	}

	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.answer(r.listener, onlyLoopback(handler))

	if r.engine != nil {
		r.work.Go(func() { r.keepEngine(ctx) })
	}

	if r.watcher != nil {
		r.work.Go(func() { r.watcher.poll(ctx) })
	}

	if r.options.Schedule {
		r.work.Go(func() { schedule.Keep(ctx, r.loaded.Schedules, r.functions, r.reportSchedule) })
	}

	return nil
}

// answer serves a handler on a listener until Close.
func (r *Runner) answer(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(r.options.Log, "", 0),
	}

	listener = gateway.KeepHeaderNames(server, listener)
	r.servers = append(r.servers, server)
	r.work.Go(func() { _ = server.Serve(listener) })
}

// reportSchedule logs the failure of a scheduled function.
func (r *Runner) reportSchedule(outcome schedule.Outcome) {
	if outcome.Error != "" {
		fmt.Fprintf(r.options.Log, "the scheduled function %s failed: %s\n", outcome.Function, outcome.Error)
	}
}
