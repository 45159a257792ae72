package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// plainText is the media type of a response whose function names none. It follows users' measurements: AWS documents
// only the media type of inferred responses.
const plainText = "text/plain; charset=utf-8"

// answer2 is the answer of a function in payload format 2.0. It has cookies instead of multi-value headers.
type answer2 struct {
	proxyResponse
	Cookies []string `json:"cookies"`
}

// readAnswer1 parses an answer in format 1.0. It rejects one without a statusCode.
func readAnswer1(answer []byte) (*proxyResponse, http.Header, error) {
	var response *proxyResponse
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}

	headers, err := response.check()
	return response, canonical(headers), err
}

// readAnswer2 parses an answer in format 2.0. JSON without a statusCode becomes the body of a response with status 200.
func readAnswer2(answer []byte) (*proxyResponse, http.Header, error) {
	if !json.Valid(answer) {
		return nil, nil, fmt.Errorf("the answer is not JSON: %.60q", answer)
	}

	var named map[string]json.RawMessage
	if err := json.Unmarshal(answer, &named); err != nil || named["statusCode"] == nil {
		return inferred(answer)
	}

	var response answer2
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, nil, fmt.Errorf("read the answer: %w", err)
	}

	response.MultiValueHeaders = nil
	headers, err := response.check()
	headers = canonical(headers)
	if len(response.Cookies) > 0 && err == nil {
		headers["Set-Cookie"] = append(headers["Set-Cookie"], response.Cookies...)
	}

	return &response.proxyResponse, headers, err
}

// inferred returns the response that AWS documents for JSON without a statusCode. It sends a string without its quotes.
func inferred(answer []byte) (*proxyResponse, http.Header, error) {
	body := string(bytes.TrimSpace(answer))

	var text string
	if err := json.Unmarshal(answer, &text); err == nil && body[0] == '"' {
		body = text
	}

	return &proxyResponse{Body: &body, status: http.StatusOK}, http.Header{"Content-Type": {"application/json"}}, nil
}
