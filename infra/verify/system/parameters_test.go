package system_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// signIn signs a person in, as the subject who first came with the address former unless that is "". It returns the status.
func signIn(t *testing.T, r *runner.Runner, email, former string) (api.SessionCreated, int) {
	t.Helper()
	token, nonce, err := signin.IDToken(t.Context(), r.APIURL(), email, former)
	if err != nil {
		t.Fatal(err)
	}

	var created api.SessionCreated
	status, text := send(t, r, "", http.MethodPost, "/sessions", fmt.Sprintf(`{"idToken":%q,"nonce":%q}`, token, nonce))
	if err := json.Unmarshal(text, &created); err != nil {
		t.Fatal(err)
	}

	return created, status
}

// TestAnOperatorVouchesForAddressesThatTheIssuerDoesNotVerify sets OidcTrustEmail, for an issuer such as Microsoft Entra ID.
func TestAnOperatorVouchesForAddressesThatTheIssuerDoesNotVerify(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Parameters: map[string]string{"OidcTrustEmail": "true"}})
	for email, want := range map[string]int{
		"zoe@example.com":            http.StatusCreated,
		"zoe+unsaid@example.com":     http.StatusCreated,
		"zoe+unverified@example.com": http.StatusForbidden,
	} {
		if _, status := signIn(t, running, email, ""); status != want {
			t.Errorf("the status of the sign-in of %s is %d, want %d", email, status, want)
		}
	}
}

// TestAnOperatorVouchesForNewSubjects sets OidcRelinkUntil, for an issuer that gives everybody a new subject.
func TestAnOperatorVouchesForNewSubjects(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		until time.Duration
		want  int
		// old is the status of the sign-in of the former subject, afterwards.
		old int
	}{
		"before the time": {time.Hour, http.StatusCreated, http.StatusForbidden},
		"after the time":  {-time.Hour, http.StatusForbidden, http.StatusCreated},
	} {
		running := start(t, runner.Options{
			Functions:  binaries,
			Parameters: map[string]string{"OidcRelinkUntil": time.Now().Add(c.until).UTC().Format(time.RFC3339)},
		})
		first, _ := signIn(t, running, "ada@example.com", "")
		second, status := signIn(t, running, "ada@example.com", "renumbered@example.com")
		if status != c.want || status == http.StatusCreated && second.User.ID != first.User.ID {
			t.Errorf("%s: the new subject gets %d as %s, want %d as %s", name, status, second.User.ID, c.want, first.User.ID)
		}

		if _, status := signIn(t, running, "ada@example.com", ""); status != c.old {
			t.Errorf("%s: the former subject gets %d, want %d", name, status, c.old)
		}
	}
}

// TestInvitationsOfADayAreLimited sets limits that a few invitations reach.
func TestInvitationsOfADayAreLimited(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{
		Functions:  binaries,
		Parameters: map[string]string{"InvitationsPerInviterADay": "3", "InvitationsPerOrganizationADay": "4"},
	})

	invitations := 0
	var org api.Organization
	owner := person(t, running, "ada@example.com")
	request(t, running, owner, http.MethodPost, "/organizations", `{"name":"Acme"}`, &org)
	invite := func(session, org string) (int, string) {
		invitations++
		body := fmt.Sprintf(`{"email":"person-%d@example.com","role":"admin"}`, invitations)
		status, text := send(t, running, session, http.MethodPost, "/organizations/"+org+"/members", body)
		return status, string(text)
	}

	var statuses []int
	admin := ""
	for range 4 {
		status, text := invite(owner, org.ID)
		statuses = append(statuses, status)
		if admin == "" {
			admin = person(t, running, "person-1@example.com")
		}

		if status == http.StatusTooManyRequests && !strings.Contains(text, string("#problem-"+identity.RateLimited)) {
			t.Errorf("the refusal of the inviter's limit is %s", text)
		}
	}

	for range 2 {
		status, _ := invite(admin, org.ID)
		statuses = append(statuses, status)
	}

	// The inviter's limit is for all their organizations together. The organization's leaves the admin their own.
	request(t, running, owner, http.MethodPost, "/organizations", `{"name":"Another"}`, &org)
	status, _ := invite(owner, org.ID)
	statuses = append(statuses, status)
	request(t, running, admin, http.MethodPost, "/organizations", `{"name":"Third"}`, &org)
	status, _ = invite(admin, org.ID)
	statuses = append(statuses, status)

	if got, want := fmt.Sprint(statuses), "[201 201 201 429 201 429 429 201]"; got != want {
		t.Errorf("the statuses are %s, want %s", got, want)
	}
}

