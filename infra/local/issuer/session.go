package issuer

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const cookieName = "leasehold_issuer"

// session records that a person signed in on the page in a browser. Until sign-out, it answers authorization requests
// without showing the page again.
type session struct {
	person    Person
	startedAt time.Time
	sid       string // the claim sid of the ID tokens
}

// newSession starts a session that no cookie leads to.
func (i *Issuer) newSession(person Person, now time.Time) session {
	started := session{person: person, startedAt: now, sid: rand.Text()}

	i.mutex.Lock()
	i.sids[started.sid] = person
	i.mutex.Unlock()

	return started
}

// startSession starts a session and sets its cookie.
func (i *Issuer) startSession(w http.ResponseWriter, person Person, now time.Time) session {
	started, id := i.newSession(person, now), rand.Text()

	i.mutex.Lock()
	i.sessions[id] = started
	i.mutex.Unlock()

	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Value:    id,
		Path:     i.path,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})

	return started
}

// currentSession returns the session of the browser that sent a request.
func (i *Issuer) currentSession(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return session{}, false
	}

	i.mutex.Lock()
	defer i.mutex.Unlock()

	found, ok := i.sessions[cookie.Value]
	return found, ok
}

// satisfies reports whether a session can answer an authorization request without the sign-in page. It can't if the
// client asks for a prompt or names another person.
func (s session) satisfies(request authRequest) bool {
	prompts := strings.Fields(request.get("prompt"))
	if slices.Contains(prompts, "login") || slices.Contains(prompts, "select_account") {
		return false
	}

	hint := request.get("login_hint")
	return hint == "" || strings.EqualFold(hint, s.person.Email)
}

// serveLogout ends the browser's session, and that of the ID token hint, as specified by OpenID Connect RP-Initiated Logout
// 1.0, and sends the client a logout token (see logOut). It redirects only if the request identifies the client, by
// client_id or by an ID token of this issuer (even an expired one), and only to an address of this machine.
//
// The specification requires a confirmation if there is no ID token. This issuer does not ask, because signing out of
// it loses nothing.
func (i *Issuer) serveLogout(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "can't parse the request", http.StatusBadRequest)
		return
	}

	if problem := i.checkLogout(r.Form); problem != "" {
		http.Error(w, "invalid_request: "+problem, http.StatusBadRequest)
		return
	}

	if hint, ok := i.issued(r.Form.Get("id_token_hint")); ok {
		i.logOut(r.Context(), hint.SID)
	}

	if current, ok := i.currentSession(r); ok {
		i.logOut(r.Context(), current.sid)
	}

	if cookie, err := r.Cookie(cookieName); err == nil {
		i.mutex.Lock()
		delete(i.sessions, cookie.Value)
		i.mutex.Unlock()
	}

	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Path:     i.path,
		MaxAge:   -1,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})

	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, afterLogout(r.Form), http.StatusSeeOther)
}

// checkLogout returns the problem with a sign-out request, or "".
func (i *Issuer) checkLogout(form url.Values) string {
	_, issued := i.issued(form.Get("id_token_hint"))
	hint, client, target := form.Get("id_token_hint"), form.Get("client_id"), form.Get("post_logout_redirect_uri")
	switch {
	case client != "" && client != i.options.ClientID:
		return "client_id must be " + i.options.ClientID
	case hint != "" && !issued:
		return "id_token_hint must be an ID token of this issuer for " + i.options.ClientID
	case target != "" && client == "" && hint == "":
		return "post_logout_redirect_uri requires a client_id or an id_token_hint"
	case target != "" && !isLoopback(target):
		return "post_logout_redirect_uri must be an http URL on this machine, such as http://127.0.0.1:3000/"
	}

	return ""
}

// hint is what an ID token hint says.
type hint struct {
	jwt.Claims
	SID string `json:"sid"`
}

// issued returns the claims of an ID token; ok reports whether this issuer issued it for its client. The token may be
// expired.
func (i *Issuer) issued(idToken string) (claims hint, ok bool) {
	parsed, err := jwt.ParseSigned(idToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return hint{}, false
	}

	if err := parsed.Claims(i.key.Public(), &claims); err != nil {
		return hint{}, false
	}

	return claims, claims.Issuer == i.options.URL && claims.Audience.Contains(i.options.ClientID)
}

// afterLogout returns the address to redirect to after sign-out: the client's address with its state, or the runner's
// index page.
func afterLogout(form url.Values) string {
	target, err := url.Parse(form.Get("post_logout_redirect_uri"))
	if err != nil || target.Host == "" {
		return "/_local/"
	}

	if state := form.Get("state"); state != "" {
		query := target.Query()
		query.Set("state", state)
		target.RawQuery = query.Encode()
	}

	return target.String()
}
