// Command token-update changes the description of one of the caller's own personal access tokens.
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
		Route:       "PATCH /me/tokens/{token}",
		SessionOnly: true,
		Versioned:   true,
		Decide:      op{db}.update,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
	Body  api.TokenUpdate  `body:"json"`
}

func (o op) update(ctx context.Context, r *endpoint.Request[input]) (api.Token, endpoint.Write, error) {
	before, membership, err := o.db.OwnToken(ctx, r.Caller, r.In.Token, r.Now)
	if err == nil {
		membership, err = o.db.Stands(ctx, membership, r.Now)
	}

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
	return api.TokenOf(after, membership, r.Now), o.db.RenameToken(before, after), nil
}
