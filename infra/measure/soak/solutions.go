package main

import (
	"fmt"
	"net/http"
	"slices"
)

// createSolution creates a solution, to which its creator is assigned.
func (t *tenant) createSolution() bool {
	if len(t.solutions) >= maxSolutions {
		return true
	}

	name := fmt.Sprintf("Solution %d", t.random.IntN(1000))
	got, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   t.path("/solutions"),
		token:  t.owner.session,
		body:   map[string]string{"name": name},
	}, http.StatusCreated)

	var made struct{ ID string }
	if !ok || !got.into(&made) {
		return false
	}

	t.solutions = append(t.solutions, &solution{
		id:       made.ID,
		name:     name,
		assigned: map[string]string{t.owner.id: "owner"},
	})
	return true
}

// solution returns a solution that is drawn; nil if there is none.
func (t *tenant) solution() *solution {
	if len(t.solutions) == 0 {
		return nil
	}

	return t.solutions[t.random.IntN(len(t.solutions))]
}

// assign gives a member a role in a solution.
func (t *tenant) assign() bool {
	s, p := t.solution(), t.member()
	if s == nil || p == nil {
		return true
	}

	role := one(t.random, "admin", "editor", "user", "deny")
	_, ok := t.expect(t.ctx, request{
		method: http.MethodPut,
		path:   t.path("/solutions/%s/members/%s", s.id, p.id),
		token:  t.owner.session,
		body:   map[string]string{"role": role},
	}, http.StatusOK, http.StatusCreated, http.StatusNoContent)
	s.assigned[p.id] = role
	return ok
}

// unassign takes a member off a solution, and counts who is left.
func (t *tenant) unassign() bool {
	s, p := t.solution(), t.member()
	if s == nil || p == nil || s.assigned[p.id] == "" {
		return true
	}

	if !t.deleteAt(t.path("/solutions/%s/members/%s", s.id, p.id)) {
		return false
	}

	delete(s.assigned, p.id)
	got, ok := t.get(t.path("/solutions/%s/members?limit=100", s.id), t.owner.session)
	var people struct{ Items []struct{} }
	if ok && got.into(&people) && len(people.Items) != len(s.assigned) {
		t.book.mismatch("a solution has %d people, want %d: %s", len(people.Items), len(s.assigned), got.body)
	}

	return ok
}

func (t *tenant) deleteSolution() bool {
	s := t.solution()
	if s == nil {
		return true
	}

	ok := t.deleteAt(t.path("/solutions/%s", s.id))
	t.solutions = slices.DeleteFunc(t.solutions, func(other *solution) bool { return other == s })
	return ok
}
