package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
)

const (
	// fighters is the number of people of the arena, each with a worker.
	fighters = 4
	// bones is the number of solutions that they fight for.
	bones = 3
)

// arena is an organization in which several workers change the same members, solutions and tokens at the same time. Who
// comes first is not known, so any refusal of the model's is expected, and no server error is.
type arena struct {
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

// newArena creates the organization, its people and its solutions. It returns nil if ctx ends first, or after a surprise.
func newArena(ctx context.Context, a *api, seed uint64) *arena {
	t := newTenant(ctx, a, seed, 1000)
	if t == nil {
		return nil
	}

	for range bones {
		if !t.createSolution() {
			return nil
		}
	}

	made := &arena{api: a, org: t.org, owner: t.owner}
	for _, s := range t.solutions {
		made.solutions = append(made.solutions, s.id)
	}

	for range fighters {
		p := t.newPerson("admin")
		_, ok := t.expect(ctx, request{
			method: http.MethodPost,
			path:   t.path("/members"),
			token:  t.owner.session,
			body:   map[string]string{"email": p.email, "role": p.role},
		}, http.StatusCreated)
		if !ok || !t.enter(p) {
			return nil
		}

		made.people = append(made.people, p)
	}

	return made
}

// fight changes what is drawn, as one of the people, until ctx ends.
func (a *arena) fight(ctx context.Context, seed uint64, number int) {
	random := rand.New(rand.NewPCG(seed, uint64(number)+2000))
	for ctx.Err() == nil {
		a.blow(ctx, random, a.people[number%len(a.people)])
	}
}

// blow does one thing to something that others may be changing. Every second time, the owner does it, whom nobody can
// disable.
func (a *arena) blow(ctx context.Context, random *rand.Rand, by *person) {
	if random.IntN(2) == 0 {
		by = a.owner
	}

	target := a.people[random.IntN(len(a.people))]
	s := a.solutions[random.IntN(len(a.solutions))]
	org := "/organizations/" + a.org
	member := org + "/members/" + target.id
	seat := fmt.Sprintf("%s/solutions/%s/members/%s", org, s, target.id)
	role := func(of ...string) map[string]string { return map[string]string{"role": of[random.IntN(len(of))]} }

	blows := []request{
		{method: http.MethodPut, path: member + "/role", ifMatch: "*", body: role("admin", "creator", "user", "deny")},
		{method: http.MethodPost, path: member + "/disable"},
		{method: http.MethodPost, path: member + "/enable"},
		{method: http.MethodPost, path: member + "/enable"},
		{method: http.MethodPut, path: member + "/role", ifMatch: "*", body: role("admin")},
		{method: http.MethodDelete, path: member + "/tokens"},
		{method: http.MethodPut, path: seat, body: role("owner", "admin", "editor", "user", "deny")},
		{method: http.MethodDelete, path: seat},
		{method: http.MethodPatch, path: org + "/solutions/" + s, ifMatch: "*", body: map[string]string{"name": fmt.Sprint("Bone ", random.IntN(100))}},
		{method: http.MethodPatch, path: org, ifMatch: "*", body: map[string]string{"name": fmt.Sprint("Arena ", random.IntN(100))}},
		{method: http.MethodPatch, path: "/me", ifMatch: "*", body: map[string]string{"displayName": fmt.Sprint("Fighter ", random.IntN(100))}},
		{method: http.MethodGet, path: org + "/members"},
	}

	r := blows[random.IntN(len(blows))]
	r.token = by.session
	a.expect(ctx, r, contested...)
	if random.IntN(10) == 0 {
		a.useUp(ctx, by)
	}
}

// useUp creates a token, uses it and deletes it, each of which somebody else may prevent.
func (a *arena) useUp(ctx context.Context, by *person) {
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

	a.expect(ctx, request{method: http.MethodGet, path: "/me", token: made.Secret}, slices.Clone(contested)...)
	a.expect(ctx, request{method: http.MethodDelete, path: "/me/tokens/" + made.ID, token: by.session}, contested...)
}
