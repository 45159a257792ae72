package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// smallTable is the number of tokens in the small table.
	smallTable = 10_000
	// warmups and repeats are the numbers of calls of an operation before and while it is measured.
	warmups, repeats = 5, 20
	// allocationsApart is the ratio of allocations in the two tables up to which they count as the same: buffers and
	// maps grow at different moments.
	allocationsApart = 1.1
)

// operation is a request whose cost is compared.
type operation struct {
	name     string
	function string
	// request is a method and a path, in which $ORG and $USER stand for the organization and another member each time.
	request string
	body    string
	// credential says what to send.
	credential credential
	// bounded is set if the cost grows with the table up to a limit, which the small table does not reach.
	bounded bool
}

// credential is what a request is sent with.
type credential int

const (
	session      credential = iota // the owner's session
	sameToken                      // the same token each time
	anotherToken                   // another token each time
)

// operations are what is measured by requests, in this order.
var operations = []operation{
	{
		name:       "authorize the first use of a token",
		function:   "authorizer",
		request:    "GET /roles",
		credential: anotherToken,
	},
	{
		name:       "authorize a token",
		function:   "authorizer",
		request:    "GET /roles",
		credential: sameToken,
	},
	{
		name:     "authorize a session",
		function: "authorizer",
		request:  "GET /roles",
	},
	{
		name:     "own profile",
		function: "profile-get",
		request:  "GET /me",
	},
	{
		name:     "tokens of a person",
		function: "token-list",
		request:  "GET /me/tokens",
	},
	{
		name:     "organizations of a person",
		function: "organization-list",
		request:  "GET /me/organizations",
	},
	{
		name:     "members, first page",
		function: "member-list",
		request:  "GET /organizations/$ORG/members",
	},
	{
		name:     "members with a role that one has",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?role=owner",
	},
	{
		name:     "members with a role that many have",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?role=creator",
	},
	{
		name:     "members by the beginning of a name",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?q=zora",
	},
	{
		name:     "members by an email address",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?q=grace%40example",
	},
	{
		name:     "members by a part of an address that one in ten has",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?q=0%40ex&match=anywhere",
	},
	{
		name:     "members by a part of a name that nobody has (bounded)",
		function: "member-list",
		request:  "GET /organizations/$ORG/members?q=nobody&match=anywhere",
		bounded:  true,
	},
	{
		name:     "a member's page",
		function: "member-get",
		request:  "GET /organizations/$ORG/members/$USER",
	},
	{
		name:     "role change",
		function: "member-role-update",
		request:  "PUT /organizations/$ORG/members/$USER/role",
		body:     `{"role":"user"}`,
	},
	{
		name:     "solutions, first page",
		function: "solution-list",
		request:  "GET /organizations/$ORG/solutions",
	},
	{
		name:     "audit log, first page",
		function: "audit-list",
		request:  "GET /organizations/$ORG/audit",
	},
	{
		name:     "audit log of an action that few events have",
		function: "audit-list",
		request:  "GET /organizations/$ORG/audit?action=solution.create",
	},
	{
		name:     "audit log of an action that none has",
		function: "audit-list",
		request:  "GET /organizations/$ORG/audit?action=solution.delete",
	},
}

// callCost is what one call of an operation takes.
type callCost struct {
	requests              int
	readUnits, writeUnits float64
	allocations           float64
	took                  time.Duration
}

// measurement is a cost with the name of its operation.
type measurement struct {
	name    string
	bounded bool
	cost    callCost
}

// site is a system that runs on a table of one size.
type site struct {
	seed      *seed
	running   *runner.Runner
	functions string
	users     []identity.UserID
	next      int // of users and tokens
}

// reportScale compares the cost of operations in a small table with that in a large one. It returns an error if the
// requests or units of one differ.
func reportScale(ctx context.Context, r *report, dir string, o options) error {
	functions, err := buildAll(ctx, dir)
	if err != nil {
		return err
	}

	data := filepath.Join(dir, "seed")
	planted, err := plant(ctx, functions, data)
	if err != nil {
		return err
	}

	sizes := []world{worldOf(smallTable), worldOf(o.tokens)}
	var measured [2][]measurement
	for i, size := range sizes {
		if measured[i], err = measureWorld(ctx, dir, functions, planted, size); err != nil {
			return err
		}
	}

	t, apart := scaleTable(sizes[0], sizes[1], measured[0], measured[1])
	r.add(t)
	return errors.Join(apart...)
}

