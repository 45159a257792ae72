// Command service-account-token-create creates a token of a service account. Only this answer holds the secret.
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
		Route:       "POST /organizations/{org}/service-accounts/{account}/tokens",
		Status:      201,
		Permission:  identity.ManageMembers,
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
	Account identity.UserID               `path:"account"`
	Body    api.ServiceAccountTokenCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	account, err := o.db.ServiceAccount(ctx, r.Actor, r.In.Account)
	if err == nil {
		account, err = o.db.StandsNow(ctx, account, r.Now)
	}

	if err == nil && !account.Accessible() {
		err = identity.Refuse(identity.Forbidden, "The service account is disabled. Enable it first.")
	}

	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	token, err := api.ServiceTokenChoiceOf(r.In.Body).Token(account, o.apiScopes, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	minted, err := secret.MintPAT(rand.Reader, account.User, account.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("create a token of a service account: %w", err)
	}

	token.ID, token.Hash, token.DerivationKey = minted.TokenID(), minted.Hash(), [32]byte(minted.DerivationKey())

	accounts := "/organizations/" + string(account.Org) + "/service-accounts/"
	r.Created(accounts + string(account.User) + "/tokens/" + string(token.ID))
	shown := api.TokenCreatedOf(api.TokenOf(token, account, r.Now), minted.Reveal())
	return shown, o.db.InCustody(r.Actor, account).CreateToken(token), nil
}
