package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// tokenCheck creates a token, uses it and deletes it.
var tokenCheck = Check{
	Claim:   "a token works at once, its use renews its lease, and the request after its deletion gets 401",
	Command: "LEASEHOLD_SESSION=lhs_… make verify-deployed ARGS=\"--stack STACK\"",
	run:     runToken,
}

func runToken(ctx context.Context, t *Target) (err error) {
	if t.Session == "" {
		return errSkipped("LEASEHOLD_SESSION has no session token")
	}

	var me struct {
		DefaultOrganization *struct{ ID string }
	}
	if err := t.decode(ctx, http.MethodGet, "/me", t.Session, "", http.StatusOK, &me); err != nil {
		return err
	}

	if me.DefaultOrganization == nil {
		return errors.New("this person has no organization: create one in the console first")
	}

	body, err := json.Marshal(map[string]string{
		"organizationId": me.DefaultOrganization.ID,
		"description":    "Made and deleted by make verify-deployed",
	})
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}

	var created struct{ ID, Secret string }
	if err := t.decode(ctx, http.MethodPost, "/me/tokens", t.Session, string(body), http.StatusCreated, &created); err != nil {
		return err
	}

	used, useErr := t.send(ctx, http.MethodGet, "/me", created.Secret, "")

	// The token must go whatever its use has shown.
	deleted, err := t.send(ctx, http.MethodDelete, "/me/tokens/"+created.ID, t.Session, "")
	if err == nil {
		err = want("the status of the deletion", deleted.status, http.StatusNoContent)
	}

	if err != nil {
		return errors.Join(useErr, fmt.Errorf("delete the token %s; delete it in the console: %w", created.ID, err))
	}

	again, err := t.send(ctx, http.MethodGet, "/me", created.Secret, "")
	if err := errors.Join(useErr, err); err != nil {
		return err
	}

	return errors.Join(
		want("the status of its use", used.status, http.StatusOK),
		exists("the header with the end of its lease", used.header.Get("Leasehold-Lease-Expires-At")),
		want("the status after its deletion", again.status, http.StatusUnauthorized),
		want("the problem after its deletion", again.problem(), "token-deleted"),
	)
}

// decode sends a request, and decodes the answer if it has the wanted status.
func (t *Target) decode(ctx context.Context, method, path, token, body string, status int, out any) error {
	got, err := t.send(ctx, method, path, token, body)
	if err != nil {
		return err
	}

	if got.status != status {
		return fmt.Errorf("%s %s: the status is %d (%s), want %d", method, path, got.status, got.problem(), status)
	}

	if err := json.Unmarshal(got.body, out); err != nil {
		return fmt.Errorf("%s %s: decode the answer: %w", method, path, err)
	}

	return nil
}
