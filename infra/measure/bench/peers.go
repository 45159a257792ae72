package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

const peersDir = "infra/measure/bench/peers"

// peer is an authorizer that people would write or run instead of Leasehold's, or a bound for it.
type peer struct {
	name        string
	environment []string
	command     []string
	judges      bool // whether it tells a good token from a bad one

	starts, startProcessor []time.Duration // one per start
	calls, processor       []time.Duration // medians and means, one per round
}

// single is what the template sets for the authorizer, which has less than one processor.
const single = "GOMAXPROCS=1"

// reportPeers compares Leasehold's authorizer with its peers: how soon each answers after its start, and what a call
// takes. All answer the same event from the same table of the same engine, one call at a time, in interleaved rounds.
func reportPeers(ctx context.Context, r *report, dir string, o options) error {
	if err := build(ctx, dir); err != nil {
		return err
	}

	if err := buildPeers(ctx, dir); err != nil {
		return err
	}

	e, err := dynoxide.Start(ctx, dynoxide.Options{Log: io.Discard})
	if err != nil {
		return err
	}

	defer e.Close()

	w, err := newWorkload(ctx, dir, e.URL(), o.calls)
	if err != nil {
		return err
	}

	defer w.close()

	good, bad, err := w.peerEvents(ctx)
	if err != nil {
		return err
	}

	peers := allPeers(dir, e.URL())
	if err := timeStarts(ctx, peers, good, bad, o.starts); err != nil {
		return err
	}

	if err := timeCalls(ctx, peers, good, bad, o.rounds, o.calls); err != nil {
		return err
	}

	t := peersTable(peers, o)
	for _, s := range allServers(dir) {
		row, err := s.measure(ctx, o, peers[0])
		if err != nil {
			return err
		}

		t.Rows = append(t.Rows, row)
	}

	r.add(t)
	r.add(powerTable(median(peers[0].processor), median(peers[0].startProcessor)))
	return nil
}

// allPeers returns the peers, Leasehold first.
func allPeers(dir, engine string) []*peer {
	table := "AWS_ENDPOINT_URL_DYNAMODB=" + engine
	binary := func(name string) []string { return []string{filepath.Join(dir, deployed, name)} }

	return []*peer{
		{
			name:        "leasehold",
			environment: []string{table, single},
			command:     binary("authorizer"),
			judges:      true,
		},
		{
			name:        "leasehold, 2 procs",
			environment: []string{table, "GOMAXPROCS=2"},
			command:     binary("authorizer"),
			judges:      true,
		},
		{
			name:        "floor",
			environment: []string{table, single},
			command:     binary("floor"),
			judges:      true,
		},
		{name: "empty", environment: []string{table, single}, command: binary("empty")},
		{
			name:        "Node.js, AWS SDK",
			environment: []string{table, "NODE_ENV=production", "NODE_NO_WARNINGS=1"},
			command:     []string{"node", filepath.Join(peersDir, "node", "dist", "authorizer.cjs")},
			judges:      true,
		},
		{
			name:        "Python, boto3",
			environment: []string{table},
			command: []string{
				filepath.Join(peersDir, "python", ".venv", "bin", "python"),
				filepath.Join(peersDir, "python", "authorizer.py"),
			},
			judges: true,
		},
	}
}

// allServers returns the servers that people run instead.
func allServers(dir string) []*server {
	return []*server{
		{
			name: "better-auth",
			command: []string{
				"node",
				filepath.Join(peersDir, "better-auth", "server.mjs"),
				filepath.Join(dir, "better-auth.db"),
			},
			header: "X-Api-Key",
		},
		{
			name:    "PocketBase",
			command: []string{filepath.Join(dir, "pocketbase"), filepath.Join(dir, "pocketbase-data")},
			header:  "Authorization",
		},
	}
}

