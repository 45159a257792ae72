// Command token-extend extends the lease of one of the caller's own personal access tokens by two weeks from the date
// that the caller saw, but never past the token's expiry. It never shortens the lease. Because the date is in the
// request, asking twice extends once.
package main

import (
	"context"
	"time"

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

	lease, warnings, err := extend(token, membership, r)
	if err != nil {
		return api.TokenExtended{}, nil, err
	}

	after := token
	after.Lease = lease
	shown := api.TokenExtendedOf(api.TokenOf(after, membership, r.Now), warnings)
	return shown, o.db.ExtendToken(token, lease), nil
}

// extend returns the token's lease after the request, and warnings about it.
func extend(t identity.Token, m identity.Membership, r *endpoint.Request[input]) (
	identity.Lease, []api.Warning, error) {
	if ending, at := t.State(m, r.Now); ending != "" {
		return identity.Lease{}, nil, identity.Refuse(identity.TokenDead,
			"The token ended at %s (%s) and cannot be revived; create a new one.", at.Format(time.RFC3339), ending)
	}

	seen := r.In.Body.LeaseExpiresAt.UTC()
	if seen.IsZero() || seen.After(t.Until) {
		return identity.Lease{}, nil, identity.InvalidField("leaseExpiresAt",
			"Send the token's leaseExpiresAt as you read it; it is %s now.", t.Until.Format(time.RFC3339))
	}

	extended, clamped := identity.PATTerms.Extend(t.Lease, seen)
	switch {
	case clamped:
		return extended, []api.Warning{{
			Code:   api.WarningCodeLeaseClamped,
			Detail: "The lease cannot outlast the token's expiry at " + t.Expires.Format(time.RFC3339) + ".",
		}}, nil
	case extended == t.Lease:
		return extended, []api.Warning{{
			Code: api.WarningCodeLeaseUnchanged,
			Detail: "The lease already lasts until " + t.Until.Format(time.RFC3339) +
				". To extend it, send that date as leaseExpiresAt.",
		}}, nil
	}

	return extended, []api.Warning{}, nil
}
