package endpoint

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Page is the part of an input that asks for one page of a list.
type Page struct {
	// Limit is the most items to return, 1 to 100; 25 if the caller does not set it.
	Limit int
	// After is the position after which the page begins; "" for the first page.
	After string
}

// setPage reads the query parameters limit and cursor.
func (x *exchange) setPage(p *Page) error {
	text, err := x.queryValue("limit")
	if err != nil {
		return err
	}

	p.Limit = defaultLimit
	if text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit || text != strconv.Itoa(limit) {
			return identity.InvalidField("limit", "Use a number from 1 to %d.", maxLimit)
		}

		p.Limit = limit
	}

	cursor, err := x.queryValue("cursor")
	if cursor == "" || err != nil {
		return err
	}

	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) <= bindingLen || string(raw[:bindingLen]) != x.binding() {
		return identity.InvalidField("cursor", "The cursor belongs to another list. Start again without a cursor.")
	}

	p.After = string(raw[bindingLen:])
	return nil
}

// Items returns what show makes of every item found. It never returns nil, so an empty list is [] in JSON.
func Items[T, Shown any](found []T, show func(T) Shown) []Shown {
	items := make([]Shown, len(found))
	for i, item := range found {
		items[i] = show(item)
	}

	return items
}

// Next returns the cursor for the items after a position, to be put in the body, and sets a Link header (RFC 8288) to
// the next page. At the end, which is the position "", it returns nil and sets no header.
func (r *Request[In]) Next(position string) *string {
	if position == "" {
		return nil
	}

	x := r.exchange
	cursor := base64.RawURLEncoding.EncodeToString([]byte(x.binding() + position))
	query := x.http.URL.Query()
	query.Set("cursor", cursor)
	query.Del("count") // the first page has told it
	x.header.Set("Link", "<"+x.address(x.gateway.Path, query)+`>; rel="next"`)
	return &cursor
}

const bindingLen = 12

// binding ties a cursor to its caller, list and filters, so that cursors are not mixed up. It need not be secret: a
// position reveals nothing that the caller may not see.
func (x *exchange) binding() string {
	query := x.http.URL.Query()
	query.Del("cursor")
	query.Del("limit")
	query.Del("count")
	text := []string{string(x.caller().User), x.route, query.Encode()}
	for _, name := range []string{"org", "user", "solution"} {
		text = append(text, x.params[name])
	}

	sum := sha256.Sum256([]byte(strings.Join(text, "\n")))
	return string(sum[:bindingLen])
}
