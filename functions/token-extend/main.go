// Command token-extend extends the lease of one of the caller's own personal access tokens by two weeks from the date
// that the caller saw, but never past the token's expiry. It never shortens the lease. Because the date is in the
// request, asking twice extends once.
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
	endpoint.Serve(db, endpoint.Mutation[input, api.TokenExtended]{
		Route:       "POST /me/tokens/{token}/extend",
		SessionOnly: true,
		Decide:      op{db}.extend,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
	Body  api.TokenExtend  `body:"json"`
}

func (o op) extend(ctx context.Context, r *endpoint.Request[input]) (api.TokenExtended, endpoint.Write, error) {
	token, membership, err := o.db.OwnToken(ctx, r.Caller, r.In.Token, r.Now)
	if err != nil {
		return api.TokenExtended{}, nil, err
	}

	if membership, err = o.db.Stands(ctx, membership, r.Now); err != nil {
		return api.TokenExtended{}, nil, err
	}

	if err := r.Acting(membership).Require(identity.OwnTokens); err != nil {
		return api.TokenExtended{}, nil, err
	}

	after, clamped, err := token.Extend("leaseExpiresAt", membership, r.In.Body.LeaseExpiresAt, r.Now)
	if err != nil {
		return api.TokenExtended{}, nil, err
	}

	return api.TokenExtendedOf(token, after, membership, clamped, r.Now), o.db.ExtendToken(token, after.Lease), nil
}
