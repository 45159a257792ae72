package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
)

const (
	// retries is the most attempts of a request while faults explain its failures.
	retries = 200
	// retryPause is the pause between them.
	retryPause = 100 * time.Millisecond
	// maxListed is the most unexpected answers that the report lists.
	maxListed = 20
)

// book counts requests and answers. It is safe for concurrent use.
type book struct {
	mutex      sync.Mutex
	requests   int
	statuses   map[int]int
	operations map[string]int
	owed       int // failures that a fault explains
	retried    int // requests that succeeded after such a failure
	unexpected int
	listed     []string
}

func newBook() *book { return &book{statuses: map[int]int{}, operations: map[string]int{}} }

// answered counts an answer.
func (b *book) answered(what string, status int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.requests++
	b.statuses[status]++
	b.operations[what]++
}

// explained counts a failure that a fault explains.
func (b *book) explained() {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.owed++
}

// recovered counts a request that succeeded after such a failure.
func (b *book) recovered() {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.retried++
}

// mismatch records an answer that is not the expected one.
func (b *book) mismatch(format string, arguments ...any) {
	b.mutex.Lock()
	defer b.mutex.Unlock()

	b.unexpected++
	if len(b.listed) < maxListed {
		b.listed = append(b.listed, fmt.Sprintf(format, arguments...))
	}
}

// api sends requests to the running system.
type api struct {
	url    string
	client *http.Client
	book   *book
	chaos  *chaos
}

// request is one request to the API.
type request struct {
	method, path string
	token        string
	body         any    // nil for none
	ifMatch      string // "" for none
}

// answer is the last answer to a request.
type answer struct {
	status int
	body   []byte
	// again is true if an earlier attempt failed, so that the first one may have been carried out.
	again bool
}

// into decodes the body.
func (a answer) into(out any) bool { return json.Unmarshal(a.body, out) == nil }

// send sends a request. While a fault explains its failure, it sends the request again, with the same Idempotency-Key. The
// answer has the status 0 if ctx ends.
func (a *api) send(ctx context.Context, r request) answer {
	key := rand.Text()
	var last answer
	for attempt := 1; attempt <= retries && ctx.Err() == nil; attempt++ {
		began := time.Now()
		status, body, err := a.once(ctx, r, key)
		last = answer{status: status, body: body, again: attempt > 1}
		if ctx.Err() != nil {
			break
		}

		if err == nil {
			a.book.answered(r.method, status)
		}

		if err == nil && status < http.StatusInternalServerError {
			if last.again {
				a.book.recovered()
			}

			return last
		}

		if !a.chaos.explains(began, time.Now()) {
			a.book.mismatch("%s %s: %d %s (%v), without a fault", r.method, r.path, status, body, err)
		}

		a.book.explained()
		sleep(ctx, retryPause)
	}

	return answer{again: last.again}
}

func (a *api) once(ctx context.Context, r request, key string) (status int, body []byte, err error) {
	var in io.Reader
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return 0, nil, fmt.Errorf("encode the request: %w", err)
		}

		in = bytes.NewReader(encoded)
	}

	out, err := http.NewRequestWithContext(ctx, r.method, a.url+r.path, in)
	if err != nil {
		return 0, nil, fmt.Errorf("make the request: %w", err)
	}

	if r.body != nil {
		out.Header.Set("Content-Type", "application/json")
	}

	if r.token != "" {
		out.Header.Set("Authorization", "Bearer "+r.token)
	}

	if r.ifMatch != "" {
		out.Header.Set("If-Match", r.ifMatch)
	}

	if r.method != http.MethodGet {
		out.Header.Set("Idempotency-Key", key)
	}

	response, err := a.client.Do(out)
	if err != nil {
		return 0, nil, fmt.Errorf("send the request: %w", err)
	}

	defer response.Body.Close()

	body, err = io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	}

	return response.StatusCode, body, nil
}

// expect sends a request, and reports whether the answer has one of the statuses. Any other answer is a mismatch.
func (a *api) expect(ctx context.Context, r request, statuses ...int) (answer, bool) {
	got := a.send(ctx, r)
	if got.status == 0 {
		return got, false // out of time
	}

	if slices.Contains(statuses, got.status) {
		return got, true
	}

	a.book.mismatch("%s %s: %d %s, want %v (again: %v)", r.method, r.path, got.status, got.body, statuses, got.again)
	return got, false
}

// signIn signs a person in. While faults explain the failures, it tries again with a new ID token.
func (a *api) signIn(ctx context.Context, email string) (session, user string, ok bool) {
	for attempt := 1; attempt <= retries && ctx.Err() == nil; attempt++ {
		began := time.Now()
		created, err := signin.Session(ctx, a.url, email)
		if ctx.Err() != nil {
			return "", "", false
		}

		if err == nil {
			a.book.answered("sign-in", http.StatusCreated)
			return created.Secret, created.User.ID, true
		}

		if !a.chaos.explains(began, time.Now()) {
			a.book.mismatch("sign in: %v, without a fault", err)
		}

		a.book.explained()
		sleep(ctx, retryPause)
	}

	return "", "", false
}
