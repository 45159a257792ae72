// Command token-create creates a personal access token for the caller in one of their organizations. Only this answer
// holds the secret.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

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
		Route:       "POST /me/tokens",
		Status:      201,
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
	Body api.TokenCreate `body:"json"`
}

func (o op) create(ctx context.Context, r *endpoint.Request[input]) (api.TokenCreated, endpoint.Write, error) {
	membership, err := o.membership(ctx, r)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	token, err := o.chosen(r.In.Body, membership, r.Now)
	if err != nil {
		return api.TokenCreated{}, nil, err
	}

	minted, err := secret.MintPAT(rand.Reader, r.Caller.User, membership.Org)
	if err != nil {
		return api.TokenCreated{}, nil, fmt.Errorf("create a token: %w", err)
	}

	token.ID, token.Hash, token.DerivationKey = minted.TokenID(), minted.Hash(), [32]byte(minted.DerivationKey())

	r.Created("/me/tokens/" + string(token.ID))
	shown := api.TokenCreatedOf(api.TokenOf(token, membership, r.Now), minted.Reveal())
	return shown, o.db.CreateToken(token), nil
}

// membership returns the caller's membership in the organization that the token is for.
func (o op) membership(ctx context.Context, r *endpoint.Request[input]) (identity.Membership, error) {
	org, err := endpoint.ParseID[identity.OrgID]("organizationId", r.In.Body.OrganizationID,
		"Use the ID of one of your organizations.")
	if err != nil {
		return identity.Membership{}, err
	}

	m, err := o.db.Membership(ctx, r.Caller.User, org)
	if err == nil {
		m, err = o.db.StandsNow(ctx, m, r.Now)
	}

	switch {
	case err != nil:
		return identity.Membership{}, err
	case m.User == "":
		return identity.Membership{}, identity.NoSuch("organization")
	}

	if err := r.Acting(m).Require(identity.OwnTokens); err != nil {
		return identity.Membership{}, err
	}

	if m.TokenPolicy.NoTokens {
		return identity.Membership{}, identity.Refuse(identity.Forbidden,
			"The organization's token policy does not allow personal access tokens.")
	}

	return m, nil
}

// chosen returns the token that the caller describes, without its ID and hash. Its error names every invalid field.
func (o op) chosen(sent api.TokenCreate, m identity.Membership, now time.Time) (identity.Token, error) {
	var mistakes identity.Mistakes

	description, err := describe(sent.Description, m, now)
	mistakes.Add(err)

	scopes, err := o.scopes(sent.Scopes, m)
	mistakes.Add(err)

	lease, err := identity.ChooseExpiry("expiresAt", sent.ExpiresAt, m.TokenPolicy, now)
	mistakes.Add(err)

	networks, err := identity.CleanNetworks("networks", sent.Networks)
	mistakes.Add(err)

	return identity.Token{
		User:        m.User,
		Org:         m.Org,
		Description: description,
		Epoch:       m.TokenEpoch,
		CreatedAt:   now.Truncate(time.Second),
		Lease:       lease,
		Scopes:      scopes,
		Networks:    networks,
		SelfRotates: sent.SelfRotate != nil && *sent.SelfRotate,
		Version:     1,
	}, mistakes.Err()
}

func (o op) scopes(sent []api.Scope, m identity.Membership) (identity.Scopes, error) {
	if sent == nil {
		return identity.DefaultScopes(m.Role), nil
	}

	return identity.ChooseScopes("scopes", sent, m.Role, m.TokenPolicy, o.apiScopes)
}

// describe returns the description that the caller sent, or a default by which they can recognize the token later.
func describe(text *string, m identity.Membership, now time.Time) (string, error) {
	if text != nil && strings.TrimSpace(*text) != "" {
		return identity.CleanText("description", *text, identity.MaxDescription)
	}

	return fmt.Sprintf("Token for %s created on %s", m.OrgName, now.Format(time.DateOnly)), nil
}
