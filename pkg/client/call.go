package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// AnyVersion changes a resource whatever its version is. Use it only if you mean to overwrite the changes of others.
const AnyVersion Version = -1

// maxResponse limits the size of a response that is read, in bytes. API Gateway sends at most 10 MB.
const maxResponse = 16 << 20

// request describes one request. The generated methods fill it in.
type request struct {
	method  string
	path    string   // with parameters in braces
	ids     []string // the values of the parameters, in order
	query   query
	version *Version // what If-Match names; nil sends none
	body    any      // encoded as JSON; nil sends none
	public  bool     // the operation takes no credentials, and so no Idempotency-Key
}

// query lists parameters of a request.
type query []parameter

type parameter struct {
	name  string
	value any
}

// values returns the parameters that do not have their zero value.
func (q query) values() url.Values {
	values := url.Values{}
	for _, parameter := range q {
		switch value := parameter.value.(type) {
		case time.Time:
			if !value.IsZero() {
				values.Add(parameter.name, value.UTC().Format(time.RFC3339))
			}
		default:
			if given := reflect.ValueOf(value); given.Kind() == reflect.Slice {
				addList(values, parameter.name, given)
			} else if !given.IsZero() {
				values.Add(parameter.name, fmt.Sprint(value))
			}
		}
	}

	return values
}

// addList adds the elements of a list, separated by commas, unless it is empty.
func addList(values url.Values, name string, list reflect.Value) {
	if list.Len() == 0 {
		return
	}

	elements := make([]string, list.Len())
	for i := range elements {
		elements[i] = fmt.Sprint(list.Index(i))
	}

	values.Add(name, strings.Join(elements, ","))
}

// Response is what a call received, besides its result.
type Response struct {
	// Status is the HTTP status.
	Status int

	// Header has the headers of the response.
	Header http.Header

	// Body is the body as it was received. It can contain a secret.
	Body []byte

	// Attempts is how often the request was sent.
	Attempts int

	// Replayed reports whether the response is the stored one of an earlier request with the same Idempotency-Key.
	Replayed bool
}

// CallOption changes one call.
type CallOption func(*exchange)

// exchange is one call of a method, which can send its request several times.
type exchange struct {
	key      string
	response *Response
	header   http.Header
}

// WithIdempotencyKey sends a key of 16 to 255 printable ASCII characters instead of a random one. Use it to repeat a
// change after your process was restarted: a call with the same key and request changes nothing again.
func WithIdempotencyKey(key string) CallOption { return func(x *exchange) { x.key = key } }

// WithResponse stores what the call receives in r, also if the call fails. An iterator stores its latest page.
func WithResponse(r *Response) CallOption { return func(x *exchange) { x.response = r } }

// WithHeader sends a header, for example If-None-Match. A 304 is an error, too: a *Problem with that status. The
// client sets Authorization and Content-Type by itself.
func WithHeader(name, value string) CallOption {
	return func(x *exchange) { x.header.Set(name, value) }
}

// Do sends a request for which there is no method. path is below the base URL and can have a query. body is encoded
// as JSON unless it is nil. The response is decoded into out unless it is nil. Everything else is as in the methods.
func (c *Client) Do(ctx context.Context, method, path string, body, out any, options ...CallOption) error {
	return c.do(ctx, request{method: method, path: path, body: body}, out, options)
}

// send sends a request and returns its response.
func send[T any](ctx context.Context, c *Client, r request, options []CallOption) (*T, error) {
	out := new(T)
	if err := c.do(ctx, r, out, options); err != nil {
		return nil, err
	}

	return out, nil
}

// do sends a request, as often as necessary, and decodes the response into out, which can be nil.
func (c *Client) do(ctx context.Context, r request, out any, options []CallOption) error {
	x := &exchange{header: http.Header{}, response: &Response{}}
	reads := r.method == http.MethodGet || r.method == http.MethodHead
	if !reads && !r.public {
		x.key = rand.Text()
	}

	for _, option := range options {
		option(x)
	}

	address, body, err := c.prepare(x, r)
	if err != nil {
		return err
	}

	for attempt := 1; ; attempt++ {
		*x.response = Response{Attempts: attempt}
		err := c.try(ctx, x, r.method, address, body)
		if err == nil {
			return x.decode(out)
		}

		wait, again := c.again(err, attempt, reads || x.key != "")
		if !again || ctx.Err() != nil {
			return fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}

		if interrupted := c.sleep(ctx, wait); interrupted != nil {
			return fmt.Errorf("%s %s: %w", r.method, r.path, errors.Join(err, interrupted))
		}
	}
}

// prepare returns the address and the body of a request, and sets the headers of the call.
func (c *Client) prepare(x *exchange, r request) (address string, body []byte, err error) {
	path, ids := r.path, r.ids
	for len(ids) > 0 {
		before, rest, _ := strings.Cut(path, "{")
		name, after, _ := strings.Cut(rest, "}")
		if ids[0] == "" {
			return "", nil, fmt.Errorf("%s %s: the ID %s is empty", r.method, r.path, name)
		}

		path, ids = before+url.PathEscape(ids[0])+after, ids[1:]
	}

	address = c.base.String() + path
	if values := r.query.values(); len(values) > 0 {
		address += "?" + values.Encode()
	}

	if r.version != nil {
		tag, err := entityTag(*r.version)
		if err != nil {
			return "", nil, fmt.Errorf("%s %s: %w", r.method, r.path, err)
		}

		x.header.Set("If-Match", tag)
	}

	if r.body != nil {
		if body, err = json.Marshal(r.body); err != nil {
			return "", nil, fmt.Errorf("encode the request: %w", err)
		}
	}

	return address, body, nil
}