// buildAll builds all functions so that they report their allocations. It returns their directory.
func buildAll(ctx context.Context, dir string) (string, error) {
	fmt.Fprintln(os.Stderr, "building …")
	programs, err := filepath.Glob("functions/*/main.go")
	if err != nil {
		return "", fmt.Errorf("find the functions: %w", err)
	}

	var names []string
	for _, program := range programs {
		names = append(names, filepath.Base(filepath.Dir(program)))
	}

	return filepath.Join(dir, instrumented), buildInstrumented(ctx, dir, names...)
}

// measureWorld measures all operations in a table of one size.
func measureWorld(ctx context.Context, dir, functions string, planted *seed, size world) ([]measurement, error) {
	data := filepath.Join(dir, "data")
	defer os.RemoveAll(data)

	if err := os.CopyFS(data, os.DirFS(filepath.Join(dir, "seed"))); err != nil {
		return nil, fmt.Errorf("copy the issuer's key: %w", err)
	}

	file := filepath.Join(data, "dynamodb.sqlite")
	stale, err := filepath.Glob(file + "*")
	if err != nil {
		return nil, fmt.Errorf("find the seed's table: %w", err)
	}

	for _, each := range stale {
		if err := os.Remove(each); err != nil {
			return nil, fmt.Errorf("remove the seed's table: %w", err)
		}
	}

	began := time.Now()
	users, err := planted.fill(ctx, dir, file, size)
	if err != nil {
		return nil, err
	}

	fmt.Fprintf(os.Stderr, "filled with %+v in %s\n", size, time.Since(began).Round(time.Second))
	running, err := runner.Start(ctx, runner.Options{Data: data, Functions: functions})
	if err != nil {
		return nil, err
	}

	defer running.Close()
	s := &site{
		seed:      planted,
		running:   running,
		functions: functions,
		users:     users,
	}

	return s.measure(ctx)
}

func (s *site) measure(ctx context.Context) ([]measurement, error) {
	var all []measurement
	for _, o := range operations {
		s.next = 0
		measured, err := s.repeat(ctx, o.function, func(ctx context.Context) error { return s.send(ctx, o) })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.name, err)
		}

		all = append(all, measurement{o.name, o.bounded, measured})
	}

	jobs, err := s.jobs(ctx)
	return append(all, jobs...), err
}

