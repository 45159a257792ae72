// Command token-create creates a personal access token for the caller in one of their organizations. Only this answer
// holds the secret.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
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
	endpoint.Serve(db, endpoint.Mutation[input, api.TokenCreated]{
		Route:       "POST /me/tokens",
		Status:      201,
		SessionOnly: true,
		Secret:      true,
		Decide:      op{db}.create,
	})
}

type op struct{ db *table.DB }

type input struct {
	Body api.TokenCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	membership, err := o.membership(ctx, r)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	description, err := describe(r.In.Body.Description, membership, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	minted, err := secret.MintPAT(rand.Reader, r.Caller.User, membership.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("create a token: %w", err)
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

	r.Created("/me/tokens/" + string(token.ID))
	shown := api.TokenCreatedOf(api.TokenOf(token, membership, r.Now), minted.Reveal())
	return shown, o.db.CreateToken(token), nil
}

// membership returns the caller's membership in the organization that the token is for.
func (o op) membership(ctx context.Context, r *endpoint.Request[input]) (identity.Membership, error) {
	org, err := endpoint.ParseID[identity.OrgID]("organizationId", r.In.Body.OrganizationID,
		"Use the ID of one of your organizations.")
	if err != nil {
		return identity.Membership{}, err
	}

	m, err := o.db.Membership(ctx, r.Caller.User, org)
	if err == nil {
		m, err = o.db.Stands(ctx, m, r.Now)
	}

	switch {
	case err != nil:
		return identity.Membership{}, err
	case m.User == "":
		return identity.Membership{}, identity.NoSuch("organization")
	}

	return m, r.Acting(m).Require(identity.OwnTokens)
}

// describe returns the description that the caller sent, or a default by which they can recognize the token later.
func describe(text *string, m identity.Membership, now time.Time) (string, error) {
	if text != nil && strings.TrimSpace(*text) != "" {
		return identity.CleanText("description", *text, identity.MaxDescription)
	}

	return fmt.Sprintf("Token for %s created on %s", m.OrgName, now.Format(time.DateOnly)), nil
}
