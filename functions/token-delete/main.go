// Command token-delete ends one of the caller's own personal access tokens: the next request with it is rejected. A
// personal access token can delete only itself. Deleting a token that has ended changes nothing.
package main

import (
	"context"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Mutation[input, endpoint.None]{
		Route:  "DELETE /me/tokens/{token}",
		Decide: op{db}.remove,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
}

func (o op) remove(ctx context.Context, r *endpoint.Request[input]) (endpoint.None, endpoint.Write, error) {
	token, err := o.token(ctx, r)
	if err != nil {
		return endpoint.None{}, nil, err
	}

	return endpoint.None{}, o.db.DeleteToken(token), nil
}

// token returns the token to delete. The holder of a token may end it, whatever their role has become.
func (o op) token(ctx context.Context, r *endpoint.Request[input]) (identity.Token, error) {
	if r.Caller.Kind == identity.SignedIn {
		token, _, err := o.db.OwnToken(ctx, r.Caller, r.In.Token, r.Now)
		return token, err
	}

	if !r.Caller.Is(r.In.Token) {
		return identity.Token{}, identity.Refuse(identity.SessionRequired,
			"A personal access token can delete only itself; sign in to delete others.")
	}

	return o.db.Token(ctx, r.Caller.User, r.In.Token)
}
