// Package issuer is an OpenID Connect provider for local development. It implements the authorization code flow with
// PKCE, discovery, signed ID tokens and a sign-in page that accepts a demo person or any email address. There are no
// passwords: anyone who can reach the loopback address can sign in as any person.
//
//	issuer.go     New, discovery, signing keys
//	authorize.go  the sign-in page and authorization codes
//	session.go    browser sessions and sign-out
//	logout.go     back-channel logout
//	token.go      the token and userinfo endpoints
//	person.go     people and their claims
package issuer

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	codeLifetime  = time.Minute
	tokenLifetime = time.Hour
)

// Options configure an issuer.
type Options struct {
	// URL is the issuer identifier without a trailing slash, such as http://127.0.0.1:3000/_local/oidc. The handler
	// serves requests below its path.
	URL string

	// ClientID is the ID of the only client, which is a public client.
	ClientID string

	// KeyFile is the file of the signing key. New creates it if it does not exist.
	KeyFile string

	// People are the demo people on the sign-in page.
	People []Person

	// BackChannelLogout is the client's address for logout tokens; "" sends none.
	BackChannelLogout string
}

// Issuer is an OpenID provider. It implements http.Handler.
type Issuer struct {
	options Options
	path    string
	key     jose.JSONWebKey
	signer  jose.Signer
	mux     *http.ServeMux

	mutex    sync.Mutex
	codes    map[string]grant
	access   map[string]accessToken
	sessions map[string]session // by the value of the browser's cookie
	sids     map[string]Person  // who signed in, by the sid of the ID tokens
}

// New returns an issuer. It creates the signing key if Options.KeyFile does not exist.
func New(options Options) (*Issuer, error) {
	address, err := url.Parse(options.URL)
	if err != nil {
		return nil, fmt.Errorf("parse the issuer URL %q: %w", options.URL, err)
	}

	key, err := loadKey(options.KeyFile)
	if err != nil {
		return nil, err
	}

	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("create the issuer's signer: %w", err)
	}

	i := &Issuer{
		options:  options,
		path:     address.Path,
		key:      key,
		signer:   signer,
		mux:      http.NewServeMux(),
		codes:    map[string]grant{},
		access:   map[string]accessToken{},
		sessions: map[string]session{},
		sids:     map[string]Person{},
	}

	i.mux.HandleFunc("GET "+i.path+"/.well-known/openid-configuration", i.serveDiscovery)
	i.mux.HandleFunc("GET "+i.path+"/jwks", i.serveKeys)
	i.mux.HandleFunc("GET "+i.path+"/authorize", i.serveAuthorize)
	i.mux.HandleFunc("POST "+i.path+"/authorize", i.serveChoice)
	i.mux.HandleFunc("POST "+i.path+"/token", i.serveToken)
	i.mux.HandleFunc("GET "+i.path+"/userinfo", i.serveUserinfo)
	i.mux.HandleFunc("POST "+i.path+"/userinfo", i.serveUserinfo)
	i.mux.HandleFunc("GET "+i.path+"/logout", i.serveLogout)
	i.mux.HandleFunc("POST "+i.path+"/logout", i.serveLogout)
	return i, nil
}

// ServeHTTP serves requests below the issuer's path. It allows cross-origin requests from loopback origins only.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if origin := r.Header.Get("Origin"); isLoopback(origin) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Vary", "Origin")

		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}

	i.mux.ServeHTTP(w, r)
}

func (i *Issuer) serveDiscovery(w http.ResponseWriter, _ *http.Request) {
	at := i.options.URL
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                 at,
		"authorization_endpoint": at + "/authorize",
		"token_endpoint":         at + "/token",
		"userinfo_endpoint":      at + "/userinfo",
		"jwks_uri":               at + "/jwks",
		"end_session_endpoint":   at + "/logout",

		"backchannel_logout_supported":         true,
		"backchannel_logout_session_supported": true,

		"response_types_supported":              []string{"code"},
		"response_modes_supported":              []string{"query"},
		"grant_types_supported":                 []string{"authorization_code"},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "email", "profile"},
		"token_endpoint_auth_methods_supported": []string{"none"},
		"code_challenge_methods_supported":      []string{"S256"},
		"prompt_values_supported":               []string{"none", "login", "select_account"},
		"claims_supported": []string{
			"sub", "sid", "iss", "aud", "exp", "iat", "auth_time", "nonce",
			"email", "email_verified", "name", "given_name", "family_name",
		},

		"authorization_response_iss_parameter_supported": true,
	})
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Public()}})
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value) // the client may have disconnected
}

// isLoopback reports whether an address is an http URL of this machine.
func isLoopback(address string) bool {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme != "http" || parsed.User != nil {
		return false
	}

	switch parsed.Hostname() {
	case "127.0.0.1", "localhost", "::1":
		return true
	}

	return false
}

// loadKey reads the signing key from a file. It creates the file if it does not exist.
func loadKey(file string) (jose.JSONWebKey, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		text, err = createKey(file)
	}

	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("read the issuer's key: %w", err)
	}

	block, _ := pem.Decode(text)
	if block == nil {
		return jose.JSONWebKey{}, fmt.Errorf("%s is not a PEM file: delete it to create a new signing key", file)
	}

	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("parse %s: delete it to create a new signing key: %w", file, err)
	}

	key := jose.JSONWebKey{Key: parsed, Algorithm: string(jose.RS256), Use: "sig"}
	thumbprint, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("compute the key ID of the issuer's key: %w", err)
	}

	key.KeyID = base64.RawURLEncoding.EncodeToString(thumbprint[:8])
	return key, nil
}

// createKey writes a new RSA key to a file and returns its PEM encoding.
func createKey(file string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("generate an RSA key: %w", err)
	}

	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the RSA key: %w", err)
	}

	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})

	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("create the key's directory: %w", err)
	}

	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, fmt.Errorf("write the key: %w", err)
	}

	return text, nil
}
