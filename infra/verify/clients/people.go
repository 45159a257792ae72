package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// members is the number of members of the organization that the programs list: an Owner and the people who are invited.
const members = 5

// world is what the clients work on: an organization with an Owner.
type world struct {
	url, session, token, wrong            string
	organization, solution, user, account string
}

// environment returns the variables that tell the programs about the world.
func (w world) environment() []string {
	return []string{
		"LEASEHOLD_URL=" + w.url,
		"LEASEHOLD_SESSION=" + w.session,
		"LEASEHOLD_WRONG_SESSION=" + w.wrong,
		"LEASEHOLD_ORGANIZATION=" + w.organization,
	}
}

// parameters returns the configuration of schemathesis, which makes it ask about what exists.
func (w world) parameters() string {
	return fmt.Sprintf("[parameters]\n\"path.org\" = %q\n\"path.solution\" = %q\n\"path.user\" = %q\n\"path.account\" = %q\n",
		w.organization, w.solution, w.user, w.account)
}

// populate founds an organization at the API.
func populate(ctx context.Context, url string) (world, error) {
	signedIn, err := signin.Session(ctx, url, "ada@example.com")
	if err != nil {
		return world{}, err
	}

	w := world{url: url, session: signedIn.Secret}
	wrong, err := secret.MintSession(rand.Reader, identity.UserID(signedIn.User.ID))
	if err != nil {
		return world{}, err
	}

	w.wrong = wrong.Reveal()

	// The name is not that of an example, with which an organization could be deleted.
	var made struct{ ID, Secret string }
	if err := post(ctx, url+"/organizations", w.session, map[string]any{"name": "Aurora Freight"}, &made); err != nil {
		return world{}, err
	}

	w.organization = made.ID
	for i := range members - 1 {
		invitation := map[string]any{"email": fmt.Sprintf("member-%d@example.com", i), "role": "user"}
		if err := post(ctx, w.path("/members"), w.session, invitation, nil); err != nil {
			return world{}, err
		}
	}

	token := map[string]any{"organizationId": w.organization, "scopes": identity.Owner.Permissions()}
	if err := post(ctx, url+"/me/tokens", w.session, token, &made); err != nil {
		return world{}, err
	}

	w.token = made.Secret
	return w, nil
}

func (w world) path(below string) string { return w.url + "/organizations/" + w.organization + below }

// addTargets adds what schemathesis asks about: a solution, a member, and a service account.
func (w *world) addTargets(ctx context.Context) error {
	member, err := signin.Session(ctx, w.url, "member-0@example.com")
	if err != nil {
		return err
	}

	w.user = member.User.ID

	var made struct{ ID string }
	if err := post(ctx, w.path("/solutions"), w.session, map[string]any{"name": "Route planner"}, &made); err != nil {
		return err
	}

	w.solution = made.ID
	account := map[string]any{"name": "Nightly export", "role": "creator"}
	if err := post(ctx, w.path("/service-accounts"), w.session, account, &made); err != nil {
		return err
	}

	w.account = made.ID
	return nil
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
