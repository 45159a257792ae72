package issuer

import (
	"crypto/rand"
	_ "embed"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/page"
)

//go:embed signin.html
var signInBody string

var signInPage = page.Parse(signInBody)

// grant is what a code stands for.
type grant struct {
	person      Person
	redirectURI string
	challenge   string
	nonce       string
	scope       string
	at          time.Time
	signedIn    time.Time // when the person was asked
}

// request is an authorization request.
type request struct{ values url.Values }

func (q request) get(name string) string { return q.values.Get(name) }

// refusal is an error that the client is told; "" code is none.
type refusal struct{ code, description string }

// check finds what is wrong with a request whose client and redirect URI are right.
func (q request) check() refusal {
	prompts := strings.Fields(q.get("prompt"))
	switch {
	case q.get("response_type") != "code":
		return refusal{"unsupported_response_type", "only response_type=code is supported"}
	case !slices.Contains(strings.Fields(q.get("scope")), "openid"):
		return refusal{"invalid_scope", "the scope openid is required"}
	case q.get("code_challenge") == "" || q.get("code_challenge_method") != "S256":
		return refusal{"invalid_request", "PKCE with code_challenge_method=S256 is required"}
	case slices.Contains(prompts, "none") && len(prompts) > 1:
		return refusal{"invalid_request", "prompt=none stands alone"}
	case q.get("request") != "":
		return refusal{"request_not_supported", "request objects are not supported"}
	}

	return refusal{}
}

// serveAuthorize shows the sign-in page, unless the browser's session answers. Two extensions of this issuer: prompt=none
// with login_hint signs that person in without a session; with was, it is the person who had that address before, so that a
// changed address can be tried.
func (i *Issuer) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	asked := request{r.URL.Query()}
	if !i.acceptable(w, r, asked) {
		return
	}

	open, ok := i.current(r)
	switch {
	case ok && open.suits(asked):
		i.grant(w, r, asked, open)
	case asked.get("prompt") == "none":
		person, ok := i.personFor(asked.get("login_hint"))
		if !ok {
			i.sendBack(w, r, asked, refusal{"login_required", "prompt=none needs a session here, or a login_hint with an email address"})
			return
		}

		person.Was = asked.get("was")
		i.grant(w, r, asked, session{person: person, at: time.Now()})

	default:
		i.showSignIn(w, http.StatusOK, asked, asked.get("login_hint"), "")
	}
}

// serveChoice takes what was picked or typed on the sign-in page.
func (i *Issuer) serveChoice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the form can't be read", http.StatusBadRequest)
		return
	}

	asked := request{r.PostForm}
	if !i.acceptable(w, r, asked) {
		return
	}

	email := asked.get("email")
	person, ok := i.personFor(email)
	if !ok {
		i.showSignIn(w, http.StatusBadRequest, asked, email, "Enter an email address such as mira@example.com.")
		return
	}

	i.grant(w, r, asked, i.begin(w, person, time.Now()))
}

// acceptable answers requests that can't be granted. An unknown client or redirect URI is never redirected to.
func (i *Issuer) acceptable(w http.ResponseWriter, r *http.Request, asked request) bool {
	if asked.get("client_id") != i.options.ClientID {
		http.Error(w, "invalid_request: the client_id is not "+i.options.ClientID, http.StatusBadRequest)
		return false
	}

	if !isLoopback(asked.get("redirect_uri")) {
		http.Error(w, "invalid_request: the redirect_uri must be an http URL of this machine, such as http://127.0.0.1:3000/", http.StatusBadRequest)
		return false
	}

	if refused := asked.check(); refused.code != "" {
		i.sendBack(w, r, asked, refused)
		return false
	}

	return true
}

func (i *Issuer) showSignIn(w http.ResponseWriter, status int, asked request, email, problem string) {
	hidden := url.Values{}
	for _, name := range []string{"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method"} {
		if asked.values.Has(name) {
			hidden.Set(name, asked.get(name))
		}
	}

	page.Write(w, status, signInPage, "Sign in", map[string]any{
		"Action": i.path + "/authorize", "Hidden": hidden, "People": i.options.People, "Email": email, "Problem": problem,
	})
}

// grant sends the browser back with a code.
func (i *Issuer) grant(w http.ResponseWriter, r *http.Request, asked request, by session) {
	code := rand.Text()
	i.mutex.Lock()

	for old, granted := range i.codes {
		if time.Since(granted.at) > codeLifetime {
			delete(i.codes, old)
		}
	}

	i.codes[code] = grant{
		person:      by.person,
		redirectURI: asked.get("redirect_uri"),
		challenge:   asked.get("code_challenge"),
		nonce:       asked.get("nonce"),
		scope:       asked.get("scope"),
		at:          time.Now(),
		signedIn:    by.at,
	}

	i.mutex.Unlock()
	i.redirect(w, r, asked, url.Values{"code": {code}})
}

func (i *Issuer) sendBack(w http.ResponseWriter, r *http.Request, asked request, refused refusal) {
	i.redirect(w, r, asked, url.Values{"error": {refused.code}, "error_description": {refused.description}})
}

func (i *Issuer) redirect(w http.ResponseWriter, r *http.Request, asked request, answer url.Values) {
	target, err := url.Parse(asked.get("redirect_uri"))
	if err != nil {
		http.Error(w, "invalid_request: the redirect_uri is no URL", http.StatusBadRequest)
		return
	}

	answer.Set("iss", i.options.URL)

	if state := asked.get("state"); state != "" {
		answer.Set("state", state)
	}

	query := target.Query()
	maps.Copy(query, answer)

	target.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}
