package openid

import (
	"bytes"
	"context"
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
	base    http.RoundTripper
	now     func() time.Time
	timeout time.Duration

	mu   sync.Mutex // guards last only; it is never held during a request
	last map[string]*fetched
}

// fetched is one request to the provider. Its other fields are set before done is closed and never change afterwards.
type fetched struct {
	done   chan struct{}
	at     time.Time // when the answer arrived
	status int
	header http.Header
	body   []byte
	err    error
}

// newFetcher returns a fetcher that has fetched nothing yet.
func newFetcher(now func() time.Time) *fetcher {
	return &fetcher{
		base:    http.DefaultTransport,
		now:     now,
		timeout: requestTimeout,
		last:    map[string]*fetched{},
	}
}

// RoundTrip returns the answer to a GET, from memory if that is recent enough. Requests for one document at the same time
// share an answer, and do not wait for another document.
func (f *fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := f.answer(r)

	select {
	case <-answer.done:
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
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

// answer returns the answer that serves now, which may be on its way. It asks the provider if there is none.
func (f *fetcher) answer(r *http.Request) *fetched {
	f.mu.Lock()
	defer f.mu.Unlock()

	url := r.URL.String()
	if last, ok := f.last[url]; ok && last.serves(f.now()) > 0 {
		return last
	}

	answer := &fetched{done: make(chan struct{})}
	f.last[url] = answer

	// The answer serves other requests too, so it must not depend on the life of this one.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), f.timeout)
	go func() {
		defer cancel()
		f.fetch(r.Clone(ctx), answer)
	}()

	return answer
}

func (f *fetcher) fetch(r *http.Request, answer *fetched) {
	defer close(answer.done)
	defer func() { answer.at = f.now() }()

	response, err := f.base.RoundTrip(r)
	if err != nil {
		answer.err = err
		return
	}

	defer func() { _ = response.Body.Close() }()
	answer.status, answer.header = response.StatusCode, response.Header
	answer.body, answer.err = io.ReadAll(io.LimitReader(response.Body, maxBody))
}

// failure returns for how much longer a failure serves instead of a document, and the failure; nil if there is none.
func (f *fetcher) failure() (left time.Duration, cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	for url, answer := range f.last {
		left := answer.serves(f.now())
		if err := answer.failed(); err != nil && left > 0 {
			return left, fmt.Errorf("get %s: %w", url, err)
		}
	}

	return 0, nil
}

// serves returns for how much longer the answer serves: a failure for retryAfter, a document for keepFetched, and one that is
// on its way at least until it is there.
func (a *fetched) serves(now time.Time) time.Duration {
	keep := keepFetched
	switch {
	case !a.isDone():
		return keep
	case a.failed() != nil:
		keep = retryAfter
	}

	return a.at.Add(keep).Sub(now)
}

// failed returns what went wrong; nil while the answer is on its way.
func (a *fetched) failed() error {
	switch {
	case !a.isDone():
		return nil
	case a.err == nil && a.status != http.StatusOK:
		return fmt.Errorf("the status is %d", a.status)
	}

	return a.err
}

func (a *fetched) isDone() bool {
	select {
	case <-a.done:
		return true
	default:
		return false
	}
}
