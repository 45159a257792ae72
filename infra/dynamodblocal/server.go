package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/child"
)

// server is a running DynamoDB Local.
type server struct {
	process *child.Process
	url     string
	output  output
}

// startWithin bounds the wait for the first answer; a Java process on a busy machine takes its time.
const startWithin = 2 * time.Minute

var errExited = errors.New("DynamoDB Local exited")

// start starts DynamoDB Local in memory and waits until it answers. The process ends with close, and on Linux also when
// this process dies.
func start(ctx context.Context, java, libraries string) (*server, error) {
	// Another process may take the free port before Java binds it: then it exits, and the next port is tried.
	var last error
	for range 3 {
		s, err := startOnce(ctx, java, libraries)
		if !errors.Is(err, errExited) {
			return s, err
		}
		last = err
	}
	return nil, fmt.Errorf("%w as soon as it was started (it needs Java 17 or newer)", last)
}

func startOnce(ctx context.Context, java, libraries string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s := &server{url: "http://127.0.0.1:" + strconv.Itoa(port)}
	// Shared: one set of tables, whatever credentials and region a test signs with.
	command := exec.Command(java, "-Djava.library.path="+libraries, "-cp", libraries+"/*",
		"com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port))
	command.Stdout, command.Stderr = &s.output, &s.output
	if s.process, err = child.Start(command); err != nil {
		return nil, fmt.Errorf("java can't be run: %w", err)
	}
	if err := s.await(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// await polls until the server answers: it has no other way to tell that it is ready.
func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !answers(ctx, s.url) {
		select {
		case <-s.process.Done():
			return fmt.Errorf("%w (%s)", errExited, s.output.lastLine())
		case <-ctx.Done():
			return fmt.Errorf("wait for DynamoDB Local to answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// answers tells whether DynamoDB, and not any other server, answers: to a request without credentials it says no.
func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.Header.Get("X-Amzn-Requestid") != ""
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port for DynamoDB Local: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (s *server) close() { s.process.Stop(5 * time.Second) }

// output keeps what the process prints, to be told when it fails.
type output struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

// Write keeps text; it never fails.
func (o *output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *output) lastLine() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	lines := strings.Split(strings.TrimSpace(o.text.String()), "\n")
	return lines[len(lines)-1]
}
