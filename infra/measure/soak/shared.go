package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
)

const (
	// sharers is the number of people of the shared organization, each with a worker.
	sharers = 4
	// sharedSolutions is the number of its solutions.
	sharedSolutions = 3
)

// shared is an organization in which several workers change the same members, solutions and tokens at the same time. Who
// comes first is not known, so every success and every refusal because of another change is expected.
type shared struct {
	*api
	org       string
	owner     *person
	people    []*person
	solutions []string
}

// contested lists the statuses that a change can get when others change the same.
var contested = []int{
	http.StatusOK, http.StatusCreated, http.StatusAccepted, http.StatusNoContent,
	http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed,
	http.StatusTooManyRequests,
}

// newShared creates the organization, its people and its solutions. It returns nil if ctx ends first, or after a mismatch.
func newShared(ctx context.Context, a *api, seed uint64) *shared {
	t := newTenant(ctx, a, seed, 1000)
	if t == nil {
		return nil
	}

	for range sharedSolutions {
		if !t.createSolution() {
			return nil
		}
	}

	made := &shared{api: a, org: t.org, owner: t.owner}
	for _, s := range t.solutions {
		made.solutions = append(made.solutions, s.id)
	}

	for range sharers {
		p := t.join("admin")
		if p == nil {
			return nil
		}

		made.people = append(made.people, p)
	}

	return made
}

// work changes what is drawn, as one of the people, until ctx ends.
func (a *shared) work(ctx context.Context, seed uint64, number int) {
	random := rand.New(rand.NewPCG(seed, uint64(number)+2000))
	for ctx.Err() == nil {
		a.change(ctx, random, a.people[number%len(a.people)])
	}
}

// change does one thing to something that others may be changing. Every second time, the owner does it, whom nobody can
// disable.
func (a *shared) change(ctx context.Context, random *rand.Rand, by *person) {
	if random.IntN(2) == 0 {
		by = a.owner
	}

	changes := a.changes(random, a.people[random.IntN(len(a.people))].id, a.solutions[random.IntN(len(a.solutions))])
	r := changes[random.IntN(len(changes))]
	r.token = by.session
	a.expect(ctx, r, contested...)

	if random.IntN(10) == 0 {
		a.useUp(ctx, by)
	}
}

// useUp creates a token, uses it and deletes it, each of which somebody else may prevent.
func (a *shared) useUp(ctx context.Context, by *person) {
	got, ok := a.expect(ctx, request{
		method: http.MethodPost,
		path:   "/me/tokens",
		token:  by.session,
		body:   map[string]string{"organizationId": a.org},
	}, contested...)

	var made struct{ ID, Secret string }
	if !ok || got.status != http.StatusCreated || !got.into(&made) {
		return
	}

	a.expect(ctx, request{method: http.MethodGet, path: "/me", token: made.Secret}, contested...)
	a.expect(ctx, request{method: http.MethodDelete, path: "/me/tokens/" + made.ID, token: by.session}, contested...)
}

// changes returns the requests of which one is drawn, about a member and a solution. Getting access again is likelier than
// losing it, so that most people can act.
func (a *shared) changes(random *rand.Rand, member, solution string) []request {
	org := "/organizations/" + a.org
	seat := org + "/solutions/" + solution + "/members/" + member
	member = org + "/members/" + member
	solution = org + "/solutions/" + solution

	plain := func(method, path string) request { return request{method: method, path: path} }
	change := func(method, path, field, to string) request {
		return request{
			method:  method,
			path:    path,
			ifMatch: "*",
			body:    map[string]string{field: to},
		}
	}
	seating := change(http.MethodPut, seat, "role", one(random, "owner", "admin", "editor", "user", "deny"))
	seating.ifMatch = ""

	return []request{
		change(http.MethodPut, member+"/role", "role", one(random, "admin", "creator", "user", "deny")),
		change(http.MethodPut, member+"/role", "role", "admin"),
		plain(http.MethodPost, member+"/disable"),
		plain(http.MethodPost, member+"/enable"),
		plain(http.MethodPost, member+"/enable"),
		plain(http.MethodDelete, member+"/tokens"),
		seating,
		plain(http.MethodDelete, seat),
		change(http.MethodPatch, solution, "name", fmt.Sprint("Solution ", random.IntN(100))),
		change(http.MethodPatch, org, "name", fmt.Sprint("Shared ", random.IntN(100))),
		change(http.MethodPatch, "/me", "displayName", fmt.Sprint("Person ", random.IntN(100))),
		plain(http.MethodGet, org+"/members"),
	}
}

// one returns a name that is drawn.
func one(random *rand.Rand, of ...string) string { return of[random.IntN(len(of))] }