// buildPeers builds the Go peers. The make target installs the others.
func buildPeers(ctx context.Context, dir string) error {
	if err := runner.Build(ctx, ".", filepath.Join(dir, deployed), "./"+peersDir+"/floor"); err != nil {
		return err
	}

	// PocketBase is a module of its own, so that its dependencies are not those of Leasehold.
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "pocketbase"), ".")
	build.Dir = filepath.Join(peersDir, "pocketbase")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build PocketBase: %w\n%s", err, out)
	}

	return nil
}

// peerEvents returns an event with a token whose use is not due, and one with a token that does not exist.
func (w *workload) peerEvents(ctx context.Context) (good, bad []byte, err error) {
	events, err := w.tokens(ctx, 1, time.Now())
	if err != nil {
		return nil, nil, err
	}

	unknown, err := w.unknown()
	if err != nil {
		return nil, nil, err
	}

	_, err = w.call(ctx, w.timed, events) // records the first use
	return events[0], unknown, err
}

// correct returns an error unless the process allows the good event and denies the bad one.
func (p *peer) correct(h *host, good, bad []byte) error {
	if !p.judges {
		return nil
	}

	for effect, event := range map[string][]byte{"Allow": good, "Deny": bad} {
		answer, err := h.invoke(event)
		if err != nil {
			return fmt.Errorf("check %s: %w", p.name, err)
		}

		if !strings.Contains(strings.ReplaceAll(string(answer), " ", ""), `"Effect":"`+effect+`"`) {
			return fmt.Errorf("%s answered %s instead of %s", p.name, answer, effect)
		}
	}

	return nil
}

func (p *peer) start(ctx context.Context) (*host, error) {
	return startHost(ctx, p.environment, p.command[0], p.command[1:]...)
}

// timeStarts measures the time from the start of each process to its first answer.
func timeStarts(ctx context.Context, peers []*peer, good, bad []byte, starts int) error {
	for round := range starts + 1 {
		for _, p := range peers {
			h, err := p.start(ctx)
			if err != nil {
				return err
			}

			_, err = h.invoke(good)
			took := time.Since(h.began)
			used, _ := h.processorTime()
			if err == nil && round == 0 { // which also fills the page cache
				err = p.correct(h, good, bad)
			}

			h.close()
			if err != nil {
				return fmt.Errorf("start %s: %w", p.name, err)
			}

			if round > 0 {
				p.starts = append(p.starts, took)
				p.startProcessor = append(p.startProcessor, used)
			}
		}
	}

	return nil
}

// timeCalls measures the time and the processor time of calls, one round of each process after the other.
func timeCalls(ctx context.Context, peers []*peer, good, bad []byte, rounds, calls int) error {
	hosts := make([]*host, len(peers))
	for i, p := range peers {
		h, err := p.start(ctx)
		if err != nil {
			return err
		}

		defer h.close()
		hosts[i] = h
		if err := p.correct(h, good, bad); err != nil {
			return err
		}
	}

	for round := range rounds + 1 {
		for i, p := range peers {
			call := func() error {
				_, err := hosts[i].invoke(good)
				return err
			}

			if err := p.round(hosts[i].processorTime, call, calls, round > 0); err != nil {
				return err
			}
		}
	}

	return nil
}

// round makes calls and keeps their figures, unless it is there to warm up the process whose processor time is asked for.
func (p *peer) round(processorTime func() (time.Duration, error), call func() error, calls int, keep bool) error {
	before, err := processorTime()
	if err != nil {
		return err
	}

	times := make([]time.Duration, calls)
	for n := range calls {
		began := time.Now()
		if err := call(); err != nil {
			return fmt.Errorf("call %s: %w", p.name, err)
		}

		times[n] = time.Since(began)
	}

	after, err := processorTime()
	if err == nil && keep {
		p.calls = append(p.calls, median(times))
		p.processor = append(p.processor, (after-before)/time.Duration(calls))
	}

	return err
}

