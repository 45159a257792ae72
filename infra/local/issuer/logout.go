package issuer

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	logoutLifetime = 2 * time.Minute // section 4 of the specification recommends at most that
	logoutTimeout  = 5 * time.Second
	logoutEvent    = "http://schemas.openid.net/event/backchannel-logout"
)

// logOut ends a session and sends the client one logout token (OpenID Connect Back-Channel Logout 1.0). If the client does
// not accept it, the session has ended here all the same.
func (i *Issuer) logOut(ctx context.Context, sid string) {
	i.mutex.Lock()
	person, ok := i.sids[sid]
	delete(i.sids, sid)
	i.mutex.Unlock()

	if !ok || i.options.BackChannelLogout == "" {
		return
	}

	token, err := i.LogoutToken(person.subject(), sid, time.Now())
	if err == nil {
		err = i.sendLogout(ctx, token)
	}

	if err != nil {
		slog.WarnContext(ctx, "the back-channel logout failed", "error", err.Error())
	}
}

// LogoutToken returns a signed logout token for a subject and a session. Without a sid, the token
// names all sessions of the subject. Without a subject, it names the session alone.
func (i *Issuer) LogoutToken(subject, sid string, now time.Time) (string, error) {
	claims := map[string]any{
		"iss":    i.options.URL,
		"aud":    i.options.ClientID,
		"iat":    now.Unix(),
		"exp":    now.Add(logoutLifetime).Unix(),
		"jti":    rand.Text(),
		"events": map[string]any{logoutEvent: map[string]any{}},
	}
	if subject != "" {
		claims["sub"] = subject
	}

	if sid != "" {
		claims["sid"] = sid
	}

	token, err := jwt.Signed(i.signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign the logout token: %w", err)
	}

	return token, nil
}

// sendLogout sends a logout token to the client.
func (i *Issuer) sendLogout(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutTimeout)
	defer cancel()

	form := strings.NewReader(url.Values{"logout_token": {token}}.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, i.options.BackChannelLogout, form)
	if err != nil {
		return fmt.Errorf("send the logout token: %w", err)
	}

	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("send the logout token: %w", err)
	}

	_ = response.Body.Close()

	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("send the logout token: the client answered %s", response.Status)
	}

	return nil
}
