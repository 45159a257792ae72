package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/pkg/secret"
)

const (
	org = "org_01kjm9wrv1qqqqqqqqqqqqqqqq"
	pat = "lhp_05McJmDgrvc08ZyuGEgsToBdvX8ZN7DDi08ZyuGEhDbzAdMSVQWyyUZ0m7AQFuv3B21SriWjc9EQS29cGdGZzyxX"
)

// api is a server that gives one answer after the other and records the requests and the waits between them.
type api struct {
	mutex    sync.Mutex
	requests []*http.Request
	bodies   []string
	waits    []time.Duration
}

// serve returns a client of a server that gives these answers in order, and the last one from then on.
func serve(t *testing.T, answers ...http.HandlerFunc) (*Client, *api) {
	t.Helper()
	seen := &api{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answers[min(seen.record(r), len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)

	c, err := New(server.URL+"/v1", pat)
	if err != nil {
		t.Fatal(err)
	}

	c.http.Transport = seen
	c.sleep = func(ctx context.Context, wait time.Duration) error {
		seen.waits = append(seen.waits, wait)
		return ctx.Err()
	}

	return c, seen
}

// record stores a request and returns how many there were.
func (a *api) record(r *http.Request) int {
	body, _ := io.ReadAll(r.Body)
	a.mutex.Lock()
	defer a.mutex.Unlock()

	a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(body))
	return len(a.requests)
}

// RoundTrip sends a request. The mutex orders what the server has recorded before what the test reads, also if the
// connection broke.
func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(r)
	a.mutex.Lock()
	defer a.mutex.Unlock()

	return response, err
}

func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}

		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}
}

func problem(kind ProblemKind, status int, headers ...string) http.HandlerFunc {
	body := fmt.Sprintf(`{"type":%q,"title":"T","status":%d,"detail":"D."}`, typePrefix+string(kind), status)
	return answer(status, body, headers...)
}

// lost stores nothing and closes the connection, as if the reply was lost.
func lost(w http.ResponseWriter, _ *http.Request) {
	connection, _, _ := w.(http.Hijacker).Hijack()
	_ = connection.Close()
}

func TestANewClientRefusesToSendATokenUnencrypted(t *testing.T) {
	for address, allowed := range map[string]bool{
		"https://leasehold.example.com/v1":  true,
		"https://leasehold.example.com/v1/": true,
		"http://127.0.0.1:3000/v1":          true,
		"http://localhost:3000/v1":          true,
		"http://[::1]:3000/v1":              true,
		"http://leasehold.example.com/v1":   false,
		"http://localhost.example.com/v1":   false,
		"http://127.0.0.1.example.com/v1":   false,
		"ftp://127.0.0.1/v1":                false,
		"leasehold.example.com/v1":          false,
		"https:///v1":                       false,
		"https://ada@leasehold.example.com": false,
		"":                                  false,
	} {
		if _, err := New(address, pat); (err == nil) != allowed {
			t.Errorf("New(%q) returned the error %v, want it allowed: %v", address, err, allowed)
		}
	}

	if _, err := New("https://leasehold.example.com/v1", pat+"\n"); err == nil || strings.Contains(err.Error(), pat) {
		t.Errorf("New returned %v for a token with a line break, want an error without the token", err)
	}
}

func TestAListIsReadPageByPage(t *testing.T) {
	c, seen := serve(t,
		answer(200, `{"items":[{"id":"a"},{"id":"b"}],"nextCursor":"c 1"}`),
		answer(200, `{"items":[],"nextCursor":"c2"}`),
		answer(200, `{"items":[{"id":"c"}]}`),
	)

	var got []string
	for member, err := range c.ListMembers(t.Context(), org, ListMembersParams{Role: RoleAdmin, Limit: 2}) {
		if err != nil {
			t.Fatal(err)
		}

		got = append(got, member.ID)
	}

	if !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("got the members %q, want a, b and c", got)
	}

	want := []string{"limit=2&role=admin", "cursor=c+1&limit=2&role=admin", "cursor=c2&limit=2&role=admin"}
	for i, request := range seen.requests {
		if request.URL.Path != "/v1/organizations/"+org+"/members" || request.URL.RawQuery != want[i] {
			t.Errorf("request %d was for %s, want the query %s", i, request.URL, want[i])
		}
	}
}

