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

// session is a browser in which somebody signed in on the page: as with any provider it opens the next authorization
// without a question, until it is ended.
type session struct {
	person Person
	at     time.Time
}

// begin starts a session in the browser.
func (i *Issuer) begin(w http.ResponseWriter, person Person, now time.Time) session {
	begun, id := session{person: person, at: now}, rand.Text()
	i.mutex.Lock()
	i.sessions[id] = begun
	i.mutex.Unlock()
	http.SetCookie(w, &http.Cookie{
		Name:     cookieName,
		Value:    id,
		Path:     i.path,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})

	return begun
}

// current is the session of the browser that sent a request.
func (i *Issuer) current(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		return session{}, false
	}

	i.mutex.Lock()
	defer i.mutex.Unlock()
	found, ok := i.sessions[cookie.Value]
	return found, ok
}

// suits tells whether a session answers an authorization request without the page: the client does not want the person
// asked again, and does not expect somebody else.
func (s session) suits(asked request) bool {
	prompts := strings.Fields(asked.get("prompt"))
	hint := asked.get("login_hint")
	return !slices.Contains(prompts, "login") && !slices.Contains(prompts, "select_account") && (hint == "" || strings.EqualFold(hint, s.person.Email))
}

// serveLogout ends the browser's session, as RP-Initiated Logout 1.0 says. It sends the browser back only where the client
// may ask for: the client is known by client_id or by an ID token of ours (an old one will do), and the address is of this
// machine, which is what is registered for it. The standard wants the person asked first when no ID token is sent; here
// there is nothing to lose by signing out.
func (i *Issuer) serveLogout(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the request can't be read", http.StatusBadRequest)
		return
	}

	if problem := i.refuseLogout(r.Form); problem != "" {
		http.Error(w, "invalid_request: "+problem, http.StatusBadRequest)
		return
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

// refuseLogout says what is wrong with a request, "" if nothing.
func (i *Issuer) refuseLogout(form url.Values) string {
	hint, client, target := form.Get("id_token_hint"), form.Get("client_id"), form.Get("post_logout_redirect_uri")
	switch {
	case client != "" && client != i.options.ClientID:
		return "the client_id is not " + i.options.ClientID
	case hint != "" && !i.issued(hint):
		return "the id_token_hint is not an ID token for " + i.options.ClientID
	case target != "" && client == "" && hint == "":
		return "a post_logout_redirect_uri needs a client_id or an id_token_hint"
	case target != "" && !isLoopback(target):
		return "the post_logout_redirect_uri must be an http URL of this machine, such as http://127.0.0.1:3000/"
	}

	return ""
}

// issued tells whether an ID token, however old, is one of ours for our client.
func (i *Issuer) issued(idToken string) bool {
	parsed, err := jwt.ParseSigned(idToken, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return false
	}

	var claims jwt.Claims
	if err := parsed.Claims(i.key.Public(), &claims); err != nil {
		return false
	}

	return claims.Issuer == i.options.URL && claims.Audience.Contains(i.options.ClientID)
}

// afterLogout is where a browser goes when its session is ended: where the client asked for, with its state, or the
// runner's own page.
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
