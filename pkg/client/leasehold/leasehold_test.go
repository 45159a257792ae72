package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

const address = "https://leasehold.example.com/v1"

// with returns a command with an environment.
func with(t *testing.T, variables ...string) *app {
	t.Helper()
	environment := map[string]string{"LEASEHOLD_CONFIG": filepath.Join(t.TempDir(), "config")}
	for i := 0; i < len(variables); i += 2 {
		environment[variables[i]] = variables[i+1]
	}

	return &app{
		in:     strings.NewReader(""),
		out:    io.Discard,
		errs:   io.Discard,
		now:    func() time.Time { return time.Date(2026, 11, 24, 9, 15, 0, 0, time.UTC) },
		getenv: func(name string) string { return environment[name] },
	}
}

// stored opens the store of a command.
func stored(t *testing.T, a *app) *store {
	t.Helper()
	s, err := a.open()
	if err != nil {
		t.Fatal(err)
	}

	return s
}

func TestTheSessionIsInTheKeyringOrInAFileThatOnlyItsOwnerReads(t *testing.T) {
	keyring.MockInit()
	a := with(t)
	keep(t, a, "the system's keyring", false)

	keyring.MockInitWithError(errors.New("there is no keyring"))
	keep(t, with(t), "session.json", true)

	keyring.MockInit()
	keep(t, with(t, "LEASEHOLD_KEYRING", "off"), "session.json", true)
	if _, err := keyring.Get(service, address); err == nil {
		t.Error("LEASEHOLD_KEYRING=off stored the session in the keyring")
	}
}

// keep saves a session, reads it with another run, and forgets it.
func keep(t *testing.T, a *app, where string, inFile bool) {
	t.Helper()
	got, err := stored(t, a).save(address, client.NewSecret("lhs_secret"))
	if err != nil || !strings.HasSuffix(got, where) {
		t.Fatalf("saved in %s, %v, want %s", got, err, where)
	}

	s := stored(t, a)
	text, err := os.ReadFile(s.file)
	if err != nil || strings.Contains(string(text), "lhs_secret") != inFile {
		t.Errorf("the file has %s (error %v), want the secret in it: %v", text, err, inFile)
	}

	if secret, err := s.secret(address); err != nil || secret.Reveal() != "lhs_secret" || s.URL != address {
		t.Errorf("got %v, %v from %s, want the session", secret, err, s.URL)
	}

	if _, err := s.secret("https://other.example.com/v1"); !errors.Is(err, errSignedOut) {
		t.Errorf("another API got the session (error %v)", err)
	}

	if err := s.forget(address); err != nil {
		t.Fatal(err)
	}

	if _, err := stored(t, a).secret(address); !errors.Is(err, errSignedOut) {
		t.Errorf("the session was not forgotten (error %v)", err)
	}
}

func TestAFileThatOthersCanReadOrThatIsDamagedIsRefused(t *testing.T) {
	a := with(t, "LEASEHOLD_KEYRING", "off")
	s := stored(t, a)
	if _, err := s.save(address, client.NewSecret("lhs_secret")); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		mode os.FileMode
		text string
	}{{0o644, "{}"}, {0o620, "{}"}, {0o600, "{"}} {
		if err := errors.Join(os.WriteFile(s.file, []byte(c.text), 0o600), os.Chmod(s.file, c.mode)); err != nil {
			t.Fatal(err)
		}

		_, err := a.open()
		if _, ok := errors.AsType[usageError](err); !ok {
			t.Errorf("the file %s with the mode %o gave the error %v, want a refusal", c.text, c.mode, err)
		}
	}
}

func provider() *client.SignIn {
	return &client.SignIn{
		Issuer:                "https://issuer.example.com",
		ClientID:              "id",
		AuthorizationEndpoint: "https://issuer.example.com/authorize?tenant=1",
		TokenEndpoint:         "https://issuer.example.com/token",
		Scopes:                []string{"openid", "email"},
	}
}

