package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// Client calls the API with one token or session. Several goroutines can use it at once.
type Client struct {
	base      *url.URL
	token     Secret
	http      *http.Client
	userAgent string
	attempts  int
	maxWait   time.Duration
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
	lease     atomic.Pointer[Lease]
}

// Lease says how long the credential of a client works.
type Lease struct {
	// LeaseExpiresAt is when the lease ends if the credential is not used again.
	LeaseExpiresAt time.Time

	// ExpiresAt is when the credential expires in any case.
	ExpiresAt time.Time
}

// Option changes a client when it is created.
type Option func(*Client)

// WithHTTPClient sends requests with an HTTP client, for example one with a proxy or another timeout. The default has a
// timeout of 30 seconds and follows no redirects.
func WithHTTPClient(h *http.Client) Option { return func(c *Client) { c.http = h } }

// WithUserAgent sets the User-Agent. The owner of a token sees its first part with the token's last use.
func WithUserAgent(text string) Option { return func(c *Client) { c.userAgent = text } }

// WithRetries sets how often a request is sent at most, and the longest time to wait before a retry. A response that
// asks for a longer wait is returned at once. The default is 4 times and 30 seconds. WithRetries(1, 0) never retries.
func WithRetries(attempts int, maxWait time.Duration) Option {
	return func(c *Client) { c.attempts, c.maxWait = max(attempts, 1), maxWait }
}

// New returns a client. baseURL is the address of the API with its stage, such as https://leasehold.example.com/v1.
// token is a personal access token, a derived token, or the secret of a session; "" calls the operations that need no
// credentials.
//
// New returns an error if the address is not https, unless it is of this machine: a token would travel unencrypted.
func New(baseURL, token string, options ...Option) (*Client, error) {
	base, err := checkURL(baseURL)
	if err != nil {
		return nil, err
	}

	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token has a character that no token has: copy it whole, without spaces")
	}

	c := &Client{
		base:      base,
		token:     NewSecret(token),
		userAgent: "leasehold-go",
		attempts:  4,
		maxWait:   30 * time.Second,
		now:       time.Now, //nolint:forbidigo // the clock that a date in Retry-After is compared with
		sleep:     sleep,
		http: &http.Client{
			Timeout:       30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	for _, option := range options {
		option(c)
	}

	return c, nil
}

// Lease returns how long the credential works, as the latest response said. It is zero until a request was accepted.
func (c *Client) Lease() Lease {
	if lease := c.lease.Load(); lease != nil {
		return *lease
	}

	return Lease{}
}

// checkURL parses the address of the API.
func checkURL(text string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || base.Host == "":
		return nil, fmt.Errorf("%q is not the address of an API: give one such as https://leasehold.example.com/v1", text)
	case base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, errors.New("the address of the API must have no user, query or fragment")
	case base.Scheme == "https" || base.Scheme == "http" && isLoopback(base.Hostname()):
		return base, nil
	}

	return nil, fmt.Errorf("%s is not https: a token would travel unencrypted. "+
		"Only an address of this machine can use http", base)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sleep waits, or returns the error of a context that ends first.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait) //nolint:forbidigo // a retry waits
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return fmt.Errorf("wait for a retry: %w", context.Cause(ctx))
	case <-timer.C:
		return nil
	}
}
