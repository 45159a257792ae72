package openid

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// keepFetched is how long an answer of the provider serves. A token that names an unknown key makes the library ask for the
// keys again, and anybody can send such tokens.
const keepFetched = time.Minute

// fetcher gets documents from the identity provider, each at most once a minute. It is an http.RoundTripper, so that the
// library's own cache of keys works on top of it.
type fetcher struct {
	base http.RoundTripper
	now  func() time.Time

	mu   sync.Mutex
	last map[string]fetchedAnswer
}

type fetchedAnswer struct {
	at     time.Time
	status int
	header http.Header
	body   []byte
	err    error
}

// newFetcher returns a fetcher that has fetched nothing yet.
func newFetcher(now func() time.Time) *fetcher {
	return &fetcher{base: http.DefaultTransport, now: now, last: map[string]fetchedAnswer{}}
}

// RoundTrip returns the answer to a GET, from memory if that is recent enough. Requests wait for each other, so that many
// at once ask the provider once.
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	answer, ok := f.last[r.URL.String()]
	if !ok || !f.now().Before(answer.at.Add(answer.keep())) {
		answer = f.fetch(r)
		f.last[r.URL.String()] = answer
	}

	if answer.err != nil {
		return nil, answer.err
	}

	return &http.Response{
		Status:        http.StatusText(answer.status),
		StatusCode:    answer.status,
		Header:        answer.header.Clone(),
		Body:          io.NopCloser(bytes.NewReader(answer.body)),
		ContentLength: int64(len(answer.body)),
		Request:       r,
	}, nil
}

func (f *fetcher) fetch(r *http.Request) fetchedAnswer {
	answer := fetchedAnswer{at: f.now()}
	response, err := f.base.RoundTrip(r)
	if err != nil {
		answer.err = err
		return answer
	}

	defer func() { _ = response.Body.Close() }()
	answer.status, answer.header = response.StatusCode, response.Header
	answer.body, answer.err = io.ReadAll(io.LimitReader(response.Body, maxBody))
	return answer
}

// failure returns what went wrong the last time that a document was asked for; nil if nothing did.
func (f *fetcher) failure() error {
	f.mu.Lock()
	defer f.mu.Unlock()

	for at, answer := range f.last {
		if err := answer.failed(); err != nil {
			return fmt.Errorf("get %s: %w", at, err)
		}
	}

	return nil
}

func (a fetchedAnswer) failed() error {
	if a.err == nil && a.status != http.StatusOK {
		return fmt.Errorf("the status is %d", a.status)
	}

	return a.err
}

func (a fetchedAnswer) keep() time.Duration {
	if a.failed() != nil {
		return retryAfter
	}

	return keepFetched
}
