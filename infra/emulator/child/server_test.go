package child_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os/exec"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
)

func start(t *testing.T, name string, arguments ...string) *child.Process {
	t.Helper()
	process, err := child.Start(exec.Command(name, arguments...))
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(process.Kill)
	return process
}

func TestAwaitReturnsWhenTheResponseIsReady(t *testing.T) {
	asked := 0
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	ready := func(answer *http.Response) bool { return answer.StatusCode == http.StatusOK }
	if err := start(t, "sleep", "60").Await(t.Context(), "http://"+listener.Addr().String(), ready); err != nil {
		t.Error(err)
	}

	if asked != 3 {
		t.Errorf("the server was polled %d times, want 3", asked)
	}
}

func TestAwaitReturnsErrExitedIfTheServerExits(t *testing.T) {
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}

	err = start(t, "true").Await(t.Context(), "http://127.0.0.1:"+port, func(*http.Response) bool { return true })
	if !errors.Is(err, child.ErrExited) {
		t.Errorf("%v; want %v", err, child.ErrExited)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	port, err := child.FreePort()
	if err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = start(t, "sleep", "60").Await(ctx, "http://127.0.0.1:"+port, func(*http.Response) bool { return true })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v; want %v", err, context.Canceled)
	}
}
