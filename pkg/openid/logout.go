package openid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const (
	// logoutEvent is the member of the claim events that makes a JWT a logout token.
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
	// maxLogoutAge is how old a logout token can be. A provider sends it at once, so that an older one is a replay.
	maxLogoutAge = 10 * time.Minute
	// clockSkew is how far the provider's clock can be ahead.
	clockSkew = time.Minute
)

// Logout verifies a logout token at now as OpenID Connect Back-Channel Logout 1.0, section 2.6, says, and returns the request
// that it makes: signature, issuer and audience as for an ID token; an iat of the last ten minutes; an exp, if there is one,
// that has not passed; a jti; the logout event; sub or sid; and no nonce, so that an ID token is not taken for it. It returns
// the reason as an error otherwise.
func (p Provider) Logout(ctx context.Context, token string, now time.Time) (identity.Logout, error) {
	verified, err := p.logoutVerifier.Verify(ctx, token)
	if err != nil {
		return identity.Logout{}, fmt.Errorf("verify the logout token: %w", err)
	}

	var claims logoutClaims
	if err := verified.Claims(&claims); err != nil {
		return identity.Logout{}, fmt.Errorf("read the logout token: %w", err)
	}

	issued := time.Unix(int64(claims.IssuedAt), 0)
	logout := identity.Logout{
		Issuer:  verified.Issuer,
		Subject: verified.Subject,
		SID:     claims.SID,
		ID:      claims.ID,
		Until:   issued.Add(maxLogoutAge),
	}

	return logout, claims.check(issued, verified.Subject, now)
}

// logoutClaims are the claims of a logout token that an ID token does not have, or that are optional there.
type logoutClaims struct {
	IssuedAt float64                    `json:"iat"`
	Expiry   *float64                   `json:"exp"`
	ID       string                     `json:"jti"`
	SID      string                     `json:"sid"`
	Events   map[string]json.RawMessage `json:"events"`
	Nonce    json.RawMessage            `json:"nonce"`
}

func (c logoutClaims) check(issued time.Time, subject string, now time.Time) error {
	var event map[string]any
	isLogout := json.Unmarshal(c.Events[logoutEvent], &event) == nil && event != nil

	switch {
	case !isLogout:
		return fmt.Errorf("the claim events has no object %s", logoutEvent)
	case c.Nonce != nil:
		return fmt.Errorf("a logout token has no nonce")
	case c.ID == "":
		return fmt.Errorf("the claim jti is missing")
	case subject == "" && c.SID == "":
		return fmt.Errorf("the claims sub and sid are missing; one is required")
	case issued.After(now.Add(clockSkew)):
		return fmt.Errorf("the claim iat, %s, is in the future", issued.UTC().Format(time.RFC3339))
	case !now.Before(issued.Add(maxLogoutAge)):
		return fmt.Errorf("the claim iat, %s, is too old", issued.UTC().Format(time.RFC3339))
	case c.Expiry != nil && !now.Before(time.Unix(int64(*c.Expiry), 0)):
		return fmt.Errorf("the logout token has expired")
	}

	return nil
}
