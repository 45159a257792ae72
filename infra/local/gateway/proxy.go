package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// proxyResponse is what a function answers to a proxy request.
type proxyResponse struct {
	StatusCode        json.RawMessage              `json:"statusCode"`
	Headers           map[string]json.RawMessage   `json:"headers"`
	MultiValueHeaders map[string][]json.RawMessage `json:"multiValueHeaders"`
	Body              *string                      `json:"body"`
	IsBase64Encoded   bool                         `json:"isBase64Encoded"`

	status int
}

// parseProxyResponse refuses whatever API Gateway would call a malformed Lambda proxy response.
func parseProxyResponse(answer []byte) (*proxyResponse, error) {
	var response *proxyResponse
	decoder := json.NewDecoder(bytes.NewReader(answer))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&response); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if response == nil {
		return nil, errors.New("the answer is null")
	}
	status, err := strconv.Atoi(strings.Trim(string(response.StatusCode), `"`))
	if err != nil || status < 100 || status > 599 {
		return nil, fmt.Errorf("statusCode %s is no HTTP status", response.StatusCode)
	}
	response.status = status
	for name, value := range response.Headers {
		if _, err := headerText(value); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
	}
	for name, values := range response.MultiValueHeaders {
		for _, value := range values {
			if _, err := headerText(value); err != nil {
				return nil, fmt.Errorf("header %s: %w", name, err)
			}
		}
	}
	return response, nil
}

// headerText is a header value: a string, a number or a boolean.
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

// remapped are the headers that API Gateway keeps for itself: a function's are renamed.
var remapped = map[string]bool{
	"Authorization": true, "Connection": true, "Content-Length": true, "Content-Md5": true, "Date": true, "Host": true,
	"Proxy-Authenticate": true, "Server": true, "Trailer": true, "Upgrade": true, "User-Agent": true, "Via": true, "Www-Authenticate": true,
}

// write sends the response: multi-value headers win over single ones of the same name.
func (p *proxyResponse) write(w http.ResponseWriter, call *call, binary []string) {
	header := w.Header()
	for name, value := range p.Headers {
		text, _ := headerText(value)
		setHeader(header, name, []string{text})
	}
	for name, values := range p.MultiValueHeaders {
		texts := make([]string, len(values))
		for i, value := range values {
			texts[i], _ = headerText(value)
		}
		setHeader(header, name, texts)
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "application/json")
	}
	call.identify(header)
	body := p.content(call, header.Get("Content-Type"), binary)
	w.WriteHeader(p.status)
	if call.request.Method != http.MethodHead && p.status != http.StatusNoContent && p.status != http.StatusNotModified {
		_, _ = w.Write(body) // the caller may be gone
	}
}

func setHeader(header http.Header, name string, values []string) {
	name = textproto.CanonicalMIMEHeaderKey(name)
	if name == "Transfer-Encoding" {
		return
	}
	if remapped[name] {
		name = "X-Amzn-Remapped-" + name
	}
	header[name] = values
}

// content is the body, decoded from base64 when it is marked so and the API treats the media type as binary.
func (p *proxyResponse) content(call *call, contentType string, binary []string) []byte {
	if p.Body == nil {
		return nil
	}
	accept, _, _ := strings.Cut(call.header("Accept"), ",")
	if p.IsBase64Encoded && (isBinary(contentType, binary) || accept != "" && isBinary(accept, binary)) {
		if decoded, err := base64.StdEncoding.DecodeString(*p.Body); err == nil {
			return decoded
		}
	}
	return []byte(*p.Body)
}
