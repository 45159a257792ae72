package child

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// ErrExited is the error of a server that exited before it answered, usually because another process took its port
// first. A new attempt on another port may succeed.
var ErrExited = errors.New("the server exited before it answered")

// FreePort returns a loopback port that was free at the time of the call.
func FreePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}

	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}

// Await polls url until a response satisfies ready, because a server has no other sign that it is up. It returns
// ErrExited if the child exits first, and the error of ctx if ctx ends first.
func (p *Process) Await(ctx context.Context, url string, ready func(*http.Response) bool) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()

	for !answers(ctx, url, ready) {
		select {
		case <-p.done:
			return ErrExited
		case <-ctx.Done():
			return fmt.Errorf("wait for %s to answer: %w", url, ctx.Err())
		case <-tick.C:
		}
	}

	return nil
}

func answers(ctx context.Context, url string, ready func(*http.Response) bool) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}

	defer response.Body.Close()
	return ready(response)
}
