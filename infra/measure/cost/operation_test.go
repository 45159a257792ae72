package cost_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/infra/measure/cost"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var update = flag.Bool("update", false, "write the measurements and the cost section instead of comparing them")

// step is one request of the measured scenario. path and body can use the variables that earlier steps saved, as $NAME.
// A step without a method signs a person in.
type step struct {
	function string // the function that responds
	as       string // the variable of the token to send
	method   string
	path     string
	body     string
	save     []string      // variables to save from the response, as NAME=field
	match    bool          // send the latest ETag in If-Match
	named    string        // the operation's name; "" is the function's name
	after    time.Duration // how much time passes first
}

// scenario has every operation that requires a credential. The organization has three members and little data, so that
// every list fits on one page.
var scenario = []step{
	{
		function: "organization-create",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations",
		body:     `{"name":"Acme"}`,
		save:     []string{"ORG=id"},
	},
	{
		function: "profile-get",
		as:       "ADA",
		method:   "GET",
		path:     "/me",
	},
	{
		function: "profile-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/me",
		body:     `{"firstName":"Augusta"}`,
		match:    true,
	},
	{
		function: "organization-list",
		as:       "ADA",
		method:   "GET",
		path:     "/me/organizations",
	},
	{
		function: "organization-default",
		as:       "ADA",
		method:   "PUT",
		path:     "/me/default-organization",
		body:     `{"organizationId":"$ORG"}`,
	},
	{
		function: "organization-switch",
		as:       "ADA",
		method:   "PUT",
		path:     "/me/current-organization",
		body:     `{"organizationId":"$ORG"}`,
	},
	{
		function: "role-list",
		as:       "ADA",
		method:   "GET",
		path:     "/roles",
	},
	{
		function: "token-create",
		as:       "ADA",
		method:   "POST",
		path:     "/me/tokens",
		body:     `{"organizationId":"$ORG"}`,
		save:     []string{"PAT=secret", "TOKEN=id", "LEASE=leaseExpiresAt"},
	},
	{
		function: "token-list",
		as:       "ADA",
		method:   "GET",
		path:     "/me/tokens",
	},
	{
		function: "token-extend",
		as:       "ADA",
		method:   "POST",
		path:     "/me/tokens/$TOKEN/extend",
		body:     `{"leaseExpiresAt":"$LEASE"}`,
	},
	{
		function: "token-get",
		as:       "ADA",
		method:   "GET",
		path:     "/me/tokens/$TOKEN",
	},
	{
		function: "token-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/me/tokens/$TOKEN",
		body:     `{"description":"Nightly report"}`,
		match:    true,
	},
	{
		function: "token-rotate",
		as:       "ADA",
		method:   "POST",
		path:     "/me/tokens/$TOKEN/rotate",
		body:     `{}`,
	},
	{
		function: "token-delete",
		as:       "ADA",
		method:   "DELETE",
		path:     "/me/tokens/$TOKEN",
	},
	{
		function: "organization-get",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG",
	},
	{
		function: "organization-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/organizations/$ORG",
		body:     `{"name":"Acme Ltd"}`,
		match:    true,
	},
	{
		function: "member-invite",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/members",
		body:     `{"email":"bob@example.com","role":"creator"}`,
		named:    "member-invite, first of the instance in 30 seconds",
	},
	{
		function: "member-invite",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/members",
		body:     `{"email":"eve@example.com","role":"user"}`,
		save:     []string{"EVE_ID=id"},
	},
	{
		function: "invitation-resend",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/members/$EVE_ID/invitation",
		after:    11 * time.Minute,
	},
	{
		function: "session-create",
		as:       "BOB",
		named:    "session-create, accepting an invitation",
	},
	{
		function: "session-create",
		as:       "BOB",
		named:    "session-create",
	},
	{
		function: "member-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members",
	},
	{
		function: "member-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members?q=bob",
		named:    "member-list, by name",
	},
	{
		function: "member-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members?role=user",
		named:    "member-list, by role",
	},
	{
		function: "member-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members?q=ob&match=anywhere&count=true",
		named:    "member-list, anywhere, counted",
	},
	{
		function: "member-get",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members/$BOB_ID",
	},
	{
		function: "member-role-update",
		as:       "ADA",
		method:   "PUT",
		path:     "/organizations/$ORG/members/$BOB_ID/role",
		body:     `{"role":"user"}`,
		match:    true,
		named:    "member-role-update, first of the instance in 30 seconds",
	},
	{
		function: "member-role-update",
		as:       "ADA",
		method:   "PUT",
		path:     "/organizations/$ORG/members/$BOB_ID/role",
		body:     `{"role":"admin"}`,
		match:    true,
	},
	{
		function: "member-disable",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/members/$BOB_ID/disable",
	},
	{
		function: "member-enable",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/members/$BOB_ID/enable",
	},
	{
		function: "member-tokens-revoke",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/members/$BOB_ID/tokens",
	},
	{
		function: "solution-create",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/solutions",
		body:     `{"name":"Route planner"}`,
		save:     []string{"SOLUTION=id"},
	},
	{
		function: "solution-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/solutions",
	},
	{
		function: "solution-get",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/solutions/$SOLUTION",
	},
	{
		function: "solution-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/organizations/$ORG/solutions/$SOLUTION",
		body:     `{"name":"Planner"}`,
		match:    true,
	},
	{
		function: "assignment-put",
		as:       "ADA",
		method:   "PUT",
		path:     "/organizations/$ORG/solutions/$SOLUTION/members/$BOB_ID",
		body:     `{"role":"editor"}`,
	},
	{
		function: "assignment-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/solutions/$SOLUTION/members",
	},
	{
		function: "assignment-update",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/solutions/$SOLUTION/members",
		body:     `{"assign":[{"userId":"$EVE_ID","role":"user"}],"unassign":[]}`,
		named:    "assignment-update, one person",
	},
	{
		function: "member-solution-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/members/$BOB_ID/solutions",
	},
	{
		function: "assignment-delete",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/solutions/$SOLUTION/members/$BOB_ID",
	},
	{
		function: "solution-delete",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/solutions/$SOLUTION",
		named:    "solution-delete, one person assigned",
	},
	{
		function: "audit-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/audit",
	},
	{
		function: "service-account-create",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/service-accounts",
		body:     `{"name":"Deployment pipeline","role":"creator"}`,
		save:     []string{"ACCOUNT=id"},
	},
	{
		function: "service-account-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/service-accounts",
	},
	{
		function: "service-account-get",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT",
	},
	{
		function: "service-account-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT",
		body:     `{"name":"Release train"}`,
		match:    true,
	},
	{
		function: "service-account-token-create",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens",
		body:     `{}`,
		save:     []string{"SERVED=id", "SERVED_LEASE=leaseExpiresAt"},
	},
	{
		function: "service-account-token-list",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens",
	},
	{
		function: "service-account-token-get",
		as:       "ADA",
		method:   "GET",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens/$SERVED",
	},
	{
		function: "service-account-token-update",
		as:       "ADA",
		method:   "PATCH",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens/$SERVED",
		body:     `{"description":"Deploy job"}`,
		match:    true,
	},
	{
		function: "service-account-token-extend",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens/$SERVED/extend",
		body:     `{"leaseExpiresAt":"$SERVED_LEASE"}`,
	},
	{
		function: "service-account-token-rotate",
		as:       "ADA",
		method:   "POST",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens/$SERVED/rotate",
		body:     `{}`,
		save:     []string{"SERVED=id"},
	},
	{
		function: "service-account-token-delete",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/service-accounts/$ACCOUNT/tokens/$SERVED",
	},
	{
		function: "member-remove",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/members/$ACCOUNT",
		named:    "member-remove, a service account",
	},
	{
		function: "member-remove",
		as:       "ADA",
		method:   "DELETE",
		path:     "/organizations/$ORG/members/$BOB_ID",
	},
	{
		function: "session-list",
		as:       "BOB",
		method:   "GET",
		path:     "/me/sessions",
	},
	{
		function: "session-end",
		as:       "BOB",
		method:   "DELETE",
		path:     "/me/sessions/$FORMER_SESSION",
		named:    "session-end",
	},
	{function: "session-create", as: "BOB", after: time.Minute},
	{
		function: "session-end-others",
		as:       "BOB",
		method:   "DELETE",
		path:     "/me/sessions",
		named:    "session-end-others, one other",
	},
	{function: "back-channel-logout", as: "CARL"},
	{
		function: "token-create",
		as:       "ADA",
		method:   "POST",
		path:     "/me/tokens",
		body:     `{"organizationId":"$ORG"}`,
		save:     []string{"FOUND=secret"},
		named:    "token-create, with a new count of the person's tokens",
	},
	{
		function: "token-report",
		method:   "POST",
		path:     "/tokens/report",
		body:     `{"token":"$FOUND"}`,
		named:    "token-report, a live token of the only Owner",
	},
	{
		function: "token-report",
		method:   "POST",
		path:     "/tokens/report",
		body:     `{"token":"$FOUND"}`,
		named:    "token-report, no live token",
	},
	{
		function: "session-delete",
		as:       "BOB",
		method:   "DELETE",
		path:     "/sessions/current",
	},
	{function: "session-create", as: "CARL"},
	{function: "session-create", as: "DAN"},
	{
		function: "organization-create",
		as:       "CARL",
		method:   "POST",
		path:     "/organizations",
		body:     `{"name":"Beta"}`,
		save:     []string{"BETA=id"},
	},
	{
		function: "member-invite",
		as:       "CARL",
		method:   "POST",
		path:     "/organizations/$BETA/members",
		body:     `{"email":"dan@example.com","role":"user"}`,
		named:    "member-invite, first of the instance in 30 seconds",
	},
	{
		function: "invitation-list",
		as:       "DAN",
		method:   "GET",
		path:     "/me/invitations",
	},
	{
		function: "invitation-decline",
		as:       "DAN",
		method:   "DELETE",
		path:     "/me/invitations/$BETA",
	},
	{
		function: "member-invite",
		as:       "CARL",
		method:   "POST",
		path:     "/organizations/$BETA/members",
		body:     `{"email":"dan@example.com","role":"user"}`,
		after:    11 * time.Minute,
	},
	{
		function: "invitation-accept",
		as:       "DAN",
		method:   "POST",
		path:     "/me/invitations/$BETA/accept",
	},
	{
		function: "organization-get",
		as:       "CARL",
		method:   "GET",
		path:     "/organizations/$BETA",
	},
	{
		function: "organization-delete",
		as:       "CARL",
		method:   "DELETE",
		path:     "/organizations/$BETA?name=Beta",
		match:    true,
		named:    "organization-delete, two members",
	},
	{
		function: "organization-restore",
		as:       "CARL",
		method:   "POST",
		path:     "/organizations/$BETA/restore",
		named:    "organization-restore, two members",
	},
	{
		function: "profile-export",
		as:       "DAN",
		method:   "GET",
		path:     "/me/export",
	},
	{
		function: "profile-get",
		as:       "DAN",
		method:   "GET",
		path:     "/me",
	},
	{
		function: "profile-delete",
		as:       "DAN",
		method:   "DELETE",
		path:     "/me",
		match:    true,
		named:    "profile-delete, one organization",
	},
}

