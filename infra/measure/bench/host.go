package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// host is a minimal Lambda Runtime API for one process, which it starts. It passes events on one at a time and records
// the time of the first poll.
type host struct {
	command *exec.Cmd
	server  *http.Server
	began   time.Time
	polled  chan time.Time
	events  chan []byte
	answers chan []byte
	died    chan struct{}
}

// invocationTimeout bounds the start of a process and each of its answers.
const invocationTimeout = 20 * time.Second

// startHost starts a command as a function. environment is added to what Lambda sets.
func startHost(ctx context.Context, environment []string, name string, arguments ...string) (*host, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}

	h := &host{
		command: exec.CommandContext(ctx, name, arguments...),
		polled:  make(chan time.Time, 1),
		events:  make(chan []byte, 1),
		answers: make(chan []byte, 1),
		died:    make(chan struct{}),
	}
	h.server = &http.Server{Handler: http.HandlerFunc(h.serve)}
	go func() { _ = h.server.Serve(listener) }()

	h.command.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=bench",
		"AWS_REGION=" + lambda.Region,
		"AWS_DEFAULT_REGION=" + lambda.Region,
		"AWS_ACCESS_KEY_ID=bench",
		"AWS_SECRET_ACCESS_KEY=bench",
		"AWS_EC2_METADATA_DISABLED=true",
		"TABLE_NAME=" + tableName,
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + os.Getenv("HOME"),
	}, environment...)
	h.command.Stderr = os.Stderr
	h.began = time.Now()

	if err := h.command.Start(); err != nil {
		_ = h.server.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}

	go func() {
		_ = h.command.Wait()
		close(h.died)
	}()

	return h, nil
}

func (h *host) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		h.answers <- body

		return
	}

	select {
	case h.polled <- time.Now():
	default:
	}

	select {
	case event := <-h.events:
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(5*time.Second).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:000000000000:function:bench")
		_, _ = w.Write(event)
	case <-r.Context().Done():
	}
}

// invoke sends an event and returns the answer. The first event can be sent before the process polls.
func (h *host) invoke(event []byte) ([]byte, error) {
	h.events <- event
	select {
	case answer := <-h.answers:
		return answer, nil
	case <-h.died:
		return nil, errors.New("the process ended")
	case <-time.After(invocationTimeout):
		return nil, errors.New("the process did not answer")
	}
}

// processorTime returns the time that the process has spent on processors since its start. It needs Linux.
func (h *host) processorTime() (time.Duration, error) { return processorTime(h.command.Process.Pid) }

func processorTime(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, errors.New("this system does not tell the processor time of a process")
	}

	var total time.Duration
	for _, thread := range threads {
		text, err := os.ReadFile(thread)
		if err != nil {
			continue // the thread has ended
		}

		first, _, _ := strings.Cut(string(bytes.TrimSpace(text)), " ")
		nanoseconds, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read %s: %w", thread, err)
		}

		total += time.Duration(nanoseconds)
	}

	return total, nil
}

func (h *host) close() {
	_ = h.command.Process.Kill()
	<-h.died
	_ = h.server.Close()
}
