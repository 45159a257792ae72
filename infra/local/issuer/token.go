package issuer

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

// serveToken exchanges a code and its verifier for an ID token and an access token.
func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		tokenError(w, "invalid_request", "can't parse the form")
		return
	}

	form := r.PostForm
	if form.Get("grant_type") != "authorization_code" {
		tokenError(w, "unsupported_grant_type", "only grant_type=authorization_code is supported")
		return
	}

	if form.Get("client_id") != i.options.ClientID {
		tokenError(w, "invalid_client", "client_id must be "+i.options.ClientID)
		return
	}

	granted, ok := i.redeem(form.Get("code"))
	matches := granted.redirectURI == form.Get("redirect_uri") && matchesChallenge(form.Get("code_verifier"), granted.challenge)
	if !ok || !matches {
		tokenError(w, "invalid_grant",
			"the code is unknown, used or expired, or redirect_uri or code_verifier doesn't match it")
		return
	}

	idToken, err := i.idToken(granted, time.Now())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}

	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": i.newAccessToken(granted.person, time.Now()),
		"token_type":   "Bearer",
		"expires_in":   int(tokenLifetime.Seconds()),
		"scope":        granted.scope,
		"id_token":     idToken,
	})
}

// accessToken is what an access token stands for.
type accessToken struct {
	person  Person
	expires time.Time
}

// newAccessToken returns a new access token of a person. It also deletes expired ones.
func (i *Issuer) newAccessToken(person Person, now time.Time) string {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	maps.DeleteFunc(i.access, func(_ string, old accessToken) bool { return !now.Before(old.expires) })

	token := rand.Text()
	i.access[token] = accessToken{person, now.Add(tokenLifetime)}
	return token
}

// redeem returns the grant of a code and deletes the code. A code works only once, even if the rest of the request is
// invalid.
func (i *Issuer) redeem(code string) (grant, bool) {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	granted, ok := i.codes[code]
	delete(i.codes, code)
	return granted, ok && time.Since(granted.issuedAt) <= codeLifetime
}

// matchesChallenge reports whether a PKCE verifier matches an S256 challenge (RFC 7636, section 4.6).
func matchesChallenge(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}

func (i *Issuer) idToken(granted grant, now time.Time) (string, error) {
	claims := granted.person.claims()
	claims["iss"], claims["aud"] = i.options.URL, i.options.ClientID
	claims["iat"] = now.Unix()
	claims["auth_time"] = granted.signedInAt.Unix()
	claims["exp"] = now.Add(tokenLifetime).Unix()

	claims["sid"] = granted.sid

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
	access := i.access[token]
	i.mutex.Unlock()

	if !time.Now().Before(access.expires) {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "the access token is not valid", http.StatusUnauthorized)
		return
	}

	writeJSON(w, http.StatusOK, access.person.claims())
}
