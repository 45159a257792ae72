package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// members is the number of members of the organization that the programs list: an Owner and the people who are invited.
const members = 5

// populate founds an organization at the API. It returns the environment that tells the programs about it.
func populate(ctx context.Context, url string) ([]string, error) {
	session, err := signin.Session(ctx, url, "ada@example.com")
	if err != nil {
		return nil, err
	}

	var org api.Organization
	if err := post(ctx, url+"/organizations", session.Secret, map[string]any{"name": "Harbor Labs"}, &org); err != nil {
		return nil, err
	}

	for i := range members - 1 {
		invitation := map[string]any{"email": fmt.Sprintf("member-%d@example.com", i), "role": "user"}
		if err := post(ctx, url+"/organizations/"+org.ID+"/members", session.Secret, invitation, nil); err != nil {
			return nil, err
		}
	}

	wrong, err := secret.MintSession(rand.Reader, identity.UserID(session.User.ID))
	if err != nil {
		return nil, err
	}

	return []string{
		"LEASEHOLD_URL=" + url,
		"LEASEHOLD_SESSION=" + session.Secret,
		"LEASEHOLD_WRONG_SESSION=" + wrong.Reveal(),
		"LEASEHOLD_ORGANIZATION=" + org.ID,
	}, nil
}

// post sends a request with a session and decodes the answer into out unless it is nil.
func post(ctx context.Context, url, session string, body, out any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(encoded))
	if err != nil {
		return fmt.Errorf("create the request: %w", err)
	}

	request.Header.Set("Authorization", "Bearer "+session)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send the request: %w", err)
	}

	defer response.Body.Close()

	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("POST %s: the status is %s, want 201", url, response.Status)
	}

	if out == nil {
		return nil
	}

	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("decode the answer of %s: %w", url, err)
	}

	return nil
}
