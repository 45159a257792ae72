package issuer_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/infra/local/issuer"
)

const (
	clientID = "leasehold-local"
	callback = "http://127.0.0.1:9/console?kept=1"
	verifier = "a-verifier-of-at-least-forty-three-characters-long"
)

// provider is an issuer on a test server, and a browser that does not follow redirects.
type provider struct {
	url     string
	browser *http.Client
}

func start(t *testing.T, keyFile string) provider {
	t.Helper()
	return startFor(t, keyFile, "")
}

// startFor starts an issuer that sends logout tokens to an address.
func startFor(t *testing.T, keyFile, backChannel string) provider {
	t.Helper()
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r)
	}))

	t.Cleanup(server.Close)

	created, err := issuer.New(issuer.Options{
		URL:      server.URL + "/_local/oidc",
		ClientID: clientID,
		KeyFile:  keyFile,
		People:   []issuer.Person{{Name: "Mira Okafor", Email: "mira@example.com", Description: "owns <everything>"}},

		BackChannelLogout: backChannel,
	})
	if err != nil {
		t.Fatal(err)
	}

	handler = created
	browser := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return provider{url: server.URL + "/_local/oidc", browser: browser}
}

func (p provider) do(t *testing.T, request *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := p.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()

	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return response, string(body)
}

func (p provider) get(t *testing.T, path string, query url.Values) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest("GET", p.url+path+"?"+query.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}

	return p.do(t, request)
}

func (p provider) post(t *testing.T, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest("POST", p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://localhost:5173")
	return p.do(t, request)
}

// authRequest returns a valid authorization request with changes, given as pairs of a parameter's name and value. An
// empty value removes the parameter.
func authRequest(changes ...string) url.Values {
	sum := sha256.Sum256([]byte(verifier))
	values := url.Values{
		"response_type":         {"code"},
		"client_id":             {clientID},
		"redirect_uri":          {callback},
		"scope":                 {"openid email profile"},
		"state":                 {"s&1"},
		"nonce":                 {"n1"},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"},
	}

	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			values.Del(changes[i])
		}
	}

	return values
}

// signIn returns a code for an address without showing the sign-in page.
func (p provider) signIn(t *testing.T, email string, changes ...string) string {
	t.Helper()
	silent := []string{"prompt", "none", "login_hint", email}
	response, body := p.get(t, "/authorize", authRequest(append(silent, changes...)...))
	target := location(t, response, body)
	if target.Get("state") != "s&1" || target.Get("iss") != p.url || target.Get("kept") != "1" || target.Get("code") == "" {
		t.Fatalf("redirected with %v, want the state s&1, the issuer %s, kept=1 and a code", target, p.url)
	}

	return target.Get("code")
}

// location returns the query of the address that a response redirects to. It fails unless that is the callback.
func location(t *testing.T, response *http.Response, body string) url.Values {
	t.Helper()
	target, err := response.Location()
	if err != nil || !strings.HasPrefix(target.String(), "http://127.0.0.1:9/console?") {
		t.Fatalf("got %d, %v, %s, want a redirect to the callback", response.StatusCode, err, body)
	}

	return target.Query()
}

// exchange returns a token request for a code with changes, as authRequest does.
func exchange(code string, changes ...string) url.Values {
	values := url.Values{
		"grant_type":    {"authorization_code"},
		"client_id":     {clientID},
		"redirect_uri":  {callback},
		"code":          {code},
		"code_verifier": {verifier},
	}

	for i := 0; i < len(changes); i += 2 {
		values.Set(changes[i], changes[i+1])
	}

	return values
}

type tokens struct {
	IDToken     string `json:"id_token"`
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	Error       string `json:"error"`
}

func (p provider) tokens(t *testing.T, form url.Values) tokens {
	t.Helper()
	response, body := p.post(t, "/token", form)
	header := response.Header
	if header.Get("Access-Control-Allow-Origin") != "http://localhost:5173" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("got headers %v, want the page's origin allowed and no-store", header)
	}

	var got tokens
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatalf("parse the token response %s: %v", body, err)
	}

	return got
}

