package system_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// world is what a stranger acts in. The test runs the same sequence in two of them. In the first, the address that the
// stranger knows belongs to a person with an account; in the second, to nobody. Where a request needs something of the person,
// such as their user ID, the second world has an ID that nothing has.
type world struct {
	running *runner.Runner
	mark    string // a part of every address of the world
	email   string // the address that the stranger knows
	session string // the stranger's
	orgs    []string

	// The person's own, which the stranger must not reach.
	user, home, token, solution string

	invitation string // the latest of the first organization; "" if there is none
	made       string // the latest solution of the first organization; "" if there is none
	ids        map[string]string
}

// newWorld makes a stranger with two organizations.
func newWorld(t *testing.T, r *runner.Runner, mark string) *world {
	t.Helper()
	w := &world{
		running:  r,
		mark:     mark,
		email:    "vera-" + mark + "@example.com",
		session:  person(t, r, "stranger-"+mark+"@example.com"),
		user:     string(identity.NewUserID(time.Now())),
		home:     string(identity.NewOrgID(time.Now())),
		solution: string(identity.NewSolutionID(time.Now())),
		token:    "tok_00000000000",
		ids:      map[string]string{},
	}

	for range 2 {
		var org api.Organization
		request(t, r, w.session, http.MethodPost, "/organizations", `{"name":"Evil"}`, &org)
		w.orgs = append(w.orgs, org.ID)
	}

	return w
}

// resident is the person whose address a stranger knows.
type resident struct {
	*world
	session, secret string
}

// settle makes the person of a world: with names, a phone number, an organization, a solution and a token.
func (w *world) settle(t *testing.T) *resident {
	t.Helper()
	v := &resident{world: w, session: person(t, w.running, w.email)}
	v.edit(t, 0)

	var org api.Organization
	request(t, w.running, v.session, http.MethodPost, "/organizations", `{"name":"Home"}`, &org)
	w.home = org.ID

	var token api.TokenCreated
	request(t, w.running, v.session, http.MethodPost, "/me/tokens", `{"organizationId":"`+w.home+`"}`, &token)
	w.token, v.secret = token.ID, token.Secret

	var solution api.Solution
	request(t, w.running, v.session, http.MethodPost, "/organizations/"+w.home+"/solutions", `{"name":"Secret plan"}`, &solution)
	w.solution = solution.ID

	var me api.Profile
	request(t, w.running, v.session, http.MethodGet, "/me", "", &me)
	w.user = me.ID
	return v
}

// edit changes everything about the person that an organization sees of its members.
func (v *resident) edit(t *testing.T, n int) {
	t.Helper()
	body := fmt.Sprintf(`{"firstName":"Vera","lastName":"Secret%d","displayName":"Vera Secret%[1]d","phone":"+4144668180%[1]d"}`, n%10)
	if status, text := send(t, v.running, v.session, http.MethodPatch, "/me", body, "If-Match", "*"); status != http.StatusOK {
		t.Fatalf("the person edits their profile: the status is %d: %s", status, text)
	}
}

// sees returns what the person sees and can do, without the times.
func (v *resident) sees(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, path := range []string{"", "/members", "/solutions"} {
		status, text := send(t, v.running, v.secret, http.MethodGet, "/organizations/"+v.home+path, "")
		fmt.Fprintln(&all, path, status, moments.ReplaceAllString(string(text), "TIME"))
	}

	for _, path := range []string{"/me", "/me/organizations", "/me/tokens"} {
		status, text := send(t, v.running, v.session, http.MethodGet, path, "")
		fmt.Fprintln(&all, path, status, moments.ReplaceAllString(string(text), "TIME"))
	}

	return all.String()
}

// do sends a request of the stranger and returns the answer, in a form in which the answers of both worlds are equal if the
// stranger cannot tell the worlds apart.
func (w *world) do(t *testing.T, method, path, body string) (answer string, got []byte) {
	t.Helper()
	var headers []string
	if method == http.MethodPatch || strings.HasSuffix(path, "/role") {
		headers = []string{"If-Match", "*"}
	}

	status, text := send(t, w.running, w.session, method, w.fill(path), w.fill(body), headers...)
	return fmt.Sprint(status, " ", w.plain(string(text))), text
}

