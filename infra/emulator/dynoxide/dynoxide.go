// Package dynoxide runs a local DynamoDB: the dynoxide engine, a single binary that stores its tables in SQLite. It
// downloads the engine with npm on first use, into .local/engine at the module root, and starts it on a free loopback
// port.
package dynoxide

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
)

// Options configure the engine.
type Options struct {
	// DBPath is the SQLite file that keeps the tables; "" keeps them in memory.
	DBPath string
	// Log receives the engine's output and the progress of fetching it; nil drops both.
	Log io.Writer
}

// Engine is a running DynamoDB-compatible server.
type Engine struct {
	process *child.Process
	url     string
}

// startWithin bounds the wait for the engine's first answer; it starts in milliseconds.
const startWithin = 20 * time.Second

// Start downloads the engine if it is absent, starts it and waits until it answers. The process ends with Close, and on
// Linux also when this process dies. Each error is a sentence that says what to do.
func Start(ctx context.Context, options Options) (*Engine, error) {
	if options.Log == nil {
		options.Log = io.Discard
	}

	binary, err := Binary(ctx, options.Log)
	if err != nil {
		return nil, err
	}

	if options.DBPath != "" {
		if err := os.MkdirAll(filepath.Dir(options.DBPath), 0o755); err != nil {
			return nil, fmt.Errorf("create the engine's data directory: %w", err)
		}
	}

	// Another process may take the free port before the engine binds it. The engine then exits, and the next attempt uses
	// another port.
	for range 5 {
		engine, err := startOnce(ctx, binary, options)
		if err == nil || !errors.Is(err, child.ErrExited) {
			return engine, err
		}
	}

	return nil, fmt.Errorf("the database engine %s exits as soon as it starts: run it with \"serve\" to see why", binary)
}

func startOnce(ctx context.Context, binary string, options Options) (*Engine, error) {
	port, err := child.FreePort()
	if err != nil {
		return nil, err
	}

	arguments := []string{"serve", "--host", "127.0.0.1", "--port", port}
	if options.DBPath != "" {
		arguments = append(arguments, "--db-path", options.DBPath)
	}

	command := exec.Command(binary, arguments...)
	command.Stdout, command.Stderr = options.Log, options.Log
	process, err := child.Start(command)
	if err != nil {
		return nil, fmt.Errorf("the database engine %s can't be run (%w): delete its directory and try again", binary, err)
	}

	engine := &Engine{process: process, url: "http://127.0.0.1:" + port}

	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()

	if err := process.Await(ctx, engine.url, ready); err != nil {
		engine.Close()
		return nil, fmt.Errorf("start the database engine: %w", err)
	}

	return engine, nil
}

// ready reports whether a response comes from the engine and not from another server.
func ready(answer *http.Response) bool {
	return answer.StatusCode == http.StatusOK && answer.Header.Get("X-Dynoxide-Version") != ""
}

// URL returns the DynamoDB endpoint, such as http://127.0.0.1:41231. It accepts any credentials and region.
func (e *Engine) URL() string { return e.url }

// PID returns the process ID of the engine.
func (e *Engine) PID() int { return e.process.PID() }

// Close stops the engine and waits until it has exited.
func (e *Engine) Close() { e.process.Stop(5 * time.Second) }
