package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func TestWhenTheTableCannotBeReadTheAuthorizerFailsAndNeitherAllowsNorDenies(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	for _, fault := range []proxy.Fault{proxy.InternalError, proxy.Throttle, proxy.HangUp, proxy.LoseReply} {
		mend := w.proxy.Fail(proxy.Rule{Function: self, Fault: fault})
		for _, token := range []secret.Token{pat, session} {
			d, err := w.authorize("Bearer " + token.Reveal())
			if err == nil {
				t.Errorf("fault %d: answered %s", fault, d.text)
			} else if text := err.Error(); text != "the token cannot be checked at present" {
				t.Errorf("fault %d: the error is %q", fault, text)
			}
		}

		mend()
	}

	w.bearer(pat).mustBe(t, "")
}

func TestATableThatIsNotThereIsAFailureToo(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	w.table = "no-such-table"
	w.a = w.open(w.proxy.URL())
	if d, err := w.authorize("Bearer " + pat.Reveal()); err == nil {
		t.Errorf("answered %s", d.text)
	}
}

func TestOneFailedReadIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	for _, fault := range []proxy.Fault{proxy.InternalError, proxy.Throttle, proxy.HangUp, proxy.LoseReply} {
		mend := w.proxy.Fail(proxy.Rule{
			Function:  self,
			Operation: "BatchGetItem",
			Times:     1,
			Fault:     fault,
		})

		w.bearer(pat).mustBe(t, "")
		mend()
	}
}

// TestADirectReadThatFailsIsCountedOnceAndAnsweredAllTheSame has a table that refuses the authorizer's own requests for as long
// as the test lasts, and answers those of the SDK.
func TestADirectReadThatFailsIsCountedOnceAndAnsweredAllTheSame(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	counted := func() int { return strings.Count(w.stdout(), `"DirectReadFailures":1,`) }

	w.bearer(pat).mustBe(t, "")
	w.bearer(session).mustBe(t, "")
	if n := counted(); n != 0 {
		t.Errorf("counted %d failures although no read failed", n)
	}

	w.a = w.open(refusingDirectReads(t, tabletest.Endpoint(t)))
	for i, token := range []secret.Token{pat, session, pat} {
		w.bearer(token).mustBe(t, "")
		if n := counted(); n != i+1 {
			t.Errorf("counted %d failures after %d reads, want one for each", n, i+1)
		}
	}
}

// refusingDirectReads passes everything on to the engine but the requests that the authorizer makes without the SDK.
func refusingDirectReads(t *testing.T, engine string) string {
	t.Helper()
	target, err := url.Parse(engine)
	if err != nil {
		t.Fatal(err)
	}

	pass := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.UserAgent() == "leasehold" {
			rw.WriteHeader(http.StatusBadRequest)
			return
		}

		pass.ServeHTTP(rw, r)
	}))

	t.Cleanup(server.Close)
	return server.URL
}

func TestAUseThatCannotBeRecordedIsNeverARefusal(t *testing.T) {
	for name, fault := range map[string]proxy.Fault{
		"internal error": proxy.InternalError, "throttled": proxy.Throttle, "hung up": proxy.HangUp, "reply lost": proxy.LoseReply,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			pat, stored := w.pat()
			session, _ := w.session()
			w.sleepUntil(noon.Add(time.Hour))
			w.proxy.Fail(proxy.Rule{Function: self, Operation: "UpdateItem", Fault: fault})
			d := w.bearer(pat)
			d.mustBe(t, "")

			if got := d.Context["leaseExpiresAt"]; got != stored.Until.Format(time.RFC3339) {
				t.Errorf("promised %s, though nothing is known to be stored", got)
			}

			w.bearer(session).mustBe(t, "")

			if got := w.metrics(); got["LeaseBumps failed"] != 2 || got["Authorizations allowed"] != 2 {
				t.Errorf("counted %v", got)
			}

			if !strings.Contains(w.logs.String(), "cannot record a use") {
				t.Error("nothing was logged")
			}
		})
	}
}

func TestALostReplyOfAUseCountsOnce(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	w.sleepUntil(noon.Add(time.Hour))
	w.proxy.Fail(proxy.Rule{
		Function:  self,
		Operation: "UpdateItem",
		Times:     1,
		Fault:     proxy.LoseReply,
	})

	d := w.bearer(pat)
	if d.mustBe(t, ""); d.Context["leaseExpiresAt"] != "2026-03-15T13:00:00Z" {
		t.Errorf("the answer is %s", d.text)
	}

	if n := w.proxy.Counts().Of(self, "UpdateItem"); n.Requests != 2 {
		t.Errorf("the attempt after the lost reply: %+v", n)
	}
}

