package system_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// standing is what a person is to the organization of the access matrix.
type standing string

// The standings. Everybody except the members has an organization of their own.
const (
	stranger standing = "stranger"
	member   standing = "member"
	disabled standing = "disabled"
	invited  standing = "invited"
	// invitedBefore is an invitation that the previous release stored.
	invitedBefore standing = "invited by the previous release"
	removed       standing = "removed"
)

// caller is somebody who calls the API, with all their credentials.
type caller struct {
	name     string
	standing standing
	role     identity.Role
	// solution is the role in the solution; "" if the person is not assigned.
	solution identity.SolutionRole
	// also is true for a member who has an organization of their own, too.
	also bool
	// service is true for a service account, which has tokens and no session.
	service bool

	email, id          string
	session, sessionID string
	// here is a token in the organization of the access matrix, elsewhere one in the person's own organization. Either is
	// zero if the person never had one.
	here, elsewhere api.TokenCreated
	// narrowed are further tokens in the organization of the access matrix, by the name of their scopes.
	narrowed map[string]api.TokenCreated
}

// place is an organization with callers of every standing, and with what they act on. The founder sets everything up and
// takes no part in the matrix, so that the organization keeps an owner.
type place struct {
	*runner.Runner
	founder  string
	token    string // the ID of the founder's token
	org      string
	solution string
	callers  []*caller
	// reader is assigned to the solution, and has the address readerEmail. Nothing else happens to them.
	reader, readerEmail string
	// waiting are invited people to whom a mail was sent long enough ago to send another.
	waiting []string
	// serving are service accounts by role, and serviceTokens a live token of each.
	serving       map[identity.Role]string
	serviceTokens map[string]api.TokenCreated
	// dead are bearer tokens that nothing accepts, by what is wrong with them.
	dead map[string]deadToken
}

// deadToken is a bearer token that the authorizer refuses, and the problem that it names.
type deadToken struct {
	text    string
	problem identity.Problem
}

// addresses counts the email addresses that the access matrix has used.
var addresses atomic.Int64

func newAddress() string { return fmt.Sprintf("access-%d@example.com", addresses.Add(1)) }

// startAccess starts a system whose limits allow as many invitations as the access matrix makes.
func startAccess(t *testing.T) *runner.Runner {
	t.Helper()
	return start(t, runner.Options{
		Functions: binaries,
		Age:       ageing.Age,
		Parameters: map[string]string{
			"InvitationsPerInviterADay":      "100000",
			"InvitationsPerOrganizationADay": "100000",
		},
	})
}

// everybody returns one caller of each standing and role.
func everybody() []*caller {
	all := []*caller{
		{name: "an Owner of another organization", standing: stranger},
		{name: "an Owner of both organizations", standing: member, role: identity.Owner, also: true},
		{name: "a disabled Owner", standing: disabled, role: identity.Owner},
		{name: "a removed Owner", standing: removed, role: identity.Owner},
		{name: "an invited Owner", standing: invited, role: identity.Owner},
		{name: "an Owner invited by the previous release", standing: invitedBefore, role: identity.Owner},
	}

	for _, role := range identity.Roles {
		all = append(all, &caller{name: "the role " + string(role), standing: member, role: role})
	}

	all = append(all, &caller{
		name:     "the role deny, solution role owner",
		standing: member,
		role:     identity.Deny,
		solution: identity.SolutionOwner,
	})

	for _, role := range identity.ServiceRoles {
		all = append(all, &caller{
			name:     "a service account with the role " + string(role),
			standing: member,
			role:     role,
			service:  true,
		})
	}

	for _, role := range []identity.Role{identity.Creator, identity.User} {
		for _, solution := range []identity.SolutionRole{
			identity.SolutionOwner,
			identity.SolutionAdmin,
			identity.SolutionEditor,
			identity.SolutionUser,
			identity.SolutionDeny,
		} {
			name := fmt.Sprintf("the role %s, solution role %s", role, solution)
			all = append(all, &caller{name: name, standing: member, role: role, solution: solution})
		}
	}

	return all
}

// newPlace makes an organization with callers.
func newPlace(t *testing.T, r *runner.Runner) *place {
	t.Helper()
	p := &place{Runner: r, callers: everybody()}
	p.found(t)
	return p
}

// found makes the organization of the place anew, with everybody in it.
func (p *place) found(t *testing.T) {
	t.Helper()
	p.founder = person(t, p.Runner, newAddress())
	var org api.Organization
	request(t, p.Runner, p.founder, http.MethodPost, "/organizations", `{"name":"Harbor Labs"}`, &org)
	p.org, p.solution, p.token = org.ID, "", p.newToken(t, p.founder, org.ID, identity.Owner.Permissions()).ID

	for _, c := range p.callers {
		p.introduce(t, c)
	}

	reader := p.enrol(t, identity.User)
	p.reader, p.readerEmail = reader.id, reader.email
	p.newSolution(t)
	p.serving = map[identity.Role]string{}
	for _, role := range identity.ServiceRoles {
		p.serving[role] = p.newAccount(t, role)
	}

	p.serve(t)
	p.kill(t)
}

