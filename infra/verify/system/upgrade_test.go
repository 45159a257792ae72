package system_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestDataOfThePreviousCommitIsReadUsedAndSwept tests an upgrade: new binaries work on the data that old ones wrote.
func TestDataOfThePreviousCommitIsReadUsedAndSwept(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")

	before := start(t, previous(t, data))
	ada := person(t, before, "ada@example.com")

	var org api.Organization
	request(t, before, ada, http.MethodPost, "/organizations", `{"name":"Acme"}`, &org)
	path := "/organizations/" + org.ID

	var used, unused api.TokenCreated
	request(t, before, ada, http.MethodPost, "/me/tokens", `{"organizationId":"`+org.ID+`"}`, &used)
	request(t, before, ada, http.MethodPost, "/me/tokens", `{"organizationId":"`+org.ID+`"}`, &unused)

	request(t, before, ada, http.MethodPost, path+"/members", `{"email":"bob@example.com","role":"admin"}`, nil)
	request(t, before, ada, http.MethodPost, path+"/solutions", `{"name":"Route planner"}`, nil)
	request(t, before, used.Secret, http.MethodGet, "/me", "", nil)
	before.Close()

	// The runner keeps its port, because the issuer's URL contains it and a person is identified by their issuer.
	after := start(t, runner.Options{
		Functions: binaries,
		Data:      data,
		Port:      port(t, before),
		Age:       ageing.Age,
	})
	request(t, after, ada, http.MethodGet, path, "", &org)

	if org.Name != "Acme" || org.MemberCount != 2 || org.SolutionCount != 1 {
		t.Errorf("the organization is %+v, want the name Acme, 2 members and 1 solution", org)
	}

	bob := person(t, after, "bob@example.com")
	var me api.Profile
	request(t, after, bob, http.MethodGet, "/me", "", &me)

	if len(me.Memberships) != 1 || me.Memberships[0].Status != api.MembershipStatusActive {
		t.Errorf("the member who was invited before the upgrade has the memberships %+v, want one that is active", me.Memberships)
	}

	// A token from before tokens had scopes can do what its owner can. The previous commit may know scopes.
	me = api.Profile{}
	request(t, after, ada, http.MethodGet, "/me", "", &me)

	owner, id := identity.UserID(me.ID), identity.TokenID(used.ID)
	if err := tabletest.MakeTokenEarlier(t.Context(), after.Client(), after.TableName(), owner, id); err != nil {
		t.Fatal(err)
	}

	request(t, after, used.Secret, http.MethodPost, path+"/members", `{"email":"carl@example.com","role":"creator"}`, nil)

	age(t, after, "312h")
	request(t, after, used.Secret, http.MethodGet, "/me", "", nil)
	age(t, after, "312h")
	request(t, after, used.Secret, http.MethodGet, "/me", "", nil)

	outcomes := after.Sweep(t.Context())
	if len(outcomes) == 0 || !strings.Contains(string(outcomes[0].Output), `"retired":1`) {
		t.Errorf("the sweep returned %+v, want the unused token retired", outcomes)
	}

	var tokens api.TokenList
	request(t, after, person(t, after, "ada@example.com"), http.MethodGet, "/me/tokens?includeExpired=true", "", &tokens)

	statuses := map[string]api.TokenStatus{used.ID: api.TokenStatusLive, unused.ID: api.TokenStatusLapsed}
	for _, token := range tokens.Items {
		if want := statuses[token.ID]; token.Status != want {
			t.Errorf("the status of the token %s is %s, want %s", token.ID, token.Status, want)
		}
	}
}