// fill puts the values of the world into a path or a body.
func (w *world) fill(text string) string {
	pick := func(id, other string) string {
		if id != "" {
			return id
		}
		return other
	}

	return strings.NewReplacer(
		"{org}", w.orgs[0],
		"{other}", w.orgs[1],
		"{invitation}", pick(w.invitation, w.user),
		"{made}", pick(w.made, w.solution),
		"{user}", w.user,
		"{home}", w.home,
		"{token}", w.token,
		"{solution}", w.solution,
		"{email}", w.email,
		"{EMAIL}", strings.ToUpper(w.email),
	).Replace(text)
}

var (
	moments    = regexp.MustCompile(`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+Z`)
	waits      = regexp.MustCompile(`Try again in [0-9]+ [a-z]+`)
	requestIDs = regexp.MustCompile(`"requestId":"[^"]*"`)
	anyID      = regexp.MustCompile(`\b((usr|org|sol|tok|ses|evt)_[0-9A-Za-z]+|[0-7][0-9a-hjkmnp-tv-z]{25})\b`)
)

// plain returns an answer with its IDs in the order in which the stranger saw them first, and without times and addresses.
func (w *world) plain(text string) string {
	text = waits.ReplaceAllString(moments.ReplaceAllString(text, "TIME"), "Try again")
	text = requestIDs.ReplaceAllString(text, `"requestId":"ID"`)
	text = regexp.MustCompile("(?i)"+w.mark).ReplaceAllString(text, "MARK")
	events := unnumbered(text)
	for i, event := range events {
		events[i] = anyID.ReplaceAllStringFunc(event, func(id string) string {
			if w.ids[id] == "" {
				w.ids[id] = fmt.Sprint("ID", len(w.ids))
			}

			return w.ids[id]
		})
	}

	slices.Sort(events)
	return strings.Join(events, "\n")
}

// unnumbered returns the events of a page of the audit log without their IDs, which order the events of one moment by chance.
// It returns any other text as it is.
func unnumbered(text string) []string {
	var page struct{ Items []map[string]any }
	if !strings.Contains(text, `"action":`) || json.Unmarshal([]byte(text), &page) != nil {
		return []string{text}
	}

	events := make([]string, len(page.Items))
	for i, item := range page.Items {
		delete(item, "id")
		encoded, _ := json.Marshal(item) // what was decoded can be encoded
		events[i] = string(encoded)
	}

	return events
}

// act is a request of a stranger. keep says what becomes of the answer.
type act struct {
	method, path, body string
	keep               func(*world, api.Member)
}

// expected lists what a stranger does about the invitation in their own organizations.
func expected() []act {
	invited := func(w *world, m api.Member) { w.invitation = m.ID }
	return append(about("/organizations/{org}", "{invitation}"),
		act{"POST", "/organizations/{org}/members", `{"email":"{email}"}`, invited},
		act{"POST", "/organizations/{org}/members", `{"email":"{EMAIL}","role":"owner","firstName":"Silly"}`, invited},
		act{"POST", "/organizations/{org}/members", `{"email":" {email} ","role":"admin","lastName":"Vera"}`, invited},
		act{"POST", "/organizations/{other}/members", `{"email":"{email}"}`, nil},
		act{"PATCH", "/organizations/{org}", `{"name":"Worse"}`, nil},
		act{"PATCH", "/organizations/{org}", `{"name":"Home"}`, nil},
		act{"POST", "/organizations/{org}/solutions", `{"name":"Trap"}`, func(w *world, m api.Member) { w.made = m.ID }},
		act{"DELETE", "/organizations/{org}/solutions/{made}", "", nil},
		act{"POST", "/organizations/{org}/solutions/{made}/members", `{"assign":[{"userId":"{invitation}","role":"user"}]}`, nil})
}

