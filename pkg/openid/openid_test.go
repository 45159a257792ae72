package openid

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// limit replaces the two seconds where a test waits for a provider that hangs.
const limit = 100 * time.Millisecond

// issuer is a provider that counts the requests for its description. Its behavior can be changed between requests.
type issuer struct {
	*httptest.Server
	asked  atomic.Int32
	answer atomic.Pointer[http.HandlerFunc] // replaces the description; nil for the description
	keys   atomic.Pointer[http.HandlerFunc]
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()

	i := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		i.asked.Add(1)
		if answer := i.answer.Load(); answer != nil {
			(*answer)(w, r)
			return
		}

		describe(w, map[string]any{
			"issuer":                 i.URL,
			"authorization_endpoint": i.URL + "/authorize",
			"token_endpoint":         "https://login.example.com/token",
			"end_session_endpoint":   i.URL + "/logout",
			"jwks_uri":               i.URL + "/keys",
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) { (*i.keys.Load())(w, r) })

	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) discovery(now func() time.Time) *Discovery {
	d := New(i.URL, "app", now)
	d.client.Timeout, d.documents.timeout = limit, limit
	return d
}

func (i *issuer) answerWith(answer http.HandlerFunc) {
	if answer == nil {
		i.answer.Store(nil)
		return
	}

	i.answer.Store(&answer)
}

func describe(w http.ResponseWriter, description map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(description)
}

func fail(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "broken", http.StatusInternalServerError)
}

// hang answers nothing until the client gives up.
func hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// clock is a clock that stands still until it is moved.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time           { return time.Unix(c.seconds.Load(), 0) }
func (c *clock) advance(by time.Duration) { c.seconds.Add(int64(by / time.Second)) }

func wantAsked(t *testing.T, i *issuer, n int32) {
	t.Helper()
	if got := i.asked.Load(); got != n {
		t.Errorf("the provider was asked %d times, want %d", got, n)
	}
}

func wantUnavailable(t *testing.T, err error) {
	t.Helper()

	var refusal *identity.Error
	if !errors.As(err, &refusal) || refusal.Problem != identity.Unavailable || refusal.Cause == nil {
		t.Errorf("got the error %v, want the problem %s with a cause", err, identity.Unavailable)
	}
}

func TestNewGivesUpAfterTwoSeconds(t *testing.T) {
	d := New("https://a.example", "app", time.Now)
	if d.client.Timeout != 2*time.Second || d.documents.timeout != 2*time.Second {
		t.Errorf("the client gives up after %s, and its request after %s, want 2s", d.client.Timeout, d.documents.timeout)
	}
}

func TestTheProviderIsAskedOnce(t *testing.T) {
	i := newIssuer(t)
	d := i.discovery(time.Now)

	for range 3 {
		got, err := d.Provider(t.Context())
		if err != nil {
			t.Fatal(err)
		}

		if got.AuthorizationEndpoint != i.URL+"/authorize" || got.TokenEndpoint != "https://login.example.com/token" ||
			got.EndSessionEndpoint != i.URL+"/logout" || got.Verifier == nil {
			t.Errorf("got %+v", got)
		}
	}

	wantAsked(t, i, 1)
}

func TestConcurrentFirstCallsShareOneRequest(t *testing.T) {
	i := newIssuer(t)
	release := make(chan struct{})
	i.answerWith(func(w http.ResponseWriter, r *http.Request) {
		<-release
		describe(w, map[string]any{"issuer": i.URL})
	})

	d := New(i.URL, "app", time.Now)
	var started, callers sync.WaitGroup
	for range 20 {
		started.Add(1)
		callers.Go(func() {
			started.Done()
			if _, err := d.Provider(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}

	started.Wait()
	close(release)
	callers.Wait()
	wantAsked(t, i, 1)
}

func TestAProviderThatHangsFailsEveryWaitingCallWithinTheLimit(t *testing.T) {
	i := newIssuer(t)
	i.answerWith(hang)
	d := i.discovery(time.Now)

	began := time.Now()
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			_, err := d.Provider(t.Context())
			wantUnavailable(t, err)
		})
	}

	callers.Wait()

	// One after the other they would take ten times the limit.
	if took := time.Since(began); took >= 5*limit {
		t.Errorf("ten calls failed after %s, want about %s", took, limit)
	}

	wantAsked(t, i, 1)
}

