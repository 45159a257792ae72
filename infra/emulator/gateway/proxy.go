package gateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// proxyResponse is the answer of a function to a proxy request.
type proxyResponse struct {
	StatusCode        json.RawMessage              `json:"statusCode"`
	Headers           map[string]json.RawMessage   `json:"headers"`
	MultiValueHeaders map[string][]json.RawMessage `json:"multiValueHeaders"`
	Body              *string                      `json:"body"`
	IsBase64Encoded   bool                         `json:"isBase64Encoded"`

	status int
}

// errNotBase64 is the error for a body that is marked as base64 but is none.
var errNotBase64 = errors.New("the body is not base64, although isBase64Encoded is true")

// check rejects what API Gateway would call a malformed Lambda proxy response, and returns the headers. Their names are
// spelled as in the answer.
func (p *proxyResponse) check() (http.Header, error) {
	if p == nil {
		return nil, errors.New("the answer is null")
	}

	status, err := strconv.Atoi(strings.Trim(string(p.StatusCode), `"`))
	if err != nil || status < 100 || status > 599 {
		return nil, fmt.Errorf("statusCode %s is not an HTTP status", p.StatusCode)
	}

	p.status = status
	return p.merged()
}

// merged returns the multi-value headers, and the single-value ones whose values are not among them. Names that differ only
// in their case are one name, which the multi-value headers spell.
func (p *proxyResponse) merged() (http.Header, error) {
	headers, spellings := http.Header{}, map[string]string{}
	put := func(name string, values []json.RawMessage, again bool) error {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		if spellings[canonical] == "" {
			spellings[canonical] = name
		}

		for _, value := range values {
			text, err := headerText(value)
			if err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}

			if name := spellings[canonical]; again || !slices.Contains(headers[name], text) {
				headers[name] = append(headers[name], text)
			}
		}

		return nil
	}

	for _, name := range slices.Sorted(maps.Keys(p.MultiValueHeaders)) {
		if err := put(name, p.MultiValueHeaders[name], true); err != nil {
			return nil, err
		}
	}

	for _, name := range slices.Sorted(maps.Keys(p.Headers)) {
		if err := put(name, []json.RawMessage{p.Headers[name]}, false); err != nil {
			return nil, err
		}
	}

	return headers, nil
}

// canonical returns the headers with their names in the canonical form of net/http.
func canonical(headers http.Header) http.Header {
	renamed := http.Header{}
	for name, values := range headers {
		renamed[textproto.CanonicalMIMEHeaderKey(name)] = values
	}

	return renamed
}

// headerText returns a header value as text. It rejects values other than strings, numbers and booleans.
func headerText(value json.RawMessage) (string, error) {
	var text string
	if err := json.Unmarshal(value, &text); err == nil {
		return text, nil
	}

	if plain := string(value); plain != "" && !strings.ContainsAny(plain[:1], "[{n") {
		return plain, nil
	}

	return "", errors.New("the value is neither a string, a number nor a boolean")
}

// body returns the bytes of the body. With decode, it decodes a body that is marked as base64, or returns errNotBase64.
func (p *proxyResponse) body(decode bool) ([]byte, error) {
	if p.Body == nil {
		return nil, nil
	}

	if !p.IsBase64Encoded || !decode {
		return []byte(*p.Body), nil
	}

	plain, err := base64.StdEncoding.DecodeString(*p.Body)
	if err != nil {
		return nil, errNotBase64
	}

	return plain, nil
}

// write sends the status, the headers that are set, and the body unless the method or the status forbids one. Content-Length
// is computed from the body, as recordings show. AWS does not document what happens to the body of an answer to a HEAD. Users
// report that it is discarded (DataBiosphere/azul issue 6514). That Content-Length is computed from it is assumed.
func (p *proxyResponse) write(w http.ResponseWriter, call *call, body []byte) {
	if p.status < http.StatusOK || p.status == http.StatusNoContent || p.status == http.StatusNotModified {
		w.WriteHeader(p.status)
		return
	}

	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.status)
	if call.request.Method != http.MethodHead {
		_, _ = w.Write(body) // an error means that the client is gone
	}
}