// meter runs the scenario on a running system and records the measurements. It always uses the bundled database engine,
// whose capacity units match AWS's documentation. Those of DynamoDB Local don't (see infra/verify/dynamodblocal).
type meter struct {
	*testing.T
	running *runner.Runner
	vars    map[string]string
	etag    string
	keys    int
	rows    []cost.Operation
}

func newMeter(t *testing.T, binaries string) *meter {
	t.Helper()
	running, err := runner.Start(t.Context(), runner.Options{Build: binaries, Log: io.Discard, Age: ageing.Age})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(running.Close)
	return &meter{T: t, running: running, vars: map[string]string{}}
}

// measured returns the operations of the scenario, with what each cost. Functions keep copies of what holds for a whole
// organization for identity.StandingTerm, and read it again after that. So a scenario that took longer and differs from the
// expectation does not count, and measured plays it again.
func measured(t *testing.T, want []cost.Operation) []cost.Operation {
	t.Helper()
	binaries := t.TempDir()
	for range 4 {
		m := newMeter(t, binaries)
		began := time.Now()
		m.play()

		if time.Since(began) < identity.StandingTerm || slices.Equal(m.rows, want) {
			return m.rows
		}

		m.running.Close()
	}

	t.Fatalf("the scenario takes longer than %v on this machine, so that it measures the reads of expired copies",
		identity.StandingTerm)

	return nil
}

