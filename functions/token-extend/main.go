// Command token-extend extends the lease of one of the caller's own personal access tokens by two weeks from the date
// that the caller saw, but never past the token's expiry and never shorter than it is. Because the date is in the
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
	endpoint.Serve(endpoint.Operation[input, api.TokenExtended]{
		Route:       "POST /me/tokens/{token}/extend",
		SessionOnly: true,
		Records:     db,
		Do:          op{db}.extend,
	})
}

type op struct{ db *table.DB }

type input struct {
	Token identity.TokenID `path:"token"`
	Body  api.TokenExtend  `body:"json"`
}

func (o op) extend(ctx context.Context, r *endpoint.Request[input]) (api.TokenExtended, error) {
	var shown api.TokenExtended
	err := table.RetryStale(ctx, func() error {
		token, membership, err := o.db.OwnToken(ctx, r.Caller.User, r.In.Token, r.Now)
		if err != nil {
			return err
		}

		extended, warnings, err := extend(token, membership, r)
		if err != nil {
			return err
		}

		before := token
		token.Lease = extended
		shown = api.TokenExtendedOf(api.TokenOf(token, membership, r.Now), warnings)
		change, err := r.Change(shown)
		if err != nil || extended == before.Lease {
			return err
		}

		return o.db.ExtendToken(ctx, change, before, extended)
	})

	return shown, err
}

// extend is the token's lease after the request, and what there is to say about it.
func extend(t identity.Token, m identity.Membership, r *endpoint.Request[input]) (identity.Lease, []api.Warning, error) {
	if ending, at := t.State(m, r.Now); ending != "" {
		return identity.Lease{}, nil, identity.Refuse(identity.TokenDead,
			"The token died at %s (%s) and cannot be revived; create a new one.", at.Format(time.RFC3339), ending)
	}

	seen := r.In.Body.LeaseExpiresAt.UTC()
	if seen.IsZero() || seen.After(t.Until) {
		return identity.Lease{}, nil, identity.InvalidField("leaseExpiresAt",
			"Give the token's leaseExpiresAt as you read it; it is %s now.", t.Until.Format(time.RFC3339))
	}

	extended, clamped := identity.PATTerms.Extend(t.Lease, seen)
	if !clamped {
		return extended, []api.Warning{}, nil
	}

	return extended, []api.Warning{{
		Code:   api.WarningCodeLeaseClamped,
		Detail: "The lease cannot outlast the token's expiry at " + t.Expires.Format(time.RFC3339) + ".",
	}}, nil
}
