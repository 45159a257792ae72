// Package dynoxide runs a local DynamoDB: the dynoxide engine, a single binary that stores its tables in SQLite. It
// downloads the engine with npm on first use, into .local/engine at the module root, checks its digest, and starts it on a
// loopback address.
//
// The engine answers every web page: it allows all origins (CORS) and has no option against that, no secret and no socket
// file. On Linux, all of 127.0.0.0/8 is this machine, so the engine listens on an address there that is drawn for each
// start. A page would have to guess 24 bits of the address and the port. On other systems only 127.0.0.1 is set up, so
// the port, about 14 bits, is all that a page has to guess, and a page that tries all ports can reach the data.
package dynoxide

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
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
	binary  string
	options Options
	host    string
	port    string

	mutex   sync.Mutex
	process *child.Process
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
		if err := privateFile(options.DBPath); err != nil {
			return nil, err
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

// privateFile creates the database file so that only its owner can read it, and makes existing files so. SQLite gives the
// files that it adds, for the journal and shared memory, the mode of the database.
func privateFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the engine's data directory: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("create the database file: %w", err)
	}

	if err := file.Close(); err != nil {
		return fmt.Errorf("create the database file: %w", err)
	}

	for _, suffix := range []string{"", "-journal", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("make the database file private: %w", err)
		}
	}

	return nil
}

// freeAddress returns a loopback address that was free at the time of the call. It draws the host where the system serves
// all of 127.0.0.0/8.
func freeAddress() (host, port string, err error) {
	var drawn [3]byte
	_, _ = rand.Read(drawn[:]) // never fails
	host = net.IPv4(127, drawn[0], drawn[1], 1+drawn[2]%254).String()

	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		port, err = child.FreePort()
		return "127.0.0.1", port, err
	}

	defer listener.Close()
	return host, strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}

func startOnce(ctx context.Context, binary string, options Options) (*Engine, error) {
	host, port, err := freeAddress()
	if err != nil {
		return nil, err
	}

	engine := &Engine{
		binary:  binary,
		options: options,
		host:    host,
		port:    port,
	}

	return engine, engine.launch(ctx)
}

// launch starts a process of the engine at its address and waits until it answers.
func (e *Engine) launch(ctx context.Context) error {
	arguments := []string{"serve", "--host", e.host, "--port", e.port}
	if e.options.DBPath != "" {
		arguments = append(arguments, "--db-path", e.options.DBPath)
	}

	command := exec.Command(e.binary, arguments...)
	command.Stdout, command.Stderr = e.options.Log, e.options.Log
	process, err := child.Start(command)
	if err != nil {
		return fmt.Errorf("the database engine %s can't be run (%w): delete its directory and try again", e.binary, err)
	}

	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()

	if err := process.Await(ctx, e.URL(), ready); err != nil {
		process.Kill()
		return fmt.Errorf("start the database engine: %w", err)
	}

	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.process = process
	return nil
}

// Restart starts an engine again that has exited, at the same address. Tables in memory are gone then.
func (e *Engine) Restart(ctx context.Context) error { return e.launch(ctx) }

// Done returns a channel that is closed when the engine's present process has exited.
func (e *Engine) Done() <-chan struct{} { return e.current().Done() }

// Err returns how the engine's process exited; nil for exit status 0. Call it only after Done is closed.
func (e *Engine) Err() error { return e.current().Err() }

func (e *Engine) current() *child.Process {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return e.process
}

// ready reports whether a response comes from the engine and not from another server.
func ready(answer *http.Response) bool {
	return answer.StatusCode == http.StatusOK && answer.Header.Get("X-Dynoxide-Version") != ""
}

// URL returns the DynamoDB endpoint, such as http://127.93.7.201:41231. It accepts any credentials and region.
func (e *Engine) URL() string { return "http://" + net.JoinHostPort(e.host, e.port) }

// PID returns the process ID of the engine.
func (e *Engine) PID() int { return e.current().PID() }

// Close stops the engine and waits until it has exited.
func (e *Engine) Close() { e.current().Stop(5 * time.Second) }