// play runs the scenario.
func (m *meter) play() {
	m.signIn("session-create, first sign-in", "ADA")
	m.authorizer("authorize a session", 0, func() { m.send(step{as: "ADA", method: "GET", path: "/roles"}) })

	for _, s := range scenario {
		if s.after > 0 {
			m.age(s.after)
		}

		switch {
		case s.function == "back-channel-logout":
			m.logout(s.as)
			continue
		case s.method == "":
			m.signIn(s.named, s.as)
			continue
		}

		m.run(s)
	}

	m.uses()
	m.sweeps()
	m.complete()
}

func TestEveryOperationCostsWhatOperationsJSONSays(t *testing.T) {
	written, err := cost.Operations()
	if err != nil {
		t.Fatal(err)
	}

	rows := measured(t, written)
	if *update {
		text, err := json.MarshalIndent(rows, "", "\t")
		if err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile("operations.json", append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	for i := range max(len(written), len(rows)) {
		if i >= len(written) || i >= len(rows) || written[i] != rows[i] {
			t.Errorf("operation %d: measured\n%+v\nwant, from operations.json,\n%+v\n"+
				"If the measurement is right, run go test ./infra/measure/cost -update",
				i, rows[min(i, len(rows)):min(i+1, len(rows))],
				written[min(i, len(written)):min(i+1, len(written))])
		}
	}
}

// complete fails the test unless every function that uses the table was measured.
func (m *meter) complete() {
	functions, err := templates.Directories("../../../functions")
	if err != nil {
		m.Fatal(err)
	}

	without := []string{"console", "description-get", "sign-in-get", "authorizer-check", "event-publish"} // these use no table
	for _, function := range functions {
		measured := slices.ContainsFunc(m.rows, func(o cost.Operation) bool { return o.Function == function })
		if want := !slices.Contains(without, function); measured != want {
			m.Errorf("%s: measured: got %t, want %t", function, measured, want)
		}
	}
}

// measurement returns the requests and units of a function since the last Reset.
func (m *meter) measurement(name, function string) cost.Operation {
	count := m.running.Proxy().Counts().Of(function)
	return cost.Operation{
		Name:       name,
		Function:   function,
		Requests:   count.Requests,
		Refused:    count.Failed,
		ReadUnits:  count.ReadUnits,
		WriteUnits: count.WriteUnits,
	}
}

// signIn signs a person in and saves their session token and user ID. It records the measurement unless name is empty.
func (m *meter) signIn(name, who string) {
	m.Helper()
	m.running.Proxy().Reset()
	created, err := signin.Session(m.Context(), m.running.APIURL(), strings.ToLower(who)+"@example.com")
	if err != nil {
		m.Fatal(err)
	}

	m.vars["FORMER_SESSION"] = m.vars[who+"_SESSION"]
	m.vars[who] = created.Secret
	m.vars[who+"_ID"] = created.User.ID
	m.vars[who+"_SESSION"] = created.Session.ID

	if name != "" {
		m.rows = append(m.rows, m.measurement(name, "session-create"))
	}
}

// logout signs a person in and out at the issuer, which ends the session of that sign-in, and records what ending it costs.
func (m *meter) logout(who string) {
	m.Helper()
	token, nonce, err := signin.IDToken(m.Context(), m.running.APIURL(), strings.ToLower(who)+"@example.com", "")
	if err != nil {
		m.Fatal(err)
	}

	m.send(step{method: "POST", path: "/sessions", body: `{"idToken":"` + token + `","nonce":"` + nonce + `"}`})
	m.running.Proxy().Reset()

	if err := signin.SignOut(m.Context(), m.running.APIURL(), token); err != nil {
		m.Fatal(err)
	}

	m.rows = append(m.rows, m.measurement("back-channel-logout, one session", "back-channel-logout"))
}

// run performs a step and records its measurement.
func (m *meter) run(s step) {
	m.Helper()
	m.running.Proxy().Reset()
	m.send(s)

	name := s.function
	if s.named != "" {
		name = s.named
	}

	row := m.measurement(name, s.function)
	if !slices.Contains(m.rows, row) { // a repeated step can cost the same
		m.rows = append(m.rows, row)
	}
}

// send sends the request of a step. It fails the test unless the status is 2xx.
func (m *meter) send(s step) {
	m.Helper()
	expand := func(text string) string {
		return os.Expand(text, func(name string) string { return m.vars[name] })
	}

	address, body := m.running.APIURL()+expand(s.path), strings.NewReader(expand(s.body))
	request, err := http.NewRequestWithContext(m.Context(), s.method, address, body)
	if err != nil {
		m.Fatal(err)
	}

	if s.as != "" {
		request.Header.Set("Authorization", "Bearer "+m.vars[s.as])
	}

	if s.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}

	if s.method != http.MethodGet { // the console sends a key with every change
		m.keys++
		request.Header.Set("Idempotency-Key", "cost-of-operation-"+strconv.Itoa(m.keys))
	}

	if s.match {
		request.Header.Set("If-Match", m.etag)
	}

	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		m.Fatal(err)
	}

	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()

	if err != nil || answer.StatusCode/100 != 2 {
		m.Fatalf("%s %s: got %s %s %v, want 2xx", s.method, s.path, answer.Status, text, err)
	}

	if tag := answer.Header.Get("Etag"); tag != "" {
		m.etag = tag
	}

	m.save(s, text)
}

