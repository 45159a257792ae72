package main

import (
	"fmt"
	"net/http"
	"slices"
)

// withTokens returns a person who is drawn among those whose tokens work, and one of their tokens; nil if that person has
// none.
func (t *tenant) withTokens() (*person, *token) {
	p := t.anyone()
	if !p.hasTokens() || len(p.tokens) == 0 {
		return p, nil
	}

	return p, p.tokens[t.random.IntN(len(p.tokens))]
}

// useToken sends a request with a token, as a script does.
func (t *tenant) useToken() bool {
	p, pat := t.withTokens()
	if pat == nil {
		return true
	}

	got, ok := t.get("/me", pat.secret)
	var me struct{ ID string }
	if ok && got.into(&me) && me.ID != p.id {
		t.book.mismatch("a token of %s acts for %s", p.id, me.ID)
	}

	return ok
}

// useEnded sends a request with a token that differs from a live pat in its last letters, which is nobody's.
func (t *tenant) useEnded() bool {
	_, pat := t.withTokens()
	if pat == nil {
		return true
	}

	_, ok := t.expect(t.ctx, request{
		method: http.MethodGet,
		path:   "/me",
		token:  pat.secret[:len(pat.secret)-6] + "000000",
	}, http.StatusUnauthorized)
	return ok
}

// createToken creates a token, and first deletes the oldest if the person has enough.
func (t *tenant) createToken() bool {
	p := t.anyone()
	if !p.hasTokens() {
		return true
	}

	if len(p.tokens) >= maxTokens && !t.delete(p, p.tokens[0]) {
		return false
	}

	got, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   "/me/tokens",
		token:  p.session,
		body:   map[string]string{"organizationId": t.org, "description": "soak"},
	}, http.StatusCreated)

	var made struct{ ID, Secret string }
	if !ok || !got.into(&made) {
		return false
	}

	p.tokens = append(p.tokens, &token{id: made.ID, secret: made.Secret, description: "soak"})
	return true
}

func (t *tenant) deleteToken() bool {
	p, pat := t.withTokens()
	return pat == nil || t.delete(p, pat)
}

// delete deletes a token, which is rejected from the next request on.
func (t *tenant) delete(p *person, pat *token) bool {
	_, ok := t.expect(t.ctx, request{
		method: http.MethodDelete,
		path:   "/me/tokens/" + pat.id,
		token:  p.session,
	}, http.StatusNoContent)
	if !ok {
		return false
	}

	p.drop(pat)
	_, ok = t.expect(t.ctx, request{method: http.MethodGet, path: "/me", token: pat.secret}, http.StatusUnauthorized)
	return ok
}

func (p *person) drop(pat *token) {
	p.tokens = slices.DeleteFunc(p.tokens, func(t *token) bool { return t == pat })
}

// rotateToken replaces a token by another, without an overlap.
func (t *tenant) rotateToken() bool {
	p, pat := t.withTokens()
	if pat == nil {
		return true
	}

	got, ok := t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   "/me/tokens/" + pat.id + "/rotate",
		token:  p.session,
		body:   map[string]int{"overlapSeconds": 0},
	}, http.StatusCreated)

	var made struct{ ID, Secret string }
	if !ok || !got.into(&made) {
		return false
	}

	p.drop(pat)
	p.tokens = append(p.tokens, &token{id: made.ID, secret: made.Secret, description: pat.description})

	// Using the old pat would revoke its successor, as nobody but a thief would.
	_, ok = t.get("/me", made.Secret)
	return ok
}

// renameToken gives a token another description, and reads it back.
func (t *tenant) renameToken() bool {
	p, pat := t.withTokens()
	if pat == nil {
		return true
	}

	pat.description = fmt.Sprintf("soak %d", t.random.IntN(1000))
	_, ok := t.expect(t.ctx, request{
		method:  http.MethodPatch,
		path:    "/me/tokens/" + pat.id,
		token:   p.session,
		ifMatch: "*",
		body:    map[string]string{"description": pat.description},
	}, http.StatusOK)
	if !ok {
		return false
	}

	got, ok := t.get("/me/tokens/"+pat.id, p.session)
	var read struct{ Description string }
	if ok && got.into(&read) && read.Description != pat.description {
		t.book.mismatch("the description is %q, want %q", read.Description, pat.description)
	}

	return ok
}

// extendToken extends the lease that a token has.
func (t *tenant) extendToken() bool {
	p, pat := t.withTokens()
	if pat == nil {
		return true
	}

	got, ok := t.get("/me/tokens/"+pat.id, p.session)
	var read struct{ LeaseExpiresAt string }
	if !ok || !got.into(&read) {
		return false
	}

	_, ok = t.expect(t.ctx, request{
		method: http.MethodPost,
		path:   "/me/tokens/" + pat.id + "/extend",
		token:  p.session,
		body:   map[string]string{"leaseExpiresAt": read.LeaseExpiresAt},
	}, http.StatusOK)
	return ok
}

// revokeTokens ends all tokens of a member at once.
func (t *tenant) revokeTokens() bool {
	p := t.member()
	if p == nil {
		return true
	}

	_, ok := t.expect(t.ctx, request{
		method: http.MethodDelete,
		path:   t.path("/members/%s/tokens", p.id),
		token:  t.owner.session,
	}, http.StatusNoContent, http.StatusOK)
	if !ok {
		return false
	}

	for _, old := range p.tokens {
		_, ok := t.expect(t.ctx, request{method: http.MethodGet, path: "/me", token: old.secret}, http.StatusUnauthorized)
		if !ok {
			return false
		}
	}

	p.tokens = nil
	return true
}