// TestAWriteThatHangsDoesNotOutlastTheInvocation has a table that answers reads and never a write. The caller is admitted
// before Lambda's deadline; otherwise an outage of writes would reject everybody.
func TestAWriteThatHangsDoesNotOutlastTheInvocation(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	w.sleepUntil(noon.Add(time.Hour))
	w.a = w.open(hangingWrites(t, tabletest.Endpoint(t)))
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second) // template: 5
	defer cancel()
	var e event
	w.must(json.Unmarshal(shape(t, "rest-token", "", "Bearer "+pat.Reveal()), &e))
	a, err := w.a.handle(ctx, e)
	if err != nil || !a.allowed || ctx.Err() != nil {
		t.Errorf("allowed %v, %v; the deadline: %v", a.allowed, err, ctx.Err())
	}
}

// hangingWrites passes everything on to the engine but UpdateItem, which it leaves unanswered until the test is over.
func hangingWrites(t *testing.T, engine string) string {
	t.Helper()
	target, err := url.Parse(engine)
	if err != nil {
		t.Fatal(err)
	}

	over := make(chan struct{})
	pass := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateItem") {
			_, _ = io.Copy(io.Discard, r.Body)
			<-over
			return
		}

		pass.ServeHTTP(rw, r)
	}))

	t.Cleanup(func() {
		close(over)
		server.Close()
	})

	return server.URL
}

func TestAuthorizingCostsOneRead(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	for _, c := range []struct {
		name        string
		credentials string
		read        string
		units       float64
	}{
		{"a personal access token", pat.Reveal(), "BatchGetItem", 2},
		{"a session", session.Reveal(), "GetItem", 1},
		{"a malformed token", pat.Reveal()[:91] + "_", "", 0},
	} {
		_, err := w.authorize("Bearer " + c.credentials) // records the use
		w.must(err)
		w.proxy.Reset()
		_, err = w.authorize("Bearer " + c.credentials)
		w.must(err)
		all, reads := w.proxy.Counts().Of(self), w.proxy.Counts().Of(self, c.read)
		want := min(len(c.read), 1)
		if all.Requests != want || reads.Requests != want || all.ReadUnits != c.units || all.WriteUnits != 0 {
			t.Errorf("%s costs %+v, want %d %s of %v read units", c.name, all, want, c.read, c.units)
		}
	}
}

func TestARecordedUseCostsOneWriteMore(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	w.sleepUntil(noon.Add(10 * time.Minute))
	w.proxy.Reset()
	w.bearer(pat).mustBe(t, "")
	counts := w.proxy.Counts()
	if all, writes := counts.Of(self), counts.Of(self, "UpdateItem"); all.Requests != 2 || writes.Requests != 1 || writes.WriteUnits > 1 {
		t.Errorf("%+v, of it writes %+v", all, writes)
	}
}

// TestAUseStoresWhereItCameFrom sends a use in every shape of event. The address must be the one of API Gateway, and no
// write may be added or grow.
func TestAUseStoresWhereItCameFrom(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	session, opened := w.session()

	for i, c := range []struct {
		shape string
		want  identity.LastUse
	}{
		{"rest-request", identity.LastUse{Address: "192.0.2.1", Client: "curl/8.5.0", Days: 1}},
		{"http-1", identity.LastUse{Address: "192.0.2.2", Client: "curl/8.5.1", Days: 1}},
		{"http-2", identity.LastUse{Address: "2001:db8::2", Client: "curl/8.5.2", Days: 1}},
		{"rest-token", identity.LastUse{Days: 1}},
	} {
		w.sleepUntil(noon.Add(time.Duration(i+1) * 10 * time.Minute))

		for _, bearer := range []secret.Token{pat, session} {
			w.proxy.Reset()
			d, err := w.send(shape(t, c.shape, "Authorization", "Bearer "+bearer.Reveal()))
			w.must(err)
			d.mustBe(t, "")

			if writes := w.proxy.Counts().Of(self, "UpdateItem"); writes.Requests != 1 || writes.WriteUnits > 1 {
				t.Errorf("%s with a %s writes %+v, want one unit", c.shape, bearer.Kind(), writes)
			}
		}

		token, err := w.db.Token(t.Context(), stored.User, stored.ID)
		if err != nil || token.LastUse != c.want {
			t.Errorf("%s: the token's last use is %+v, %v; want %+v", c.shape, token.LastUse, err, c.want)
		}

		c.want.Days = 0
		used, _, err := w.db.Session(t.Context(), opened.User, opened.ID)
		if err != nil || used.LastUse != c.want {
			t.Errorf("%s: the session's last use is %+v, %v; want %+v", c.shape, used.LastUse, err, c.want)
		}
	}
}