func TestAFailureIsKeptForFiveSecondsAndThenHeals(t *testing.T) {
	i, c := newIssuer(t), &clock{}
	i.answerWith(fail)
	d := i.discovery(c.now)

	for range 3 {
		_, err := d.Provider(t.Context())
		wantUnavailable(t, err)
	}

	wantAsked(t, i, 1)

	i.answerWith(nil)
	c.advance(4 * time.Second)
	_, err := d.Provider(t.Context())
	wantUnavailable(t, err)
	wantAsked(t, i, 1)

	if refusal := new(identity.Error); !errors.As(err, &refusal) || refusal.RetryAfter != time.Second {
		t.Errorf("a second before the provider is asked again: %+v", refusal)
	}

	c.advance(time.Second)
	if _, err := d.Provider(t.Context()); err != nil {
		t.Errorf("the provider answers again, but after five seconds the error is %v", err)
	}

	wantAsked(t, i, 2)

	// A success is kept even if the provider fails later.
	i.answerWith(fail)
	c.advance(24 * time.Hour)
	if _, err := d.Provider(t.Context()); err != nil {
		t.Errorf("the provider was found, but a day later the error is %v", err)
	}

	wantAsked(t, i, 2)
}

func TestTheResultOutlivesTheRequestThatAskedFirst(t *testing.T) {
	i := newIssuer(t)
	asked, release := make(chan struct{}), make(chan struct{})
	i.answerWith(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-release
		describe(w, map[string]any{"issuer": i.URL})
	})

	d := New(i.URL, "app", time.Now)
	first, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := d.Provider(first)
		failed <- err
	}()

	<-asked
	cancel()
	wantUnavailable(t, <-failed)

	close(release)
	if _, err := d.Provider(t.Context()); err != nil {
		t.Errorf("the second caller got the error %v of the first, whose request had ended", err)
	}

	wantAsked(t, i, 1)
}

func TestAnEndSessionEndpointThatIsNoWebAddressIsDropped(t *testing.T) {
	for named, want := range map[string]string{
		"https://a.example/logout?tenant=1": "https://a.example/logout?tenant=1",
		"http://127.0.0.1:3000/logout":      "http://127.0.0.1:3000/logout",
		"":                                  "",
		"javascript:alert(1)":               "",
		"/logout":                           "",
	} {
		i := newIssuer(t)
		i.answerWith(func(w http.ResponseWriter, _ *http.Request) {
			describe(w, map[string]any{"issuer": i.URL, "end_session_endpoint": named})
		})

		got, err := i.discovery(time.Now).Provider(t.Context())
		if err != nil || got.EndSessionEndpoint != want {
			t.Errorf("%q: got %q and the error %v, want %q", named, got.EndSessionEndpoint, err, want)
		}
	}
}

func TestADescriptionThatCannotBeTrustedIsAFailure(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"another issuer": func(w http.ResponseWriter, _ *http.Request) {
			describe(w, map[string]any{"issuer": "https://other.example"})
		},
		"no JSON":   func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>") },
		"not found": http.NotFound,
		"an endless body": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := fmt.Fprint(w, strings.Repeat(" ", 4096)); err != nil {
					return
				}
			}
		},
	} {
		i := newIssuer(t)
		i.answerWith(answer)

		d := New(i.URL, "app", time.Now)
		_, err := d.Provider(t.Context())
		wantUnavailable(t, err)

		// The body that does not end is cut off long before the time limit.
		if cause := fmt.Sprint(errors.Unwrap(err)); strings.Contains(cause, "Client.Timeout") {
			t.Errorf("%s: it took two seconds: %s", name, cause)
		}
	}
}

