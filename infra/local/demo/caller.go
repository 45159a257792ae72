package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
)

// caller calls the API as any person of the demo.
type caller struct {
	api    string
	tokens map[string]string // email -> session
	ids    map[string]string // email -> user id
}

// userID returns the user ID of a person who has signed in.
func (c *caller) userID(email string) string { return c.ids[email] }

// signIn creates a session for a person and keeps its token.
func (c *caller) signIn(ctx context.Context, email string) error {
	session, err := signin.Session(ctx, c.api, email)
	if err != nil {
		return fmt.Errorf("sign in %s: %w", email, err)
	}

	c.tokens[email] = session.Secret
	c.ids[email] = session.User.ID
	return nil
}

// signOut discards the sessions, which have lapsed after the table was aged.
func (c *caller) signOut() { clear(c.tokens) }

// do sends a request as a person and decodes the response into out, if that is not nil. It signs the person in first if
// they have no session.
func (c *caller) do(ctx context.Context, email, method, path string, in, out any) error {
	if c.tokens[email] == "" {
		if err := c.signIn(ctx, email); err != nil {
			return err
		}
	}

	response, err := c.send(ctx, c.tokens[email], method, path, in)
	if err != nil {
		return err
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode/100 != 2 {
		var problem api.Problem
		_ = json.NewDecoder(response.Body).Decode(&problem)
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, problem.Detail)
	}

	if out == nil {
		return nil
	}

	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: decode the response: %w", method, path, err)
	}

	return nil
}

// accepts reports whether the API accepts a personal access token.
func (c *caller) accepts(ctx context.Context, token string) bool {
	response, err := c.send(ctx, token, http.MethodGet, "/me", nil)
	if err != nil {
		return false
	}

	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// send sends a request with a bearer token. It overwrites any version of a resource (If-Match: *).
func (c *caller) send(ctx context.Context, token, method, path string, in any) (*http.Response, error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}

	request, err := http.NewRequestWithContext(ctx, method, c.api+path, &body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}

	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("If-Match", "*")

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}

	return response, nil
}

// names returns the first and last name of a demo person, by their email address.
func names(email string) (first, last string) {
	for _, p := range People {
		if p.Email == email {
			first, last, _ = strings.Cut(p.Name, " ")
			return first, last
		}
	}

	for _, name := range copperMembers {
		if address(name) == email {
			first, last, _ = strings.Cut(name, " ")
		}
	}

	return first, last
}

// address returns the email address of a name: vera.rubin@example.com for Vera Rubin.
func address(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.com"
}
