package system_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/api"
)

// leaseHeader is the header whose value moves with each use of a session.
const leaseHeader = "Leasehold-Lease-Expires-At"

// changing lists the headers that differ from one response to the next.
var changing = []string{"Date", "X-Amz-Apigw-Id", "X-Amzn-Requestid", "X-Amzn-Trace-Id", leaseHeader}

// asked is a GET or HEAD of the test below: who sends it, with which query and headers.
type asked struct {
	name, token, query string
	headers            []string
}

// TestEveryGetIsAlsoAHead sends each GET of the API's description as a HEAD, too: by callers who may read and who may not, with
// what a GET refuses, and with the ETag of the GET. Status and headers must be the same, Content-Length included, and the
// response must have no body.
func TestEveryGetIsAlsoAHead(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
	f := newFixture(t, running, 1)
	stranger := person(t, running, "stranger@example.com")

	var narrow api.TokenCreated
	request(t, running, f.session, http.MethodPost, "/me/tokens",
		f.values.Replace(`{"organizationId":"{org}","scopes":["solutions:view-own"]}`), &narrow)

	described := loadSpec(t).Description

	statuses := map[int]int{}
	links := 0
	for _, route := range slices.Sorted(maps.Keys(described.Routes())) {
		path, isGet := strings.CutPrefix(route, "GET ")
		if !isGet {
			continue
		}

		operation := described.Operations[route]
		path = pathOf(f, path)
		asks := []asked{
			{"the owner", f.session, "", nil},
			{"a client that accepts gzip", f.session, "", []string{"Accept-Encoding", "gzip"}},
			{"a token with one scope", narrow.Secret, "", nil},
			{"a stranger", stranger, "", nil},
			{"nobody", "", "", []string{"Authorization", ""}},
			{"a malformed token", "lhp_x", "", nil},
			{"an unknown parameter", f.session, "?color=red", nil},
			{"an Idempotency-Key", f.session, "", []string{"Idempotency-Key", "0123456789abcdef"}},
		}
		if takesLimit(operation) {
			asks = append(asks, asked{"the first page", f.session, "?limit=1", nil})
		}

		_, header, _ := answerTo(t, running, f.session, http.MethodGet, path, "")
		if tag := header.Get("ETag"); tag != "" {
			asks = append(asks, asked{"If-None-Match", f.session, "", []string{"If-None-Match", tag}})
		}

		for _, a := range asks {
			status, header := compareHead(t, running, path, a)
			statuses[status]++
			if header.Get("Link") != "" {
				links++
			}
		}
	}

	for _, status := range []int{200, 304, 400, 401, 403, 404} {
		if statuses[status] < 3 {
			t.Errorf("the statuses were %v, want at least three of %d", statuses, status)
		}
	}

	if links < 2 {
		t.Errorf("%d responses had a Link, want some", links)
	}
}

// pathOf returns a path of the description with the IDs of the fixture. {proxy+} becomes the name of no file.
func pathOf(f fixture, path string) string {
	if strings.Contains(path, "/service-accounts/") {
		path = strings.Replace(path, "{token}", "{service}", 1)
	}

	return f.values.Replace(strings.NewReplacer("{user}", "{member}", "{proxy+}", "missing.js").Replace(path))
}

func takesLimit(operation description.Operation) bool {
	return operation.Operation != nil && operation.Parameters.GetByInAndName("query", "limit") != nil
}

// compareHead sends a GET and a HEAD and compares the responses. It returns the status and the headers of the GET.
func compareHead(t *testing.T, r *runner.Runner, path string, a asked) (int, http.Header) {
	t.Helper()
	headers := a.headers
	if !slices.Contains(headers, "Accept-Encoding") {
		headers = append([]string{"Accept-Encoding", "identity"}, headers...)
	}

	status, header, _ := answerTo(t, r, a.token, http.MethodGet, path+a.query, "", headers...)
	headStatus, headHeader, body := answerTo(t, r, a.token, http.MethodHead, path+a.query, "", headers...)
	if lease := header.Get(leaseHeader); !closeTo(t, lease, headHeader.Get(leaseHeader)) {
		t.Errorf("HEAD %s by %s: the lease ends at %q, want about %q", path, a.name, headHeader.Get(leaseHeader), lease)
	}

	for _, name := range changing {
		if header.Get(name) == "" != (headHeader.Get(name) == "") {
			t.Errorf("HEAD %s by %s: %s is %q, but %q of a GET", path, a.name, name, headHeader.Get(name), header.Get(name))
		}

		header.Del(name)
		headHeader.Del(name)
	}

	same := maps.EqualFunc(header, headHeader, func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
	if headStatus != status || !same || len(body) > 0 {
		t.Errorf("HEAD %s%s by %s is answered with\n%d %v and %d bytes, want as of a GET, without a body:\n%d %v",
			path, a.query, a.name, headStatus, headHeader, len(body), status, header)
	}

	return status, header
}

// closeTo reports whether two times are less than a minute apart, or both missing.
func closeTo(t *testing.T, a, b string) bool {
	t.Helper()
	if a == "" || b == "" {
		return a == b
	}

	first, err := time.Parse(time.RFC3339, a)
	if err != nil {
		t.Fatal(err)
	}

	second, err := time.Parse(time.RFC3339, b)
	if err != nil {
		t.Fatal(err)
	}

	return second.Sub(first).Abs() < time.Minute
}

// TestAMethodThatAPathLacksIsNotFound holds that the routes of HEAD let no other method through, and that paths without a GET
// have no HEAD.
func TestAMethodThatAPathLacksIsNotFound(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t)})
	session := person(t, running, "ada@example.com")

	for _, request := range []string{"PUT /me", "TRACE /me", "QUERY /me", "HEAD /tokens/report", "HEAD /sessions", "HEAD /nowhere"} {
		method, path, _ := strings.Cut(request, " ")
		if status, text := send(t, running, session, method, path, ""); status != http.StatusNotFound {
			t.Errorf("the status of %s is %d, want 404: %s", request, status, text)
		}
	}
}
