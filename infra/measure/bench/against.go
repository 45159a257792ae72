package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

const (
	// slice is how long one commit is loaded before it is the other's turn.
	slice = 2 * time.Second
	// localStart bounds the start of a runner, which builds all functions and adds the demo data.
	localStart = 15 * time.Minute
)

// loads are the numbers of requests that are sent at the same time.
var loads = []int{1, 8}

// local is a running `make run` of one commit.
type local struct {
	name    string
	root    string // the working tree
	data    string
	url     string
	token   string
	command *exec.Cmd
	exited  chan struct{}

	rates map[int][]float64 // requests a second in each slice, by load
}

// reportAgainst compares how many requests the local runner answers a second with another commit, from the gateway
// through the authorizer and the function to the table.
func reportAgainst(ctx context.Context, r *report, dir string, o options) error {
	tree, remove, err := checkOut(ctx, dir, o.against)
	if err != nil {
		return err
	}

	defer remove()

	here, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the working tree: %w", err)
	}

	both := []*local{
		{name: o.against, root: tree, rates: map[int][]float64{}},
		{name: "this commit", root: here, rates: map[int][]float64{}},
	}

	for i, each := range both {
		each.data = filepath.Join(dir, fmt.Sprintf("against-%d", i))
		defer each.stop()

		if err := each.start(ctx); err != nil {
			return fmt.Errorf("start %s: %w", each.name, err)
		}
	}

	for round := range o.rounds + 1 {
		for _, load := range loads {
			for i := range both {
				each := both[(i+round)%len(both)] // so that neither is always the first
				rate, err := each.load(ctx, load)
				if err != nil {
					return fmt.Errorf("load %s: %w", each.name, err)
				}

				if round > 0 { // the first round starts the functions
					each.rates[load] = append(each.rates[load], rate)
				}
			}
		}
	}

	r.add(againstTable(both[0], both[1], o.rounds))
	return nil
}

// againstTable compares the rates of two commits.
func againstTable(before, after *local, rounds int) figureTable {
	t := figureTable{
		Title: "The whole local path, next to " + before.name,
		Meaning: fmt.Sprintf("How often `make run` answers `GET /me` with a personal access token in a second: "+
			"gateway, authorizer, function and table. Both commits run at the same time and are loaded in turns of "+
			"%.0f seconds, %d times each. The ratio is the median of the turns, with the lowest and the highest.",
			slice.Seconds(), rounds),
		Columns: []string{"requests at a time", before.name, after.name, "ratio", "lowest to highest"},
	}

	for _, load := range loads {
		var ratios []float64
		for i, rate := range after.rates[load] {
			ratios = append(ratios, rate/before.rates[load][i])
		}

		t.Rows = append(t.Rows, []string{
			fmt.Sprint(load),
			fmt.Sprintf("%.0f a second", middle(before.rates[load])),
			fmt.Sprintf("%.0f a second", middle(after.rates[load])),
			fmt.Sprintf("%.2f", middle(ratios)),
			fmt.Sprintf("%.2f to %.2f", slices.Min(ratios), slices.Max(ratios)),
		})
	}

	return t
}

// middle returns the median.
func middle(numbers []float64) float64 {
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[len(sorted)/2]
}

// checkOut makes a working tree of another commit, with what git does not keep: the web pages and the database engine
// of this one. It returns the tree and a function that removes it.
func checkOut(ctx context.Context, dir, revision string) (tree string, remove func(), err error) {
	tree = filepath.Join(dir, "tree")
	command := exec.CommandContext(ctx, "git", "worktree", "add", "--detach", tree, revision)
	if output, err := command.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("check out %s: %w: %s", revision, err, output)
	}

	remove = func() {
		// Not with ctx, which may have ended.
		_ = exec.Command("git", "worktree", "remove", "--force", tree).Run()
	}

	for _, kept := range []string{"functions/console/dist", "functions/description-get/dist", ".local/engine"} {
		if _, err := os.Stat(kept); err != nil {
			continue // the runner of the other commit fetches or misses it
		}

		target := filepath.Join(tree, filepath.FromSlash(kept))
		if err := errors.Join(os.RemoveAll(target), os.CopyFS(target, os.DirFS(kept))); err != nil {
			remove()
			return "", nil, fmt.Errorf("copy %s: %w", kept, err)
		}
	}

	return tree, remove, nil
}

// start builds the commit's runner and starts it with new demo data. It returns when the runner accepts the demo token.
func (l *local) start(ctx context.Context) error {
	built := l.data + "-build"
	if err := runner.Build(ctx, l.root, built, "./infra/local"); err != nil {
		return err
	}

	port, err := child.FreePort()
	if err != nil {
		return err
	}

	l.url = "http://127.0.0.1:" + port
	l.command = exec.CommandContext(ctx, filepath.Join(built, "local"), "--port", port, "--data", l.data,
		"--parameter", "ThrottleRate=10000", "--parameter", "ThrottleBurst=5000")
	l.command.Dir = l.root
	l.command.Stderr = os.Stderr
	l.command.Cancel = func() error { return l.command.Process.Signal(syscall.SIGTERM) }
	if err := l.command.Start(); err != nil {
		return fmt.Errorf("start the runner: %w", err)
	}

	l.exited = make(chan struct{})
	go func() {
		_ = l.command.Wait()
		close(l.exited)
	}()

	return l.await(ctx)
}

// await waits until the runner accepts the token of the demo data, which the runner writes when everything is ready.
func (l *local) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, localStart)
	defer cancel()

	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()

	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the runner was not ready: %w", ctx.Err())
		case <-l.exited:
			return errors.New("the runner ended")
		case <-tick.C:
		}

		token, err := os.ReadFile(filepath.Join(l.data, "demo-token"))
		l.token = strings.TrimSpace(string(token))
		if err == nil && l.token != "" && l.ask(ctx, http.DefaultClient) == nil {
			return nil
		}
	}
}

// ask requests the profile once.
func (l *local) ask(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, l.url+"/v1/me", nil)
	if err != nil {
		return fmt.Errorf("request the profile: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+l.token)
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("request the profile: %w", err)
	}

	defer response.Body.Close()

	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("request the profile: got %s, want 200", response.Status)
	}

	return nil
}

// load sends requests for one slice, a number of them at the same time. It returns how many were answered a second.
func (l *local) load(ctx context.Context, load int) (float64, error) {
	transport := &http.Transport{MaxIdleConnsPerHost: load}
	defer transport.CloseIdleConnections()

	client := &http.Client{Transport: transport}
	var answered atomic.Int64
	var clients sync.WaitGroup
	failures := make(chan error, load)
	began := time.Now()

	for range load {
		clients.Go(func() {
			for time.Since(began) < slice {
				if err := l.ask(ctx, client); err != nil {
					failures <- err
					return
				}

				answered.Add(1)
			}
		})
	}

	clients.Wait()
	took := time.Since(began)

	select {
	case err := <-failures:
		return 0, err
	default:
		return float64(answered.Load()) / took.Seconds(), nil
	}
}

// stop ends the runner.
func (l *local) stop() {
	if l.exited == nil {
		return
	}

	_ = l.command.Process.Signal(syscall.SIGTERM)
	<-l.exited
}