// beyond lists what a stranger tries with the person's own user ID, organization, token and solution.
func beyond() []act {
	return slices.Concat(
		about("/organizations/{org}", "{user}"),
		about("/organizations/{home}", "{invitation}"),
		about("/organizations/{home}", "{user}"),
		[]act{
			{"POST", "/me/invitations/{home}/accept", "", nil},
			{"DELETE", "/me/invitations/{home}", "", nil},
			{"POST", "/me/tokens", `{"organizationId":"{home}"}`, nil},
			{"PUT", "/me/current-organization", `{"organizationId":"{home}"}`, nil},
			{"PUT", "/me/default-organization", `{"organizationId":"{home}"}`, nil},
			{"DELETE", "/me/tokens/{token}", "", nil},
			{"PATCH", "/organizations/{home}", `{"name":"Mine"}`, nil},
			{"POST", "/organizations/{home}/members", `{"email":"friend@example.com"}`, nil},
			{"DELETE", "/organizations/{home}/solutions/{solution}", "", nil},
		})
}

// about returns every request about one member of an organization, given as parts of a path.
func about(organization, whom string) []act {
	member := organization + "/members/" + whom
	assignment := organization + "/solutions/{made}/members/" + whom
	return []act{
		{"DELETE", member, "", func(w *world, _ api.Member) { w.invitation = "" }},
		{"PUT", member + "/role", `{"role":"owner"}`, nil},
		{"PUT", member + "/role", `{"role":"user"}`, nil},
		{"PUT", member + "/role", `{"role":"deny"}`, nil},
		{"POST", member + "/disable", "", nil},
		{"POST", member + "/enable", "", nil},
		{"POST", member + "/invitation", "", nil},
		{"DELETE", member + "/tokens", "", nil},
		{"PUT", assignment, `{"role":"owner"}`, nil},
		{"PUT", assignment, `{"role":"deny"}`, nil},
		{"DELETE", assignment, "", nil},
		{"GET", member + "/solutions", "", nil},
	}
}

// looks lists what the stranger can read, wherever something of the person might show.
var looks = []string{
	"/me",
	"/me/invitations",
	"/me/organizations",
	"/organizations/{org}",
	"/organizations/{org}/members?limit=100",
	"/organizations/{org}/members?limit=100&q=secret",
	"/organizations/{org}/members?limit=100&q=vera",
	"/organizations/{org}/members?limit=100&status=invited",
	"/organizations/{org}/members/{invitation}",
	"/organizations/{org}/members/{user}",
	"/organizations/{org}/solutions?limit=100",
	"/organizations/{org}/solutions/{made}/members?limit=100",
	"/organizations/{org}/audit?limit=100",
	"/organizations/{org}/audit?limit=100&target={user}",
	"/organizations/{org}/audit?limit=100&actor={user}",
	"/organizations/{other}/members?limit=100",
	"/organizations/{home}",
	"/organizations/{home}/members",
	"/organizations/{home}/solutions/{solution}",
	"/organizations/{home}/audit",
	"/me/tokens/{token}",
}

