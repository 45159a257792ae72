package check

import (
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// token is what the facts about one token come to.
type token struct {
	exists     bool
	org        string
	ended      identity.Ending
	replacedBy string
	replaces   string
	expires    time.Time
	createdAt  time.Time
	version    int
	derivable  bool
	live       bool
	row        time.Time
	successors []string
	events     map[string]int
}

func (t *token) add(f fact) {
	switch f.what {
	case "token":
		t.exists = true
		t.org, t.ended = f.detail[0], identity.Ending(f.detail[1])
		t.replacedBy, t.replaces = f.detail[2], f.detail[3]
		t.expires, t.createdAt, t.version = toTime(f.detail[4]), toTime(f.detail[5]), toNumber(f.detail[6])
		t.derivable, t.live = f.detail[7] == isYes, f.detail[8] == isYes
	case "expiry":
		t.row = toTime(f.detail[0])
	case "successor":
		t.successors = append(t.successors, f.detail[0])
	case "event":
		t.events[f.detail[0]]++
	}
}

func (t *token) judge(c *checker, id string) {
	if !t.exists || c.removing[identity.OrgID(t.org)] {
		return
	}

	if t.live && t.derivable && !t.expiryLeadsHere() {
		c.broken(ExpiryRow, id, "nothing leads to the token by its expiry at %s", stamp(t.expires))
	}

	for _, successor := range t.successors {
		if successor != t.replacedBy {
			c.broken(Rotation, id, "%s says that it replaces the token, which says %q", successor, t.replacedBy)
		}
	}

	if c.complete(t.createdAt) {
		t.judgeLog(c, id)
	}
}

// expiryLeadsHere reports whether the item by which the token is found has its expiry, or a later one if a rotation has
// brought the expiry forward.
func (t *token) expiryLeadsHere() bool {
	return t.row.Equal(t.expires) || t.replacedBy != "" && t.row.After(t.expires)
}

// judgeLog compares the token with the audit log. A token that a rotation made has the event of the token that it replaces.
func (t *token) judgeLog(c *checker, id string) {
	wants := map[identity.Action]int{
		identity.ActionTokenCreate:  one(t.replaces == ""),
		identity.ActionTokenRotate:  one(t.replacedBy != ""),
		identity.ActionTokenRename:  t.version - 1,
		identity.ActionTokenDelete:  one(t.ended == identity.Deleted),
		identity.ActionTokenReport:  one(t.ended == identity.Reported),
		identity.ActionTokenLapsed:  one(t.ended == identity.Lapsed),
		identity.ActionTokenExpired: one(t.ended == identity.Expired || t.ended == identity.Replaced),
	}

	for action, want := range wants {
		if got := t.events[string(action)]; got != want {
			c.broken(Audited, id, "the log has %d events %s, want %d", got, action, want)
		}
	}
}

func one(is bool) int {
	if is {
		return 1
	}

	return 0
}

// session is what the facts about one session come to.
type session struct {
	exists, live bool
	provider     string
	createdAt    time.Time
	notes        []string
	created      int
}

func (s *session) add(f fact) {
	switch f.what {
	case "session":
		s.exists, s.provider = true, f.detail[0]
		s.createdAt, s.live = toTime(f.detail[1]), f.detail[2] == isYes
	case "at-provider":
		s.notes = append(s.notes, f.detail[0])
	case "created":
		s.created++
	}
}

func (s *session) judge(c *checker, id string) {
	if !s.exists {
		return
	}

	if s.live && s.provider != "" && !slices.Contains(s.notes, s.provider) {
		c.broken(ProviderSession, id, "a logout at the identity provider does not find the session")
	}

	if c.complete(s.createdAt) && s.created != 1 {
		c.broken(Audited, id, "the log has %d creations of the session", s.created)
	}
}

// address is what the facts about one email address come to.
type address struct {
	link     string // the person that it leads to
	linked   bool
	profiles []string
}

func (a *address) add(f fact) {
	if f.what == "link" {
		a.linked, a.link = true, f.detail[0]
		return
	}

	a.profiles = append(a.profiles, f.detail[0])
}

// judge leaves profiles that the address does not lead to for the person: a service account has the address of another.
func (a *address) judge(c *checker, id string) {
	if a.linked && !slices.Contains(a.profiles, a.link) {
		c.broken(Address, "EMAIL#"+id, "leads to %s, whose profile has another address or does not exist", a.link)
	}

	for _, u := range a.profiles {
		if u != a.link {
			c.note(aboutUser, u, "unaddressed")
		}
	}
}

// identityLink is what the facts about one identity at a provider come to.
type identityLink struct {
	link     string
	profiles []string
}

func (i *identityLink) add(f fact) {
	if f.what == "link" {
		i.link = f.detail[0]
		return
	}

	i.profiles = append(i.profiles, f.detail[0])
}

func (i *identityLink) judge(c *checker, id string) {
	for _, u := range i.profiles {
		if u != i.link {
			c.broken(Identity, "IDENTITY#"+id, "the profile of %s records this identity, which leads to %q", u, i.link)
		}
	}
}

// offer is what the facts about what one organization offered to one address come to.
type offer struct {
	to          string
	invitations []string
}

func (o *offer) add(f fact) {
	if f.what == "offer" {
		o.to = f.detail[0]
		return
	}

	o.invitations = append(o.invitations, f.detail[0])
}

func (o *offer) judge(c *checker, id string) {
	if c.removing[orgOf(id)] {
		return
	}

	if o.to != "" && !slices.Contains(o.invitations, o.to) {
		c.broken(Offer, id, "leads to the invitation %s, which does not exist", o.to)
	}

	for _, u := range o.invitations {
		if u != o.to {
			c.broken(Offer, id, "no offer leads to the invitation %s", u)
		}
	}
}

// quota is what the facts about the limit of one day come to.
type quota struct {
	kept       bool
	used, sent int
}

func (q *quota) add(f fact) {
	if f.what == "sent" {
		q.sent++
		return
	}

	q.kept, q.used = true, toNumber(f.detail[0])
}

func (q *quota) judge(c *checker, id string) {
	_, date, _ := strings.Cut(id, "/")
	day, err := time.Parse(time.DateOnly, date)
	if !q.kept || err != nil || !day.After(c.Upgraded) || !c.complete(day) {
		return
	}

	if q.used != q.sent {
		c.broken(QuotaCount, id, "%d invitations are counted, and the log has %d", q.used, q.sent)
	}
}
