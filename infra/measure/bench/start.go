package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// started are the functions whose start is measured. The report compares each of them with the first.
var started = []string{"empty", "authorizer", "token-create"}

// poller is a minimal Lambda Runtime API. It records the time of a process's first poll and never returns an event.
type poller struct {
	listener net.Listener
	server   *http.Server
	polled   chan time.Time
}

// newPoller starts a poller on a free port.
func newPoller() (*poller, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}

	p := &poller{listener: listener, polled: make(chan time.Time, 1)}
	p.server = &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/invocation/next") {
			p.polled <- time.Now()
		}

		<-r.Context().Done()
	})}

	go func() { _ = p.server.Serve(listener) }()
	return p, nil
}

// reportStarts reports the time from exec to the first GET /next. It interleaves the functions, so that changes in the
// machine's load affect all of them alike.
func reportStarts(ctx context.Context, r *report, dir, endpoint string, rounds int) error {
	p, err := newPoller()
	if err != nil {
		return err
	}

	defer p.server.Close()

	times := map[string][]time.Duration{}
	for round := range rounds + 1 {
		for _, name := range started {
			took, err := p.start(ctx, filepath.Join(dir, deployed, name), endpoint)
			if err != nil {
				return err
			}

			if round > 0 { // the first round fills the page cache
				times[name] = append(times[name], took)
			}
		}
	}

	t := figureTable{
		Title: "Start to first poll",
		Meaning: fmt.Sprintf("The time from the start of a function's process until it polls Lambda's Runtime API "+
			"for the first event, which a cold start adds to a request, and the size of the binary. Median of %d "+
			"starts in turns with the others. The first line is a function in Go that does nothing.", rounds),
		Columns: []string{"function", "median", "lowest", "9 of 10 within", "× empty", "size", "× empty"},
	}

	base, baseSize := median(times[started[0]]), size(dir, started[0])
	for _, name := range started {
		taken, bytes := times[name], size(dir, name)
		t.Rows = append(t.Rows, []string{
			name,
			fmt.Sprintf("%.2f ms", ms(median(taken))),
			fmt.Sprintf("%.2f ms", ms(slices.Min(taken))),
			fmt.Sprintf("%.2f ms", ms(quantile(taken, 0.9))),
			fmt.Sprintf("%.2f", ratio(median(taken), base)),
			fmt.Sprintf("%.2f MB", float64(bytes)/1e6),
			fmt.Sprintf("%.2f", float64(bytes)/float64(baseSize)),
		})
	}

	r.add(t)
	return nil
}

// start starts a binary, waits for its first poll and stops it. It returns the time in between.
func (p *poller) start(ctx context.Context, binary, endpoint string) (time.Duration, error) {
	command := exec.CommandContext(ctx, binary)
	command.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + p.listener.Addr().String(),
		"AWS_LAMBDA_FUNCTION_NAME=bench",
		"AWS_REGION=" + lambda.Region,
		"AWS_ACCESS_KEY_ID=bench",
		"AWS_SECRET_ACCESS_KEY=bench",
		"AWS_ENDPOINT_URL_DYNAMODB=" + endpoint,
		"TABLE_NAME=leasehold",
	}

	command.Stderr = os.Stderr
	began := time.Now()

	if err := command.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", binary, err)
	}

	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()

	select {
	case at := <-p.polled:
		return at.Sub(began), nil
	case <-time.After(10 * time.Second):
		return 0, fmt.Errorf("%s did not poll for an event within 10 seconds", binary)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// size returns the size of a deployed binary in bytes.
func size(dir, name string) int64 {
	info, err := os.Stat(filepath.Join(dir, deployed, name))
	if err != nil {
		return 0
	}

	return info.Size()
}

func median(times []time.Duration) time.Duration { return quantile(times, 0.5) }

func quantile(times []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
