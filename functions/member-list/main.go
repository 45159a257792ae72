// Command member-list lists an organization's members by name, a page at a time. Callers can search and filter the
// list.
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
	endpoint.Serve(db, endpoint.Query[input, api.MemberList]{
		Route:      "GET /organizations/{org}/members",
		Permission: identity.ViewMembers,
		Do:         op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Words    string              `query:"q"`
	Match    match               `query:"match"`
	Role     identity.Role       `query:"role"`
	Status   identity.Status     `query:"status"`
	Solution identity.SolutionID `query:"solution"`
	Count    bool                `query:"count"`
	Page     endpoint.Page
}

// match is where in a name or an email address the search text must be.
type match string

// The values of match. The first is the default.
const (
	matchStart    match = "start"
	matchAnywhere match = "anywhere"
)

// UnmarshalText parses a match. It returns an InvalidRequest error for any other text.
func (m *match) UnmarshalText(text []byte) error {
	switch *m = match(text); *m {
	case matchStart, matchAnywhere:
		return nil
	}

	return identity.InvalidField("match", "Choose start or anywhere.")
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.MemberList, error) {
	words, err := identity.CleanText("q", r.In.Words, identity.MaxName)
	if err != nil {
		return api.MemberList{}, err
	}

	if r.In.Solution != "" {
		if _, err := o.db.Access(ctx, r.Actor, r.In.Solution); err != nil {
			return api.MemberList{}, err
		}
	}

	filter := table.MemberFilter{
		Words:    words,
		Anywhere: r.In.Match == matchAnywhere,
		Role:     r.In.Role,
		Status:   r.In.Status,
		Solution: r.In.Solution,
	}

	members, next, err := o.db.Members(ctx, r.Actor.Org, filter, r.In.Page.After, r.In.Page.Limit)
	if err != nil {
		return api.MemberList{}, err
	}

	inviters, err := o.db.Inviters(ctx, members...)
	if err != nil {
		return api.MemberList{}, err
	}

	items := endpoint.Items(members, func(m identity.Membership) api.Member {
		return api.SeenBy(r.Actor, api.MemberAt(m, inviters[m.InvitedBy], r.Now))
	})

	list := api.MemberList{Items: items, NextCursor: r.Next(next)}
	if !r.In.Count {
		return list, nil
	}

	list.Total, err = o.total(ctx, r.Actor.Org, filter)
	return list, err
}

// total returns how many members the filter selects; nil if that is not known.
func (o op) total(ctx context.Context, org identity.OrgID, filter table.MemberFilter) (*int, error) {
	n, known, err := o.db.CountMembers(ctx, org, filter)
	if err != nil || !known {
		return nil, err
	}

	return &n, nil
}