// save saves the variables of a step from a response body.
func (m *meter) save(s step, text []byte) {
	m.Helper()
	var fields map[string]any
	if len(s.save) > 0 {
		if err := json.Unmarshal(text, &fields); err != nil {
			m.Fatal(err)
		}
	}

	for _, save := range s.save {
		name, field, _ := strings.Cut(save, "=")
		m.vars[name] = fmt.Sprint(fields[field])
	}
}

// authorizer measures the authorizer during a request that should make it write a number of units. Whether it writes
// also depends on the clock: on five-minute intervals and on full hours. If the measurement differs because an interval
// ended, authorizer measures again, because the next interval can't end so soon.
func (m *meter) authorizer(name string, writes float64, request func()) {
	m.Helper()
	var row cost.Operation
	for range 2 {
		m.running.Proxy().Reset()
		request()

		if row = m.measurement(name, "authorizer"); row.WriteUnits == writes {
			break
		}
	}

	m.rows = append(m.rows, row)
}

// uses measures the authorizer. It writes a lease at most once every five minutes, and moves the token in the lease
// index only when the hour changes.
func (m *meter) uses() {
	m.send(step{
		as:     "ADA",
		method: "POST",
		path:   "/me/tokens",
		body:   `{"organizationId":"$ORG"}`,
		save:   []string{"PAT=secret", "TOKEN=id"},
	})

	use := func(who string) { m.send(step{as: who, method: "GET", path: "/roles"}) }
	use("PAT")
	m.authorizer("authorize a token", 0, func() { use("PAT") })
	m.authorizer("authorize a token, with a lease write", 1, func() {
		m.setBack(600)
		use("PAT")
	})

	m.authorizer("authorize a token, with a lease write in a new hour", 3, func() {
		m.age(2 * time.Hour)
		use("PAT")
	})

	m.authorizer("reject a malformed token", 0, func() { m.rejected("nonsense") })

	m.signIn("", "ADA")
	m.authorizer("authorize a session, with a lease write", 1, func() {
		m.age(10 * time.Minute)
		use("ADA")
	})
}