// TestTheAuthorizationRequestHasTheChallengeOfItsVerifier uses the example of RFC 7636, appendix B.
func TestTheAuthorizationRequestHasTheChallengeOfItsVerifier(t *testing.T) {
	q := authorization{
		provider: provider(),
		redirect: "http://localhost:28451/signed-in",
		state:    "s",
		nonce:    "n",
		verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
	}
	got, err := url.Parse(q.address())
	if err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]string{
		"tenant":                "1",
		"response_type":         "code",
		"client_id":             "id",
		"redirect_uri":          "http://localhost:28451/signed-in",
		"scope":                 "openid email",
		"state":                 "s",
		"nonce":                 "n",
		"code_challenge":        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		"code_challenge_method": "S256",
	} {
		if got := got.Query().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}

	if strings.Contains(q.address(), q.verifier) {
		t.Error("the address has the verifier")
	}
}

func TestOnlyTheAnswerToTheOwnRequestIsTaken(t *testing.T) {
	q := authorization{provider: provider(), state: "mine"}
	for query, want := range map[string]struct {
		code string
		own  bool
		err  string
	}{
		"code=c&state=mine": {"c", true, ""},
		"code=c&state=mine&iss=https%3A%2F%2Fissuer.example.com": {"c", true, ""},
		"code=c&state=mine&iss=https%3A%2F%2Fother.example.com":  {"", true, "came from"},
		"code=c&state=other":              {"", false, ""},
		"code=c":                          {"", false, ""},
		"error=access_denied&state=other": {"", false, ""},
		"error=access_denied&error_description=No%1b&state=mine":   {"", true, "No\uFFFD"},
		"error=access_denied&state=mine":                           {"", true, "access_denied"},
		"state=mine":                                               {"", true, "no code"},
		"code=c&error=x&state=mine&iss=https://issuer.example.com": {"", true, "x"},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}

		code, own, err := q.code(values)
		if code != want.code || own != want.own || (err == nil) != (want.err == "") ||
			err != nil && !strings.Contains(err.Error(), want.err) {
			t.Errorf("%s gave %q, %v, %v, want %+v", query, code, own, err, want)
		}
	}
}

func TestTheLandingPageAnswersOnlyTheBrowserThatWasRedirected(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	l := &landing{port: listener.Addr().(*net.TCPAddr).Port, listeners: []net.Listener{listener}}
	q := authorization{provider: provider(), state: "mine"}
	done := make(chan landed, 1)
	go func() {
		code, err := l.wait(t.Context(), q)
		done <- landed{code, err}
	}()

	for _, c := range []struct {
		method, host, path string
		want               int
	}{
		{"GET", l.host(), "/signed-in?code=c&state=guessed", 400},
		{"GET", l.host(), "/?code=c&state=mine", 400},
		{"POST", l.host(), "/signed-in?code=c&state=mine", 400},
		{"GET", "rebound.example.com", "/signed-in?code=c&state=mine", 400},
		{"GET", l.host(), "/signed-in?code=c&state=mine", 200},
	} {
		request, err := http.NewRequest(c.method, "http://"+listener.Addr().String()+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}

		request.Host = c.host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}

		page, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != c.want || strings.Contains(string(page), "c=") {
			t.Errorf("%s %s at %s got %d, want %d: %s", c.method, c.path, c.host, response.StatusCode, c.want, page)
		}
	}

	if got := <-done; got.code != "c" || got.err != nil {
		t.Errorf("got the code %q, %v, want c", got.code, got.err)
	}
}

func TestTheWaitForTheBrowserEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&landing{}).wait(ctx, authorization{provider: provider()}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the cancellation", err)
	}
}

func TestAnIdentityProviderWithoutEncryptionIsRefused(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // nobody signs in

	p := provider()
	p.TokenEndpoint = "http://issuer.example.com/token"
	if _, _, err := with(t).authorize(ctx, p, true); err == nil || !strings.Contains(err.Error(), "is not https") {
		t.Errorf("got %v, want a refusal", err)
	}

	for address, want := range map[string]bool{
		"https://issuer.example.com/authorize?tenant=1": true,
		"http://127.0.0.1:3000/_local/oidc/authorize":   true,
		"http://[::1]:3000/":                            true,
		"http://localhost:3000/":                        true,
		"http://localhost.example.com/":                 false,
		"file:///etc/passwd":                            false,
		"javascript:alert(1)":                           false,
		"--help":                                        false,
	} {
		if isPrivate(address) != want {
			t.Errorf("%s is private: %v, want %v", address, !want, want)
		}
	}
}

