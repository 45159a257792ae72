package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// signInTimeout limits how long the command waits for the browser.
const signInTimeout = 5 * time.Minute

func (a *app) loginCommand() *cobra.Command {
	var noBrowser bool
	command := &cobra.Command{
		Use:   "login",
		Short: "Sign in with a browser",
		Long: `Sign in with a browser on this machine.

The session is kept in the system's keyring, or in a file that only you can read if there is none. It ends after two
hours without use, and after twelve hours in any case.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return a.login(command.Context(), noBrowser) },
	}
	command.Flags().BoolVar(&noBrowser, "no-browser", false, "print the address instead of opening the browser")

	return command
}

// login signs the user in and saves the session.
func (a *app) login(ctx context.Context, noBrowser bool) error {
	s, address, err := a.target()
	if err != nil {
		return err
	}

	c, err := a.client(address, client.Secret{})
	if err != nil {
		return err
	}

	provider, err := c.GetSignIn(ctx)
	if err != nil {
		return err
	}

	idToken, nonce, err := a.authorize(ctx, provider, noBrowser)
	if err != nil {
		return err
	}

	session, err := c.CreateSession(ctx, client.SessionCreate{IDToken: idToken, Nonce: nonce})
	if err != nil {
		return err
	}

	where, err := s.save(address, session.Secret)
	if err != nil {
		return err
	}

	if a.getenv("LEASEHOLD_TOKEN") != "" {
		a.say("LEASEHOLD_TOKEN is set and takes precedence over this session.")
	}

	if a.json {
		return a.printValue(session.User)
	}

	a.say("Signed in to %s as %s (%s). The session is in %s.", address, session.User.DisplayName, session.User.Email, where)
	return nil
}

// printValue prints a value as JSON.
func (a *app) printValue(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}

	return a.printJSON(text)
}

// authorization is one authorization request of the command (OpenID Connect Core 1.0, section 3.1.2, with PKCE).
type authorization struct {
	provider *client.SignIn
	redirect string
	state    string
	nonce    string
	verifier string
}

// authorize signs the user in at the identity provider and returns the ID token with its nonce.
func (a *app) authorize(ctx context.Context, provider *client.SignIn, noBrowser bool) (idToken, nonce string, err error) {
	for _, endpoint := range []string{provider.AuthorizationEndpoint, provider.TokenEndpoint} {
		if !isPrivate(endpoint) {
			return "", "", fmt.Errorf("%w: the address %s of the identity provider is not https", errSignIn, endpoint)
		}
	}

	landing, err := listen(ctx)
	if err != nil {
		return "", "", err
	}

	defer landing.close()

	request := authorization{
		provider: provider,
		redirect: landing.address(),
		state:    rand.Text(),
		nonce:    rand.Text(),
		verifier: rand.Text() + rand.Text(), // RFC 7636 asks for 43 characters
	}

	introduction := "Sign in with your browser. If it did not open, open this address in it:"
	if noBrowser || openBrowser(ctx, a.getenv, request.address()) != nil {
		introduction = "Open this address in a browser on this machine:"
	}

	_, _ = fmt.Fprintf(a.errs, "%s\n\n%s\n\n", introduction, request.address())

	ctx, cancel := context.WithTimeout(ctx, signInTimeout)
	defer cancel()

	code, err := landing.wait(ctx, request)
	if err == nil {
		idToken, err = request.exchange(ctx, code)
	}

	if err != nil {
		return "", "", fmt.Errorf("%w: %w", errSignIn, err)
	}

	return idToken, request.nonce, nil
}

// isPrivate reports whether nobody on the network can read requests to an address: it is https, or of this machine.
func isPrivate(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" {
		return false
	}

	ip := net.ParseIP(parsed.Hostname())
	local := parsed.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return parsed.Scheme == "https" || parsed.Scheme == "http" && local
}

// address returns the address that starts the sign-in in a browser.
func (q authorization) address() string {
	challenge := sha256.Sum256([]byte(q.verifier))
	values := url.Values{
		"response_type":         {"code"},
		"client_id":             {q.provider.ClientID},
		"redirect_uri":          {q.redirect},
		"scope":                 {strings.Join(q.provider.Scopes, " ")},
		"state":                 {q.state},
		"nonce":                 {q.nonce},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}

	separator := "?"
	if strings.Contains(q.provider.AuthorizationEndpoint, "?") {
		separator = "&"
	}

	return q.provider.AuthorizationEndpoint + separator + values.Encode()
}

// code returns the code in the answer of the provider. own is false for an answer to another request.
func (q authorization) code(answer url.Values) (code string, own bool, err error) {
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(q.state)) != 1 {
		return "", false, nil
	}

	// RFC 9207 keeps one provider from passing on the code of another.
	if answer.Has("iss") && answer.Get("iss") != q.provider.Issuer {
		return "", true, fmt.Errorf("the answer came from %q instead of %s", answer.Get("iss"), q.provider.Issuer)
	}

	if refusal := answer.Get("error"); refusal != "" {
		reason := cmp.Or(answer.Get("error_description"), refusal)
		return "", true, fmt.Errorf("the identity provider refused the sign-in: %s", printable(reason))
	}

	if code = answer.Get("code"); code == "" {
		return "", true, errors.New("the identity provider sent no code")
	}

	return code, true, nil
}

// exchange exchanges the code for an ID token (RFC 6749, section 4.1.3).
func (q authorization) exchange(ctx context.Context, code string) (string, error) {
	form := url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {code},
		"redirect_uri":  {q.redirect},
		"client_id":     {q.provider.ClientID},
		"code_verifier": {q.verifier},
	}

	body := strings.NewReader(form.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, q.provider.TokenEndpoint, body)
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}

	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Accept", "application/json")
	exchange := &http.Client{
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	response, err := exchange.Do(request)
	if err != nil {
		return "", fmt.Errorf("exchange the code: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	var answer struct {
		IDToken     string `json:"id_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&answer); err != nil {
		return "", fmt.Errorf("exchange the code: the identity provider answered %s without JSON", response.Status)
	}

	if answer.IDToken == "" {
		reason := printable(cmp.Or(answer.Description, answer.Error))
		return "", fmt.Errorf("exchange the code: the identity provider answered %s: %s", response.Status, reason)
	}

	return answer.IDToken, nil
}

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "logout",
		Short: "End the session of leasehold login",
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return a.logout(command.Context()) },
	}
}

// logout ends the saved session. It forgets a session that has already ended.
func (a *app) logout(ctx context.Context) error {
	s, address, err := a.target()
	if err != nil {
		return err
	}

	secret, err := s.secret(address)
	if err != nil {
		return err
	}

	c, err := a.client(address, secret)
	if err != nil {
		return err
	}

	if err := c.SignOut(ctx); err != nil {
		problem, ok := errors.AsType[*client.Problem](err)
		if !ok || problem.Status != http.StatusUnauthorized {
			return err
		}
	}

	if err := s.forget(address); err != nil {
		return err
	}

	a.say("Signed out of %s.", address)
	return nil
}