// jobs measures the scheduled jobs: a sweep of tokens whose lease has ended, a sweep without any, and a look for
// notices of which none is due. The first runs of the last two start a process, or reach the hours that the next run
// begins with.
func (s *site) jobs(ctx context.Context) ([]measurement, error) {
	var all []measurement
	for _, job := range []struct {
		name, function, answer string
		keep                   bool
	}{
		{fmt.Sprintf("sweep of %d tokens", lapsed), "lease-sweep", fmt.Sprintf(`"retired":%d,`, lapsed), true},
		{"sweep without any", "lease-sweep", `"retired":0,`, true},
		{"first look for notices", "lease-warn", `"sent":0,`, false},
		{"look for notices, none due", "lease-warn", `"sent":0,`, true},
	} {
		measured, err := s.once(ctx, job.function, func(ctx context.Context) error {
			answer, err := s.running.Invoke(ctx, job.function, []byte(`{}`))
			if err == nil && !strings.Contains(string(answer), job.answer) {
				err = fmt.Errorf("the function returned %s, want %s", answer, job.answer)
			}

			return err
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", job.name, err)
		}

		if job.keep {
			measured.allocations = 0 // the first run includes the start
			all = append(all, measurement{job.name, false, measured})
		}
	}

	return all, nil
}

// repeat returns what a call costs in the middle of several. The first calls, which start processes and fill caches, do
// not count.
func (s *site) repeat(ctx context.Context, function string, call func(context.Context) error) (callCost, error) {
	for range warmups {
		if err := call(ctx); err != nil {
			return callCost{}, err
		}
	}

	binary := filepath.Join(s.functions, function)
	before, err := allocations(ctx, binary)
	if err != nil {
		return callCost{}, err
	}

	each := make([]callCost, repeats)
	for i := range each {
		if each[i], err = s.once(ctx, function, call); err != nil {
			return callCost{}, err
		}
	}

	after, err := allocations(ctx, binary)
	if err != nil {
		return callCost{}, err
	}

	slices.SortFunc(each, func(a, b callCost) int { return int(a.took - b.took) })
	typical := each[repeats/2]

	// Every thirtieth second, a call reads again what holds for the whole organization.
	slices.SortFunc(each, func(a, b callCost) int { return a.requests - b.requests })
	usual := each[repeats/2]
	usual.took = typical.took
	usual.allocations = float64(after.Allocations-before.Allocations) / repeats

	return usual, nil
}

// once returns what one call costs.
func (s *site) once(ctx context.Context, function string, call func(context.Context) error) (callCost, error) {
	s.running.Proxy().Reset()
	began := time.Now()
	if err := call(ctx); err != nil {
		return callCost{}, err
	}

	took, count := time.Since(began), s.running.Proxy().Counts().Of(function)
	return callCost{
		requests:   count.Requests,
		readUnits:  count.ReadUnits,
		writeUnits: count.WriteUnits,
		took:       took,
	}, nil
}

// send sends the request of an operation.
func (s *site) send(ctx context.Context, o operation) error {
	method, path, _ := strings.Cut(o.request, " ")
	path = strings.NewReplacer("$ORG", s.seed.organization, "$USER", string(s.users[s.next])).Replace(path)
	request, err := http.NewRequestWithContext(ctx, method, s.running.APIURL()+path, strings.NewReader(o.body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}

	var secret string
	switch o.credential {
	case session:
		secret = s.seed.session
	case sameToken:
		secret = s.seed.tokens[0]
	case anotherToken:
		secret = s.seed.tokens[s.next]
	}

	s.next++
	request.Header.Set("Authorization", "Bearer "+secret)
	if o.body != "" {
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("If-Match", "*")
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send the request: %w", err)
	}

	defer response.Body.Close()

	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("got %s %s %w, want 200", response.Status, answer, err)
	}

	return nil
}

// scaleTable compares two tables. It also returns what differs in requests and units, or by much in allocations.
func scaleTable(small, large world, before, after []measurement) (figureTable, []error) {
	t := figureTable{
		Title: "Flat at scale",
		Meaning: fmt.Sprintf("What an operation takes in a table of %s and in one of %s. A single number means "+
			"that it takes the same in both; otherwise the arrow leads from the small table to the large one. A "+
			"page of a search for any part of a name reads at most 4,700 names, of which the small table has fewer. "+
			"Requests, units and allocations are those of the operation's function. The time is that of the whole "+
			"request on the local runner, the median of %d, and depends on the local database engine.",
			small, large, repeats),
		Columns: []string{"operation", "requests to DynamoDB", "read units", "write units", "allocations", "time"},
	}

	var apart []error
	for i, m := range before {
		a, b := m.cost, after[i].cost
		t.Rows = append(t.Rows, []string{
			m.name,
			change(strconv.Itoa(a.requests), strconv.Itoa(b.requests)),
			change(units(a.readUnits), units(b.readUnits)),
			change(units(a.writeUnits), units(b.writeUnits)),
			change(rounded(a.allocations), rounded(b.allocations)),
			change(fmt.Sprintf("%.1f ms", ms(a.took)), fmt.Sprintf("%.1f ms", ms(b.took))),
		})

		if m.bounded {
			continue
		}

		if a.requests != b.requests || a.readUnits != b.readUnits || a.writeUnits != b.writeUnits {
			apart = append(apart, fmt.Errorf("%s is not flat: it took %+v in the small table and %+v in the large one",
				m.name, a, b))
		}

		if ratio := b.allocations / a.allocations; math.Max(ratio, 1/ratio) > allocationsApart {
			apart = append(apart, fmt.Errorf("%s is not flat: %.0f allocations became %.0f",
				m.name, a.allocations, b.allocations))
		}
	}

	return t, apart
}

// String describes the world for people.
func (w world) String() string {
	return fmt.Sprintf("%s tokens, %s members of one organization, %s events in its audit log and %s solutions",
		thousands(w.tokens), thousands(w.members), thousands(w.events), thousands(w.solutions))
}

// thousands returns a number with commas between thousands.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}

	return text
}

// change returns one text if both are the same, and an arrow between them otherwise.
func change(a, b string) string {
	if a == b {
		return a
	}

	return a + " → " + b
}

func units(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// rounded returns a number of allocations; "" if they were not measured.
func rounded(n float64) string {
	if n == 0 {
		return ""
	}

	return fmt.Sprintf("%.0f", n)
}