type claims struct {
	Sub, Email, Name, Nonce string
	GivenName               string `json:"given_name"`
	FamilyName              string `json:"family_name"`
	EmailVerified           bool   `json:"email_verified"`
}

func (p provider) verify(t *testing.T, idToken string) claims {
	t.Helper()
	discovered, err := oidc.NewProvider(context.Background(), p.url)
	if err != nil {
		t.Fatal(err)
	}

	token, err := discovered.Verifier(&oidc.Config{ClientID: clientID}).Verify(context.Background(), idToken)
	if err != nil {
		t.Fatal(err)
	}

	var got claims
	if err := token.Claims(&got); err != nil {
		t.Fatal(err)
	}

	return got
}

func TestAnOpenIDClientSignsAPersonIn(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	got := p.tokens(t, exchange(p.signIn(t, "Mira@Example.com")))
	if got.TokenType != "Bearer" {
		t.Fatalf("got %+v, want a bearer token", got)
	}

	mira := p.verify(t, got.IDToken)
	want := claims{
		Sub:           mira.Sub,
		Email:         "mira@example.com",
		Name:          "Mira Okafor",
		Nonce:         "n1",
		GivenName:     "Mira",
		FamilyName:    "Okafor",
		EmailVerified: true,
	}

	if mira != want || mira.Sub == "" {
		t.Errorf("got %+v, want %+v and a subject", mira, want)
	}

	request, err := http.NewRequest("GET", p.url+"/userinfo", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Authorization", "Bearer "+got.AccessToken)

	if _, body := p.do(t, request); !strings.Contains(body, mira.Sub) {
		t.Errorf("userinfo returned %s, want the subject %s", body, mira.Sub)
	}

	request.Header.Set("Authorization", "Bearer x")

	if response, _ := p.do(t, request); response.StatusCode != 401 {
		t.Errorf("userinfo with a wrong access token: got %d, want 401", response.StatusCode)
	}
}

// inProcess passes requests to a handler without a network, so that they can be made in a bubble of package synctest.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}

	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r

	return response, nil
}

func TestAnAccessTokenWorksUntilItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := provider{url: "http://127.0.0.1:1/_local/oidc"}
		created, err := issuer.New(issuer.Options{
			URL:      p.url,
			ClientID: clientID,
			KeyFile:  filepath.Join(t.TempDir(), "key.pem"),
		})
		if err != nil {
			t.Fatal(err)
		}

		p.browser = &http.Client{
			Transport:     inProcess{created},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}

		access := p.tokens(t, exchange(p.signIn(t, "mira@example.com"))).AccessToken
		for _, step := range []struct {
			wait time.Duration
			want int
		}{{0, http.StatusOK}, {time.Hour - time.Nanosecond, http.StatusOK}, {time.Nanosecond, http.StatusUnauthorized}} {
			time.Sleep(step.wait) //nolint:forbidigo // the bubble's clock takes no real time
			request, err := http.NewRequest("GET", p.url+"/userinfo", nil)
			if err != nil {
				t.Fatal(err)
			}

			request.Header.Set("Authorization", "Bearer "+access)
			if response, body := p.do(t, request); response.StatusCode != step.want {
				t.Errorf("%s later, userinfo answered %d, %s; want %d", step.wait, response.StatusCode, body, step.want)
			}
		}
	})
}

func TestAnyAddressCanSignInAndItsSubjectIsStable(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key.pem")
	p := start(t, keyFile)
	first := p.verify(t, p.tokens(t, exchange(p.signIn(t, "jo.van-dam@example.org"))).IDToken)
	again := start(t, keyFile) // a restart
	second := again.verify(t, again.tokens(t, exchange(again.signIn(t, "JO.van-dam@example.org"))).IDToken)
	if first.Sub != second.Sub || first.Name != "Jo Van Dam" || !first.EmailVerified {
		t.Errorf("got %+v, then %+v, want the same subject, a verified address and the name Jo Van Dam", first, second)
	}

	other := p.verify(t, p.tokens(t, exchange(p.signIn(t, "jo+unverified@example.org"))).IDToken)
	if other.EmailVerified || other.Sub == first.Sub || other.Name != "Jo" {
		t.Errorf("got %+v, want the name Jo, another subject and an unverified address", other)
	}
}

