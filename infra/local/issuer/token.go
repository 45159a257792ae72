package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

// serveToken gives an ID token and an access token for a code and its verifier.
func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		tokenError(w, "invalid_request", "the form can't be read")
		return
	}

	form := r.PostForm
	if form.Get("grant_type") != "authorization_code" {
		tokenError(w, "unsupported_grant_type", "only authorization_code is supported")
		return
	}

	if form.Get("client_id") != i.options.ClientID {
		tokenError(w, "invalid_client", "the client_id is not "+i.options.ClientID)
		return
	}

	granted, ok := i.redeem(form.Get("code"))
	if !ok || granted.redirectURI != form.Get("redirect_uri") || !proves(form.Get("code_verifier"), granted.challenge) {
		tokenError(w, "invalid_grant", "the code is unknown, used or old, or redirect_uri or code_verifier don't fit it")
		return
	}

	idToken, err := i.idToken(granted, time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	access := rand.Text()
	i.mutex.Lock()
	i.access[access] = granted.person
	i.mutex.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": access, "token_type": "Bearer", "expires_in": int(tokenLifetime.Seconds()), "scope": granted.scope, "id_token": idToken,
	})
}

// redeem takes a code out of circulation: it works once, whatever comes with it.
func (i *Issuer) redeem(code string) (grant, bool) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	granted, ok := i.codes[code]
	delete(i.codes, code)
	return granted, ok && time.Since(granted.at) <= codeLifetime
}

// proves tells whether a PKCE verifier has the S256 challenge.
func proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

func (i *Issuer) idToken(granted grant, now time.Time) (string, error) {
	claims := granted.person.claims()
	claims["iss"], claims["aud"] = i.options.URL, i.options.ClientID
	claims["iat"], claims["auth_time"], claims["exp"] = now.Unix(), granted.signedIn.Unix(), now.Add(tokenLifetime).Unix()
	if granted.nonce != "" {
		claims["nonce"] = granted.nonce
	}

	token, err := jwt.Signed(i.signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the ID token: %w", err)
	}

	return token, nil
}

func tokenError(w http.ResponseWriter, code, description string) {
	writeJSON(w, http.StatusBadRequest, map[string]string{"error": code, "error_description": description})
}

func (i *Issuer) serveUserinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	i.mutex.Lock()
	person, ok := i.access[token]
	i.mutex.Unlock()

	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "the access token is unknown", http.StatusUnauthorized)
		return
	}

	writeJSON(w, http.StatusOK, person.claims())
}