func TestTheVerifierUsesTheClockAndTheProvidersKeys(t *testing.T) {
	i, c := newIssuer(t), &clock{}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	keys := http.HandlerFunc((&oidctest.Server{
		PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: "1", Algorithm: oidc.RS256}},
	}).ServeHTTP)
	i.keys.Store(&keys)

	provider, err := i.discovery(c.now).Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	token := oidctest.SignIDToken(key, "1", oidc.RS256, fmt.Sprintf(`{"iss":%q,"aud":"app","sub":"1","exp":60}`, i.URL))
	if _, err := provider.Verifier.Verify(t.Context(), token); err != nil {
		t.Errorf("before its expiry: %v", err)
	}

	c.advance(61 * time.Second)
	var expired *oidc.TokenExpiredError
	if _, err := provider.Verifier.Verify(t.Context(), token); !errors.As(err, &expired) {
		t.Errorf("after its expiry: got the error %v, want a TokenExpiredError", err)
	}

	other := oidctest.SignIDToken(key, "1", oidc.RS256, fmt.Sprintf(`{"iss":%q,"aud":"another","sub":"1","exp":99}`, i.URL))
	if _, err := provider.Verifier.Verify(t.Context(), other); err == nil {
		t.Error("a token for another client was accepted")
	}
}

func TestTheVerifierGivesUpOnKeysThatHang(t *testing.T) {
	i := newIssuer(t)
	keys := http.HandlerFunc(hang)
	i.keys.Store(&keys)

	provider, err := i.discovery(time.Now).Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	began := time.Now()
	token := oidctest.SignIDToken(key, "1", oidc.RS256, fmt.Sprintf(`{"iss":%q,"aud":"app","sub":"1"}`, i.URL))
	if _, err := provider.Verifier.Verify(t.Context(), token); err == nil {
		t.Error("there is no error")
	}

	if took := time.Since(began); took >= 10*limit {
		t.Errorf("it gave up after %s, want about %s", took, limit)
	}
}

// keysOf answers the requests of a provider for its keys.
func keysOf(i *issuer, answer http.HandlerFunc) { i.keys.Store(&answer) }

func TestAFailureIsReportedForAsLongAsItIsKept(t *testing.T) {
	i, c := newIssuer(t), &clock{}
	keysOf(i, fail)
	d := i.discovery(c.now)
	provider, err := d.Provider(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	if err := d.Failure(); err != nil {
		t.Errorf("before any failure: %v", err)
	}

	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}

	token := oidctest.SignIDToken(key, "1", oidc.RS256, fmt.Sprintf(`{"iss":%q,"aud":"app","sub":"1"}`, i.URL))
	if _, err := provider.Verifier.Verify(t.Context(), token); err == nil {
		t.Fatal("the token was verified without keys")
	}

	for _, left := range []time.Duration{5 * time.Second, time.Second} {
		var refusal *identity.Error
		if err := d.Failure(); !errors.As(err, &refusal) || refusal.Problem != identity.Unavailable || refusal.RetryAfter != left {
			t.Errorf("%s before the provider is asked again: %+v", left, refusal)
		}

		c.advance(4 * time.Second)
	}

	if err := d.Failure(); err != nil {
		t.Errorf("after five seconds: %v", err)
	}
}

func TestADocumentDoesNotWaitForAnother(t *testing.T) {
	i := newIssuer(t)
	asked, release := make(chan struct{}), make(chan struct{})
	keysOf(i, func(http.ResponseWriter, *http.Request) {
		close(asked)
		<-release
	})

	d := New(i.URL, "app", time.Now)
	get := func(path string) error {
		response, err := d.client.Get(i.URL + path)
		if err == nil {
			err = response.Body.Close()
		}

		return err
	}

	slow := make(chan error)
	go func() { slow <- get("/keys") }()
	<-asked

	if err := get("/.well-known/openid-configuration"); err != nil {
		t.Errorf("while the keys are on their way: %v", err)
	}

	if err := d.Failure(); err != nil {
		t.Errorf("while the keys are on their way, they count as failed: %v", err)
	}

	close(release)
	if err := <-slow; err != nil {
		t.Error(err)
	}
}

func TestManyRequestsForOneDocumentAskOnce(t *testing.T) {
	i := newIssuer(t)
	var asked atomic.Int32
	release := make(chan struct{})
	keysOf(i, func(http.ResponseWriter, *http.Request) {
		asked.Add(1)
		<-release
	})

	d := New(i.URL, "app", time.Now)
	var started, callers sync.WaitGroup
	for range 20 {
		started.Add(1)
		callers.Go(func() {
			started.Done()
			response, err := d.client.Get(i.URL + "/keys")
			if err != nil {
				t.Error(err)
				return
			}

			_ = response.Body.Close()
		})
	}

	started.Wait()
	close(release)
	callers.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("the provider was asked %d times, want once", n)
	}
}