func TestTheKeySurvivesARestart(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key.pem")
	_, before := start(t, keyFile).get(t, "/jwks", nil)
	if _, after := start(t, keyFile).get(t, "/jwks", nil); before != after || strings.Contains(before, `"d"`) {
		t.Errorf("got %s, then %s, want the same public key", before, after)
	}
}

func TestACodeWorksOnceAndOnlyWithItsVerifierAndRedirectURI(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	for name, change := range map[string][]string{
		"another verifier": {"code_verifier", "something-else"},
		"no verifier":      {"code_verifier", ""},
		"another redirect": {"redirect_uri", "http://127.0.0.1:9/"},
	} {
		code := p.signIn(t, "mira@example.com")
		if got := p.tokens(t, exchange(code, change...)); got.Error != "invalid_grant" {
			t.Errorf("%s: got %+v, want invalid_grant", name, got)
		}

		if got := p.tokens(t, exchange(code)); got.Error != "invalid_grant" {
			t.Errorf("%s: the code worked after a failed attempt: got %+v, want invalid_grant", name, got)
		}
	}

	code := p.signIn(t, "mira@example.com")
	if got := p.tokens(t, exchange(code, "client_id", "other")); got.Error != "invalid_client" {
		t.Errorf("another client: got %+v, want invalid_client", got)
	}

	if got := p.tokens(t, exchange(code, "grant_type", "password")); got.Error != "unsupported_grant_type" {
		t.Errorf("another grant type: got %+v, want unsupported_grant_type", got)
	}

	if got := p.tokens(t, exchange(code)); got.IDToken == "" {
		t.Errorf("got %+v, want an ID token", got)
	}

	if got := p.tokens(t, exchange(code)); got.Error != "invalid_grant" {
		t.Errorf("the code worked twice: got %+v, want invalid_grant", got)
	}
}

func TestAnInvalidRequestIsRedirectedWithItsError(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	for _, c := range []struct {
		want    string
		changes []string
	}{
		{"unsupported_response_type", []string{"response_type", "token"}},
		{"invalid_scope", []string{"scope", "email"}},
		{"invalid_request", []string{"code_challenge", ""}},
		{"invalid_request", []string{"code_challenge_method", "plain"}},
		{"invalid_request", []string{"prompt", "none login"}},
		{"login_required", []string{"prompt", "none"}},
		{"login_required", []string{"prompt", "none", "login_hint", "nobody"}},
		{"request_not_supported", []string{"request", "x"}},
	} {
		response, body := p.get(t, "/authorize", authRequest(c.changes...))
		got := location(t, response, body)
		if got.Get("error") != c.want || got.Get("state") != "s&1" || got.Get("code") != "" {
			t.Errorf("%v: got %v, want the error %s, the state and no code", c.changes, got, c.want)
		}
	}
}

func TestAnUnknownClientOrRedirectURIIsNeverRedirectedTo(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	for _, changes := range [][]string{
		{"client_id", "other"},
		{"redirect_uri", ""},
		{"redirect_uri", "https://127.0.0.1/"},
		{"redirect_uri", "http://127.0.0.1.evil.example/"},
		{"redirect_uri", "http://evil.example/"},
		{"redirect_uri", "http://127.0.0.1@evil.example/"},
		{"redirect_uri", "javascript:alert(1)"},
	} {
		silent := []string{"prompt", "none", "login_hint", "mira@example.com"}
		response, _ := p.get(t, "/authorize", authRequest(append(silent, changes...)...))
		if response.StatusCode != 400 || response.Header.Get("Location") != "" {
			t.Errorf("%v: got %d %v, want 400 and no Location", changes, response.StatusCode, response.Header)
		}
	}
}