// TestPagesOfTheAllowedOriginReadEveryKindOfResponse sets CorsAllowedOrigin. The responses are a preflight, those of the
// gateway, those of the authorizer, and those of functions.
func TestPagesOfTheAllowedOriginReadEveryKindOfResponse(t *testing.T) {
	t.Parallel()
	for origin, parameters := range map[string]map[string]string{
		"":                        nil,
		"https://app.example.com": {"CorsAllowedOrigin": "https://app.example.com"},
		"*":                       {"CorsAllowedOrigin": "*"},
	} {
		running := start(t, runner.Options{Functions: binaries, Parameters: parameters})
		session := person(t, running, "ada@example.com")
		for _, c := range []struct {
			method, path, token string
			status              int
		}{
			{http.MethodOptions, "/me", "", http.StatusOK},
			{http.MethodOptions, "/organizations/org_x/members", "", http.StatusOK},
			{http.MethodGet, "/me", "", http.StatusUnauthorized},
			{http.MethodGet, "/me", "lhp_wrong", http.StatusUnauthorized},
			{http.MethodGet, "/nowhere", "", http.StatusNotFound},
			{http.MethodGet, "/sign-in", "", http.StatusOK},
			{http.MethodGet, "/me", session, http.StatusOK},
			{http.MethodGet, "/organizations/org_x", session, http.StatusNotFound},
		} {
			request, err := http.NewRequestWithContext(t.Context(), c.method, running.APIURL()+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}

			request.Header.Set("Origin", "https://app.example.com")
			request.Header.Set("Access-Control-Request-Method", http.MethodGet)

			if c.token != "" {
				request.Header.Set("Authorization", "Bearer "+c.token)
			}

			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}

			response.Body.Close()

			allowed := response.Header.Get("Access-Control-Allow-Origin")
			if response.StatusCode != c.status || allowed != origin {
				t.Errorf("%q: %s %s is answered with %d and allows %q, want %d and %q",
					origin, c.method, c.path, response.StatusCode, allowed, c.status, origin)
			}
		}
	}
}

// TestATokenIsAPasswordIfTheOperatorWants sets BasicAuthentication, and caches authorizations in one of the systems: the cache's
// key is the whole header, so a user name doesn't change whose token it is.
func TestATokenIsAPasswordIfTheOperatorWants(t *testing.T) {
	t.Parallel()
	const both = `Basic realm="leasehold", charset="UTF-8", Bearer realm="leasehold"`
	for name, c := range map[string]struct {
		parameters map[string]string
		status     int
		challenge  string
	}{
		"off":    {nil, http.StatusUnauthorized, `Bearer realm="leasehold"`},
		"on":     {map[string]string{"BasicAuthentication": "true"}, http.StatusOK, both},
		"cached": {map[string]string{"BasicAuthentication": "true", "AuthorizerCacheSeconds": "60"}, http.StatusOK, both},
	} {
		running := start(t, runner.Options{Functions: binaries, Parameters: c.parameters})
		tokens := map[string]string{}
		for _, email := range []string{"ada@example.com", "bob@example.com"} {
			var org api.Organization
			session := person(t, running, email)
			request(t, running, session, http.MethodPost, "/organizations", `{"name":"Acme"}`, &org)

			var created api.TokenCreated
			request(t, running, session, http.MethodPost, "/me/tokens", fmt.Sprintf(`{"organizationId":%q}`, org.ID), &created)
			tokens[email] = created.Secret
		}

		for range 2 {
			for email, token := range tokens {
				status, _, body := basic(t, running, "ci", token)
				if status != c.status || c.status == http.StatusOK && !strings.Contains(body, email) {
					t.Errorf("%s: the password of %s is answered with %d %s, want %d", name, email, status, body, c.status)
				}
			}
		}

		for _, password := range []string{"", "wrong"} {
			if status, challenge, _ := basic(t, running, "", password); status != http.StatusUnauthorized || challenge != c.challenge {
				t.Errorf("%s: the password %q is answered with %d and %s, want 401 and %s", name, password, status, challenge, c.challenge)
			}
		}
	}
}

// basic requests /me with a password, or without credentials if it is "".
func basic(t *testing.T, r *runner.Runner, user, password string) (status int, challenge, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.APIURL()+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}

	if password != "" {
		request.SetBasicAuth(user, password)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response.StatusCode, response.Header.Get("WWW-Authenticate"), string(text)
}
