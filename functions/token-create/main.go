// Command token-create makes a personal access token for the caller in one of their organizations. The answer is the only
// one that ever holds the secret.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.TokenCreated]{
		Route:       "POST /me/tokens",
		Status:      201,
		SessionOnly: true,
		Secret:      true,
		Records:     db,
		Do:          op{db}.create,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.TokenCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, error) {
	membership, err := o.membership(ctx, r)
	if err != nil {
		return api.TokenCreated{}, err
	}

	description, err := describe(r.In.Body.Description, membership, r.Now)
	if err != nil {
		return api.TokenCreated{}, err
	}

	minted, err := secret.MintPAT(rand.Reader, r.Caller.User, membership.Org)
	if err != nil {
		return api.TokenCreated{}, fmt.Errorf("create a token: %w", err)
	}

	token := identity.Token{
		ID:          minted.TokenID(),
		User:        r.Caller.User,
		Org:         membership.Org,
		Description: description,
		Hash:        minted.Hash(),
		Epoch:       membership.TokenEpoch,
		CreatedAt:   r.Now.Truncate(time.Second),
		Lease:       identity.PATTerms.Grant(r.Now),
	}

	shown := api.TokenCreatedOf(api.TokenOf(token, membership, r.Now), minted.Reveal())
	r.Created("/me/tokens/" + shown.ID)
	change, err := r.Change(shown)
	if err != nil {
		return api.TokenCreated{}, err
	}

	return shown, o.db.CreateToken(ctx, change, token)
}

// membership is the caller's in the organization that the token is for.
func (o op) membership(ctx context.Context, r *endpoint.Request[input]) (identity.Membership, error) {
	var org identity.OrgID
	if err := org.UnmarshalText([]byte(r.In.Body.OrganizationID)); err != nil {
		return identity.Membership{}, identity.InvalidField("organizationId", "Give the id of one of your organizations.")
	}

	m, err := o.db.Membership(ctx, r.Caller.User, org)
	switch {
	case err != nil:
		return identity.Membership{}, err
	case m.User == "":
		return identity.Membership{}, identity.NoSuch("organization")
	}

	return m, m.Require(identity.OwnTokens)
}

// describe is what the caller wrote, or what tells the token apart later.
func describe(text *string, m identity.Membership, now time.Time) (string, error) {
	if text != nil && *text != "" {
		return identity.CleanText("description", *text, identity.MaxDescription)
	}
	return fmt.Sprintf("Token for %s created on %s", m.OrgName, now.Format(time.DateOnly)), nil
}
