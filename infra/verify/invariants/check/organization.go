package check

import (
	"slices"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// organization is what the facts about one organization come to.
type organization struct {
	exists                                bool
	owners, members, invitations, sols    int // as it counts them
	version                               int
	createdAt                             time.Time
	deleted                               bool
	copied                                string
	hasOwners, hasMembers, hasInvitations int // as they are
	hasSolutions                          int
	otherCopies                           map[string]string // a member of each different copy
	renaming                              bool
	needs                                 map[string]string // an ID of each kind of thing that needs the organization
	created, changed                      int
	founders, counting                    []string
	roles, statuses                       tally // of the members
	loggedRoles, loggedStatuses           tally // by the audit log
	unlogged                              []unlogged
}

// unlogged is a member whose removal is in the audit log, because the account is being erased.
type unlogged struct{ user, role, status string }

func newOrganization() *organization {
	return &organization{
		otherCopies:    map[string]string{},
		needs:          map[string]string{},
		roles:          tally{},
		statuses:       tally{},
		loggedRoles:    tally{},
		loggedStatuses: tally{},
	}
}

func (o *organization) add(f fact) {
	switch f.what {
	case "organization":
		o.exists = true
		o.owners, o.members = toNumber(f.detail[0]), toNumber(f.detail[1])
		o.invitations, o.sols = toNumber(f.detail[2]), toNumber(f.detail[3])
		o.version, o.createdAt = toNumber(f.detail[4]), toTime(f.detail[5])
		o.deleted, o.copied = f.detail[6] == isYes, f.detail[7]
	case "member":
		o.addMember(f)
	case "solution":
		o.needs[f.what] = f.detail[0]
		if f.detail[1] != isYes {
			o.hasSolutions++
		}

	case "rename":
		o.renaming, o.needs[f.what] = true, ""
	case "token", "mark", "roll":
		o.needs[f.what] = f.detail[0]
	case "founder":
		o.counting = append(o.counting, f.detail[0])
	case "created":
		o.created++
		o.founders = append(o.founders, f.detail[0])
	case "changed":
		o.changed++
	case "logged":
		o.needs["event"] = ""
	case "was":
		o.loggedRoles.add(f.detail[0], -1)
		o.loggedStatuses.add(f.detail[1], -1)
	case "became":
		o.loggedRoles.add(f.detail[0], 1)
		o.loggedStatuses.add(f.detail[1], 1)
	}
}

func (o *organization) addMember(f fact) {
	user, role, status := f.detail[0], f.detail[1], f.detail[2]
	o.needs["membership"] = user
	o.hasMembers++
	o.roles.add(role, 1)
	o.statuses.add(status, 1)

	if f.detail[3] == isYes {
		o.hasOwners++
	}

	if f.detail[4] == isYes {
		o.hasInvitations++
	}

	o.otherCopies[f.detail[5]] = user
	if status == string(identity.Disabled) {
		o.unlogged = append(o.unlogged, unlogged{user, role, status})
	}
}

// add adds n to the count of a name; nothing if the name is "".
func (t tally) add(name string, n int) {
	if name != "" {
		t[name] += n
	}
}

func (o *organization) judge(c *checker, id string) {
	if !o.exists {
		for kind, of := range o.needs {
			c.broken(Orphan, id, "a %s %s is of this organization, which does not exist", kind, of)
		}

		return
	}

	if c.removing[identity.OrgID(id)] {
		return
	}

	o.judgeCounts(c, id)

	if !o.deleted && o.hasOwners == 0 {
		c.broken(Owner, id, "no member is an active Owner")
	}

	delete(o.otherCopies, o.copied)

	if !o.renaming {
		for _, user := range o.otherCopies {
			c.broken(OrganizationCopy, id, "the membership of %s has another name or deletion", user)
		}
	}

	if !c.complete(o.createdAt) {
		return
	}

	for _, founder := range o.founders {
		if !slices.Contains(o.counting, founder) {
			c.note(aboutUser, founder, "uncounted", id)
		}
	}

	o.judgeLog(c, id)
}

func (o *organization) judgeCounts(c *checker, id string) {
	for _, count := range []struct {
		rule      Rule
		what      string
		kept, has int
	}{
		{OwnerCount, "active Owners", o.owners, o.hasOwners},
		{MemberCount, "members", o.members, o.hasMembers},
		{InvitationCount, "invitations", o.invitations, o.hasInvitations},
		{SolutionCount, "solutions", o.sols, o.hasSolutions},
	} {
		if count.kept != count.has {
			c.broken(count.rule, id, "counts %d %s and has %d", count.kept, count.what, count.has)
		}
	}
}

// judgeLog compares the organization and its members with the audit log.
func (o *organization) judgeLog(c *checker, id string) {
	if o.created != 1 {
		c.broken(Audited, id, "%d events say that the organization was created", o.created)
	}

	if o.changed != o.version-1 {
		c.broken(Audited, id, "%d events change the organization, which has version %d", o.changed, o.version)
	}

	for _, gone := range o.unlogged {
		if c.erasing[identity.UserID(gone.user)] {
			o.roles.add(gone.role, -1)
			o.statuses.add(gone.status, -1)
		}
	}

	for _, differ := range o.roles.differences(o.loggedRoles) {
		c.broken(Audited, id, "members and the log differ in the role %s", differ)
	}

	for _, differ := range o.statuses.differences(o.loggedStatuses) {
		c.broken(Audited, id, "members and the log differ in the status %s", differ)
	}
}

// solution is what the facts about one solution come to.
type solution struct {
	exists                    bool
	assignments, people       int // as it counts them
	hasAssignments, hasPeople int
	version                   int
	createdAt                 time.Time
	deleting                  bool
	created, changed, deleted int
	roles                     tally // of the assignments, without those of the audit log
}

func (s *solution) add(f fact) {
	switch f.what {
	case "solution":
		s.exists = true
		s.assignments, s.people = toNumber(f.detail[0]), toNumber(f.detail[1])
		s.version, s.createdAt, s.deleting = toNumber(f.detail[2]), toTime(f.detail[3]), f.detail[4] == isYes
	case "assignment":
		s.hasAssignments++
		if f.detail[0] != string(identity.SolutionDeny) {
			s.hasPeople++
		}

		s.roles.add(f.detail[0], 1)
	case "was":
		s.roles.add(f.detail[0], 1)
	case "became":
		s.roles.add(f.detail[0], -1)
	case "event":
		switch identity.Action(f.detail[0]) {
		case identity.ActionSolutionCreate:
			s.created++
		case identity.ActionSolutionUpdate:
			s.changed++
		case identity.ActionSolutionDelete:
			s.deleted++
		default:
			// no other action has a solution as its target
		}
	}
}

func (s *solution) judge(c *checker, id string) {
	switch {
	case c.removing[orgOf(id)]:
		return
	case !s.exists && s.hasAssignments > 0:
		c.broken(Orphan, id, "%d assignments are to this solution, which does not exist", s.hasAssignments)
		return
	case !s.exists && s.created > s.deleted:
		c.broken(Audited, id, "no event says that the solution was deleted")
		return
	case !s.exists:
		return
	}

	if s.assignments != s.hasAssignments || s.people != s.hasPeople {
		c.broken(AssignmentCount, id, "counts %d assignments, %d of which give access, and has %d and %d",
			s.assignments, s.people, s.hasAssignments, s.hasPeople)
	}

	if !c.complete(s.createdAt) {
		return
	}

	if gone := s.deleted == 1; s.created != 1 || gone != s.deleting || s.deleted > 1 || s.changed != s.version-1 {
		c.broken(Audited, id, "the log has %d creations, %d changes and %d deletions of a solution of version %d",
			s.created, s.changed, s.deleted, s.version)
	}

	for _, differ := range s.roles.differences(tally{}) {
		c.broken(Audited, id, "assignments and the log differ in the solution role %s", differ)
	}
}
