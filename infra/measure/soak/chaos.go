package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

const (
	// calm is the time between two faults, and longest the longest that a fault lasts.
	calm    = 3 * time.Second
	longest = 2 * time.Second
	// aftermath is how long after a fault a request can still fail because of it: the pauses between the attempts of a
	// transaction, and the first request of a new process.
	aftermath = time.Second
	// engineKills is how often the engine is killed. The runner gives up at the fourth time.
	engineKills = 3
	// maxSpans is the number of faults that chaos remembers.
	maxSpans = 200
)

// chaos makes things fail, and remembers when.
type chaos struct {
	running *runner.Runner
	random  *rand.Rand

	mutex  sync.Mutex
	spans  []span // the latest, oldest first
	counts map[string]int
}

// span is a time in which a fault explains failures. The end is zero while it lasts.
type span struct{ from, to time.Time }

func newChaos(running *runner.Runner, seed uint64) *chaos {
	return &chaos{running: running, random: rand.New(rand.NewPCG(seed, 0)), counts: map[string]int{}}
}

// explains reports whether a fault can have made a request fail that was under way between two times.
func (c *chaos) explains(began, ended time.Time) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	for _, s := range c.spans {
		if !ended.Before(s.from) && (s.to.IsZero() || began.Before(s.to.Add(aftermath))) {
			return true
		}
	}

	return false
}

// during runs a fault, and explains failures while it lasts.
func (c *chaos) during(name string, fault func()) {
	c.mutex.Lock()
	c.counts[name]++
	if len(c.spans) >= maxSpans {
		c.spans = append([]span(nil), c.spans[1:]...)
	}

	c.spans = append(c.spans, span{from: time.Now()})
	c.mutex.Unlock()

	fault()

	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.spans[len(c.spans)-1].to = time.Now()
}

// run makes one thing after another fail until ctx ends. It kills the engine at equal distances.
func (c *chaos) run(ctx context.Context, whole time.Duration) {
	began := time.Now()
	for kills := 0; sleep(ctx, calm); {
		if due := whole * time.Duration(kills+1) / (engineKills + 1); kills < engineKills && time.Since(began) > due {
			kills++
			c.during("engine killed", func() { c.killEngine(ctx) })
			continue
		}

		c.one(ctx)
	}
}

// one makes one thing fail that is drawn.
func (c *chaos) one(ctx context.Context) {
	faults := []struct {
		name string
		rule dynamoproxy.Rule
	}{
		{"throttled", dynamoproxy.Rule{Fault: dynamoproxy.ThrottleOnDemand}},
		{"account throttled", dynamoproxy.Rule{Fault: dynamoproxy.LimitRequests}},
		{"transactions throttled", dynamoproxy.Rule{Operation: "TransactWriteItems", Fault: dynamoproxy.CancelThrottled}},
		{"transactions in conflict", dynamoproxy.Rule{Operation: "TransactWriteItems", Fault: dynamoproxy.CancelConflict}},
		{"reads unprocessed", dynamoproxy.Rule{Operation: "BatchGetItem", Fault: dynamoproxy.LeaveUnprocessed}},
		{"replies lost", dynamoproxy.Rule{Fault: dynamoproxy.LoseReply}},
		{"replies of transactions lost", dynamoproxy.Rule{Operation: "TransactWriteItems", Fault: dynamoproxy.LoseReply}},
		{"server errors", dynamoproxy.Rule{Fault: dynamoproxy.InternalError}},
		{"connections closed", dynamoproxy.Rule{Fault: dynamoproxy.HangUp}},
	}

	n := c.random.IntN(len(faults) + 3)
	if n >= len(faults) {
		c.during("functions killed", func() { c.killFunctions() })
		return
	}

	fault, lasts := faults[n], time.Duration(c.random.Int64N(int64(longest)))
	c.during(fault.name, func() {
		remove := c.running.Proxy().Fail(fault.rule)
		sleep(ctx, lasts)
		remove()
	})
}

// killFunctions kills up to three processes of functions.
func (c *chaos) killFunctions() {
	pids := c.running.FunctionPIDs()
	for range min(3, len(pids)) {
		_ = syscall.Kill(pids[c.random.IntN(len(pids))], syscall.SIGKILL) // it may have ended
	}
}

// killEngine kills the engine, and waits until another process of it answers.
func (c *chaos) killEngine(ctx context.Context) {
	old := c.running.EnginePID()
	if errors.Is(syscall.Kill(old, syscall.SIGKILL), syscall.ESRCH) {
		return
	}

	for c.running.EnginePID() == old && sleep(ctx, 10*time.Millisecond) {
	}

	// The functions' connections to the old process fail once each.
	sleep(ctx, time.Second)
}

// total returns the number of faults so far, by name.
func (c *chaos) total() map[string]int {
	c.mutex.Lock()
	defer c.mutex.Unlock()

	total := map[string]int{}
	for name, n := range c.counts {
		total[name] = n
	}

	return total
}

// sleep waits, and reports whether ctx has not ended meanwhile.
func sleep(ctx context.Context, lasting time.Duration) bool {
	timer := time.NewTimer(lasting)
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
