// Command token-list lists the caller's own personal access tokens, newest first, without their secrets. Dead ones are
// left out unless includeExpired is true; then they come with why and when they died, until they are purged.
package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(endpoint.Operation[input, api.TokenList]{
		Route:       "GET /me/tokens",
		SessionOnly: true,
		Records:     db,
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

	memberships, err := mayHoldTokens(holdings.Memberships)
	if err != nil {
		return api.TokenList{}, err
	}

	tokens := slices.DeleteFunc(holdings.Tokens, func(t identity.Token) bool {
		m, known := memberships[t.Org]
		ending, _ := t.State(m, r.Now)
		passed := r.In.Page.After != "" && position(t) >= r.In.Page.After
		return !known || passed || ending != "" && (!r.In.IncludeExpired || t.Purged(r.Now))
	})

	slices.SortFunc(tokens, func(a, b identity.Token) int { return strings.Compare(position(b), position(a)) })
	list := api.TokenList{Items: []api.Token{}}
	if len(tokens) > r.In.Page.Limit {
		tokens = tokens[:r.In.Page.Limit]
		list.NextCursor = r.Next(position(tokens[len(tokens)-1]))
	}

	for _, t := range tokens {
		list.Items = append(list.Items, api.TokenOf(t, memberships[t.Org], r.Now))
	}

	return list, nil
}

// mayHoldTokens are the memberships whose role has tokens; Forbidden when there are none.
func mayHoldTokens(memberships []identity.Membership) (map[identity.OrgID]identity.Membership, error) {
	may := map[identity.OrgID]identity.Membership{}
	for _, m := range memberships {
		if m.Can(identity.OwnTokens) {
			may[m.Org] = m
		}
	}

	if len(may) == 0 {
		return nil, identity.Lacking("", identity.OwnTokens)
	}

	return may, nil
}

// position is a token's place in the list: by creation, then by id.
func position(t identity.Token) string {
	return strconv.FormatInt(t.CreatedAt.Unix(), 10) + string(t.ID)
}