// newAccount returns the ID of a new service account with a role.
func (p *place) newAccount(t *testing.T, role identity.Role) string {
	t.Helper()
	var account api.ServiceAccount
	body := fmt.Sprintf(`{"name":"Nightly export","role":%q}`, role)
	request(t, p.Runner, p.founder, http.MethodPost, "/organizations/"+p.org+"/service-accounts", body, &account)
	return account.ID
}

// serve gives each service account a token in the place of those that it had.
func (p *place) serve(t *testing.T) {
	t.Helper()
	p.serviceTokens = map[string]api.TokenCreated{}
	for _, account := range p.serving {
		request(t, p.Runner, p.founder, http.MethodDelete, p.member(account)+"/tokens", "", nil)
		p.serviceTokens[account] = p.newServiceToken(t, account, identity.Creator)
	}
}

// newServiceToken returns a new token of a service account, which may do all that a role allows a service account.
func (p *place) newServiceToken(t *testing.T, account string, role identity.Role) api.TokenCreated {
	t.Helper()
	scopes := slices.DeleteFunc(role.Permissions(), func(permission identity.Permission) bool {
		return slices.Contains(forPeople, permission)
	})

	path := "/organizations/" + p.org + "/service-accounts/" + account + "/tokens"
	return p.createToken(t, p.founder, path, map[string]any{"scopes": scopes})
}

// introduce gives the caller their standing, under a new address.
func (p *place) introduce(t *testing.T, c *caller) {
	t.Helper()
	*c = caller{
		name:     c.name,
		standing: c.standing,
		role:     c.role,
		solution: c.solution,
		also:     c.also,
		service:  c.service,
		email:    newAddress(),
	}

	if c.service {
		p.employ(t, c)
		return
	}

	if c.standing == stranger || c.standing == invited || c.standing == invitedBefore {
		p.signIn(t, c)
	} else {
		p.join(t, c)
	}

	if c.also || c.standing != member {
		p.foundOwn(t, c)
	}

	switch c.standing {
	case invited:
		p.invite(t, c.email, c.role)
	case invitedBefore:
		p.inviteAsBefore(t, c)
	case disabled:
		request(t, p.Runner, p.founder, http.MethodPost, p.member(c.id)+"/disable", "", nil)
	case removed:
		request(t, p.Runner, p.founder, http.MethodDelete, p.member(c.id), "", nil)
	case stranger, member:
	}

	if c.solution != "" && p.solution != "" {
		p.assign(t, c.id, c.solution)
	}
}

// employ makes the caller a new service account with a token.
func (p *place) employ(t *testing.T, c *caller) {
	t.Helper()
	c.id = p.newAccount(t, c.role)
	c.here = p.newServiceToken(t, c.id, c.role)
	c.sessionID = p.callers[0].sessionID // which it has never held
}

// signIn gives the caller a new session.
func (p *place) signIn(t *testing.T, c *caller) {
	t.Helper()
	created, err := signin.Session(t.Context(), p.APIURL(), c.email)
	if err != nil {
		t.Fatal(err)
	}

	c.id, c.session, c.sessionID = created.User.ID, created.Secret, created.Session.ID
}

// join makes the caller a member with a token, and then gives them their role.
func (p *place) join(t *testing.T, c *caller) {
	t.Helper()
	first := c.role
	if !first.Can(identity.OwnTokens) {
		first = identity.Creator
	}

	p.invite(t, c.email, first)
	p.signIn(t, c)
	c.here = p.newToken(t, c.session, p.org, first.Permissions())
	c.narrowed = map[string]api.TokenCreated{}

	for name, scopes := range narrowScopes {
		both := slices.DeleteFunc(first.Permissions(), func(permission identity.Permission) bool {
			return !slices.Contains(scopes, permission)
		})
		c.narrowed[name] = p.newToken(t, c.session, p.org, both)
	}

	if first != c.role {
		p.changeRole(t, c.id, c.role)
	}
}

// foundOwn makes an organization that the caller owns, with a token there.
func (p *place) foundOwn(t *testing.T, c *caller) {
	t.Helper()
	var org api.Organization
	request(t, p.Runner, c.session, http.MethodPost, "/organizations", `{"name":"Blue Ridge Foods"}`, &org)
	c.elsewhere = p.newToken(t, c.session, org.ID, identity.Owner.Permissions())
}

// narrowScopes are scopes that are less than what a role allows.
var narrowScopes = map[string][]identity.Permission{
	"nothing":   nil,
	"read only": identity.ReadOnly,
	"people":    {identity.ViewMembers, identity.ManageMembers},
	"solutions": {identity.ViewOwnSolutions, identity.CreateSolutions},
}

func (p *place) newToken(t *testing.T, session, org string, scopes []identity.Permission) api.TokenCreated {
	t.Helper()
	return p.createToken(t, session, "/me/tokens", map[string]any{"organizationId": org, "scopes": scopes})
}