// peersTable has a line for each peer. The ratios are to the first, and the spread is that of the rounds.
func peersTable(peers []*peer, o options) figureTable {
	t := figureTable{
		Title: "The authorizer next to others",
		Meaning: fmt.Sprintf("Authorizers that answer the same event from the same table of the same engine: "+
			"*floor* is a Go program that signs and sends one read with `net/http`, *empty* one that reads nothing; "+
			"those in Node.js and Python use AWS's SDK. They are started %d times and called in %d rounds of %d "+
			"calls, one call at a time, in turns. The processor time is that of their process, without the "+
			"engine's; its spread is that of the rounds. better-auth and PocketBase are servers that verify a key or a "+
			"token over HTTP, with their own SQLite files: the start includes that the first one is made, and the "+
			"processor time that of the database.",
			o.starts, o.rounds, o.calls),
		Columns: []string{
			"authorizer", "start to first answer", "× Leasehold", "call", "× Leasehold", "calls a second",
			"processor time of a call", "× Leasehold", "lowest to highest",
		},
	}

	base := peers[0]
	for _, p := range peers {
		t.Rows = append(t.Rows, append([]string{
			p.name,
			fmt.Sprintf("%.1f ms", ms(median(p.starts))),
			fmt.Sprintf("%.2f", ratio(median(p.starts), median(base.starts))),
		}, p.callFigures(base)...))
	}

	return t
}

// callFigures returns the figures of calls, next to those of another peer.
func (p *peer) callFigures(base *peer) []string {
	call, processor := median(p.calls), median(p.processor)
	return []string{
		fmt.Sprintf("%.0f µs", us(call)),
		fmt.Sprintf("%.2f", ratio(call, median(base.calls))),
		fmt.Sprintf("%.0f", float64(time.Second)/float64(call)),
		fmt.Sprintf("%.0f µs", us(processor)),
		fmt.Sprintf("%.2f", ratio(processor, median(base.processor))),
		fmt.Sprintf("%.0f to %.0f µs", us(slices.Min(p.processor)), us(slices.Max(p.processor))),
	}
}

func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// server is a server that people run instead. It has a store of its own, and it is asked over HTTP. It prints its address and a
// key as JSON.
type server struct {
	name    string
	command []string
	header  string // of the key
}

// measure returns the server's line of the table.
func (s *server) measure(ctx context.Context, o options, base *peer) ([]string, error) {
	command := exec.CommandContext(ctx, s.command[0], s.command[1:]...)
	command.Stderr = os.Stderr
	printed, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", s.name, err)
	}

	began := time.Now()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.name, err)
	}

	defer func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}()

	line, err := bufio.NewReader(printed).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("read the address of %s: %w", s.name, err)
	}

	var at place
	if err := json.Unmarshal(bytes.TrimSpace(line), &at); err != nil {
		return nil, fmt.Errorf("read the address of %s: %w", s.name, err)
	}

	if status, err := s.verify(ctx, at.Address, at.Key); err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d to its key: %w", s.name, status, err)
	}

	started := time.Since(began)
	if status, err := s.verify(ctx, at.Address, at.Key+"x"); err != nil || status != http.StatusUnauthorized {
		return nil, fmt.Errorf("%s answered %d to a key that does not exist: %w", s.name, status, err)
	}

	p := &peer{name: s.name + ", a server"}
	used := func() (time.Duration, error) { return processorTime(command.Process.Pid) }
	call := func() error {
		_, err := s.verify(ctx, at.Address, at.Key)
		return err
	}

	for round := range o.rounds + 1 {
		if err := p.round(used, call, o.calls, round > 0); err != nil {
			return nil, err
		}
	}

	return append([]string{p.name, fmt.Sprintf("%.1f ms", ms(started)), ""}, p.callFigures(base)...), nil
}

// place is where a server listens, and a key that it accepts.
type place struct{ Address, Key string }

// verify asks the server about a key.
func (s *server) verify(ctx context.Context, address, key string) (status int, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		return 0, fmt.Errorf("ask %s: %w", s.name, err)
	}

	request.Header.Set(s.header, key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("ask %s: %w", s.name, err)
	}

	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0, fmt.Errorf("ask %s: %w", s.name, err)
	}

	return response.StatusCode, nil
}
