// Command token-get returns one of the caller's own personal access tokens, without its secret.
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
	endpoint.Serve(db, endpoint.Query[input, api.Token]{
		Route:       "GET /me/tokens/{token}",
		SessionOnly: true,
		Do:          op{db}.get,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
}

func (o op) get(ctx context.Context, r *endpoint.Request[input]) (api.Token, error) {
	token, membership, err := o.db.OwnToken(ctx, r.Caller, r.In.Token, r.Now)
	if err != nil {
		return api.Token{}, err
	}

	if membership, err = o.db.Stands(ctx, membership, r.Now); err != nil {
		return api.Token{}, err
	}

	r.ETag(token.Version)
	return api.TokenOf(token, membership, r.Now), nil
}
