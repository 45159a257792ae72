package main

import (
	"encoding/json"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/leasehold-dev/leasehold/pkg/address"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// assertions are the claims of an ID token by name, undecoded: providers differ in the types that they use.
type assertions map[string]json.RawMessage

// text returns a claim; "" if it is absent or not a string.
func (a assertions) text(name string) string {
	var text string
	_ = json.Unmarshal(a[name], &text) // a claim of another type counts as absent
	return text
}

// standing is what a provider says about an email address.
type standing int

const (
	unsaid standing = iota
	verified
	unverified
)

// emailStanding reads email_verified, which some providers send as text. Text other than "true" is no verification.
func (a assertions) emailStanding() standing {
	var is *bool
	if json.Unmarshal(a["email_verified"], &is) == nil && is != nil {
		if *is {
			return verified
		}

		return unverified
	}

	switch text := a.text("email_verified"); {
	case text == "":
		return unsaid
	case strings.EqualFold(text, "true"):
		return verified
	}

	return unverified
}

// claims returns what Leasehold uses of the signed claims. It returns SignInRefused, with the name of the claim, unless
// they hold a verified email address that Leasehold accepts.
func (o *op) claims(token *oidc.IDToken, signed json.RawMessage) (table.Claims, error) {
	var a assertions
	if err := json.Unmarshal(signed, &a); err != nil {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The ID token's claims are not a JSON object.")
	}

	if token.Subject == "" {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The ID token has no subject (claim sub).")
	}

	if a.text("email") == "" {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The ID token has no email address (claim email). "+
			"Add one at your identity provider and sign in again.")
	}

	switch is := a.emailStanding(); {
	case is == unverified:
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The identity provider has not verified your email "+
			"address (claim email_verified). Verify it there and sign in again.")
	case is == unsaid && !o.vouched.Email:
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "The ID token does not say whether your email address "+
			"is verified (claim email_verified). Ask the operator to set OidcTrustEmail if the identity provider verifies "+
			"every address.")
	}

	email, err := address.Canonical("email", a.text("email"))
	if err != nil {
		return table.Claims{}, identity.Refuse(identity.SignInRefused, "Leasehold does not accept the email address that the "+
			"identity provider gave (claim email). Change it there and sign in again.")
	}

	return table.Claims{
		Issuer:    token.Issuer,
		Subject:   token.Subject,
		Email:     email,
		FirstName: identity.FittingName(a.text("given_name")),
		LastName:  identity.FittingName(a.text("family_name")),
		FullName:  identity.FittingName(a.text("name")),
		SID:       a.text("sid"),
	}, nil
}
