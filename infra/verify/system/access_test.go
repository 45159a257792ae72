package system_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// places is the number of organizations among which the operations are divided. Each is used by one goroutine.
	places = 2
	// waitingPeople is the number of invited people in each place who can be sent another mail.
	waitingPeople = 18
)

// trial is an attempt of an operation.
type trial struct {
	description.Operation
	attempt
	route string
}

func (x trial) String() string { return strings.TrimSuffix(x.OperationID+" of "+x.to, " of ") }

// TestAccess sends each request of the API's description with each credential. The expectation follows from the
// description's extensions and from identity.Matrix; accessRules has it for what a rule decides. A caller who may do
// something gets a success. Any other gets exactly the refusal that is expected, and every answer has the form that the
// description gives it.
func TestAccess(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	trials := trialsOf(t, spec.Description)
	if t.Failed() {
		return
	}

	running := startAccess(t)
	var all []*place
	for range places {
		p := newPlace(t, running)
		for range waitingPeople {
			p.waiting = append(p.waiting, p.invite(t, newAddress(), identity.User))
		}

		all = append(all, p)
	}

	age(t, running, "11m") // an invitation is not sent again any sooner

	var tries, mismatches atomic.Int64
	began := time.Now()
	t.Cleanup(func() {
		t.Logf("%d operations, %d tries, %d mismatches, %.1f s",
			len(spec.Operations), tries.Load(), mismatches.Load(), time.Since(began).Seconds())
	})

	for i, p := range all {
		t.Run(fmt.Sprint("place", i), func(t *testing.T) {
			t.Parallel()
			for x := range trials {
				tried, wrong := p.try(t, spec, x)
				tries.Add(int64(tried))
				mismatches.Add(int64(wrong))
			}
		})
	}
}

// trialsOf returns the attempts of all operations. It fails the test if an operation that needs a rule has none, or if
// a rule is left of an operation that does not exist.
func trialsOf(t *testing.T, described *description.Description) <-chan trial {
	t.Helper()
	named := map[string]bool{}
	var all []trial

	for _, route := range slices.Sorted(maps.Keys(described.Operations)) {
		operation := described.Operations[route]
		named[operation.OperationID] = true
		listed := accessRules[operation.OperationID]
		decides := operation.DecidedBy() == description.ByRule || operation.DecidedBy() == description.BySelf

		if decides && len(listed) == 0 {
			t.Errorf("%s (%s) is decided by %s: add its rule to accessRules", route, operation.OperationID, operation.DecidedBy())
		}

		if len(listed) == 0 {
			listed = []attempt{{}}
		}

		for _, a := range listed {
			if decides && a.may == nil {
				t.Errorf("%s (%s): an attempt has no rule", route, operation.OperationID)
			}

			all = append(all, trial{operation, a, route})
		}
	}

	for name := range accessRules {
		if !named[name] {
			t.Errorf("the description has no operation %s: remove it from accessRules", name)
		}
	}

	// What ends an organization comes last, because making a place takes a second.
	slices.SortStableFunc(all, func(a, b trial) int { return endsOrganization(a) - endsOrganization(b) })

	trials := make(chan trial, len(all))
	for _, x := range all {
		trials <- x
	}

	close(trials)
	return trials
}

// endsOrganization returns 1 for a trial that uses up the organization, and 0 for others.
func endsOrganization(x trial) int {
	if x.spends() == usesOrganization {
		return 1
	}

	return 0
}

// spends returns what a success of the trial uses up. Unless the attempt says it, that is the member in the path, or
// what the request deletes.
func (x trial) spends() use {
	switch {
	case x.uses != usesNothing || x.Method == http.MethodGet:
		return x.uses
	case strings.Contains(x.Path, "{user}"):
		return usesTarget
	case x.Method == http.MethodDelete && strings.HasSuffix(x.Path, "/{solution}"):
		return usesSolution
	case x.Method == http.MethodDelete && x.Path == "/organizations/{org}":
		return usesOrganization
	}

	return usesNothing
}

// expects returns what is expected of the trial with a credential: the refusals that are right, or granted alone. A
// token whose scopes limit it can meet the limit of the scopes before or after another one.
func (x trial) expects(c credential) []access {
	limited := x.expectsWithin(c)
	leaves := x.oneself && c.byToken()
	if c.narrow == "" && !leaves || limited == granted {
		return []access{limited}
	}

	right := []access{identity.InsufficientScope, limited}
	if full := x.expectsWithin(c.ofFullPower()); full != granted {
		right = append(right, full)
	}

	return right
}

