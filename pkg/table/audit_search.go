package table

import (
	"context"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// AuditText is a text to find in audit events. The zero AuditText is found in every event.
//
// An event has a text if one of these contains it: the name of what was changed, as the event recorded it; another name or
// address that it recorded; the present name of the member who acted; or the prefix of the token that was changed or used.
// An ID or a source address must be the whole text.
type AuditText struct {
	Words string
	// Members also looks into the present name and email address of the member who acted and of the member who was
	// changed. The caller has checked that the actor may see members.
	Members bool
	// Solutions also looks into the present name of the solution of an assignment. The caller has checked that the
	// actor may see all solutions.
	Solutions bool
}

// maxLookups is how many memberships and solutions a page looks up to find a text. A page stops at the first read after it
// has reached that number, so it can exceed it by those of maxEvents events.
const maxLookups = 300

// recordedNames are the fields of an event that hold a name or an address. Descriptions are left out, because those that
// earlier versions recorded for tokens are for their owners alone.
var recordedNames = []string{"name", "displayName", "firstName", "lastName", "email", "contactEmail"}

// search finds a text in events. It looks up each member and solution once.
type search struct {
	text  AuditText
	words needle
	org   identity.OrgID
	seen  map[key]bool
	found fetched
}

func newSearch(text AuditText, o identity.OrgID) *search {
	return &search{
		text:  text,
		words: newNeedle(text.Words),
		org:   o,
		seen:  map[key]bool{},
		found: newFetched(),
	}
}

// exhausted reports whether a page must not look up more.
func (s *search) exhausted() bool { return len(s.seen) >= maxLookups }

// matching returns the events that have the text, in their order.
func (db *DB) matching(ctx context.Context, s *search, events []identity.Event) ([]identity.Event, error) {
	if s.text.Words == "" {
		return events, nil
	}

	var unknown []key
	for _, e := range events {
		if s.inRecord(e) {
			continue
		}

		for _, k := range s.keys(e) {
			if !s.seen[k] {
				s.seen[k] = true
				unknown = append(unknown, k)
			}
		}
	}

	found, err := db.fetch(ctx, unknown)
	if err != nil {
		return nil, err
	}

	s.found.merge(found)

	return slices.DeleteFunc(events, func(e identity.Event) bool { return !s.inRecord(e) && !s.inNames(e) }), nil
}

// keys returns the items whose present names count for an event.
func (s *search) keys(e identity.Event) []key {
	var keys []key
	if e.Caller.User != "" {
		keys = append(keys, membershipKey(e.Caller.User, s.org))
	}

	if s.text.Members && e.Target.Type == "user" {
		keys = append(keys, membershipKey(identity.UserID(e.Target.ID), s.org))
	}

	if id := e.Solution(); s.text.Solutions && id != "" {
		keys = append(keys, solutionKey(s.org, id))
	}

	return keys
}

// inRecord reports whether the event itself has the text.
func (s *search) inRecord(e identity.Event) bool {
	exact := []string{e.Target.ID, string(e.Caller.User), e.Caller.Credential, e.Source.IP, string(e.Solution())}
	names := []string{e.Target.Shown(), identity.TokenPrefixOf(e.Caller.Credential)}
	for _, field := range recordedNames {
		names = append(names, e.Before[field], e.After[field])
	}

	return slices.Contains(exact, s.text.Words) || slices.ContainsFunc(names, s.words.in)
}

// inNames reports whether the present names of those that the event is about have the text.
func (s *search) inNames(e identity.Event) bool {
	actor := s.found.members[e.Caller.User].Visible()
	names := []string{actor.DisplayName}
	if s.text.Members {
		target := s.found.members[identity.UserID(e.Target.ID)].Visible()
		names = append(names, actor.Email, target.DisplayName, target.Email)
	}

	if s.text.Solutions {
		names = append(names, s.found.solutions[e.Solution()].Name)
	}

	return slices.ContainsFunc(names, s.words.in)
}

// needle is a text to find anywhere in names, without regard to letter case and accents.
type needle struct{ folded, spelled string }

// newNeedle returns the needle for a text. A token's prefix can have its marks: "lhp_3kTz8Lqa…" finds "3kTz8Lqa".
func newNeedle(text string) needle {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "lhp_"), "…")
	return needle{folded: fold(text), spelled: spell(text)}
}

// in reports whether a name contains the text.
func (n needle) in(name string) bool {
	if name == "" {
		return false
	}

	return n.folded != "" && strings.Contains(fold(name), n.folded) ||
		n.spelled != "" && strings.Contains(spell(name), n.spelled)
}
