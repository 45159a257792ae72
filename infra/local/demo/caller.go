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

// caller calls the API as one person or another.
type caller struct {
	api    string
	tokens map[string]string // email -> session
	ids    map[string]string // email -> user id
}

// id is a person's user id, known since they signed in.
func (c *caller) id(email string) string { return c.ids[email] }

func (c *caller) signIn(ctx context.Context, email string) error {
	session, err := signin.Session(ctx, c.api, email)
	if err != nil {
		return fmt.Errorf("sign %s in: %w", email, err)
	}

	if c.ids == nil {
		c.ids = map[string]string{}
	}

	c.tokens[email], c.ids[email] = session.Token, session.User.ID
	return nil
}

// signOut forgets the sessions, which did not survive the time that passed.
func (c *caller) signOut() { clear(c.tokens) }

// do calls as a person, who signs in first if need be.
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
		return fmt.Errorf("%s %s: %w", method, path, err)
	}

	return nil
}

// opens reports whether a personal access token opens the API.
func (c *caller) opens(ctx context.Context, token string) bool {
	response, err := c.send(ctx, token, http.MethodGet, "/me", nil)
	if err != nil {
		return false
	}

	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

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

// names are a person's first and last name, from the cast or from an address such as vera.rubin@example.com.
func names(email string) (first, last string) {
	for _, p := range People {
		if p.Email == email {
			first, last, _ = strings.Cut(p.Name, " ")
			return first, last
		}
	}

	local, _, _ := strings.Cut(email, "@")
	for _, name := range crew {
		if strings.ToLower(strings.ReplaceAll(name, " ", ".")) == local {
			first, last, _ = strings.Cut(name, " ")
		}
	}

	return first, last
}