// previous returns the options of a runner of the previous commit: its template and its functions, except for the console,
// which stores nothing.
func previous(t *testing.T, data string) runner.Options {
	t.Helper()
	root := filepath.Dir(filepath.Dir(binaries))
	sources, built := t.TempDir(), t.TempDir()

	archive := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c",
		`git rev-parse -q --verify HEAD~1 >/dev/null || git fetch -q --deepen 1; git archive HEAD~1 | tar -x -C "$0"`, sources)
	archive.Dir = root
	if output, err := archive.CombinedOutput(); err != nil {
		t.Fatalf("extract the previous commit from git (a clone needs at least its last two commits): %v: %s", err, output)
	}

	functions, err := filepath.Glob(filepath.Join(sources, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}

	var packages []string
	for _, main := range functions {
		if name := filepath.Base(filepath.Dir(main)); name != "console" {
			packages = append(packages, "./functions/"+name)
		}
	}

	if err := runner.Build(t.Context(), sources, built, packages...); err != nil {
		t.Fatal(err)
	}

	if err := os.Symlink(filepath.Join(binaries, "console"), filepath.Join(built, "console")); err != nil {
		t.Fatal(err)
	}

	return runner.Options{
		Template:  filepath.Join(sources, "template.yaml"),
		Functions: built,
		Data:      data,
		Age:       ageing.Age,
	}
}

// port returns the port that a system listens on.
func port(t *testing.T, r *runner.Runner) int {
	t.Helper()
	at, err := url.Parse(r.BaseURL())
	if err != nil {
		t.Fatal(err)
	}

	port, err := strconv.Atoi(at.Port())
	if err != nil {
		t.Fatal(err)
	}

	return port
}

// start starts a runner that stops when the test ends.
func start(t *testing.T, options runner.Options) *runner.Runner {
	t.Helper()
	options.Log = io.Discard
	running, err := runner.Start(context.WithoutCancel(t.Context()), options)
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(running.Close)
	return running
}

// person signs a person in and returns the session token.
func person(t *testing.T, r *runner.Runner, email string) (session string) {
	t.Helper()
	created, err := signin.Session(t.Context(), r.APIURL(), email)
	if err != nil {
		t.Fatal(err)
	}

	return created.Secret
}

// request calls the API, decodes the answer into out unless it is nil, and fails the test unless the status is 2xx.
func request(t *testing.T, r *runner.Runner, token, method, path, body string, out any) {
	t.Helper()
	status, text := send(t, r, token, method, path, body)
	if status/100 != 2 {
		t.Fatalf("%s %s: the status is %d, want 2xx: %s", method, path, status, text)
	}

	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			t.Fatal(err)
		}
	}
}

// send calls the API with a bearer token. The headers alternate names and values.
func send(
	t *testing.T,
	r *runner.Runner,
	token, method, path, body string,
	headers ...string,
) (status int, text []byte) {
	t.Helper()
	status, _, text = answerTo(t, r, token, method, path, body, headers...)
	return status, text
}

// answerTo is send that also returns the headers of the answer.
func answerTo(
	t *testing.T,
	r *runner.Runner,
	token, method, path, body string,
	headers ...string,
) (status int, header http.Header, text []byte) {
	t.Helper()
	sent, err := http.NewRequestWithContext(t.Context(), method, r.APIURL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	sent.Header.Set("Authorization", "Bearer "+token)

	if body != "" {
		sent.Header.Set("Content-Type", "application/json")
	}

	for i := 0; i < len(headers); i += 2 {
		sent.Header.Set(headers[i], headers[i+1])
	}

	answer, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}

	text, err = io.ReadAll(answer.Body)
	_ = answer.Body.Close()

	if err != nil {
		t.Fatal(err)
	}

	return answer.StatusCode, answer.Header, text
}

// age moves all stored times back by a duration.
func age(t *testing.T, r *runner.Runner, by string) {
	t.Helper()
	answer, err := http.Post(r.BaseURL()+"/_local/age", "application/json", strings.NewReader(`{"by":"`+by+`"}`))
	if err != nil {
		t.Fatal(err)
	}

	_ = answer.Body.Close()

	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the status of age is %s, want 200", answer.Status)
	}
}
