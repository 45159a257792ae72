package table

import (
	"context"
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// AuditFilter selects the events to list. A zero field selects all.
type AuditFilter struct {
	Actor identity.UserID
	// Target is the ID of what was changed, or of the solution that a person was assigned to or taken off.
	Target string
	// Actions select the events with one of them. Without any, the action does not matter.
	Actions identity.Actions
	// Since and Until bound the time: at Since or later, and before Until.
	Since, Until time.Time
	Text         AuditText
}

func (f AuditFilter) matches(e identity.Event) bool {
	switch {
	case f.Actor != "" && e.Caller.User != f.Actor, len(f.Actions) > 0 && !slices.Contains(f.Actions, e.Action):
		return false
	case f.Target == "":
		return true
	}

	return e.Target.ID == f.Target || string(e.Solution()) == f.Target
}

// selects reports whether the filter leaves anything out within its time.
func (f AuditFilter) selects() bool {
	return f.Actor != "" || f.Target != "" || len(f.Actions) > 0 || f.Text.Words != ""
}

const (
	// maxAuditReads is the most queries for one page, however few events the filter selects and however long nothing
	// happened. Each reads one month, or maxEvents of it.
	maxAuditReads = 20
	maxEvents     = 100
	// clockSkew is how far the clock of another machine may be ahead of ours.
	clockSkew = time.Minute
)

// Audit lists an organization's events, latest first, from before a position; next is the position of the next page, ""
// at the end. It goes back month by month until the organization was created. A filter that selects few events makes a
// page shorter, even empty, but does not make it take longer.
func (db *DB) Audit(ctx context.Context, o identity.Organization, f AuditFilter, position string, limit int, now time.Time) (
	events []identity.Event, next string, err error) {
	w, err := newWalk(o, f, position, limit, now)
	if err != nil {
		return nil, "", err
	}

	s := newSearch(f.Text, o.ID)
	for reads := 0; reads < maxAuditReads && !s.exhausted() && w.before > w.first; reads++ {
		found, err := db.walk(ctx, &w)
		if err != nil {
			return nil, "", err
		}

		found = slices.DeleteFunc(found, func(e identity.Event) bool { return !f.matches(e) })
		found, err = db.matching(ctx, s, found)
		if err != nil {
			return nil, "", err
		}

		for _, e := range found {
			if len(events) == limit {
				return events, events[limit-1].ID, nil
			}

			events = append(events, e)
		}
	}

	if w.before > w.first {
		next = w.before
	}

	return events, next, nil
}

// walk is the progress of a read through the audit log, from the latest event back.
type walk struct {
	scope string
	// month is any moment of the month to read next.
	month time.Time
	// before bounds what is left to read: every event with a lower ID. first is the lowest ID to read.
	before, first string
	perRead       int
	// now is the time of the read, at which events that are to be removed are left out.
	now time.Time
}

func newWalk(o identity.Organization, f AuditFilter, position string, limit int, now time.Time) (walk, error) {
	w := walk{scope: string(o.ID), first: identity.FirstEventID(o.CreatedAt), perRead: maxEvents, now: now}
	if f.Since.After(o.CreatedAt) {
		w.first = identity.FirstEventID(f.Since)
	}

	w.before = identity.FirstEventID(now.Add(clockSkew))
	if !f.Until.IsZero() {
		w.before = min(w.before, identity.FirstEventID(f.Until))
	}

	if position != "" {
		if _, ok := identity.EventTime(position); !ok {
			return walk{}, identity.InvalidField("cursor", "The cursor belongs to another list. Start again without a cursor.")
		}

		w.before = min(w.before, position)
	}

	if !f.selects() {
		w.perRead = limit + 1
	}

	w.month, _ = identity.EventTime(w.before)
	return w, nil
}

// walk reads the next events of a month and moves on, to before the last of them or to the previous month.
func (db *DB) walk(ctx context.Context, w *walk) ([]identity.Event, error) {
	items, err := db.query(ctx, span{
		pk:       auditPartition(w.scope, w.month),
		from:     w.first,
		to:       justBelow(w.before),
		backward: true,
		limit:    w.perRead,
	})
	if err != nil {
		return nil, err
	}

	events := make([]identity.Event, 0, len(items))
	for _, item := range items {
		var row eventItem
		if err := decode(item, &row); err != nil {
			return nil, err
		}

		w.before = row.SK
		if !row.purged(w.now) {
			events = append(events, row.event())
		}
	}

	if len(items) < w.perRead {
		start := time.Date(w.month.Year(), w.month.Month(), 1, 0, 0, 0, 0, time.UTC)
		w.before, w.month = identity.FirstEventID(start), start.Add(-time.Second)
	}

	return events, nil
}

// justBelow returns a text that sorts after every event ID below this one, and before this one.
func justBelow(id string) string {
	last := len(id) - 1
	return id[:last] + string(id[last]-1) + highest
}

// MembersAmong returns the memberships of people in an organization, by ID. It leaves out people who are not members.
func (db *DB) MembersAmong(ctx context.Context, o identity.OrgID, people []identity.UserID) (
	map[identity.UserID]identity.Membership, error) {
	keys := make([]key, len(people))
	for i, u := range people {
		keys[i] = membershipKey(u, o)
	}

	found, err := db.fetch(ctx, keys)
	return found.members, err
}
