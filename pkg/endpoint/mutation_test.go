package endpoint_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// attempts is a mutation whose first writes are stale. Each attempt sets other headers and another answer.
type attempts struct {
	stale    int // how many writes are stale; after them the change is stored
	decided  int
	written  int
	followed int
	changes  []identity.Change
}

func (a *attempts) operation(d *desk) handler {
	type answer struct{ Attempt int }
	return handle(d, endpoint.Mutation[endpoint.None, answer]{
		Route:  "POST /things",
		Status: 201,
		Decide: func(_ context.Context, r *endpoint.Request[endpoint.None]) (answer, endpoint.Write, error) {
			a.decided++
			if a.decided == 1 {
				r.Created("/things/first")
			}

			r.ETag(a.decided)
			return answer{a.decided}, a.write, nil
		},
		After: func(_ context.Context, _ *endpoint.Request[endpoint.None], out answer) answer {
			a.followed++
			return answer{10 * out.Attempt}
		},
	})
}

func (a *attempts) write(_ context.Context, c identity.Change) error {
	a.changes = append(a.changes, c)
	if a.written++; a.written <= a.stale {
		return fmt.Errorf("store it: %w", identity.ErrStale)
	}

	return nil
}

func TestAStaleWriteIsDecidedAgainAndTheLastAnswerCounts(t *testing.T) {
	d := newDesk(t)
	a := &attempts{stale: 2}
	got := d.call(a.operation(d), ask(d.ada, "POST"))

	if got.mustSay(t, 201, `{"Attempt":30}`); got.header.Get("ETag") != `"3"` || got.header.Get("Location") != "" {
		t.Errorf("the headers are not those of the last attempt: %v", got.header)
	}

	if a.decided != 3 || a.written != 3 || a.followed != 1 {
		t.Errorf("decided %d times, wrote %d times, followed up %d times", a.decided, a.written, a.followed)
	}

	for _, c := range a.changes {
		if c.Caller.User != d.ada.User || !c.At.Equal(noon) || c.Source.RequestID != "request-1" || c.Retry != nil {
			t.Errorf("the change is %+v", c)
		}
	}
}

func TestAWriteThatStaysStaleIsUnavailableAndIsNotFollowedUp(t *testing.T) {
	d := newDesk(t)
	a := &attempts{stale: 1000}
	got := d.call(a.operation(d), ask(d.ada, "POST"))
	p := got.mustBe(t, 503, identity.Unavailable, "")

	if p.Detail != "Another request is changing the same resource. Try again." || a.decided != 8 || a.followed != 0 {
		t.Errorf("%q after %d decisions; followed up %d times", p.Detail, a.decided, a.followed)
	}

	if got.header.Get("ETag") != "" || got.header.Get("Location") != "" {
		t.Errorf("a refusal has the headers of an answer: %v", got.header)
	}
}

func TestAWriteStopsWhenTheRequestIsOutOfTime(t *testing.T) {
	d := newDesk(t)
	ctx, cancel := context.WithCancel(t.Context())
	h := handle(d, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route: "DELETE /things",
		Decide: func(context.Context, *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
			return endpoint.None{}, func(context.Context, identity.Change) error {
				cancel()
				return identity.ErrStale
			}, nil
		},
	})

	got, err := h(ctx, ask(d.ada, "DELETE").APIGatewayProxyRequest)
	if err != nil || got.StatusCode != 503 || !strings.Contains(d.logs.String(), "decide again: context canceled") {
		t.Errorf("%d %s, %v, logged %s", got.StatusCode, got.Body, err, d.logs)
	}
}

func TestWhatFollowsRunsOnceAndIsNotRemembered(t *testing.T) {
	w := newWorkshop(t)
	followed := 0
	w.after = func(out created) created {
		followed++
		out.Name = "followed up"
		return out
	}

	first := w.call(w.make(false), post(w.ada, key, "decided"))
	second := w.call(w.make(false), post(w.ada, key, "decided"))
	if !strings.Contains(first.body, `"name":"followed up"`) || !strings.Contains(second.body, `"name":"decided"`) {
		t.Errorf("the first answer is %s, the remembered one %s", first.body, second.body)
	}

	if w.call(w.make(false), post(w.ada, "", "refused")).status != 409 || followed != 1 || w.done != 1 {
		t.Errorf("followed up %d times, done %d times", followed, w.done)
	}
}

// TestAnAnswerThatChangesNothingIsRemembered holds that a retry of a request that found nothing to do does nothing, although
// it would have something to do by then.
func TestAnAnswerThatChangesNothingIsRemembered(t *testing.T) {
	w := newWorkshop(t)
	decided := 0
	h := handle(w.desk, endpoint.Mutation[creation, string]{
		Route: "POST /things",
		Decide: func(_ context.Context, r *endpoint.Request[creation]) (string, endpoint.Write, error) {
			decided++
			return r.In.Body.Name, nil, nil
		},
		After: func(_ context.Context, _ *endpoint.Request[creation], out string) string { return out + " and more" },
	})

	w.call(h, post(w.ada, key, "nothing")).mustSay(t, 200, `"nothing and more"`)
	again := w.call(h, post(w.ada, key, "nothing"))
	again.mustSay(t, 200, `"nothing"`)

	if items := w.items("IDEM#"); decided != 1 || len(items) != 1 || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("decided %d times, remembered %v, replayed %q", decided, items, again.header.Get("Idempotency-Replayed"))
	}

	for range 2 {
		w.call(h, post(w.ada, "", "nothing")).mustSay(t, 200, `"nothing and more"`)
	}

	if decided != 3 {
		t.Errorf("without a key, decided %d times; want one for each request", decided)
	}
}

