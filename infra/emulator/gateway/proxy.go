package gateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
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

// check rejects what API Gateway would call a malformed Lambda proxy response, and returns the headers by canonical
// name. A multi-value header replaces a single-value one of the same name.
func (p *proxyResponse) check() (http.Header, error) {
	if p == nil {
		return nil, errors.New("the answer is null")
	}

	status, err := strconv.Atoi(strings.Trim(string(p.StatusCode), `"`))
	if err != nil || status < 100 || status > 599 {
		return nil, fmt.Errorf("statusCode %s is not an HTTP status", p.StatusCode)
	}

	p.status = status
	headers := http.Header{}
	for name, value := range p.Headers {
		if err := putHeader(headers, name, value); err != nil {
			return nil, err
		}
	}

	for name, values := range p.MultiValueHeaders {
		if err := putHeader(headers, name, values...); err != nil {
			return nil, err
		}
	}

	return headers, nil
}

// putHeader sets a header to the given values, and rejects values that are not scalars.
func putHeader(headers http.Header, name string, values ...json.RawMessage) error {
	texts := make([]string, len(values))
	for i, value := range values {
		text, err := headerText(value)
		if err != nil {
			return fmt.Errorf("header %s: %w", name, err)
		}

		texts[i] = text
	}

	headers[textproto.CanonicalMIMEHeaderKey(name)] = texts
	return nil
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

// body returns the bytes of the body. With decode, it decodes a body that is marked as base64.
func (p *proxyResponse) body(decode bool) []byte {
	if p.Body == nil {
		return nil
	}

	if p.IsBase64Encoded && decode {
		if decoded, err := base64.StdEncoding.DecodeString(*p.Body); err == nil {
			return decoded
		}
	}

	return []byte(*p.Body)
}

// write sends the status, the headers that are set, and the body unless the method or the status forbids one.
func (p *proxyResponse) write(w http.ResponseWriter, call *call, body []byte) {
	w.WriteHeader(p.status)
	if call.request.Method != http.MethodHead && p.status != http.StatusNoContent && p.status != http.StatusNotModified {
		_, _ = w.Write(body) // an error means that the client is gone
	}
}