func (x trial) expectsWithin(c credential) access {
	sessionOnly, _ := x.SessionOnly()
	listed, _ := x.Permissions()
	permissions := make([]identity.Permission, len(listed))
	for i, permission := range listed {
		permissions[i] = identity.Permission(permission)
	}

	switch {
	case x.OperationID == "member-tokens-revoke" && c.kind == identity.Derived && c.holds(identity.ManageMembers):
		return identity.Forbidden // it ends credentials
	case x.Public() && x.may != nil:
		return x.may(c)
	case x.Public():
		return granted
	case c.caller == nil:
		return c.dead.problem
	case c.suspended():
		return identity.AccessDisabled
	case sessionOnly && c.byToken():
		return identity.SessionRequired
	case x.may != nil:
		return x.may(c)
	case c.holds(permissions...) && strings.Contains(x.Path, "{solution}") && !c.seesSolution():
		return identity.NotFound
	}

	return c.either(c.holds(permissions...))
}

// suspended reports whether the credential is a token whose owner can't have one in its organization.
func (c credential) suspended() bool {
	return c.byToken() && !c.away && !c.ofFullPower().holds(identity.OwnTokens)
}

// credentials returns all credentials of the place.
func (p *place) credentials() []credential {
	var all []credential
	for name, dead := range p.dead {
		all = append(all, credential{name: name, dead: dead})
	}

	for _, c := range p.callers {
		if !c.service {
			all = append(all, credential{name: c.name + ", session", caller: c, kind: identity.SignedIn})
		}

		if c.here.ID != "" {
			all = append(all,
				credential{name: c.name + ", token", caller: c, kind: identity.PAT},
				credential{name: c.name + ", derived token", caller: c, kind: identity.Derived})
		}

		for _, scopes := range slices.Sorted(maps.Keys(c.narrowed)) {
			narrow := credential{
				name:   c.name + ", token for " + scopes,
				caller: c,
				kind:   identity.PAT,
				narrow: scopes,
			}
			if !narrow.suspended() { // or else it is refused like the other token
				all = append(all, narrow)
			}
		}

		if c.elsewhere.ID != "" {
			all = append(all, credential{
				name:   c.name + ", token of their own organization",
				caller: c,
				kind:   identity.PAT,
				away:   true,
			})
		}
	}

	return all
}

// try makes the trial with every credential, and makes again what a success has used up.
func (p *place) try(t *testing.T, spec *spec, x trial) (tries, mismatches int) {
	t.Helper()
	target := ""
	for _, c := range p.credentials() {
		want := x.expects(c)
		if target == "" {
			target = p.target(t, x)
		}

		got := p.request(t, spec, x, c, target)
		tries++
		if got.wrong != nil || !slices.Contains(want, got.problem()) || got.success() != (got.problem() == granted) {
			mismatches++
			t.Errorf("%s by %s: got %d %q, want %q (%v)", x, c.name, got.Status, got.problem(), want, got.wrong)
		}

		if !got.success() {
			continue
		}

		switch x.spends() {
		case usesNothing:
		case usesTarget:
			target = ""
		case usesSolution:
			p.newSolution(t)
			target = ""
		case usesSession:
			p.signIn(t, c.caller)
		case usesCaller:
			p.introduce(t, c.caller)
		case usesOrganization:
			p.found(t)
			target = ""
		case usesToken:
			p.serve(t)
		}
	}

	return tries, mismatches
}

// target returns the user that the trial is about.
func (p *place) target(t *testing.T, x trial) string {
	t.Helper()
	switch {
	case x.target != nil:
		return x.target(t, p)
	case strings.Contains(x.Path, "{account}"):
		return p.serving[identity.Creator]
	case strings.Contains(x.Path, "{user}") || x.RequestBody != nil:
		return p.enrol(t, identity.User).id
	}

	return p.reader
}

// answer is the status and, for a refusal, the problem. wrong says in what it differs from the description.
type answer struct {
	Type   string
	Status int
	wrong  error
}

func (a answer) success() bool { return a.Status/100 == 2 }

func (a answer) problem() access {
	_, name, _ := strings.Cut(a.Type, "#problem-")
	return access(name)
}

