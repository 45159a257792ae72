// Package openid gets the documents of an OpenID Connect provider: its description and its keys.
package openid

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	fetchTimeout = 2 * time.Second
	// keepFetched is how long an answer of the provider serves. A token that names an unknown key makes the library ask for
	// the keys again, and anybody can send such tokens.
	keepFetched = time.Minute
	// KeepFailure is how long the provider is left alone after it failed.
	KeepFailure = 2 * time.Second
	// maxFetched bounds an answer. Key sets and descriptions have a few kilobytes.
	maxFetched = 1 << 20
)

// Fetcher gets documents from the identity provider, each at most once a minute. It is an http.RoundTripper, so that the
// library's own cache of keys works on top of it.
type Fetcher struct {
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

// NewFetcher returns a Fetcher with an empty memory.
func NewFetcher(now func() time.Time) *Fetcher {
	return &Fetcher{base: http.DefaultTransport, now: now, last: map[string]fetchedAnswer{}}
}

// Client returns a client that gets documents through the Fetcher and gives up after two seconds.
func (f *Fetcher) Client() *http.Client { return &http.Client{Transport: f, Timeout: fetchTimeout} }

// RoundTrip returns the answer to a GET, from memory if that is recent enough. Requests wait for each other, so that many
// at once ask the provider once.
func (f *Fetcher) RoundTrip(r *http.Request) (*http.Response, error) {
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

func (f *Fetcher) fetch(r *http.Request) fetchedAnswer {
	answer := fetchedAnswer{at: f.now()}
	response, err := f.base.RoundTrip(r)
	if err != nil {
		answer.err = err
		return answer
	}

	defer func() { _ = response.Body.Close() }()
	answer.status, answer.header = response.StatusCode, response.Header
	answer.body, answer.err = io.ReadAll(io.LimitReader(response.Body, maxFetched))
	return answer
}

// Failure returns what went wrong the last time that a document was asked for; nil if nothing did.
func (f *Fetcher) Failure() error {
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
		return KeepFailure
	}

	return keepFetched
}

// Unreachable returns the refusal for a provider that cannot be asked. The cause is for the log, and may quote an answer of
// any length.
func Unreachable(err error) error {
	refusal := identity.Refuse(identity.Unavailable, "The identity provider cannot be reached at present; try again.")
	refusal.Cause = errors.New("ask the identity provider: " + identity.Excerpt(err.Error()))
	return refusal
}
