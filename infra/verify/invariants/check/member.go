package check

import (
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// member is what the facts about one person in one organization come to.
type member struct {
	exists, account, invited  bool
	assignments, solutions    int // as the membership counts them
	since                     time.Time
	hasAssignments, hasAccess int
	rows                      map[string]*row
	mark, listed              bool
	entered, left             int
}

// row is a row by which a search finds the member: needed, present, or both.
type row struct{ needed, present, word bool }

func (m *member) add(f fact) {
	switch f.what {
	case "membership":
		m.exists = true
		m.assignments, m.solutions = toNumber(f.detail[0]), toNumber(f.detail[1])
		m.account, m.since, m.invited = f.detail[2] == isYes, toTime(f.detail[3]), f.detail[4] == isYes
	case "assignment":
		m.hasAssignments++
		if f.detail[0] != string(identity.SolutionDeny) {
			m.hasAccess++
		}

	case "needs-row":
		m.row(f).needed = true
	case "row":
		m.row(f).present = true
	case "mark":
		m.mark = true
	case "on-roll":
		m.listed = true
	case "entered":
		m.entered++
	case "left":
		m.left++
	}
}

func (m *member) row(f fact) *row {
	r := m.rows[f.detail[0]]
	if r == nil {
		r = &row{word: f.detail[1] == isYes}
		m.rows[f.detail[0]] = r
	}

	return r
}

func (m *member) judge(c *checker, id string) {
	org := orgOf(id)
	if c.removing[org] {
		return
	}

	if !m.exists {
		m.judgeAbsent(c, id)
		return
	}

	if m.assignments != m.hasAssignments || m.solutions != m.hasAccess {
		c.broken(AssignmentCount, id, "counts %d assignments, %d of which give access, and has %d and %d",
			m.assignments, m.solutions, m.hasAssignments, m.hasAccess)
	}

	m.judgeRows(c, id)

	if m.mark && !m.invited {
		c.broken(Mark, id, "belongs to the organization, which keeps a mark of them")
	}

	if m.account && !m.listed {
		c.broken(Roll, id, "is a service account that is not on the roll")
	}

	logged := c.complete(orgTime(org)) && c.complete(m.since) && !c.erasing[userOf(id)]
	if logged && m.entered-m.left != 1 {
		c.broken(Audited, id, "the log has %d entries into the organization and %d departures", m.entered, m.left)
	}
}

// judgeAbsent checks that nothing is left of somebody who does not belong to the organization.
func (m *member) judgeAbsent(c *checker, id string) {
	if m.hasAssignments > 0 {
		c.broken(Orphan, id, "%d assignments are of somebody who does not belong to the organization", m.hasAssignments)
	}

	rows := 0
	for _, r := range m.rows {
		if !r.word || c.Upgraded.IsZero() {
			rows++
		}
	}

	if rows > 0 {
		c.broken(Orphan, id, "%d search rows are of somebody who does not belong to the organization", rows)
	}

	if c.complete(orgTime(orgOf(id))) && m.entered > m.left {
		c.broken(Audited, id, "the log has %d entries into the organization and %d departures of a person who does not belong to it",
			m.entered, m.left)
	}
}

func (m *member) judgeRows(c *checker, id string) {
	var missing, more int
	for _, r := range m.rows {
		switch {
		case r.needed && !r.present && (!r.word || !m.since.Before(c.Upgraded)):
			missing++
		case r.present && !r.needed && !r.word:
			more++
		}
	}

	if missing+more > 0 {
		c.broken(SearchRows, id, "%d search rows are missing, and %d are of other words", missing, more)
	}
}

func orgOf(id string) identity.OrgID {
	org, _, _ := strings.Cut(id, "/")
	return identity.OrgID(org)
}

func userOf(id string) identity.UserID {
	_, user, _ := strings.Cut(id, "/")
	return identity.UserID(user)
}

// orgTime returns when an organization was created, which its ID says; the zero time if it is no ID.
func orgTime(o identity.OrgID) time.Time {
	id, ok := o.Bytes()
	if !ok {
		return time.Time{}
	}

	var milliseconds int64
	for _, b := range id[:6] {
		milliseconds = milliseconds<<8 | int64(b)
	}

	return time.UnixMilli(milliseconds).UTC()
}