// request sends the request of the trial.
func (p *place) request(t *testing.T, spec *spec, x trial, c credential, target string) answer {
	t.Helper()
	values := p.values(x, c, target)
	body := values(p.body(t, x))
	sent, err := http.NewRequestWithContext(t.Context(), x.Method, p.APIURL()+values(x.Path), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	if strings.Contains(sent.URL.Path, "{") {
		t.Fatalf("%s: the access matrix has no value for a parameter of %s", x, sent.URL.Path)
	}

	sent.URL.RawQuery = x.requiredQuery().Encode()

	if body != "" {
		sent.Header.Set("Content-Type", x.mediaType())
	}

	if x.TakesHeader("If-Match") {
		sent.Header.Set("If-Match", "*")
	}

	if bearer := c.bearer(); bearer != "" {
		sent.Header.Set("Authorization", "Bearer "+bearer)
	}

	response, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}

	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil {
		t.Fatal(err)
	}

	if x.isPage() { // a binary without the console serves a page that says so, with 404
		return answer{Status: http.StatusOK, wrong: pageOf(response, text)}
	}

	got := answer{wrong: spec.validate(sent, response, text)}
	if response.StatusCode/100 != 2 {
		got.wrong = errors.Join(got.wrong, json.Unmarshal(text, &got))
	}

	got.Status = response.StatusCode
	return got
}

// requiredQuery returns the examples of the query parameters that the operation requires.
func (x trial) requiredQuery() url.Values {
	query := url.Values{}
	for _, parameter := range x.Parameters {
		if p := parameter.Value; p.In == "query" && p.Required {
			query.Set(p.Name, fmt.Sprint(p.Example))
		}
	}

	return query
}

// isPage reports whether the operation serves a web page and no JSON.
func (x trial) isPage() bool {
	success := x.Responses.Status(http.StatusOK)
	return success != nil && success.Value.Content["text/html"] != nil
}

// pageOf returns an error if the answer is not a web page.
func pageOf(response *http.Response, text []byte) error {
	if !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || len(text) == 0 {
		return fmt.Errorf("the answer is %s with the content type %q, and no page", response.Status, response.Header.Get("Content-Type"))
	}

	return nil
}

// mediaType returns the media type of the request's body.
func (x trial) mediaType() string {
	for name := range x.RequestBody.Value.Content {
		return name
	}

	return ""
}

// The IDs, addresses and times in the examples of the description, which stand for those of a place.
var (
	exampleIDs   = regexp.MustCompile(`"(usr|org|sol|tok)_[0-9A-Za-z]+"`)
	exampleEmail = regexp.MustCompile(`"[^"@ ]+@[^"@ ]+\.example"`)
	exampleTime  = regexp.MustCompile(`"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z"`)
)

// body returns the body of the trial's request, with names in braces for the values of the place.
func (p *place) body(t *testing.T, x trial) string {
	t.Helper()
	switch {
	case x.body != nil:
		return x.body(t, p)
	case x.RequestBody == nil:
		return ""
	}

	media := x.RequestBody.Value.Content.Get(x.mediaType())
	if media == nil || len(media.Examples) == 0 {
		t.Fatalf("%s: the description has no example of the body", x)
	}

	example := media.Examples[slices.Sorted(maps.Keys(media.Examples))[0]]
	encoded, err := json.Marshal(example.Value.Value)
	if err != nil {
		t.Fatal(err)
	}

	users := 0
	encoded = exampleIDs.ReplaceAllFunc(encoded, func(id []byte) []byte {
		name := map[string]string{"org": "{org}", "sol": "{solution}", "tok": "{token}", "usr": "{user}"}[string(id[1:4])]
		if name == "{user}" {
			users++
		}

		if users > 1 && name == "{user}" {
			name = "{reader}"
		}

		return []byte(`"` + name + `"`)
	})

	encoded = exampleEmail.ReplaceAll(encoded, []byte(`"{email}"`))
	return string(exampleTime.ReplaceAll(encoded, []byte(`"{lease}"`)))
}

// values returns a function that puts the values of the place into a path or a body.
func (p *place) values(x trial, c credential, target string) func(string) string {
	owner := c.caller
	if owner == nil {
		owner = p.callers[0]
	}

	if x.oneself {
		target = owner.id
	}

	own := credential{caller: owner, away: c.away, narrow: c.narrow}.token()
	token := own.ID
	if x.another {
		token = p.token
	}

	if strings.Contains(x.Path, "{account}") {
		own = p.serviceTokens[target]
		token = own.ID
	}

	return strings.NewReplacer(
		"{org}", p.org,
		"{solution}", p.solution,
		"{user}", target,
		"{account}", target,
		"{reader}", p.reader,
		"{readerEmail}", p.readerEmail,
		"{token}", token,
		"{session}", owner.sessionID,
		"{lease}", own.LeaseExpiresAt.Format("2006-01-02T15:04:05Z"),
		"{email}", newAddress(),
	).Replace
}
