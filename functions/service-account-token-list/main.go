// Command service-account-token-list lists the tokens of a service account, newest first, without their secrets. With
// includeExpired it includes tokens that have ended, with why and when they ended, until they are purged.
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
	endpoint.Serve(db, endpoint.Query[input, api.TokenList]{
		Route:       "GET /organizations/{org}/service-accounts/{account}/tokens",
		Permission:  identity.ManageMembers,
		SessionOnly: true,
		Do:          op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Account        identity.UserID `path:"account"`
	IncludeExpired bool            `query:"includeExpired"`
	Page           endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.TokenList, error) {
	account, err := o.db.ServiceAccount(ctx, r.Actor, r.In.Account)
	if err == nil {
		account, err = o.db.Stands(ctx, account, r.Now)
	}

	if err != nil {
		return api.TokenList{}, err
	}

	tokens, err := o.db.Tokens(ctx, account.User)
	if err != nil {
		return api.TokenList{}, err
	}

	in := map[identity.OrgID]identity.Membership{account.Org: account}
	page, next := identity.TokenPage(tokens, in, r.In.IncludeExpired, r.In.Page.After, r.In.Page.Limit, r.Now)

	show := func(t identity.Token) api.Token { return api.TokenOf(t, account, r.Now) }
	return api.TokenList{Items: endpoint.Items(page, show), NextCursor: r.Next(next)}, nil
}
