package system_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestFiftySignInsAtOnceLeaveFiftySessions signs a person in fifty times at once who has sessions already. Every sign-in
// succeeds, and the oldest sessions end.
func TestFiftySignInsAtOnceLeaveFiftySessions(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
	oldest := []string{person(t, running, "ada@example.com"), person(t, running, "ada@example.com")}
	age(t, running, "1m")

	var (
		at      sync.WaitGroup
		mu      sync.Mutex
		created []api.SessionCreated
	)

	for range identity.MaxSessions {
		at.Go(func() {
			session, err := signin.Session(t.Context(), running.APIURL(), "ada@example.com")
			if err != nil {
				t.Errorf("sign in at the same time as others: %v", err)
				return
			}

			mu.Lock()
			defer mu.Unlock()
			created = append(created, session)
		})
	}

	at.Wait()

	if len(created) != identity.MaxSessions {
		t.Fatalf("%d sign-ins succeeded, want %d", len(created), identity.MaxSessions)
	}

	for _, token := range oldest {
		if status, body := send(t, running, token, http.MethodGet, "/me", ""); status != http.StatusUnauthorized {
			t.Errorf("the status of the oldest session is %d, want 401: %s", status, body)
		}
	}

	for _, session := range created {
		request(t, running, session.Secret, http.MethodGet, "/me", "", nil)
	}

	var listed api.SessionList
	request(t, running, created[0].Secret, http.MethodGet, "/me/sessions", "", &listed)
	if len(listed.Items) != identity.MaxSessions {
		t.Errorf("%d sessions are listed, want %d", len(listed.Items), identity.MaxSessions)
	}
}

// TestSessionsAddNothingToTheProfilePage compares the read units of pages that people open all the time, for a person with
// one session and for a person with fifty.
func TestSessionsAddNothingToTheProfilePage(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t)})
	token := person(t, running, "ada@example.com")
	pages := map[string]string{"profile-get": "/me", "organization-list": "/me/organizations", "token-list": "/me/tokens"}

	measure := func() map[string]float64 {
		units := map[string]float64{}
		for function, path := range pages {
			running.Proxy().Reset()
			request(t, running, token, http.MethodGet, path, "", nil)
			units[function] = running.Proxy().Counts().Of(function).ReadUnits
		}

		return units
	}

	before := measure()
	for range identity.MaxSessions - 1 {
		person(t, running, "ada@example.com")
	}

	for function, after := range measure() {
		if after != before[function] || after == 0 {
			t.Errorf("%s reads %g units with fifty sessions, want %g as with one", function, after, before[function])
		}
	}
}