func (p *place) createToken(t *testing.T, session, path string, choice map[string]any) api.TokenCreated {
	t.Helper()
	body, err := json.Marshal(choice)
	if err != nil {
		t.Fatal(err)
	}

	var token api.TokenCreated
	request(t, p.Runner, session, http.MethodPost, path, string(body), &token)
	return token
}

// enrol returns a new member with a role.
func (p *place) enrol(t *testing.T, role identity.Role) *caller {
	t.Helper()
	c := &caller{standing: member, role: role, email: newAddress()}
	p.invite(t, c.email, role)
	p.signIn(t, c)
	return c
}

// invite returns the ID of a new invitation.
func (p *place) invite(t *testing.T, email string, role identity.Role) string {
	t.Helper()
	var m api.Member
	body := fmt.Sprintf(`{"email":%q,"role":%q}`, email, role)
	request(t, p.Runner, p.founder, http.MethodPost, "/organizations/"+p.org+"/members", body, &m)
	return m.ID
}

func (p *place) inviteAsBefore(t *testing.T, c *caller) {
	t.Helper()
	err := tabletest.StoreEarlierInvitation(t.Context(), p.Client(), p.TableName(), identity.Membership{
		User:      identity.UserID(c.id),
		Org:       identity.OrgID(p.org),
		OrgName:   "Harbor Labs",
		Role:      c.role,
		InvitedAt: time.Now(),
		Person:    identity.Person{DisplayName: "Invited", Email: c.email},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) changeRole(t *testing.T, user string, role identity.Role) {
	t.Helper()
	path := p.member(user) + "/role"
	if status, text := p.asFounder(t, http.MethodPut, path, fmt.Sprintf(`{"role":%q}`, role)); status != http.StatusOK {
		t.Fatalf("PUT %s: the status is %d, want 200: %s", path, status, text)
	}
}

// newSolution makes a solution in the place of the last one, and assigns the callers who have a role in it.
func (p *place) newSolution(t *testing.T) {
	t.Helper()
	var solution api.Solution
	path := "/organizations/" + p.org + "/solutions"
	if p.solution != "" {
		p.asFounder(t, http.MethodDelete, path+"/"+p.solution, "") // it can be gone
	}

	request(t, p.Runner, p.founder, http.MethodPost, path, `{"name":"Site inspection"}`, &solution)
	p.solution = solution.ID
	p.assign(t, p.reader, identity.SolutionUser)

	for _, c := range p.callers {
		if c.solution != "" {
			p.assign(t, c.id, c.solution)
		}
	}
}

// assign gives a person a role in the solution. The API assigns nobody with the role Deny, so assign makes such a person
// a User for the time of the request.
func (p *place) assign(t *testing.T, user string, role identity.SolutionRole) {
	t.Helper()
	path := "/organizations/" + p.org + "/solutions/" + p.solution + "/members/" + user
	body := fmt.Sprintf(`{"role":%q}`, role)
	status, text := p.asFounder(t, http.MethodPut, path, body)
	if status == http.StatusConflict {
		p.changeRole(t, user, identity.User)
		status, text = p.asFounder(t, http.MethodPut, path, body)
		p.changeRole(t, user, identity.Deny)
	}

	if status != http.StatusOK {
		t.Fatalf("PUT %s: the status is %d, want 200: %s", path, status, text)
	}
}

func (p *place) asFounder(t *testing.T, method, path, body string) (status int, text []byte) {
	t.Helper()
	return send(t, p.Runner, p.founder, method, path, body, "If-Match", "*")
}

func (p *place) member(user string) string { return "/organizations/" + p.org + "/members/" + user }

// kill makes the tokens that nothing accepts.
func (p *place) kill(t *testing.T) {
	t.Helper()
	gone := p.enrol(t, identity.Owner)
	deleted := p.newToken(t, gone.session, p.org, identity.Owner.Permissions())
	request(t, p.Runner, gone.session, http.MethodDelete, "/me/tokens/"+deleted.ID, "", nil)
	request(t, p.Runner, gone.session, http.MethodDelete, "/sessions/current", "", nil)

	unknown, err := secret.MintPAT(rand.Reader, identity.UserID(gone.id), identity.OrgID(p.org))
	if err != nil {
		t.Fatal(err)
	}

	text := unknown.Reveal()
	last := "0"
	if strings.HasSuffix(text, last) {
		last = "1"
	}

	p.dead = map[string]deadToken{
		"no credential":                    {"", identity.MalformedCredentials},
		"a credential of another kind":     {"garbage", identity.MalformedCredentials},
		"a token with a wrong checksum":    {text[:len(text)-1] + last, identity.InvalidToken},
		"a token that was never created":   {text, identity.InvalidToken},
		"a deleted token of an Owner":      {deleted.Secret, identity.TokenDeleted},
		"a signed-out session of an Owner": {gone.session, identity.InvalidToken},
	}
}
