// Package signin signs in at the running API as a script does: authorization code and PKCE at the identity provider,
// without a page, then a session. The demo data and the whole-system tests use it.
package signin

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/leasehold-dev/leasehold/pkg/api"
)

// redirect is where the provider sends the code; nothing listens there, the code is read off the answer.
const redirect = "http://127.0.0.1/signed-in"

// IDToken signs the person with this email address in at the provider that the API names, and is the ID token with the
// nonce that it was asked for. was is an address that the person had before, "" for none.
func IDToken(ctx context.Context, apiURL, email, was string) (token, nonce string, err error) {
	var at api.SignIn
	if err := call(ctx, http.MethodGet, apiURL+"/sign-in", nil, &at); err != nil {
		return "", "", err
	}

	config := oauth2.Config{
		ClientID:    at.ClientID,
		RedirectURL: redirect,
		Scopes:      at.Scopes,
		Endpoint:    oauth2.Endpoint{AuthURL: at.AuthorizationEndpoint, TokenURL: at.TokenEndpoint},
	}

	verifier, state := oauth2.GenerateVerifier(), rand.Text()
	nonce = rand.Text()
	page := config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("nonce", nonce),
		oauth2.SetAuthURLParam("login_hint", email), oauth2.SetAuthURLParam("prompt", "none"), oauth2.SetAuthURLParam("was", was))
	code, err := authorize(ctx, page, state)
	if err != nil {
		return "", "", err
	}

	got, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", "", fmt.Errorf("exchange the code: %w", err)
	}

	token, _ = got.Extra("id_token").(string)
	return token, nonce, nil
}

// Session signs in and makes a session.
func Session(ctx context.Context, apiURL, email string) (api.SessionCreated, error) {
	var created api.SessionCreated
	token, nonce, err := IDToken(ctx, apiURL, email, "")
	if err != nil {
		return created, err
	}

	err = call(ctx, http.MethodPost, apiURL+"/sessions", api.SessionCreate{IDToken: token, Nonce: nonce}, &created)
	return created, err
}

// authorize is the code that the provider redirects with.
func authorize(ctx context.Context, page, state string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page, nil)
	if err != nil {
		return "", fmt.Errorf("ask for a code: %w", err)
	}

	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("ask for a code: %w", err)
	}

	defer func() { _ = response.Body.Close() }()
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode/100 != 3 {
		return "", fmt.Errorf("the identity provider answered %s instead of a code", response.Status)
	}

	if said := to.Query().Get("error"); said != "" {
		return "", fmt.Errorf("the identity provider refused: %s", said)
	}

	if to.Query().Get("state") != state {
		return "", errors.New("the identity provider answered another request")
	}

	return to.Query().Get("code"), nil
}

func call(ctx context.Context, method, at string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encode a request: %w", err)
		}
	}

	request, err := http.NewRequestWithContext(ctx, method, at, &body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, at, err)
	}

	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, at, err)
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode/100 != 2 {
		var problem api.Problem
		_ = json.NewDecoder(response.Body).Decode(&problem)
		return fmt.Errorf("%s %s: %s: %s", method, at, response.Status, problem.Detail)
	}

	return json.NewDecoder(response.Body).Decode(out)
}