// rejected sends a request with a token that the authorizer must reject.
func (m *meter) rejected(token string) {
	m.Helper()
	request, err := http.NewRequestWithContext(m.Context(), http.MethodGet, m.running.APIURL()+"/roles", nil)
	if err != nil {
		m.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		m.Fatal(err)
	}

	if _ = answer.Body.Close(); answer.StatusCode != http.StatusUnauthorized {
		m.Fatalf("GET /roles with the token %q: got %s, want 401", token, answer.Status)
	}
}

// setBack makes the token's lease end earlier by a number of seconds without moving it in the lease index.
func (m *meter) setBack(seconds int) {
	m.Helper()
	name := m.running.TableName()
	expression := "SET lease_until = lease_until - :by"
	_, err := m.running.Client().UpdateItem(m.Context(), &sdk.UpdateItemInput{
		TableName:        &name,
		UpdateExpression: &expression,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#" + m.vars["ADA_ID"]},
			"SK": &types.AttributeValueMemberS{Value: "TOKEN#" + m.vars["TOKEN"]},
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":by": &types.AttributeValueMemberN{Value: strconv.Itoa(seconds)},
		},
	})
	if err != nil {
		m.Fatal(err)
	}
}

// sweeps measures the sweep.
func (m *meter) sweeps() {
	m.running.Sweep(m.Context()) // finishes the rename of the organization, and notes how far the notices have come
	m.sweep("lease-sweep", "lease-sweep, nothing expired")
	m.rows = append(m.rows, m.measurement("lease-warn, nothing ends soon", "lease-warn"))
	m.age(25 * time.Hour)
	m.running.Sweep(m.Context()) // walks the tokens for the second and last time
	m.age(11 * 24 * time.Hour)
	m.sweep("lease-warn", "lease-warn, one lease ends soon")
	m.age(100 * time.Hour)
	m.sweep("lease-sweep", "lease-sweep, one expired")
}

