// Command audit-list lists the changes in an organization, latest first.
package main

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/settings"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

func main() {
	db := settings.Table()
	endpoint.Serve(db, endpoint.Query[input, api.AuditList]{
		Route:      "GET /organizations/{org}/audit",
		Permission: identity.ViewAudit,
		Do:         op{db}.list,
	})
}

type op struct{ db *table.DB }

type input struct {
	Actor  string           `query:"actor"`
	Target string           `query:"target"`
	Action identity.Actions `query:"action"`
	Since  string           `query:"since"`
	Until  string           `query:"until"`
	Words  string           `query:"q"`
	Page   endpoint.Page
}

func (o op) list(ctx context.Context, r *endpoint.Request[input]) (api.AuditList, error) {
	filter, err := r.In.filter()
	if err != nil {
		return api.AuditList{}, err
	}

	filter.Text.Members = r.Actor.Can(identity.ViewMembers)
	filter.Text.Solutions = r.Actor.Can(identity.ViewAllSolutions)

	org, err := o.db.Organization(ctx, r.Actor.Org)
	if err != nil {
		return api.AuditList{}, err
	}

	events, next, err := o.db.Audit(ctx, org, filter, r.In.Page.After, r.In.Page.Limit, r.Now)
	if err != nil {
		return api.AuditList{}, err
	}

	people, err := o.db.MembersAmong(ctx, org.ID, involved(events))
	if err != nil {
		return api.AuditList{}, err
	}

	show := func(e identity.Event) api.AuditEntry { return api.AuditEntryAmong(e, people) }
	return api.AuditList{
		Items:          endpoint.Items(events, show),
		NextCursor:     r.Next(next),
		SearchedBackTo: timeAt(next),
	}, nil
}

// timeAt returns the time of a position, in whole seconds. At the end of the log, which is the position "", it returns nil.
func timeAt(position string) *time.Time {
	at, ok := identity.EventTime(position)
	if !ok {
		return nil
	}

	at = at.Truncate(time.Second)
	return &at
}

// involved returns the people who acted and those who were changed, each once.
func involved(events []identity.Event) []identity.UserID {
	var people []identity.UserID
	for _, e := range events {
		people = append(people, e.Caller.User)
		if e.Target.Type == "user" {
			people = append(people, identity.UserID(e.Target.ID))
		}
	}

	slices.Sort(people)
	people = slices.Compact(people)
	return slices.DeleteFunc(people, func(u identity.UserID) bool { return u == "" })
}

var targets = regexp.MustCompile(`^((usr|org|sol)_[0-7][0-9a-hjkmnp-tv-z]{25}|(tok|ses)_[0-9A-Za-z]{11})$`)

// filter returns the filter that the caller asked for.
func (in input) filter() (table.AuditFilter, error) {
	f := table.AuditFilter{Target: in.Target, Actions: in.Action}
	if in.Actor != "" && f.Actor.UnmarshalText([]byte(in.Actor)) != nil {
		return f, identity.InvalidField("actor", "Use the ID of a user.")
	}

	if in.Target != "" && !targets.MatchString(in.Target) {
		return f, identity.InvalidField("target", "Use the ID of a user, an organization, a solution, a token or a session.")
	}

	var err error
	if f.Since, err = parse("since", in.Since); err != nil {
		return f, err
	}

	if f.Until, err = parse("until", in.Until); err != nil {
		return f, err
	}

	if !f.Since.IsZero() && !f.Until.IsZero() && !f.Until.After(f.Since) {
		return f, identity.InvalidField("until", "Use a time after since.")
	}

	f.Text.Words, err = identity.CleanText("q", in.Words, identity.MaxName)
	return f, err
}

// parse returns a time of a filter; zero if there is none.
func parse(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}

	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, identity.InvalidField(field, "Use a time such as 2026-11-01T00:00:00Z.")
	}

	return t.UTC(), nil
}