// entityTag returns the ETag of a version (RFC 9110, section 8.8.3).
func entityTag(v Version) (string, error) {
	switch {
	case v == AnyVersion:
		return "*", nil
	case v < 1:
		return "", fmt.Errorf("there is no version %d: read the resource and pass its Version, or AnyVersion", v)
	}

	return fmt.Sprintf(`"%d"`, v), nil
}

// try sends a request once. Its error is a *Problem if there was a response.
func (c *Client) try(ctx context.Context, x *exchange, method, address string, body []byte) error {
	sent, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}

	sent.Header = x.header.Clone()
	sent.Header.Set("Accept", "application/json, application/problem+json")
	sent.Header.Set("User-Agent", c.userAgent)
	if token := c.token.Reveal(); token != "" {
		sent.Header.Set("Authorization", "Bearer "+token)
	}

	if body != nil {
		sent.Header.Set("Content-Type", "application/json")
	}

	if x.key != "" {
		sent.Header.Set("Idempotency-Key", x.key)
	}

	received, err := c.http.Do(sent)
	if err != nil {
		return fmt.Errorf("send the request: %w", err)
	}

	defer func() { _ = received.Body.Close() }()

	x.response.Status, x.response.Header = received.StatusCode, received.Header
	x.response.Replayed = received.Header.Get("Idempotency-Replayed") == "true"
	c.remember(received.Header)

	text, err := io.ReadAll(io.LimitReader(received.Body, maxResponse))
	if err != nil {
		return fmt.Errorf("read the response: %w", err)
	}

	x.response.Body = text
	if received.StatusCode < 200 || received.StatusCode > 299 {
		return problemOf(received, text, c.now())
	}

	return nil
}

// remember stores the lease that a response names.
func (c *Client) remember(header http.Header) {
	lease, err := time.Parse(time.RFC3339, header.Get("Leasehold-Lease-Expires-At"))
	if err != nil {
		return
	}

	expires, err := time.Parse(time.RFC3339, header.Get("Leasehold-Expires-At"))
	if err != nil {
		return
	}

	c.lease.Store(&Lease{LeaseExpiresAt: lease, ExpiresAt: expires})
}

// again reports whether to send a request again after an error, and how long to wait before. repeatable says that
// sending it twice does the same as sending it once. A request that was throttled did nothing.
func (c *Client) again(err error, attempt int, repeatable bool) (time.Duration, bool) {
	wait := time.Duration(0)
	if problem, ok := errors.AsType[*Problem](err); ok {
		switch problem.Status {
		case http.StatusTooManyRequests:
			repeatable = true
		case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		default:
			return 0, false
		}

		wait = problem.RetryAfter
	}

	if wait == 0 {
		wait = jitter(attempt)
	}

	return wait, repeatable && attempt < c.attempts && wait <= c.maxWait
}

// jitter returns the wait after an attempt for which the server named none: half a second, doubled each time, and at
// random up to twice that, so that clients that failed together do not return together.
func jitter(attempt int) time.Duration {
	wait := 500 * time.Millisecond << min(attempt-1, 6)
	return wait + mathrand.N(wait)
}

// decode decodes the response into out, unless out is nil or there is no body.
func (x *exchange) decode(out any) error {
	if out == nil || len(x.response.Body) == 0 {
		return nil
	}

	if err := json.Unmarshal(x.response.Body, out); err != nil {
		return fmt.Errorf("decode the response: %w", err)
	}

	return nil
}

// list is a page of a list.
type list[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor"`
}

// pages iterates over the items of a list and requests a page when the one before is used up. An error ends it.
func pages[T any](ctx context.Context, c *Client, r request, options []CallOption) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		first := r.query
		for {
			page, err := send[list[T]](ctx, c, r, options)
			if err != nil {
				var none T
				yield(none, err)
				return
			}

			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}

			if page.NextCursor == nil {
				return
			}

			r.query = append(slices.Clip(first), parameter{"cursor", *page.NextCursor})
		}
	}
}

// Items iterates over the items of a list for which there is no method, as Do sends a request for which there is
// none. path is below the base URL and can have a query, without a cursor.
func (c *Client) Items(ctx context.Context, path string, options ...CallOption) iter.Seq2[json.RawMessage, error] {
	path, given, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(given)
	if err != nil {
		return func(yield func(json.RawMessage, error) bool) { yield(nil, fmt.Errorf("parse the query: %w", err)) }
	}

	r := request{method: http.MethodGet, path: path}
	for name, all := range values {
		for _, value := range all {
			r.query = append(r.query, parameter{name, value})
		}
	}

	return pages[json.RawMessage](ctx, c, r, options)
}
