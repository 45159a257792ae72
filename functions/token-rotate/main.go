// Command token-rotate replaces one of the caller's own personal access tokens by a new one with the same power. The
// old one works for a while longer, so that it can be exchanged wherever it is in use. Only this answer holds the new
// secret.
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
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.TokenCreated]{
		Route:  "POST /me/tokens/{token}/rotate",
		Status: 201,
		Secret: true,
		Decide: op{db}.rotate,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
	Body  api.TokenRotate  `body:"json"`
}

func (o op) rotate(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	overlap, err := identity.CleanOverlap("overlapSeconds", r.In.Body.OverlapSeconds)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	if r.Caller.Kind != identity.SignedIn && !r.Caller.Is(r.In.Token) {
		return api.TokenCreated{}, nil, identity.Refuse(identity.SessionRequired,
			"A personal access token can rotate only itself; sign in to rotate others.")
	}

	token, membership, err := o.db.OwnToken(ctx, r.Caller, r.In.Token, r.Now)
	if err == nil {
		membership, err = o.db.StandsNow(ctx, membership, r.Now)
	}

	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	if r.Caller.Kind != identity.SignedIn && !token.SelfRotates {
		return api.TokenCreated{}, nil, identity.Refuse(identity.SessionRequired,
			"This token was created without selfRotate, so it can't rotate itself. Sign in to rotate it.")
	}

	minted, err := secret.MintPAT(rand.Reader, token.User, token.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("rotate a token: %w", err)
	}

	old, successor, err := token.Rotate(membership, minted.TokenID(), minted.Hash(), [32]byte(minted.DerivationKey()), overlap, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	r.Created("/me/tokens/" + string(successor.ID))
	shown := api.TokenCreatedOf(api.TokenOf(successor, membership, r.Now), minted.Reveal())

	return shown, o.db.RotateToken(token, old, successor), nil
}
