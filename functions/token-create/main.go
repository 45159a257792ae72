// Command token-create creates a personal access token for the caller in one of their organizations. Only this answer
// holds the secret.
package main

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	o := op{settings.Table(), settings.APIScopes()}
	endpoint.Serve(o.db, endpoint.Mutation[input, api.TokenCreated]{
		Route:       "POST /me/tokens",
		Status:      201,
		SessionOnly: true,
		Secret:      true,
		Decide:      o.create,
	})
}

type op struct {
	db        *table.DB
	apiScopes []string
}

type input struct {
	Body api.TokenCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	membership, err := o.membership(ctx, r)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	token, err := api.TokenChoiceOf(r.In.Body).Token(membership, o.apiScopes, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	minted, err := secret.MintPAT(rand.Reader, r.Caller.User, membership.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("create a token: %w", err)
	}

	token.ID, token.Hash, token.DerivationKey = minted.TokenID(), minted.Hash(), [32]byte(minted.DerivationKey())

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
		m, err = o.db.StandsNow(ctx, m, r.Now)
	}

	switch {
	case err != nil:
		return identity.Membership{}, err
	case m.User == "":
		return identity.Membership{}, identity.NoSuch("organization")
	}

	if err := r.Acting(m).Require(identity.OwnTokens); err != nil {
		return identity.Membership{}, err
	}

	return m, nil
}
