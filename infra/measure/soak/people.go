package main

import (
	"fmt"
	"net/http"
	"slices"
)

// invite invites somebody new, who signs in and thereby accepts.
func (t *tenant) invite() bool {
	if len(t.members) >= maxMembers {
		return true
	}

	p := t.join(one(t.random, "admin", "creator", "user"))
	if p == nil {
		return false
	}

	t.members = append(t.members, p)
	return true
}

// join invites somebody new to a role, who signs in and thereby accepts. It returns nil if that failed.
func (t *tenant) join(role string) *person {
	p := t.newPerson(role)
	_, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   t.path("/members"),
		token:  t.owner.session,
		body:   map[string]string{"email": p.email, "role": p.role},
	}, http.StatusCreated)
	if !ok || !t.enter(p) {
		return nil
	}

	return p
}

// changeRole gives a member another role.
func (t *tenant) changeRole() bool {
	p := t.member()
	if p == nil {
		return true
	}

	role := one(t.random, "admin", "creator", "user")
	_, ok := t.expect(t.ctx, request{
		method:  http.MethodPut,
		path:    t.path("/members/%s/role", p.id),
		token:   t.owner.session,
		ifMatch: "*",
		body:    map[string]string{"role": role},
	}, http.StatusOK)
	p.role = role
	return ok && t.works(p)
}

// works checks that a person's tokens work if, and only if, their role and status allow it. It uses one of them.
func (t *tenant) works(p *person) bool {
	if len(p.tokens) == 0 {
		return true
	}

	want := http.StatusOK
	if !p.hasTokens() {
		want = http.StatusUnauthorized
	}

	pat := p.tokens[t.random.IntN(len(p.tokens))]
	_, ok := t.expect(t.ctx, request{method: http.MethodGet, path: "/me", token: pat.secret}, want)
	return ok
}

func (t *tenant) disable() bool { return t.turn("disable", true) }

func (t *tenant) enable() bool { return t.turn("enable", false) }

// turn disables or enables a member who is not so yet.
func (t *tenant) turn(how string, disabled bool) bool {
	p := t.member()
	if p == nil || p.disabled == disabled {
		return true
	}

	_, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   t.path("/members/%s/%s", p.id, how),
		token:  t.owner.session,
	}, http.StatusOK)
	p.disabled = disabled
	return ok && t.works(p)
}

// remove removes a member, whose tokens end and who no longer sees the organization.
func (t *tenant) remove() bool {
	p := t.member()
	if p == nil {
		return true
	}

	if !t.deleteAt(t.path("/members/%s", p.id)) {
		return false
	}

	t.forget(p)
	return t.shutOut(p, http.StatusNotFound)
}

// shutOut checks that somebody who left can't get in.
func (t *tenant) shutOut(p *person, status int) bool {
	if _, ok := t.expect(t.ctx, request{method: http.MethodGet, path: t.path(""), token: p.session}, status); !ok {
		return false
	}

	for _, old := range p.tokens {
		_, ok := t.expect(t.ctx, request{method: http.MethodGet, path: "/me", token: old.secret}, http.StatusUnauthorized)
		if !ok {
			return false
		}
	}

	return true
}

// forget removes a member from the model.
func (t *tenant) forget(p *person) {
	t.members = slices.DeleteFunc(t.members, func(m *person) bool { return m == p })
	for _, s := range t.solutions {
		delete(s.assigned, p.id)
	}
}

// deleteAccount has a member delete their account. If the first answer was lost, their session has ended.
func (t *tenant) deleteAccount() bool {
	p := t.member()
	if p == nil {
		return true
	}

	got := t.send(t.ctx, request{
		method:  http.MethodDelete,
		path:    "/me",
		token:   p.session,
		ifMatch: "*",
	})

	switch {
	case got.status == 0:
		return false
	case got.status/100 == 2, got.again && got.status == http.StatusUnauthorized:
	default:
		t.book.mismatch("DELETE /me: %d %s (again: %v)", got.status, got.body, got.again)
		return false
	}

	t.forget(p)
	if !t.shutOut(p, http.StatusUnauthorized) {
		return false
	}

	// The account is gone, and the membership may still be there for a while. Until it is gone, the counts are not known.
	return t.leaves(p)
}

// leaves waits until the membership of a deleted account is removed, which the sweep does if the request could not.
func (t *tenant) leaves(p *person) bool {
	for {
		got, ok := t.expect(t.ctx, request{
			method: http.MethodGet,
			path:   t.path("/members/%s", p.id),
			token:  t.owner.session,
		}, http.StatusOK, http.StatusNotFound)
		if !ok || got.status == http.StatusNotFound {
			return ok
		}

		if !sleep(t.ctx, retryPause) {
			return false
		}
	}
}

// editProfile gives somebody another name, and reads it back.
func (t *tenant) editProfile() bool {
	p := t.anyone()
	p.name = fmt.Sprintf("Person %d of %d", t.random.IntN(1000), t.number)
	_, ok := t.expect(t.ctx, request{
		method:  http.MethodPatch,
		path:    "/me",
		token:   p.session,
		ifMatch: "*",
		body:    map[string]string{"displayName": p.name},
	}, http.StatusOK)
	if !ok {
		return false
	}

	got, ok := t.get("/me", p.session)
	var me struct{ DisplayName string }
	if ok && got.into(&me) && me.DisplayName != p.name {
		t.book.mismatch("the display name is %q, want %q", me.DisplayName, p.name)
	}

	return ok
}

// signInAgain signs somebody in once more, and ends their earlier session.
func (t *tenant) signInAgain() bool {
	p := t.anyone()
	old := p.session
	if !t.enter(p) {
		return false
	}

	got := t.send(t.ctx, request{method: http.MethodDelete, path: "/sessions/current", token: old})
	switch {
	case got.status == 0:
		return false
	case got.status == http.StatusNoContent, got.again && got.status == http.StatusUnauthorized:
	default:
		t.book.mismatch("DELETE /sessions/current: %d %s (again: %v)", got.status, got.body, got.again)
	}

	_, ok := t.expect(t.ctx, request{method: http.MethodGet, path: "/me", token: old}, http.StatusUnauthorized)
	return ok
}

// serviceAccount creates a service account with a token, or uses and removes the one that there is.
func (t *tenant) serviceAccount() bool {
	if t.account != nil {
		old := t.account
		t.account = nil
		if _, ok := t.get("/roles", old.secret); !ok {
			return false
		}

		if !t.deleteAt(t.path("/members/%s", old.id)) {
			return false
		}

		_, ok := t.expect(t.ctx, request{method: http.MethodGet, path: "/roles", token: old.secret}, http.StatusUnauthorized)
		return ok
	}

	made, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   t.path("/service-accounts"),
		token:  t.owner.session,
		body:   map[string]string{"name": "Nightly export", "role": "creator"},
	}, http.StatusCreated)

	var a struct{ ID string }
	if !ok || !made.into(&a) {
		return false
	}

	got, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   t.path("/service-accounts/%s/tokens", a.ID),
		token:  t.owner.session,
		body:   map[string]string{},
	}, http.StatusCreated)

	var minted struct{ Secret string }
	if !ok || !got.into(&minted) {
		return false
	}

	t.account = &account{id: a.ID, secret: minted.Secret}
	return true
}
