// Command service-account-token-rotate replaces a token of a service account by a new one with the same power. The
// old one works for a while longer. Only this answer holds the new secret.
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
		Route:       "POST /organizations/{org}/service-accounts/{account}/tokens/{token}/rotate",
		Status:      201,
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Secret:      true,
		Decide:      op{db}.rotate,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID  `path:"account"`
	Token   identity.TokenID `path:"token"`
	Body    api.TokenRotate  `body:"json"`
}

func (o op) rotate(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	overlap, err := identity.CleanOverlap("overlapSeconds", r.In.Body.OverlapSeconds)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	account, err := o.db.ServiceAccount(ctx, r.Actor, r.In.Account)
	if err == nil {
		account, err = o.db.StandsNow(ctx, account, r.Now)
	}

	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	token, err := o.db.TokenOf(ctx, account, r.In.Token, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	minted, err := secret.MintPAT(rand.Reader, token.User, token.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("rotate a token of a service account: %w", err)
	}

	key := [32]byte(minted.DerivationKey())
	old, successor, err := token.Rotate(account, minted.TokenID(), minted.Hash(), key, overlap, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	accounts := "/organizations/" + string(account.Org) + "/service-accounts/"
	r.Created(accounts + string(account.User) + "/tokens/" + string(successor.ID))
	shown := api.TokenCreatedOf(api.TokenOf(successor, account, r.Now), minted.Reveal())
	return shown, o.db.InCustody(r.Actor, account).RotateToken(token, old, successor), nil
}
