package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// answer is a check of the answer to one request.
type answer struct {
	claim  string
	method string
	path   string
	// token is sent as a bearer token; "" for none.
	token string
	// status and problem are wanted; problem is the end of the type of an error, "" for none.
	status  int
	problem string
	// header is the name of a header, and contains a text that it must contain.
	header, contains string
}

// madeUp is well formed, but nobody has this token.
const madeUp = "lhp_51koWyzB8q308Wl1bWmAfq85BPfhnpCW208Wl1bYsUlk4gTFMiFk25B0xYZxieaakw4PJKU78jDx07r450SDRNm4"

var answers = []answer{
	{
		claim:    "a request without a token gets 401 with a challenge",
		method:   http.MethodGet,
		path:     "/me",
		status:   http.StatusUnauthorized,
		problem:  "malformed-credentials",
		header:   "WWW-Authenticate",
		contains: `Bearer realm="leasehold"`,
	},
	{
		claim:    "a malformed token gets the same 401 from the authorizer",
		method:   http.MethodGet,
		path:     "/me",
		token:    "not-a-token",
		status:   http.StatusUnauthorized,
		problem:  "malformed-credentials",
		header:   "WWW-Authenticate",
		contains: `Bearer realm="leasehold"`,
	},
	{
		claim:    "a made-up token gets 401 with the authorizer's challenge in the header",
		method:   http.MethodGet,
		path:     "/me",
		token:    madeUp,
		status:   http.StatusUnauthorized,
		problem:  "invalid-token",
		header:   "WWW-Authenticate",
		contains: `error="invalid_token"`,
	},
	{
		claim:   "an unknown path gets 404",
		method:  http.MethodGet,
		path:    "/no-such-path",
		status:  http.StatusNotFound,
		problem: "not-found",
	},
	{
		claim:   "an unknown path with a token gets 404, and the answer does not repeat the token",
		method:  http.MethodGet,
		path:    "/no-such-path",
		token:   madeUp,
		status:  http.StatusNotFound,
		problem: "not-found",
	},
	{
		claim:   "an unknown method gets 404",
		method:  http.MethodDelete,
		path:    "/roles",
		status:  http.StatusNotFound,
		problem: "not-found",
	},
	{
		claim:    "the identity provider answers, so people can sign in",
		method:   http.MethodGet,
		path:     "/sign-in",
		status:   http.StatusOK,
		header:   "Content-Type",
		contains: "application/json",
	},
	{
		claim:    "the console is served with its content security policy",
		method:   http.MethodGet,
		path:     "/console",
		status:   http.StatusOK,
		header:   "Content-Security-Policy",
		contains: "default-src",
	},
	{
		claim:    "the page that documents the API is served with its content security policy",
		method:   http.MethodGet,
		path:     "/docs",
		status:   http.StatusOK,
		header:   "Content-Security-Policy",
		contains: "default-src",
	},
	{
		claim:    "the description of the API is served",
		method:   http.MethodGet,
		path:     "/openapi.json",
		status:   http.StatusOK,
		header:   "Content-Type",
		contains: "application/json",
	},
}

func (a answer) check() Check {
	command := "curl -i"
	if a.method != http.MethodGet {
		command += " -X " + a.method
	}

	if a.token != "" {
		command += " -H 'Authorization: Bearer " + a.token + "'"
	}

	return Check{Claim: a.claim, Command: command + " https://API/v1" + a.path, run: a.run}
}

func (a answer) run(ctx context.Context, t *Target) error {
	got, err := t.send(ctx, a.method, a.path, a.token, "")
	if err != nil {
		return err
	}

	problems := []error{
		want("the status", got.status, a.status),
		want("the problem", got.problem(), a.problem),
	}
	if value := got.header.Get(a.header); a.header != "" && !strings.Contains(value, a.contains) {
		problems = append(problems, fmt.Errorf("the header %s is %q, want it to contain %q", a.header, value, a.contains))
	}

	if a.token != "" && strings.Contains(string(got.body), a.token) {
		problems = append(problems, errors.New("the answer repeats the token"))
	}

	return errors.Join(problems...)
}

// reply is the answer to a request.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// problem returns the last part of the type of a problem, or "" if the answer is none.
func (r reply) problem() string {
	var body struct{ Type string }
	if !strings.HasPrefix(r.header.Get("Content-Type"), "application/problem+json") || json.Unmarshal(r.body, &body) != nil {
		return ""
	}

	return body.Type[strings.LastIndex(body.Type, "#problem-")+len("#problem-"):]
}

const (
	// patience limits one request, cold start included.
	patience = 15 * time.Second
	// maxBody limits the part of an answer that is read, in bytes.
	maxBody = 1 << 20
)

// send sends a request to the API. It does not follow redirects. Its errors contain no token.
func (t *Target) send(ctx context.Context, method, path, token, body string) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()

	request, err := http.NewRequestWithContext(ctx, method, t.URL+path, strings.NewReader(body))
	if err != nil {
		return reply{}, fmt.Errorf("%s %s: %w", method, path, err)
	}

	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}

	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}

	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	response, err := client.Do(request)
	if err != nil {
		return reply{}, fmt.Errorf("%s %s: %w", method, path, err)
	}

	defer func() { _ = response.Body.Close() }()

	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return reply{}, fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}

	return reply{response.StatusCode, response.Header, text}, nil
}
