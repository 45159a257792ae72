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
	Role     identity.Role       `query:"role"`
	Status   identity.Status     `query:"status"`
	Solution identity.SolutionID `query:"solution"`
	Page     endpoint.Page
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
		return api.MemberAt(m, inviters[m.InvitedBy], r.Now)
	})

	return api.MemberList{Items: items, NextCursor: r.Next(next)}, nil
}