func TestAListEndsWithItsErrorOrWhenTheCallerStops(t *testing.T) {
	c, seen := serve(t, answer(200, `{"items":[{"id":"a"}],"nextCursor":"c1"}`), problem(ErrForbidden, 403))
	var failures, items int
	for _, err := range c.ListSolutions(t.Context(), org, ListSolutionsParams{}) {
		if err != nil {
			failures++
		} else {
			items++
		}
	}

	if items != 1 || failures != 1 || len(seen.requests) != 2 {
		t.Errorf("got %d items, %d errors and %d requests, want 1, 1 and 2", items, failures, len(seen.requests))
	}

	for _, err := range c.ListSolutions(t.Context(), org, ListSolutionsParams{}) {
		if err == nil {
			t.Error("got an item after the first page")
		}

		break
	}

	if len(seen.requests) != 3 {
		t.Errorf("got %d requests after stopping at the first item, want 3", len(seen.requests))
	}
}

func TestItemsOfAnyListKeepTheQuery(t *testing.T) {
	c, seen := serve(t, answer(200, `{"items":[1],"nextCursor":"x"}`), answer(200, `{"items":[2]}`))
	var got []string
	for item, err := range c.Items(t.Context(), "/some/list?q=a%26b&limit=1") {
		if err != nil {
			t.Fatal(err)
		}

		got = append(got, string(item))
	}

	if !slices.Equal(got, []string{"1", "2"}) || seen.requests[1].URL.RawQuery != "cursor=x&limit=1&q=a%26b" {
		t.Errorf("got %q with the last query %q", got, seen.requests[1].URL.RawQuery)
	}
}

func TestAChangeIsRepeatedWithTheSameKey(t *testing.T) {
	c, seen := serve(t,
		lost,
		problem(ErrUnavailable, 503, "Retry-After", "2"),
		problem(ErrRateLimited, 429, "Retry-After", "3"),
		answer(201, `{"id":"tok_1","secret":"`+pat+`"}`, "Idempotency-Replayed", "true"),
	)

	var response Response
	created, err := c.CreateToken(t.Context(), TokenCreate{OrganizationID: org}, WithResponse(&response))
	if err != nil || created.Secret.Reveal() != pat || created.ID != "tok_1" {
		t.Fatalf("got %+v, %v, want the token", created, err)
	}

	keys := map[string]bool{}
	for i, request := range seen.requests {
		keys[request.Header.Get("Idempotency-Key")] = true
		if seen.bodies[i] != `{"organizationId":"`+org+`"}` {
			t.Errorf("request %d had the body %s", i, seen.bodies[i])
		}
	}

	if len(seen.requests) != 4 || len(keys) != 1 || keys[""] || len(seen.requests[0].Header.Get("Idempotency-Key")) < 16 {
		t.Errorf("got %d requests with the keys %v, want 4 with one key", len(seen.requests), keys)
	}

	if len(seen.waits) != 3 || seen.waits[0] < 500*time.Millisecond || seen.waits[0] > time.Second ||
		seen.waits[1] != 2*time.Second || seen.waits[2] != 3*time.Second {
		t.Errorf("waited %v, want a random half second to a second, 2s and 3s", seen.waits)
	}

	if response.Attempts != 4 || !response.Replayed || response.Status != 201 {
		t.Errorf("got the response %d after %d attempts, replayed %v", response.Status, response.Attempts, response.Replayed)
	}

	_, err = c.CreateToken(t.Context(), TokenCreate{OrganizationID: org})
	if err != nil || keys[seen.requests[4].Header.Get("Idempotency-Key")] {
		t.Errorf("another change had the key of the first one (error %v)", err)
	}

	_, err = c.CreateToken(t.Context(), TokenCreate{OrganizationID: org}, WithIdempotencyKey("0123456789abcdef"))
	if err != nil || seen.requests[5].Header.Get("Idempotency-Key") != "0123456789abcdef" {
		t.Errorf("got the key %q (error %v), want mine", seen.requests[5].Header.Get("Idempotency-Key"), err)
	}
}

