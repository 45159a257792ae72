package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
)

const (
	// maxMembers, maxTokens and maxSolutions bound what a tenant has at a time, so that a long run holds no more than a
	// short one.
	maxMembers   = 5
	maxTokens    = 6 // of one person
	maxSolutions = 4
)

// tenant is an organization that one worker alone changes, so that the answer to every request is known.
type tenant struct {
	*api
	ctx       context.Context
	random    *rand.Rand
	number    int
	people    int // how many have been made up so far
	org       string
	name      string
	owner     *person
	members   []*person
	solutions []*solution
	account   *account
}

// person is a member of the tenant.
type person struct {
	email, id, session string
	name               string
	role               string
	disabled           bool
	tokens             []*token
}

// token is a personal access token that is live.
type token struct {
	id, secret  string
	description string
}

// solution is a solution of the tenant, with the people who are assigned to it.
type solution struct {
	id, name string
	assigned map[string]string // solution role by user ID
}

// account is a service account with one token.
type account struct{ id, secret string }

// newTenant signs the owner in and creates the organization. It returns nil if ctx ends first, or after a mismatch.
func newTenant(ctx context.Context, a *api, seed uint64, number int) *tenant {
	t := &tenant{
		api:    a,
		ctx:    ctx,
		random: rand.New(rand.NewPCG(seed, uint64(number)+1)),
		number: number,
		name:   fmt.Sprintf("Tenant %d", number),
	}

	t.owner = t.newPerson("owner")
	if !t.enter(t.owner) {
		return nil
	}

	got, ok := t.expect(ctx, request{
		method: http.MethodPost,
		path:   "/organizations",
		token:  t.owner.session,
		body:   map[string]string{"name": t.name},
	}, http.StatusCreated)

	var org struct{ ID string }
	if !ok || !got.into(&org) {
		return nil
	}

	t.org = org.ID
	return t
}

func (t *tenant) newPerson(role string) *person {
	t.people++
	return &person{email: fmt.Sprintf("soak-%d-%d@example.com", t.number, t.people), role: role}
}

// enter signs a person in.
func (t *tenant) enter(p *person) (ok bool) {
	p.session, p.id, ok = t.signIn(t.ctx, p.email)
	return ok
}

// path returns a path within the organization.
func (t *tenant) path(format string, arguments ...any) string {
	return "/organizations/" + t.org + fmt.Sprintf(format, arguments...)
}

// operation is something that can happen in a tenant. It returns false if the tenant's state is not known any more.
type operation struct {
	weight int
	do     func(*tenant) bool
}

// operations lists what happens, and how often in relation to the rest. Most requests are those of scripts.
var operations = []operation{
	{60, (*tenant).useToken},
	{6, (*tenant).useEnded},
	{10, (*tenant).look},
	{6, (*tenant).countAll},
	{8, (*tenant).createToken},
	{5, (*tenant).deleteToken},
	{4, (*tenant).rotateToken},
	{3, (*tenant).renameToken},
	{3, (*tenant).extendToken},
	{2, (*tenant).revokeTokens},
	{5, (*tenant).invite},
	{4, (*tenant).changeRole},
	{3, (*tenant).disable},
	{4, (*tenant).enable},
	{2, (*tenant).remove},
	{1, (*tenant).deleteAccount},
	{3, (*tenant).editProfile},
	{3, (*tenant).signInAgain},
	{2, (*tenant).rename},
	{5, (*tenant).createSolution},
	{6, (*tenant).assign},
	{4, (*tenant).unassign},
	{2, (*tenant).deleteSolution},
	{2, (*tenant).serviceAccount},
}

// step does one operation that is drawn.
func (t *tenant) step() bool {
	all := 0
	for _, o := range operations {
		all += o.weight
	}

	drawn := t.random.IntN(all)
	for _, o := range operations {
		if drawn -= o.weight; drawn < 0 {
			return o.do(t)
		}
	}

	return true
}

// look reads a page that the owner looks at.
func (t *tenant) look() bool {
	paths := []string{
		"/me",
		"/me/tokens?includeExpired=true",
		"/me/export",
		"/me/sessions",
		"/roles",
		t.path("/members?limit=100"),
		t.path("/solutions"),
		t.path("/audit?limit=50"),
		t.path("/service-accounts"),
	}

	_, ok := t.get(paths[t.random.IntN(len(paths))], t.owner.session)
	return ok
}

// get reads a path, which must work.
func (t *tenant) get(path, token string) (answer, bool) {
	return t.expect(t.ctx, request{method: http.MethodGet, path: path, token: token}, http.StatusOK)
}

// deleteAt deletes what is at a path, as the owner, which must work.
func (t *tenant) deleteAt(path string) bool {
	_, ok := t.expect(t.ctx, request{method: http.MethodDelete, path: path, token: t.owner.session}, http.StatusNoContent)
	return ok
}

// countAll compares the counts of the organization, and the live tokens of the owner, with the model.
func (t *tenant) countAll() bool {
	got, ok := t.get(t.path(""), t.owner.session)
	var org struct {
		Name                       string
		MemberCount, SolutionCount int
	}
	if !ok || !got.into(&org) {
		return false
	}

	members := 1 + len(t.members)
	if t.account != nil {
		members++
	}

	if org.Name != t.name || org.MemberCount != members || org.SolutionCount != len(t.solutions) {
		t.book.mismatch("the organization is %+v, want the name %q, %d members and %d solutions",
			org, t.name, members, len(t.solutions))
	}

	got, ok = t.get("/me/tokens?limit=100", t.owner.session)
	var tokens struct{ Items []struct{ ID string } }
	if !ok || !got.into(&tokens) {
		return false
	}

	if len(tokens.Items) != len(t.owner.tokens) {
		t.book.mismatch("the owner has %d live tokens, want %d", len(tokens.Items), len(t.owner.tokens))
	}

	return true
}

// rename renames the organization.
func (t *tenant) rename() bool {
	name := fmt.Sprintf("Tenant %d, %d", t.number, t.random.IntN(1000))
	_, ok := t.expect(t.ctx, request{
		method:  http.MethodPatch,
		path:    t.path(""),
		token:   t.owner.session,
		ifMatch: "*",
		body:    map[string]string{"name": name},
	}, http.StatusOK)
	t.name = name
	return ok
}

// anyone returns a person who is drawn, with the owner among them.
func (t *tenant) anyone() *person {
	n := t.random.IntN(len(t.members) + 1)
	if n == len(t.members) {
		return t.owner
	}

	return t.members[n]
}

// member returns a member who is drawn, other than the owner; nil if there is none.
func (t *tenant) member() *person {
	if len(t.members) == 0 {
		return nil
	}

	return t.members[t.random.IntN(len(t.members))]
}

// hasTokens reports whether a person's role and status allow tokens now.
func (p *person) hasTokens() bool { return !p.disabled && p.role != "user" }
