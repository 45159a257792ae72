package identity

import (
	"slices"
	"time"
)

// The maximum numbers of things in an Export, which bound the size of the answer.
const (
	MaxExportedRoles    = 2000
	MaxExportedOffers   = 200
	MaxExportedTokens   = 1000
	MaxExportedSessions = 1000
	MaxExportedEvents   = 3000
)

// The names of the lists of an Export that can be cut short.
const (
	ExportedRoles       = "solutionRoles"
	ExportedInvitations = "invitations"
	ExportedTokens      = "tokens"
	ExportedSessions    = "sessions"
	ExportedEvents      = "auditEvents"
)

// Export is everything that is stored about a person, without secrets and without what only finds or counts it.
type Export struct {
	At      time.Time
	Profile Profile
	// Identities are the identities that open the profile. The subjects themselves are not stored.
	Identities Identities
	// RefusedOn is the last day on which organizations' logs recorded that somebody else asserted the email address, such as
	// 2026-03-01; "" if there is none.
	RefusedOn   string
	Memberships []Membership
	Assignments []ExportedAssignment
	Invitations []Invitation
	Mails       []ExportedMails
	Tokens      []Token
	Sessions    []Session
	// Events are those of the person's own log, latest first.
	Events []Event
	// LeftOut names the lists that are not complete.
	LeftOut []string
	// EventsBefore is where to continue if events are left out: a time before which all the others happened.
	EventsBefore time.Time
}

// CutEvents leaves out all but the latest n events. The rest can be asked for by EventsBefore. As that is in whole seconds,
// it may repeat events of one second.
func (e *Export) CutEvents(n int) {
	if len(e.Events) <= n {
		return
	}

	last := e.Events[max(n-1, 0)]
	e.EventsBefore = last.At.Truncate(time.Second).Add(time.Second)
	e.Events = e.Events[:n]

	if !slices.Contains(e.LeftOut, ExportedEvents) {
		e.LeftOut = append(e.LeftOut, ExportedEvents)
	}
}

// ExportedAssignment is a person's role in a solution. Name is the solution's; "" if the person may not see the solution.
type ExportedAssignment struct {
	Assignment
	Name string
}

// ExportedMails counts the invitations that an organization has sent to the person's address.
type ExportedMails struct {
	Org OrgID
	Mails
}