// TestAStrangerCannotTellNorChangeWhoHasAnAddress runs random sequences of what a stranger can do about a person whose address
// they know. The stranger gets the same answers as about an address that nobody has, and the person can do the same as
// before, until they accept.
func TestAStrangerCannotTellNorChangeWhoHasAnAddress(t *testing.T) {
	t.Parallel()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("25") // each runs a hundred requests
	}

	running := startAccess(t)
	own, foreign := expected(), beyond()
	runs := 0

	rapid.Check(t, func(r *rapid.T) {
		runs++
		known, empty := newWorld(t, running, fmt.Sprintf("xa%dx", runs)), newWorld(t, running, fmt.Sprintf("xb%dx", runs))
		vera := known.settle(t)
		before := vera.sees(t)
		for _, a := range own { // an invitation and a solution, so that there is something to act on
			if a.keep != nil && a.method == http.MethodPost {
				known.try(t, a)
				empty.try(t, a)
			}
		}

		for range rapid.IntRange(4, 24).Draw(r, "steps") {
			a := own[rapid.IntRange(0, len(own)-1).Draw(r, "own")]
			switch rapid.IntRange(0, 9).Draw(r, "kind") {
			case 0:
				vera.live(t, rapid.IntRange(0, 2).Draw(r, "life"))
				before = vera.sees(t)
				continue
			case 1, 2:
				a = foreign[rapid.IntRange(0, len(foreign)-1).Draw(r, "foreign")]
			}

			if got, want := known.try(t, a), empty.try(t, a); got != want {
				r.Fatalf("%s %s: the stranger can tell:\n%s\n%s", a.method, a.path, got, want)
			}
		}

		for _, path := range looks {
			got, text := known.do(t, http.MethodGet, path, "")
			want, _ := empty.do(t, http.MethodGet, path, "")
			if got != want || strings.Contains(string(text), "Secret") || strings.Contains(string(text), "+41446") {
				r.Fatalf("GET %s: the stranger can tell:\n%s\n%s", path, got, want)
			}
		}

		if after := vera.sees(t); after != before {
			r.Fatalf("the person saw\n%s\nand sees\n%s", before, after)
		}

		vera.goesOn(t, r)
	})
}

// try sends the request of an act.
func (w *world) try(t *testing.T, a act) string {
	t.Helper()
	answer, text := w.do(t, a.method, a.path, a.body)
	if a.keep != nil && strings.HasPrefix(answer, "2") {
		var m api.Member
		_ = json.Unmarshal(text, &m) // a deletion has no body
		a.keep(w, m)
	}

	return answer
}

// live is what the person does meanwhile, short of answering the invitation.
func (v *resident) live(t *testing.T, what int) {
	t.Helper()
	switch what {
	case 0:
		v.session = person(t, v.running, v.email)
	case 1:
		v.edit(t, len(v.ids))
	default:
		request(t, v.running, v.session, http.MethodGet, "/me/invitations", "", nil)
	}
}

// goesOn checks that the person can still found an organization, be invited by an employer, and accept. It then accepts the
// stranger's invitation, if one is open, and the stranger sees the person.
func (v *resident) goesOn(t *testing.T, r *rapid.T) {
	t.Helper()
	var org api.Organization
	request(t, v.running, v.session, http.MethodPost, "/organizations", `{"name":"Another"}`, &org)
	request(t, v.running, v.session, http.MethodDelete, "/me/tokens/"+v.token, "", nil)

	boss := person(t, v.running, "boss-"+v.mark+"@example.com")
	request(t, v.running, boss, http.MethodPost, "/organizations", `{"name":"Work"}`, &org)
	request(t, v.running, boss, http.MethodPost, "/organizations/"+org.ID+"/members", v.fill(`{"email":"{email}"}`), nil)

	var offers api.ReceivedInvitationList
	request(t, v.running, v.session, http.MethodGet, "/me/invitations", "", &offers)
	from := func(org string) func(api.ReceivedInvitation) bool {
		return func(i api.ReceivedInvitation) bool { return i.Organization.ID == org }
	}

	request(t, v.running, v.session, http.MethodPost, "/me/invitations/"+org.ID+"/accept", "", nil)
	path := "/organizations/" + v.orgs[0] + "/members/" + v.user
	if open := slices.ContainsFunc(offers.Items, from(v.orgs[0])); open != (v.invitation != "") {
		r.Fatalf("the invitation %q is open: %v", v.invitation, open)
	} else if open {
		request(t, v.running, v.session, http.MethodPost, "/me/invitations/"+v.orgs[0]+"/accept", "", nil)
		if _, text := send(t, v.running, v.world.session, http.MethodGet, path, ""); !strings.Contains(string(text), "Secret") {
			r.Fatalf("the organization does not see the person who accepted: %s", text)
		}
	}
}