func TestAHotTokenIsWrittenOnceInFiveMinutes(t *testing.T) {
	const uses, callers = 10_000, 16
	w := newWorld(t)
	pat, _ := w.pat()
	start := noon.Add(time.Hour + time.Nanosecond) // the first moment of a step, all of which lies in it
	var used int
	w.a.now = func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		used++
		return start.Add(time.Duration(used) * (5*time.Minute - 1) / (uses + callers))
	}

	// The first use, alone, is what all others could have seen; they all still come in any order after it.
	w.proxy.Reset()
	w.bearer(pat).mustBe(t, "")
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			for range uses / callers {
				if d := w.bearer(pat); d.problem() != "" {
					t.Error(d.text)
				}
			}
		})
	}

	group.Wait()

	if n := w.proxy.Counts().Of(self, "UpdateItem"); n.Requests != 1 || n.Failed != 0 {
		t.Errorf("%d uses made %+v", used, n)
	}
}

func TestUsesAtTheSameMomentStoreOneWrite(t *testing.T) {
	w := newWorld(t)
	pat, stored := w.pat()
	w.sleepUntil(noon.Add(time.Hour + 500*time.Millisecond))
	w.proxy.Reset()
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() { w.bearer(pat).mustBe(t, "") })
	}

	group.Wait()
	writes := w.proxy.Counts().Of(self, "UpdateItem")
	if writes.Requests-writes.Failed != 1 { // the others meet the condition, and nobody is refused for it
		t.Errorf("%+v", writes)
	}

	if got := w.metrics()["LeaseBumps written"]; got != 1 {
		t.Errorf("%d uses were counted as written", got)
	}

	read, err := w.db.Token(context.Background(), stored.User, stored.ID)
	if err != nil || !read.Until.Equal(noon.Add(14*day+time.Hour+5*time.Minute)) {
		t.Errorf("%+v, %v", read, err)
	}
}

func TestAReadIsTriedThreeTimes(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	session, _ := w.session()
	for _, fault := range []proxy.Fault{proxy.InternalError, proxy.ThrottleOnDemand, proxy.HangUp} {
		mend := w.proxy.Fail(proxy.Rule{Function: self, Fault: fault})
		for operation, token := range map[string]secret.Token{"BatchGetItem": pat, "GetItem": session} {
			w.proxy.Reset()
			if d, err := w.authorize("Bearer " + token.Reveal()); err == nil {
				t.Errorf("fault %d: answered %s", fault, d.text)
			}

			if n := w.proxy.Counts().Of(self, operation).Requests; n != 3 {
				t.Errorf("fault %d: %s was tried %d times, want 3", fault, operation, n)
			}
		}

		mend()
	}
}

func TestUnprocessedKeysAreReadAgain(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	mend := w.proxy.Fail(proxy.Rule{Function: self, Operation: "BatchGetItem", Times: 2, Fault: proxy.LeaveUnprocessed})
	w.bearer(pat).mustBe(t, "")
	mend()
}

// TestATableThatAnswersNoReadFailsBeforeTheInvocation has a table that accepts requests and never answers. The authorizer must
// fail within the five seconds that the template gives it, so that the log says why.
func TestATableThatAnswersNoReadFailsBeforeTheInvocation(t *testing.T) {
	w := newWorld(t)
	pat, _ := w.pat()
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))

	t.Cleanup(hangs.Close)
	w.a = w.open(hangs.URL)

	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()

	_, err := w.a.Invoke(ctx, shape(t, "rest-request", "Authorization", "Bearer "+pat.Reveal()))
	if err == nil || ctx.Err() != nil {
		t.Errorf("got %v, and the invocation %v", err, ctx.Err())
	}
}