// TestEventsThatAppearLateAreFollowedOnce has the API return an event that is older than one that was shown.
func TestEventsThatAppearLateAreFollowedOnce(t *testing.T) {
	event := func(id, at string) string { return fmt.Sprintf(`{"id":%q,"at":"2026-11-24T09:15:%sZ"}`, id, at) }
	pages := []string{
		event("b", "20") + "," + event("a", "10"),
		event("d", "30") + "," + event("c", "15") + "," + event("b", "20") + "," + event("a", "10"),
		event("d", "30") + "," + event("c", "15"),
	}
	var queries []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"items":[%s]}`, pages[len(queries)])
		queries = append(queries, r.URL.RawQuery)
	}))
	t.Cleanup(server.Close)

	c, err := client.New(server.URL, "")
	if err != nil {
		t.Fatal(err)
	}

	action := "member.invite"
	l := &log{client: c, path: "/audit", filter: map[string]*string{"action": &action}, seen: map[string]time.Time{}}
	for i, want := range []string{"b", "c d", ""} {
		read := func() ([]json.RawMessage, error) { return l.next(t.Context()) }
		if i == 0 {
			read = func() ([]json.RawMessage, error) { return l.first(t.Context(), 1) }
		}

		entries, err := read()
		if got := ids(t, entries); err != nil || got != want {
			t.Errorf("read %d gave %q, %v, want %q", i, got, err, want)
		}
	}

	want := []string{
		"action=member.invite",
		"action=member.invite&since=2026-11-24T09%3A14%3A20Z",
		"action=member.invite&since=2026-11-24T09%3A14%3A30Z",
	}
	if !slices.Equal(queries, want) {
		t.Errorf("asked for %q, want %q", queries, want)
	}
}

func ids(t *testing.T, entries []json.RawMessage) string {
	t.Helper()
	var all []string
	for _, raw := range entries {
		var entry stamp
		if err := json.Unmarshal(raw, &entry); err != nil {
			t.Fatal(err)
		}

		all = append(all, entry.ID)
	}

	return strings.Join(all, " ")
}

func TestDurationsCanBeDays(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 15, 0, 5, time.UTC)
	for text, want := range map[string]string{
		"90d":  "2027-02-22T09:15:00Z",
		"12h":  "2026-11-24T21:15:00Z",
		"90m":  "2026-11-24T10:45:00Z",
		"":     "",
		"0d":   "refused",
		"-1h":  "refused",
		"-1d":  "refused",
		"1.5d": "refused",
		"d":    "refused",
		"3":    "refused",
		"soon": "refused",
	} {
		at, err := (&limits{expiresIn: text}).expiry(now)
		got := timestamp(at)
		if _, usage := errors.AsType[usageError](err); usage {
			got = "refused"
		}

		if got != want {
			t.Errorf("%q means %s (error %v), want %s", text, got, err, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	refused := func(status int) error { return fmt.Errorf("GET /me: %w", &client.Problem{Status: status}) }
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want int
	}{
		"forbidden":          {t.Context(), refused(403), 1},
		"conflict":           {t.Context(), refused(409), 1},
		"malformed token":    {t.Context(), client.ErrMalformed, 1},
		"usage":              {t.Context(), misused("no"), 2},
		"signed out":         {t.Context(), errSignedOut, 3},
		"failed sign-in":     {t.Context(), fmt.Errorf("%w: no", errSignIn), 3},
		"credentials ended":  {t.Context(), refused(401), 3},
		"throttled":          {t.Context(), refused(429), 4},
		"internal error":     {t.Context(), refused(500), 4},
		"outage":             {t.Context(), refused(503), 4},
		"no answer":          {t.Context(), errors.New("connection refused"), 4},
		"interrupted":        {ended, context.Canceled, 130},
		"usage, interrupted": {ended, misused("no"), 2},
	} {
		a := with(t)
		a.started = true
		if got := a.code(c.ctx, c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", name, got, c.want)
		}
	}
}

func TestATerminalGetsNoControlCharacters(t *testing.T) {
	if got := printable("a\x1b[31m\nb\u202ec\u009b ü"); got != "a\uFFFD[31m\uFFFDb\uFFFDc\uFFFD ü" {
		t.Errorf("got %q", got)
	}
}
