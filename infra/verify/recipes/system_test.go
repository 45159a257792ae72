package recipes

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
)

// system is Leasehold on this machine with an organization, and a proxy in front of it that can behave like a busy service
// or a bad connection.
type system struct {
	*testing.T

	running *runner.Runner
	front   *httptest.Server
	session string
	org     string

	mu     sync.Mutex
	behave func(w http.ResponseWriter, r *http.Request, next http.Handler) // nil passes every request on
	keys   []string                                                        // the Idempotency-Keys of the requests, in their order
	paths  []string
}

// startSystem starts a system in which ada@example.com owns the organization Harbor Labs.
func startSystem(t *testing.T) *system {
	t.Helper()
	running, err := runner.Start(t.Context(), runner.Options{
		Data:  t.TempDir(),
		Build: absolute(t, local+"/functions"),
		Age:   ageing.Age,
	})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(running.Close)

	s := &system{T: t, running: running}
	target, err := url.Parse(running.BaseURL())
	if err != nil {
		t.Fatal(err)
	}

	next := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	s.front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.pass(w, r, next) }))
	t.Cleanup(s.front.Close)

	created, err := signin.Session(t.Context(), running.APIURL(), "ada@example.com")
	if err != nil {
		t.Fatal(err)
	}

	s.session = created.Secret
	s.org = s.post("/organizations", map[string]any{"name": "Harbor Labs"})["id"].(string)

	return s
}

func (s *system) pass(w http.ResponseWriter, r *http.Request, next http.Handler) {
	s.mu.Lock()
	behave := s.behave
	s.keys = append(s.keys, r.Header.Get("Idempotency-Key"))
	s.paths = append(s.paths, r.URL.Path)
	s.mu.Unlock()

	if behave == nil {
		next.ServeHTTP(w, r)
		return
	}

	behave(w, r, next)
}

// behaving makes the proxy behave in a way until the end of a test, and forgets earlier requests.
func (s *system) behaving(t *testing.T, behave func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()

	s.behave, s.keys, s.paths = behave, nil, nil
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()

		s.behave = nil
	})
}

// refuse answers a request as the gateway does if there are too many.
func refuse(w http.ResponseWriter, status int, retryAfter string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", retryAfter)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"type":"https://github.com/leasehold-dev/leasehold#problem-unavailable","detail":"Try again."}`)
}

// post sends a request with the session and returns the response, which must be a success.
func (s *system) post(path string, body map[string]any) map[string]any {
	s.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.Fatal(err)
	}

	status, answer := s.send(http.MethodPost, path, s.session, string(text))
	if status != http.StatusCreated {
		s.Fatalf("POST %s: %d %v", path, status, answer)
	}

	return answer
}

// send sends a request past the proxy.
func (s *system) send(method, path, token, body string) (status int, answer map[string]any) {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.running.APIURL()+path, strings.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}

	defer func() { _ = response.Body.Close() }()

	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		s.Fatalf("%s %s: %v", method, path, err)
	}

	return response.StatusCode, answer
}

// token creates a personal access token of Ada and returns its secret.
func (s *system) token(options map[string]any) string {
	s.Helper()
	options["organizationId"] = s.org
	return s.post("/me/tokens", options)["secret"].(string)
}

// outcome is what a script has printed, and whether it succeeded.
type outcome struct {
	out, log string
	err      error
}

// script runs a program in a directory with the two variables of the guides and others.
func (s *system) script(t *testing.T, dir, token string, variables []string, name string, arguments ...string) outcome {
	t.Helper()
	var out, log bytes.Buffer
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir, command.Stdout, command.Stderr = dir, &out, &log
	command.Env = append(os.Environ(), "LEASEHOLD_URL="+s.front.URL+"/v1", "LEASEHOLD_TOKEN="+token)
	command.Env = append(command.Env, variables...)

	return outcome{err: command.Run(), out: out.String(), log: log.String()}
}

// succeed runs a program that must succeed, and returns its output.
func (s *system) succeed(t *testing.T, dir, token, name string, arguments ...string) string {
	t.Helper()
	done := s.script(t, dir, token, nil, name, arguments...)
	if done.err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(arguments, " "), done.err, done.out, done.log)
	}

	return done.out
}
