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

var signInPage = page.Parse(signInBody).ForSignIn()

// formerEmail is the name of the parameter that gives a person's previous email address. It is an extension of this
// issuer.
const formerEmail = "former_email"

// grant is what the issuer remembers about a code until the client exchanges it.
type grant struct {
	person      Person
	redirectURI string
	challenge   string
	nonce       string
	scope       string
	issuedAt    time.Time
	signedInAt  time.Time // the auth_time of the ID token
	sid         string
}

// authRequest is an authorization request.
type authRequest struct{ values url.Values }

func (q authRequest) get(name string) string { return q.values.Get(name) }

// oauthError is an error response of RFC 6749, section 4.1.2.1. The zero value means no error.
type oauthError struct{ code, description string }

// check returns the first error in a request whose client and redirect URI are valid.
func (q authRequest) check() oauthError {
	prompts := strings.Fields(q.get("prompt"))
	switch {
	case q.get("response_type") != "code":
		return oauthError{"unsupported_response_type", "only response_type=code is supported"}
	case !slices.Contains(strings.Fields(q.get("scope")), "openid"):
		return oauthError{"invalid_scope", "the scope openid is required"}
	case q.get("code_challenge") == "" || q.get("code_challenge_method") != "S256":
		return oauthError{"invalid_request", "PKCE with code_challenge_method=S256 is required"}
	case slices.Contains(prompts, "none") && len(prompts) > 1:
		return oauthError{"invalid_request", "prompt=none can't be combined with another value"}
	case q.get("request") != "":
		return oauthError{"request_not_supported", "request objects are not supported"}
	}

	return oauthError{}
}

// serveAuthorize redirects with a code if the browser has a suitable session, and shows the sign-in page otherwise.
//
// This issuer adds two extensions. With prompt=none, a login_hint signs that person in without a session. With
// former_email, the person keeps the subject of that earlier address, so that a change of address can be tested.
func (i *Issuer) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	request := authRequest{r.URL.Query()}
	if !i.validate(w, r, request) {
		return
	}

	current, ok := i.currentSession(r)
	switch {
	case ok && current.satisfies(request):
		i.redirectCode(w, r, request, current)
	case request.get("prompt") == "none":
		person, ok := i.personFor(request.get("login_hint"))
		if !ok {
			i.redirectError(w, r, request, oauthError{
				"login_required", "prompt=none requires a session or a login_hint with an email address",
			})

			return
		}

		person.FormerEmail = request.get(formerEmail)
		i.redirectCode(w, r, request, i.newSession(person, time.Now()))

	default:
		i.showSignIn(w, http.StatusOK, request, request.get("login_hint"), "")
	}
}

// serveChoice signs in the person who was selected or entered on the sign-in page.
func (i *Issuer) serveChoice(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "can't parse the form", http.StatusBadRequest)
		return
	}

	request := authRequest{r.PostForm}
	if !i.validate(w, r, request) {
		return
	}

	email := request.get("email")
	person, ok := i.personFor(email)
	if !ok {
		i.showSignIn(w, http.StatusBadRequest, request, email, "Enter an email address such as mira@example.com.")
		return
	}

	i.redirectCode(w, r, request, i.startSession(w, person, time.Now()))
}

// validate reports whether a request is valid. If it is not, validate writes the error response. It never redirects to
// an unknown client or redirect URI.
func (i *Issuer) validate(w http.ResponseWriter, r *http.Request, request authRequest) bool {
	if request.get("client_id") != i.options.ClientID {
		http.Error(w, "invalid_request: client_id must be "+i.options.ClientID, http.StatusBadRequest)
		return false
	}

	if !isLoopback(request.get("redirect_uri")) {
		http.Error(w, "invalid_request: redirect_uri must be an http URL on this machine, such as http://127.0.0.1:3000/",
			http.StatusBadRequest)
		return false
	}

	if failure := request.check(); failure.code != "" {
		i.redirectError(w, r, request, failure)
		return false
	}

	return true
}

func (i *Issuer) showSignIn(w http.ResponseWriter, status int, request authRequest, email, problem string) {
	names := []string{
		"client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
	}

	hidden := url.Values{}
	for _, name := range names {
		if request.values.Has(name) {
			hidden.Set(name, request.get(name))
		}
	}

	signInPage.Write(w, status, "Sign in", map[string]any{
		"Action":  i.path + "/authorize",
		"Hidden":  hidden,
		"People":  i.options.People,
		"Email":   email,
		"Problem": problem,
	})
}

// redirectCode redirects the browser to the client with a new code. It also deletes expired codes.
func (i *Issuer) redirectCode(w http.ResponseWriter, r *http.Request, request authRequest, by session) {
	code := rand.Text()
	i.mutex.Lock()

	maps.DeleteFunc(i.codes, func(_ string, old grant) bool { return time.Since(old.issuedAt) > codeLifetime })

	i.codes[code] = grant{
		person:      by.person,
		redirectURI: request.get("redirect_uri"),
		challenge:   request.get("code_challenge"),
		nonce:       request.get("nonce"),
		scope:       request.get("scope"),
		issuedAt:    time.Now(),
		signedInAt:  by.startedAt,
		sid:         by.sid,
	}

	i.mutex.Unlock()
	i.redirect(w, r, request, url.Values{"code": {code}})
}

func (i *Issuer) redirectError(w http.ResponseWriter, r *http.Request, request authRequest, failure oauthError) {
	i.redirect(w, r, request, url.Values{"error": {failure.code}, "error_description": {failure.description}})
}

func (i *Issuer) redirect(w http.ResponseWriter, r *http.Request, request authRequest, answer url.Values) {
	target, err := url.Parse(request.get("redirect_uri"))
	if err != nil {
		http.Error(w, "invalid_request: redirect_uri must be a URL", http.StatusBadRequest)
		return
	}

	answer.Set("iss", i.options.URL)

	if state := request.get("state"); state != "" {
		answer.Set("state", state)
	}

	query := target.Query()
	maps.Copy(query, answer)

	target.RawQuery = query.Encode()
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, target.String(), http.StatusSeeOther)
}
