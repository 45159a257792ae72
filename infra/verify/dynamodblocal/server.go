package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
)

// server is a running DynamoDB Local.
type server struct {
	process *child.Process
	url     string
	output  output
}

// startTimeout limits the wait for the first answer. A Java process is slow to start on a busy machine.
const startTimeout = 2 * time.Minute

// start starts DynamoDB Local in memory and waits until it answers. The process ends with close, and on Linux also when
// this process dies.
func start(ctx context.Context, java, libraries string) (*server, error) {
	// Another process may take the free port before Java binds it. Then Java exits, and start tries another port.
	var last error
	for range 3 {
		s, err := startOnce(ctx, java, libraries)
		if !errors.Is(err, child.ErrExited) {
			return s, err
		}

		last = err
	}

	return nil, fmt.Errorf("%w; it requires Java 17 or newer", last)
}

func startOnce(ctx context.Context, java, libraries string) (*server, error) {
	port, err := child.FreePort()
	if err != nil {
		return nil, err
	}

	s := &server{url: "http://127.0.0.1:" + port}

	// With -sharedDb there is one set of tables for all credentials and regions.
	command := exec.Command(java, "-Djava.library.path="+libraries, "-cp", libraries+"/*",
		"com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
		"-inMemory", "-sharedDb", "-disableTelemetry", "-port", port)
	command.Stdout, command.Stderr = &s.output, &s.output
	if s.process, err = child.Start(command); err != nil {
		return nil, fmt.Errorf("run java: %w", err)
	}

	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()

	if err := s.process.Await(ctx, s.url, ready); err != nil {
		s.close()
		return nil, fmt.Errorf("start DynamoDB Local: %w (%s)", err, s.output.lastLine())
	}

	return s, nil
}

// ready reports whether an answer is DynamoDB's. DynamoDB rejects a request without credentials, with a request ID.
func ready(answer *http.Response) bool { return answer.Header.Get("X-Amzn-Requestid") != "" }

func (s *server) close() { s.process.Stop(5 * time.Second) }

// output keeps the output of a process, for the error message if it fails.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write appends to the output. It never fails.
func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

// lastLine returns the last line of the output.
func (o *output) lastLine() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	lines := strings.Split(strings.TrimSpace(o.text.String()), "\n")
	return lines[len(lines)-1]
}
