package table

import (
	"context"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Export reads everything that is stored about a person, with the latest events of their own log before until. It returns
// NotFound if there is no such person.
//
// It leaves out what the person did in the logs of organizations: an organization's log has no index by person, so that
// finding it means reading all of the log.
func (db *DB) Export(ctx context.Context, c identity.Caller, until, now time.Time) (identity.Export, error) {
	found, err := db.underPerson(ctx, c.User)
	if err != nil {
		return identity.Export{}, err
	}

	if found.Deleted() {
		return identity.Export{}, identity.NoSuch("user")
	}

	e := identity.Export{
		At:          now,
		Profile:     found.Profile,
		Identities:  found.profile.Identities,
		RefusedOn:   found.profile.RefusedOn,
		Memberships: found.stored.memberships,
	}
	e.Tokens = shorten(&e, identity.ExportedTokens, found.stored.tokens, identity.MaxExportedTokens)
	e.Sessions = shorten(&e, identity.ExportedSessions, found.stored.sessions, identity.MaxExportedSessions)

	if err := db.exportAssignments(ctx, c, &e); err != nil {
		return e, err
	}

	if err := db.exportOffers(ctx, &e); err != nil {
		return e, err
	}

	return e, db.exportEvents(ctx, &e, until)
}

// shorten returns at most the first items of a list, and notes on the export whether it left out others.
func shorten[T any](e *identity.Export, name string, list []T, most int) []T {
	if len(list) <= most {
		return list
	}

	e.LeftOut = append(e.LeftOut, name)

	return list[:most]
}

// exportAssignments adds the person's solution roles, with the names of the solutions that they may see.
func (db *DB) exportAssignments(ctx context.Context, c identity.Caller, e *identity.Export) error {
	for _, m := range e.Memberships {
		assigned, err := db.assignmentsOf(ctx, m.Org, m.User)
		if err != nil {
			return err
		}

		keys := make([]key, len(assigned))
		for i, a := range assigned {
			keys[i] = solutionKey(a.Org, a.Solution)
		}

		found, err := db.fetch(ctx, keys)
		if err != nil {
			return err
		}

		for _, a := range assigned {
			access := identity.Access{Actor: identity.Acting(c, m), Solution: found.solutions[a.Solution], Role: a.Role}
			shown := identity.ExportedAssignment{Assignment: a}
			if access.Visible() {
				shown.Name = access.Solution.Name
			}

			e.Assignments = append(e.Assignments, shown)
		}
	}

	e.Assignments = shorten(e, identity.ExportedRoles, e.Assignments, identity.MaxExportedRoles)

	return nil
}

// exportOffers adds the open invitations to the person's address, and how many mails organizations have sent there.
func (db *DB) exportOffers(ctx context.Context, e *identity.Export) error {
	offers, err := db.offers(ctx, e.Profile.Email, "", identity.MaxExportedOffers+1)
	if err != nil {
		return err
	}

	offers = shorten(e, identity.ExportedInvitations, offers, identity.MaxExportedOffers)
	for _, o := range offers {
		e.Mails = append(e.Mails, identity.ExportedMails{
			Org:   identity.OrgID(strings.TrimPrefix(o.SK, "ORG#")),
			Mails: o.mails(),
		})
	}

	open, err := db.opened(ctx, offers, e.Memberships, e.At)
	for _, o := range open {
		e.Invitations = append(e.Invitations, o.Invitation)
	}

	return err
}

// exportEvents adds the person's own log.
func (db *DB) exportEvents(ctx context.Context, e *identity.Export, until time.Time) error {
	w := walk{
		scope:   string(e.Profile.ID),
		first:   identity.FirstEventID(e.Profile.CreatedAt),
		before:  identity.FirstEventID(e.At.Add(clockSkew)),
		perRead: identity.MaxExportedEvents + 1,
		now:     e.At,
	}
	if !until.IsZero() {
		w.before = min(w.before, identity.FirstEventID(until))
	}

	w.month, _ = identity.EventTime(w.before)

	for w.before > w.first && len(e.Events) <= identity.MaxExportedEvents {
		found, err := db.walk(ctx, &w)
		if err != nil {
			return err
		}

		e.Events = append(e.Events, found...)
	}

	e.CutEvents(identity.MaxExportedEvents)

	return nil
}
