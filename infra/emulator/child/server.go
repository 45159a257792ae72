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

// ErrExited says that a server ended before it answered: most often because somebody else took its port meanwhile, so
// that another attempt on another port may do.
var ErrExited = errors.New("the server exited before it answered")

// FreePort is a port of loopback that was free a moment ago.
func FreePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}

	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port), nil
}

// Await asks url again and again until an answer satisfies ready: a server has no other way to tell that it is up. The
// error is ErrExited when the child ends first, and that of ctx when it takes too long.
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
