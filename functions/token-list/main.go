// Command token-list lists the caller's own personal access tokens, newest first, without their secrets. With
// includeExpired it includes tokens that have ended, with why and when they ended, until they are purged.
package main

import (
	"context"
	"slices"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Query[input, api.TokenList]{
		Route:       "GET /me/tokens",
		SessionOnly: true,
		Do:          op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	IncludeExpired bool `query:"includeExpired"`
	Page           endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.TokenList, error) {
	holdings, err := o.db.Holdings(ctx, r.Caller.User)
	if err != nil {
		return api.TokenList{}, err
	}

	held := slices.DeleteFunc(holdings.Memberships, func(m identity.Membership) bool {
		return !slices.ContainsFunc(holdings.Tokens, func(t identity.Token) bool { return t.Org == m.Org })
	})

	held, err = o.db.StandsEach(ctx, held, r.Now)
	if err != nil {
		return api.TokenList{}, err
	}

	memberships := map[identity.OrgID]identity.Membership{}
	for _, m := range held {
		memberships[m.Org] = m
	}

	tokens, next := identity.TokenPage(holdings.Tokens, memberships, r.In.IncludeExpired, r.In.Page.After, r.In.Page.Limit, r.Now)
	show := func(t identity.Token) api.Token { return api.TokenOf(t, memberships[t.Org], r.Now) }
	return api.TokenList{Items: endpoint.Items(tokens, show), NextCursor: r.Next(next)}, nil
}