// sweep runs all scheduled functions and records what one of them costs.
func (m *meter) sweep(function, name string) {
	m.Helper()
	m.running.Proxy().Reset()

	for _, outcome := range m.running.Sweep(m.Context()) {
		if outcome.Error != "" {
			m.Fatalf("%s: %s", name, outcome.Error)
		}
	}

	m.rows = append(m.rows, m.measurement(name, function))
}

// age ages the table.
func (m *meter) age(by time.Duration) {
	m.Helper()
	body := strings.NewReader(`{"by":"` + by.String() + `"}`)
	answer, err := http.Post(m.running.BaseURL()+"/_local/age", "application/json", body)
	if err != nil {
		m.Fatal(err)
	}

	_ = answer.Body.Close()

	if answer.StatusCode != http.StatusOK {
		m.Fatalf("age the table: got %s, want 200", answer.Status)
	}
}

func TestOperationsJSONIsFormattedAsUpdateWritesIt(t *testing.T) {
	written, err := cost.Operations()
	if err != nil {
		t.Fatal(err)
	}

	text, err := json.MarshalIndent(written, "", "\t")
	if err != nil {
		t.Fatal(err)
	}

	file, err := os.ReadFile(filepath.Clean("operations.json"))
	if err != nil || !bytes.Equal(append(text, '\n'), file) {
		t.Errorf("operations.json is not formatted as -update writes it: %v", err)
	}
}
