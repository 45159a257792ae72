// Command service-account-token-update changes the description of a token of a service account.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, api.Token]{
		Route:       "PATCH /organizations/{org}/service-accounts/{account}/tokens/{token}",
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Versioned:   true,
		Decide:      op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account identity.UserID  `path:"account"`
	Token   identity.TokenID `path:"token"`
	Body    api.TokenUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Token, endpoint.Write, error) {
	before, account, err := o.db.AccountToken(ctx, r.Actor, r.In.Account, r.In.Token, r.Now)
	if err != nil {
		return api.Token{}, nil, err
	}

	if err := identity.SameVersion(r.Version, before.Version); err != nil {
		return api.Token{}, nil, err
	}

	after := before
	if r.In.Body.Description != nil {
		if after, err = before.Rename("description", *r.In.Body.Description); err != nil {
			return api.Token{}, nil, err
		}
	}

	r.ETag(after.Version)
	return api.TokenOf(after, account, r.Now), o.db.InCustody(r.Actor, account).RenameToken(before, after), nil
}