func TestAnOperationThatIsNotCompleteDoesNotStart(t *testing.T) {
	type query = endpoint.Query[endpoint.None, endpoint.None]
	type mutation = endpoint.Mutation[endpoint.None, endpoint.None]
	type operation = endpoint.Operation[endpoint.None, endpoint.None]

	do := func(context.Context, *endpoint.Request[endpoint.None]) (endpoint.None, error) {
		return endpoint.None{}, nil
	}
	decide := func(context.Context, *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
		return endpoint.None{}, nil, nil
	}

	const (
		org    = "/organizations/{org}/things"
		manage = identity.ManageMembers
	)

	d := newDesk(t)
	none := endpoint.NoRecords{}
	for name, c := range map[string]struct {
		records endpoint.Records
		op      operation
		lacks   string // "" if the operation is complete
	}{
		"a query":                 {d.db, query{Route: "GET /things", Do: do}, ""},
		"one without records":     {none, query{Route: "GET /things", Do: do}, ""},
		"one in an organization":  {d.db, query{Route: "GET " + org, Permission: manage, Do: do}, ""},
		"one for any member":      {d.db, query{Route: "GET " + org, Permission: endpoint.AnyMember, Do: do}, ""},
		"a public query":          {none, query{Route: "GET /things", Public: true, Do: do}, ""},
		"a mutation":              {d.db, mutation{Route: "POST /things", Status: 201, Secret: true, Decide: decide}, ""},
		"a versioned mutation":    {d.db, mutation{Route: "PATCH /things/{token}", Versioned: true, Decide: decide}, ""},
		"a conditional mutation":  {d.db, mutation{Route: "POST /things", Conditional: true, Decide: decide}, ""},
		"a public mutation":       {none, mutation{Route: "POST /things", Public: true, Decide: decide}, ""},
		"a mutation by a session": {d.db, mutation{Route: "DELETE /me/things", SessionOnly: true, Decide: decide}, ""},

		"no route":                 {d.db, query{Do: do}, "not a method and a path"},
		"no method":                {d.db, query{Route: "/things", Do: do}, "not a method and a path"},
		"a method in small print":  {d.db, query{Route: "get /things", Do: do}, "not a method and a path"},
		"a relative path":          {d.db, query{Route: "GET things", Do: do}, "not a method and a path"},
		"an open brace":            {d.db, query{Route: "GET /things/{token", Do: do}, "not a method and a path"},
		"a slash at the end":       {d.db, query{Route: "GET /things/", Do: do}, "not a method and a path"},
		"a query that posts":       {d.db, query{Route: "POST /things", Do: do}, "with a Mutation"},
		"a mutation that gets":     {d.db, mutation{Route: "GET /things", Decide: decide}, "with a Query"},
		"no Do":                    {d.db, query{Route: "GET /things"}, "set Do or Decide"},
		"no Decide":                {d.db, mutation{Route: "POST /things"}, "set Do or Decide"},
		"a status of failure":      {d.db, mutation{Route: "POST /things", Status: 400, Decide: decide}, "status 400"},
		"no permission":            {d.db, query{Route: "GET " + org, Do: do}, "set Permission"},
		"a mutation without":       {d.db, mutation{Route: "POST " + org, Decide: decide}, "set Permission"},
		"a permission nowhere":     {d.db, query{Route: "GET /things", Permission: manage, Do: do}, "the path names none"},
		"any member of nothing":    {d.db, query{Route: "GET /me", Permission: endpoint.AnyMember, Do: do}, "the path names none"},
		"public in an org":         {d.db, query{Route: "GET " + org, Public: true, Permission: manage, Do: do}, "has no caller"},
		"public with a session":    {d.db, query{Route: "GET /things", Public: true, SessionOnly: true, Do: do}, "has no caller"},
		"a version of nothing":     {d.db, mutation{Route: "POST /things", Versioned: true, Decide: decide}, "If-Match"},
		"both about a version":     {d.db, mutation{Route: "PUT /things", Versioned: true, Conditional: true, Decide: decide}, "Conditional to accept"},
		"nil records":              {nil, query{Route: "GET /things", Do: do}, "pass the table"},
		"nil records, public":      {nil, query{Route: "GET /things", Public: true, Do: do}, "pass the table"},
		"no records in an org":     {none, query{Route: "GET " + org, Permission: manage, Do: do}, "pass the table"},
		"no records to remember":   {none, mutation{Route: "POST /things", Decide: decide}, "pass the table"},
		"nil records for a change": {nil, mutation{Route: "POST /things", Decide: decide}, "pass the table"},
	} {
		h, err := endpoint.Handler(c.records, c.op, d.clock)
		if c.lacks == "" {
			if err != nil || h == nil {
				t.Errorf("%s does not start: %v", name, err)
			}

			continue
		}

		if err == nil || h != nil || !strings.Contains(err.Error(), c.lacks) {
			t.Errorf("%s: %v, which does not say %q", name, err, c.lacks)
		}
	}
}