func TestWhatIsNotRepeated(t *testing.T) {
	signIn := func(c *Client) error {
		_, err := c.CreateSession(t.Context(), SessionCreate{IDToken: "i", Nonce: "n"})
		return err
	}
	profile := func(c *Client) error {
		_, err := c.GetProfile(t.Context())
		return err
	}

	for name, c := range map[string]struct {
		answer http.HandlerFunc
		call   func(*Client) error
		want   int
	}{
		"a sign-in whose reply is lost":         {lost, signIn, 1},
		"a sign-in that meets an outage":        {problem(ErrUnavailable, 503, "Retry-After", "1"), signIn, 1},
		"a sign-in that is throttled":           {problem(ErrRateLimited, 429, "Retry-After", "1"), signIn, 4},
		"a read whose reply is lost":            {lost, profile, 4},
		"a read at a broken gateway":            {answer(502, "<html>"), profile, 4},
		"an internal error":                     {problem(ErrInternal, 500), profile, 1},
		"a refusal":                             {problem(ErrForbidden, 403), profile, 1},
		"a limit that is used up for hours":     {problem(ErrRateLimited, 429, "Retry-After", "7200"), profile, 1},
		"a limit that is used up for 30 second": {problem(ErrRateLimited, 429, "Retry-After", "30"), profile, 4},
	} {
		t.Run(name, func(t *testing.T) {
			client, seen := serve(t, c.answer)
			if err := c.call(client); err == nil || len(seen.requests) != c.want {
				t.Errorf("sent %d requests with the error %v, want %d and an error", len(seen.requests), err, c.want)
			}
		})
	}
}

func TestTheContextEndsTheWait(t *testing.T) {
	c, seen := serve(t, problem(ErrUnavailable, 503, "Retry-After", "30"))
	ctx, cancel := context.WithCancel(t.Context())
	c.sleep = func(ctx context.Context, wait time.Duration) error {
		cancel()
		return sleep(ctx, wait)
	}

	_, err := c.GetProfile(ctx)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrUnavailable) || len(seen.requests) != 1 {
		t.Errorf("got %v after %d requests, want the cancellation and the problem after 1", err, len(seen.requests))
	}
}

func TestRetryAfterCanBeADate(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 15, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"7":                             7 * time.Second,
		"Tue, 24 Nov 2026 09:15:20 GMT": 20 * time.Second,
		"Tue, 24 Nov 2026 09:14:00 GMT": 0,
		"":                              0,
		"-1":                            0,
		"soon":                          0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("Retry-After %q is %v, want %v", value, got, want)
		}
	}
}

func TestAChangeNamesTheVersionThatWasRead(t *testing.T) {
	c, seen := serve(t, answer(200, `{"version":8}`))
	for version, want := range map[Version]string{7: `"7"`, AnyVersion: "*"} {
		if _, err := c.UpdateProfile(t.Context(), version, ProfileUpdate{}); err != nil {
			t.Fatal(err)
		}

		if got := seen.requests[len(seen.requests)-1].Header.Get("If-Match"); got != want {
			t.Errorf("version %d is sent as %s, want %s", version, got, want)
		}
	}

	sent := len(seen.requests)
	if _, err := c.UpdateProfile(t.Context(), 0, ProfileUpdate{}); err == nil || len(seen.requests) != sent {
		t.Errorf("got the error %v for version 0 and %d requests, want an error and none", err, len(seen.requests)-sent)
	}
}

