// Package signin signs people in to a running API without a browser. It gets an ID token from the identity provider,
// with an authorization code and PKCE but no sign-in page, and creates a session with it. The demo data and the
// whole-system tests use it.
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

// redirectURI is the address that the provider redirects to. Nothing listens there: the code is read from the redirect.
const redirectURI = "http://127.0.0.1/signed-in"

// IDToken signs in the person with an email address at the API's identity provider. It returns the ID token and its
// nonce. If formerEmail is not empty, the person keeps the subject of that earlier address.
func IDToken(ctx context.Context, apiURL, email, formerEmail string) (token, nonce string, err error) {
	var provider api.SignIn
	if err := call(ctx, http.MethodGet, apiURL+"/sign-in", nil, &provider); err != nil {
		return "", "", err
	}

	config := oauth2.Config{
		ClientID:    provider.ClientID,
		RedirectURL: redirectURI,
		Scopes:      provider.Scopes,
		Endpoint:    oauth2.Endpoint{AuthURL: provider.AuthorizationEndpoint, TokenURL: provider.TokenEndpoint},
	}

	verifier, state := oauth2.GenerateVerifier(), rand.Text()
	nonce = rand.Text()
	address := config.AuthCodeURL(state,
		oauth2.S256ChallengeOption(verifier),
		oauth2.SetAuthURLParam("nonce", nonce),
		oauth2.SetAuthURLParam("prompt", "none"),
		oauth2.SetAuthURLParam("login_hint", email),
		oauth2.SetAuthURLParam("former_email", formerEmail),
	)

	code, err := authorize(ctx, address, state)
	if err != nil {
		return "", "", err
	}

	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", "", fmt.Errorf("exchange the code: %w", err)
	}

	token, _ = tokens.Extra("id_token").(string)
	return token, nonce, nil
}

// Session signs in the person with an email address and creates a session.
func Session(ctx context.Context, apiURL, email string) (api.SessionCreated, error) {
	var created api.SessionCreated
	token, nonce, err := IDToken(ctx, apiURL, email, "")
	if err != nil {
		return created, err
	}

	err = call(ctx, http.MethodPost, apiURL+"/sessions", api.SessionCreate{IDToken: token, Nonce: nonce}, &created)
	return created, err
}

// SignOut signs a person out at the API's identity provider. idToken is an ID token that the provider issued to them.
func SignOut(ctx context.Context, apiURL, idToken string) error {
	var provider api.SignIn
	if err := call(ctx, http.MethodGet, apiURL+"/sign-in", nil, &provider); err != nil {
		return err
	}

	if provider.EndSessionEndpoint == nil {
		return errors.New("the identity provider names no end_session_endpoint")
	}

	address := *provider.EndSessionEndpoint + "?" + url.Values{"id_token_hint": {idToken}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("sign out: %w", err)
	}

	_ = response.Body.Close()

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("sign out: the identity provider answered %s", response.Status)
	}

	return nil
}

// authorize sends an authorization request and returns the code of the redirect.
func authorize(ctx context.Context, address, state string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", fmt.Errorf("request a code: %w", err)
	}

	client := http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("request a code: %w", err)
	}

	defer func() { _ = response.Body.Close() }()

	target, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode/100 != 3 {
		return "", fmt.Errorf("the identity provider answered %s instead of a redirect", response.Status)
	}

	if problem := target.Query().Get("error"); problem != "" {
		description := target.Query().Get("error_description")
		return "", fmt.Errorf("the identity provider returned the error %s: %s", problem, description)
	}

	if target.Query().Get("state") != state {
		return "", errors.New("the identity provider returned the state of another request")
	}

	return target.Query().Get("code"), nil
}

// call sends a JSON request and decodes the response into out. It returns an error unless the status is 2xx.
func call(ctx context.Context, method, address string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encode the request: %w", err)
		}
	}

	request, err := http.NewRequestWithContext(ctx, method, address, &body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}

	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, address, err)
	}

	defer func() { _ = response.Body.Close() }()

	if response.StatusCode/100 != 2 {
		var problem api.Problem
		_ = json.NewDecoder(response.Body).Decode(&problem)
		return fmt.Errorf("%s %s: %s: %s", method, address, response.Status, problem.Detail)
	}

	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: decode the response: %w", method, address, err)
	}

	return nil
}