func TestTheSignInPageListsPeopleAndAcceptsAnyAddress(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	response, body := p.get(t, "/authorize", authRequest("login_hint", `"><b>x`))
	for _, want := range []string{
		"Mira Okafor",
		"owns &lt;everything&gt;",
		`name="state" value="s&amp;1"`,
		`<label for="email">`,
		`value="&#34;&gt;&lt;b&gt;x"`,
		`lang="en"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("got %s, want %s on the page", body, want)
		}
	}

	policy := response.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || response.StatusCode != 200 {
		t.Errorf("got %d and the policy %q, want 200 and default-src 'none'", response.StatusCode, policy)
	}

	response, body = p.post(t, "/authorize", authRequest("email", "new@example.com"))
	if code := location(t, response, body).Get("code"); code == "" || response.StatusCode != 303 {
		t.Errorf("a new address: got %d %s, want 303 and a code", response.StatusCode, body)
	}

	response, body = p.post(t, "/authorize", authRequest("email", "no address"))
	if response.StatusCode != 400 || !strings.Contains(body, `role="alert"`) {
		t.Errorf("an invalid address: got %d %s, want 400 and an alert", response.StatusCode, body)
	}
}

// withCookies returns the provider with a browser that keeps cookies.
func (p provider) withCookies(t *testing.T) provider {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	p.browser.Jar = jar
	return p
}

// showsPage reports whether an authorization request shows the sign-in page instead of returning a code.
func (p provider) showsPage(t *testing.T, changes ...string) bool {
	t.Helper()
	response, body := p.get(t, "/authorize", authRequest(changes...))
	if response.StatusCode == http.StatusOK {
		return strings.Contains(body, "Demo people")
	}

	if location(t, response, body).Get("code") == "" {
		t.Fatalf("%v: got a redirect to %s, want the page or a code", changes, response.Header.Get("Location"))
	}

	return false
}

func TestASignedInBrowserIsPromptedAgainOnlyIfTheClientAsksForIt(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem")).withCookies(t)
	if !p.showsPage(t) {
		t.Fatal("a new browser got a code, want the sign-in page")
	}

	response, body := p.post(t, "/authorize", authRequest("email", "mira@example.com"))
	code := location(t, response, body).Get("code")

	for _, c := range []struct {
		showsPage bool
		changes   []string
	}{
		{false, nil},
		{false, []string{"prompt", "none"}},
		{false, []string{"login_hint", "Mira@example.com"}},
		{true, []string{"prompt", "login"}},
		{true, []string{"prompt", "select_account"}},
		{true, []string{"login_hint", "jo@example.com"}},
	} {
		if got := p.showsPage(t, c.changes...); got != c.showsPage {
			t.Errorf("%v: sign-in page shown: got %t, want %t", c.changes, got, c.showsPage)
		}
	}

	if got := p.verify(t, p.tokens(t, exchange(code)).IDToken); got.Email != "mira@example.com" {
		t.Errorf("got %+v, want mira@example.com", got)
	}
}

func TestSignOutEndsTheSessionAndRedirectsWithTheState(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem")).withCookies(t)
	idToken := p.tokens(t, exchange(p.signIn(t, "mira@example.com"))).IDToken
	back := []string{"post_logout_redirect_uri", "http://127.0.0.1:9/bye", "state", "x"}
	for _, c := range []struct {
		by   string
		want string
		form []string
	}{
		{"GET", "http://127.0.0.1:9/bye?state=x", append([]string{"client_id", clientID}, back...)},
		{"GET", "http://127.0.0.1:9/bye?state=x", append([]string{"id_token_hint", idToken}, back...)},
		{"POST", "http://127.0.0.1:9/bye?state=x", append([]string{"client_id", clientID}, back...)},
		{"GET", "/_local/", nil},
	} {
		p.post(t, "/authorize", authRequest("email", "mira@example.com"))
		form := url.Values{}
		for i := 0; i < len(c.form); i += 2 {
			form.Set(c.form[i], c.form[i+1])
		}

		send := p.get
		if c.by == "POST" {
			send = p.post
		}

		if response, _ := send(t, "/logout", form); response.Header.Get("Location") != c.want {
			t.Errorf("%s %v: redirected to %s, want %s", c.by, c.form, response.Header.Get("Location"), c.want)
		}

		if !p.showsPage(t) {
			t.Errorf("%s %v: the session still works, want it ended", c.by, c.form)
		}
	}
}

func TestSignOutRedirectsOnlyToAddressesOfThisMachine(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem")).withCookies(t)
	other := start(t, filepath.Join(t.TempDir(), "key.pem"))
	foreign := other.tokens(t, exchange(other.signIn(t, "mira@example.com"))).IDToken
	p.post(t, "/authorize", authRequest("email", "mira@example.com"))
	const target = "http://127.0.0.1:9/bye"
	for _, form := range []url.Values{
		{"client_id": {clientID}, "post_logout_redirect_uri": {"http://evil.example/"}},
		{"client_id": {clientID}, "post_logout_redirect_uri": {"javascript:alert(1)"}},
		{"client_id": {clientID}, "post_logout_redirect_uri": {"//evil.example/"}},
		{"client_id": {"other"}, "post_logout_redirect_uri": {target}},
		{"post_logout_redirect_uri": {target}},
		{"id_token_hint": {"x"}, "post_logout_redirect_uri": {target}},
		{"id_token_hint": {foreign}, "post_logout_redirect_uri": {target}},
	} {
		response, _ := p.get(t, "/logout", form)
		if response.StatusCode != 400 || response.Header.Get("Location") != "" {
			t.Errorf("%v: got %d %v, want 400 and no Location", form, response.StatusCode, response.Header)
		}
	}

	if p.showsPage(t) {
		t.Error("a rejected request ended the session")
	}
}

func TestOnlyLoopbackOriginsCanReadResponses(t *testing.T) {
	p := start(t, filepath.Join(t.TempDir(), "key.pem"))
	for origin, want := range map[string]string{
		"http://localhost:5173":         "http://localhost:5173",
		"https://evil.example":          "",
		"http://localhost.evil.example": "",
		"null":                          "",
	} {
		request, err := http.NewRequest("OPTIONS", p.url+"/token", nil)
		if err != nil {
			t.Fatal(err)
		}

		request.Header.Set("Origin", origin)

		response, _ := p.do(t, request)
		if got := response.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: got the allowed origin %q, want %q", origin, got, want)
		}
	}
}

// TestSigningOutSendsOneLogoutTokenForTheSession signs out twice by the cookie and twice by the ID token.
func TestSigningOutSendsOneLogoutTokenForTheSession(t *testing.T) {
	sent := make(chan string, 9)
	client := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
			sent <- r.FormValue("logout_token")
		}
	}))
	t.Cleanup(client.Close)

	p := startFor(t, filepath.Join(t.TempDir(), "key.pem"), client.URL).withCookies(t)
	byCookie := p.tokens(t, exchange(p.signIn(t, "mira@example.com"))).IDToken

	for range 2 {
		p.get(t, "/logout", url.Values{"client_id": {clientID}})
		p.get(t, "/logout", url.Values{"id_token_hint": {byCookie}})
	}

	close(sent)
	var tokens []string
	for token := range sent {
		tokens = append(tokens, token)
	}

	if len(tokens) != 1 {
		t.Fatalf("%d logout tokens were sent, want 1", len(tokens))
	}

	logout, signedIn := claimsOf(t, tokens[0]), claimsOf(t, byCookie)
	if logout["sid"] == nil || logout["sid"] != signedIn["sid"] || logout["sub"] != signedIn["sub"] || logout["nonce"] != nil ||
		logout["jti"] == nil || logout["exp"] == nil || logout["events"] == nil {
		t.Errorf("the logout token has the claims %v, the ID token %v", logout, signedIn)
	}
}

// claimsOf returns the claims of a JWT without verifying it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}

	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}

	return claims
}