func TestAnEmptyIDIsNotSent(t *testing.T) {
	c, seen := serve(t, answer(204, ""))
	if err := c.DeleteToken(t.Context(), ""); err == nil || len(seen.requests) != 0 {
		t.Errorf("got the error %v and %d requests, want an error and none: the path names the list", err, len(seen.requests))
	}

	err, want := c.DeleteToken(t.Context(), "../sessions/{x}"), "/v1/me/tokens/..%2Fsessions%2F%7Bx%7D"
	if err != nil || seen.requests[0].URL.EscapedPath() != want {
		t.Errorf("got the error %v and the path %s, want %s", err, seen.requests[0].URL.EscapedPath(), want)
	}
}

func TestProblemsHaveTheirKindAndLoseNothing(t *testing.T) {
	body := `{"type":"https://github.com/leasehold-dev/leasehold#problem-not-found","title":"Not found","status":404,` +
		`"detail":"There is no such token.","errors":[{"field":"a.0","detail":"No."}],"later":"kept"}`
	c, _ := serve(t,
		answer(404, body),
		answer(409, `{"type":"https://github.com/leasehold-dev/leasehold#problem-of-tomorrow","detail":"New."}`),
		answer(403, "<html>blocked</html>"),
		answer(400, `{"type":7,"title":"T","errors":"none"}`),
	)

	_, err := c.GetToken(t.Context(), "tok_1")
	problem, ok := errors.AsType[*Problem](err)
	if !ok || !errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
		t.Fatalf("got %v, want a problem of the kind not-found", err)
	}

	if problem.Error() != "There is no such token." || problem.Fields[0].Field != "a.0" || string(problem.Body) != body {
		t.Errorf("got %+v", problem)
	}

	for _, want := range []struct {
		kind   ProblemKind
		status int
		text   string
		body   string
	}{
		{"of-tomorrow", 409, "New.", "problem-of-tomorrow"},
		{"", 403, "the server answered 403 Forbidden", "<html>blocked</html>"},
		{"", 400, "T", `"errors":"none"`},
	} {
		_, err := c.GetProfile(t.Context())
		problem, ok := errors.AsType[*Problem](err)
		if !ok || problem.Kind() != want.kind || problem.Status != want.status || problem.Error() != want.text ||
			!strings.Contains(string(problem.Body), want.body) || errors.Is(err, ProblemKind("")) {
			t.Errorf("got %#v, want the kind %q, status %d and text %q", problem, want.kind, want.status, want.text)
		}
	}
}

// TestEveryKindOfProblemHasAConstant compares the constants with the list in the description.
func TestEveryKindOfProblemHasAConstant(t *testing.T) {
	described := regexp.MustCompile("- `#problem-([a-z-]+)`").FindAllStringSubmatch(read(t, "../api/openapi.yaml"), -1)
	declared := regexp.MustCompile(`ProblemKind = "([a-z-]+)"`).FindAllStringSubmatch(read(t, "problem.go"), -1)
	names := func(found [][]string) (all []string) {
		for _, match := range found {
			all = append(all, match[1])
		}

		slices.Sort(all)
		return all
	}

	if want, got := names(described), names(declared); len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("the constants are %q, want %q", got, want)
	}
}

// forOthers are the operations that only the identity provider and the console call.
var forOthers = []string{"back-channel-logout", "console-error-report"}

// TestEveryOperationHasAMethod compares the methods with the description, and requires a doc comment in the overlay
// for each.
func TestEveryOperationHasAMethod(t *testing.T) {
	document, err := openapi3.NewLoader().LoadFromFile("../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	methods, overlay := strings.Join(strings.Fields(read(t, "client.gen.go")), " "), read(t, "codegen/overlay.yaml")
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if slices.Contains(forOthers, operation.OperationID) || !answersJSON(operation) {
				continue
			}

			name := method[:1] + strings.ToLower(method[1:])
			if !strings.Contains(methods, fmt.Sprintf("method: http.Method%s, path: %q,", name, path)) {
				t.Errorf("no method sends %s %s: run make generate", method, path)
			}

			if !strings.Contains(overlay, fmt.Sprintf("- target: $.paths['%s'].%s\n", path, strings.ToLower(method))) {
				t.Errorf("codegen/overlay.yaml gives no name and doc comment to %s %s", method, path)
			}
		}
	}
}

