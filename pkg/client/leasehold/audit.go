package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// auditOverlap is how far back each request of --follow reads again. An event can appear after one with a later time,
// if the two changes ran at the same moment.
const auditOverlap = time.Minute

var auditColumns = []column[client.AuditEntry]{
	{"TIME", func(e client.AuditEntry) string { return timestamp(&e.At) }},
	{"ACTION", func(e client.AuditEntry) string { return string(e.Action) }},
	{"ACTOR", func(e client.AuditEntry) string {
		if e.Actor.DisplayName != nil {
			return *e.Actor.DisplayName
		}

		return value(e.Actor.UserID) + " (" + string(e.Actor.Kind) + ")"
	}},
	{"TARGET", func(e client.AuditEntry) string {
		if e.Target.Name != nil {
			return *e.Target.Name + " (" + e.Target.ID + ")"
		}

		return e.Target.ID
	}},
}

// audit is one run of the command audit.
type audit struct {
	*app
	filter   map[string]*string
	limit    int
	follow   bool
	interval time.Duration
}

func (a *app) auditCommand() *cobra.Command {
	x := &audit{app: a, filter: map[string]*string{}}
	command := &cobra.Command{
		Use:   "audit",
		Short: "Show the audit log of an organization, the latest event last",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if x.limit < 0 || x.interval < time.Second {
				return misused("--limit must not be negative, and --interval must be at least 1s")
			}

			return x.run(command.Context())
		},
	}

	for name, usage := range map[string]string{
		"actor":  "only events that the user with this ID caused",
		"target": "only events that affect the resource with this ID",
		"action": "only events with this action, such as member.invite",
		"since":  "only events at or after this time, such as 2026-11-24T00:00:00Z",
		"until":  "only events before this time",
		"q":      "only events with this text in a name, an email address or the prefix of a token",
	} {
		x.filter[name] = command.Flags().String(name, "", usage)
	}

	command.Flags().IntVarP(&x.limit, "limit", "n", 25, "how many of the latest events to show; 0 for all")
	command.Flags().BoolVarP(&x.follow, "follow", "f", false, "wait for further events until you press Ctrl-C")
	command.Flags().DurationVar(&x.interval, "interval", 5*time.Second, "how often --follow asks for events")
	command.MarkFlagsMutuallyExclusive("follow", "until")

	return command
}

func (x *audit) run(ctx context.Context) error {
	c, org, err := x.within(ctx)
	if err != nil {
		return err
	}

	log := &log{client: c, path: org + "/audit", filter: x.filter, seen: map[string]time.Time{}}
	if err := x.print(log.first(ctx, x.limit)); err != nil {
		return err
	}

	for x.follow {
		if !pause(ctx, x.interval) {
			return nil // Ctrl-C is how to end it
		}

		if err := x.print(log.next(ctx)); err != nil && ctx.Err() == nil {
			return err
		}
	}

	return nil
}

// print prints entries as lines of a table, or as JSON.
func (x *audit) print(entries []json.RawMessage, err error) error {
	if err != nil {
		return err
	}

	table := newTable(x.app, auditColumns)
	if x.follow {
		table.rows = 1 // the lines go on without a title
	}

	for _, entry := range entries {
		if err := table.add(entry); err != nil {
			return err
		}
	}

	return table.flush()
}

// log reads an audit log and remembers what it has read.
type log struct {
	client *client.Client
	path   string
	filter map[string]*string
	newest time.Time
	seen   map[string]time.Time // the times of the latest entries, by ID
}

// stamp is what log needs to know of an entry.
type stamp struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// first returns the latest entries, the latest last. It returns all of them if limit is 0.
func (l *log) first(ctx context.Context, limit int) ([]json.RawMessage, error) {
	entries, err := l.read(ctx, encode(l.filter), func(at time.Time, count int) bool {
		return limit > 0 && count >= limit && at.Before(l.newest.Add(-auditOverlap))
	})
	if limit > 0 && len(entries) > limit {
		entries = entries[len(entries)-limit:]
	}

	return entries, err
}

// next returns the entries since the last call, the latest last.
func (l *log) next(ctx context.Context) ([]json.RawMessage, error) {
	query, err := url.ParseQuery(encode(l.filter))
	if err != nil {
		return nil, fmt.Errorf("encode the filter: %w", err)
	}

	oldest := l.newest.Add(-auditOverlap)
	if !l.newest.IsZero() {
		query.Set("since", oldest.UTC().Format(time.RFC3339))
	}

	entries, err := l.read(ctx, query.Encode(), func(time.Time, int) bool { return false })
	for id, at := range l.seen {
		if at.Before(oldest) {
			delete(l.seen, id)
		}
	}

	return entries, err
}

// read returns the entries that it has not seen, the latest last. It stops before an entry at which enough returns
// true.
func (l *log) read(ctx context.Context, query string, enough func(at time.Time, count int) bool) (
	[]json.RawMessage, error) {
	var entries []json.RawMessage
	for raw, err := range l.client.Items(ctx, l.path+"?"+query) {
		if err != nil {
			return nil, err
		}

		var entry stamp
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, fmt.Errorf("decode an event: %w", err)
		}

		if entry.At.After(l.newest) {
			l.newest = entry.At
		}

		if enough(entry.At, len(entries)) {
			break
		}

		if _, known := l.seen[entry.ID]; !known {
			l.seen[entry.ID] = entry.At
			entries = append(entries, raw)
		}
	}

	slices.Reverse(entries)
	return entries, nil
}

// pause waits. It reports false if the context ended first.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait) //nolint:forbidigo // --follow waits between its requests
	defer timer.Stop()

	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
