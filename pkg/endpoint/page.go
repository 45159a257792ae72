package endpoint

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Page is the part of an input that asks for one page of a list.
type Page struct {
	// Limit is how many items at the most, 1 to 100; 25 unless the caller says.
	Limit int
	// After is the position behind which the page begins; "" for the first.
	After string
}

// setPage reads the query parameters limit and cursor.
func (x *exchange) setPage(p *Page) error {
	query := x.http.URL.Query()
	for _, name := range []string{"limit", "cursor"} {
		if len(query[name]) > 1 {
			return identity.InvalidField(name, "Give it once.")
		}
	}

	p.Limit = defaultLimit
	if text := query.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return identity.InvalidField("limit", "Give a number from 1 to %d.", maxLimit)
		}

		p.Limit = limit
	}

	cursor := query.Get("cursor")
	if cursor == "" {
		return nil
	}

	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) <= bindingLen || string(raw[:bindingLen]) != x.binding() {
		return identity.InvalidField("cursor", "It belongs to another list; start again without a cursor.")
	}

	p.After = string(raw[bindingLen:])
	return nil
}

// Next says that there are more items behind a position, and is the cursor to ask for them, to be put in the body; a Link
// header (RFC 8288) says the same. The position "" is the end: there is no cursor and no header.
func (r *Request[In]) Next(position string) *string {
	if position == "" {
		return nil
	}

	x := r.exchange
	cursor := base64.RawURLEncoding.EncodeToString([]byte(x.binding() + position))
	query := x.http.URL.Query()
	query.Set("cursor", cursor)
	next := url.URL{Path: x.gateway.Path, RawQuery: query.Encode()}
	x.header.Set("Link", "<"+next.String()+`>; rel="next"`)
	return &cursor
}

const bindingLen = 12

// binding ties a cursor to its caller, its list and its filters. It keeps cursors from being mixed up; it need not be a
// secret, as a position says nothing that the caller may not see and leads nowhere that they may not go.
func (x *exchange) binding() string {
	query := x.http.URL.Query()
	query.Del("cursor")
	query.Del("limit")
	text := []string{string(x.caller().User), x.route, query.Encode()}
	for _, name := range []string{"org", "user", "solution"} {
		text = append(text, x.params[name])
	}

	sum := sha256.Sum256([]byte(strings.Join(text, "\n")))
	return string(sum[:bindingLen])
}