// answersJSON reports whether an operation answers with JSON or with nothing.
func answersJSON(operation *openapi3.Operation) bool {
	for status, response := range operation.Responses.Map() {
		if content := response.Value.Content; status[0] == '2' && len(content) > 0 {
			return content["application/json"] != nil
		}
	}

	return true
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func TestTheLeaseIsThatOfTheLatestResponse(t *testing.T) {
	c, _ := serve(t,
		problem(ErrNotFound, 404,
			"Leasehold-Lease-Expires-At", "2026-12-07T09:15:00Z",
			"Leasehold-Expires-At", "2027-05-23T09:15:00Z"),
		answer(200, `{}`),
	)
	if c.Lease() != (Lease{}) {
		t.Errorf("the lease is %v before the first request", c.Lease())
	}

	for range 2 {
		_, _ = c.GetProfile(t.Context())
		want := Lease{time.Date(2026, 12, 7, 9, 15, 0, 0, time.UTC), time.Date(2027, 5, 23, 9, 15, 0, 0, time.UTC)}
		if c.Lease() != want {
			t.Errorf("the lease is %v, want %v", c.Lease(), want)
		}
	}
}

func TestSecretsPrintRedacted(t *testing.T) {
	c, _ := serve(t, answer(201, `{"id":"tok_1","secret":"`+pat+`"}`))
	created, err := c.CreateToken(t.Context(), TokenCreate{OrganizationID: org})
	if err != nil || created.Secret.Reveal() != pat {
		t.Fatalf("got the secret %s, %v", created.Secret, err)
	}

	encoded, err := json.Marshal(created)
	if err != nil {
		t.Fatal(err)
	}

	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("created", "token", created.Secret, "all", created)
	for _, text := range []string{
		fmt.Sprint(created), fmt.Sprintf("%+v %#v", created, created),
		fmt.Sprintf("%s %q %x", created.Secret, created.Secret, created.Secret),
		fmt.Sprintf("%+v %#v", *created, *created), fmt.Sprintf("%+v %#v", c, c), string(encoded), log.String(),
	} {
		if strings.Contains(text, pat[20:]) {
			t.Errorf("the secret is printed: %s", text)
		}
	}

	if !strings.Contains(string(encoded), `"secret":"lhp_05McJmDg…"`) || NewSecret("hunter2").String() != "redacted" {
		t.Errorf("got %s and %s, want the prefix of the token and no text that is not a token", encoded, NewSecret("hunter2"))
	}
}

func TestATokenIsInspectedAndDerivedWithoutARequest(t *testing.T) {
	info, err := InspectToken(pat)
	want := TokenInfo{
		Kind:         "pat",
		ID:           "tok_05McJmDgrvc",
		Prefix:       "05McJmDg",
		User:         "usr_01kjm9wrv0g2g8f7zq5h3n4x6y",
		Organization: org,
	}
	if err != nil || info != want {
		t.Errorf("got %+v, %v, want %+v", info, err, want)
	}

	if _, err := InspectToken(pat[:len(pat)-1] + "Y"); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v for a mistyped token, want ErrMalformed", err)
	}

	expires := time.Date(2026, 11, 24, 9, 15, 0, 0, time.UTC)
	limits := Caveats{
		Expires:  expires,
		Scopes:   []Scope{"members:view"},
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")},
	}
	derived, err := DeriveToken(NewSecret(pat), limits)
	if err != nil {
		t.Fatal(err)
	}

	parent, _ := secret.Parse(pat)
	token, ok := secret.Parse(derived.Reveal())
	caveats, err := token.Verify(parent.DerivationKey(), expires.Add(-time.Hour))
	if !ok || err != nil || !caveats.Expires.Equal(expires) || !slices.Equal(caveats.Scopes, limits.Scopes) ||
		!slices.Equal(caveats.Networks, limits.Networks) {
		t.Errorf("the derived token has the caveats %+v, %v, want %+v", caveats, err, limits)
	}

	if _, err := DeriveToken(derived, limits); err == nil {
		t.Error("a token was derived from a derived token")
	}
}
