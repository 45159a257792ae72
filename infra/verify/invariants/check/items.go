package check

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// item checks one item by itself, and notes what it says about others.
func (c *checker) item(item map[string]types.AttributeValue) {
	c.report.Items++
	found, err := table.Inspect(item)
	c.report.Kinds[found.Kind]++
	name := nameOf(found)
	if err != nil {
		c.broken(UnknownItem, name, "kind %q: %v", found.Kind, err)
		return
	}

	if len(found.Misplaced) > 0 {
		c.broken(Misplaced, name, "%s: not what follows from the item", strings.Join(found.Misplaced, ", "))
	}

	c.timeToLive(name, found)

	switch holds := found.Holds.(type) {
	case table.StoredProfile:
		c.profile(holds)
	case table.StoredTally:
		c.tally(holds)
	case identity.Membership:
		c.membership(name, holds)
	case identity.Token:
		c.token(name, holds)
	case identity.Session:
		c.session(name, holds)
	case identity.Organization:
		c.organization(holds)
	case identity.Solution:
		c.solution(holds)
	case identity.Assignment:
		c.assignment(name, holds)
	case identity.Event:
		c.event(name, holds, found.Purge)
	default:
		c.lookup(holds)
	}
}

// nameOf returns the key of an item. It leaves out the words of a name, which the key of a word row holds.
func nameOf(found table.Inspected) string {
	sk := found.SK
	if user, _, ok := strings.Cut(sk, "#+"); ok {
		sk = user + "#+…"
	}

	return found.PK + " " + sk
}

// timeToLive checks whether the item has a time to live, and how long that is past.
func (c *checker) timeToLive(name string, found table.Inspected) {
	switch has := !found.Purge.IsZero(); {
	case has && found.PurgeNeed == table.PurgeForbidden:
		c.broken(TimeToLive, name, "an item of the kind %s has no time to live, and this one is removed at %s", found.Kind, stamp(found.Purge))
	case !has && found.PurgeNeed == table.PurgeRequired:
		c.broken(TimeToLive, name, "an item of the kind %s needs a time to live", found.Kind)
	case has && !found.Purges.IsZero() && !found.Purge.Equal(found.Purges):
		c.broken(TimeToLive, name, "removed at %s instead of %s", stamp(found.Purge), stamp(found.Purges))
	case has && c.PurgedWithin > 0 && found.Purge.Before(c.At.Add(-c.PurgedWithin)):
		c.broken(Unpurged, name, "should have been removed at %s", stamp(found.Purge))
	}
}

// profile notes a profile, and what must lead to it.
func (c *checker) profile(p table.StoredProfile) {
	u := string(p.ID)
	c.note(aboutUser, u, "profile", number(p.Organizations), number(p.SignIns), number(p.Version), seconds(p.CreatedAt),
		yes(len(p.Identities) > 0), personDigest(p.Person))
	c.note(aboutAddress, table.AddressDigest(p.Email), "profile", u)
	for _, digest := range p.Identities {
		c.note(aboutIdentity, digest, "profile", u)
	}
}

// tally notes what counts toward a person's limits.
func (c *checker) tally(t table.StoredTally) {
	c.note(aboutUser, string(t.User), "tally", number(t.Live), number(t.Kept), seconds(t.CountedAt))
	for _, o := range t.Founded {
		c.note(aboutOrganization, string(o), "founder", string(t.User))
	}
}

// membership notes a membership with the rows and the offer that it needs.
func (c *checker) membership(name string, m identity.Membership) {
	if !slices.Contains(identity.Statuses, m.Status) || !slices.Contains(identity.Roles, m.Role) {
		c.broken(UnknownValue, name, "role %q, status %q", m.Role, m.Status)
	}

	invitation := m.Status == identity.Invited
	id := memberID(m.Org, m.User)
	copied := identity.Digest(m.OrgName, seconds(m.OrgDeletedAt))

	c.note(aboutUser, string(m.User), "membership", string(m.Org), m.TokenEpoch, yes(m.Counts()), yes(m.Admitted()),
		yes(m.ServiceAccount), personDigest(m.Person), yes(invitation && m.Offer))
	c.note(aboutOrganization, string(m.Org), "member", string(m.User), string(m.Role), string(m.Status),
		yes(m.ActiveOwner()), yes(invitation && m.Offer), copied)
	since := m.JoinedAt
	if since.IsZero() {
		since = m.InvitedAt
	}

	c.note(aboutMember, id, "membership", number(m.Assignments), number(m.SolutionCount), yes(m.ServiceAccount),
		seconds(since), yes(invitation))

	for _, r := range table.SearchRows(m) {
		c.note(aboutMember, id, "needs-row", identity.Digest(r.Place), yes(r.Word))
	}

	if invitation && m.Offer {
		c.note(aboutOffer, string(m.Org)+"/"+table.AddressDigest(m.Person.Email), "invitation", string(m.User))
	}
}

// token checks a token's clocks, and notes what it says about its owner, its organization and other tokens.
func (c *checker) token(name string, t identity.Token) {
	c.lease(name, t.Lease)
	endings := []identity.Ending{"", identity.Lapsed, identity.Expired, identity.Deleted, identity.Revoked,
		identity.Replaced, identity.Reported}
	if !slices.Contains(endings, t.Ended) {
		c.broken(UnknownValue, name, "ending %q", t.Ended)
	}

	waits := t.Ended == "" && t.ReusedAt.IsZero()
	if waits && c.SweptWithin > 0 && !t.Live(c.At.Add(-c.SweptWithin)) {
		c.broken(Unswept, name, "its lease ended at %s, and nothing marked it", stamp(t.Until))
	}

	derivable := t.DerivationKey != [32]byte{}
	c.note(aboutUser, string(t.User), "token", string(t.Org), t.Epoch, seconds(t.Until), seconds(t.Expires), string(t.Ended),
		seconds(t.EndedAt), string(t.ReplacedBy), seconds(t.CreatedAt), yes(derivable))
	c.note(aboutOrganization, string(t.Org), "token", string(t.ID))
	c.note(aboutToken, string(t.ID), "token", string(t.Org), string(t.Ended), string(t.ReplacedBy), string(t.Replaces),
		seconds(t.Expires), seconds(t.CreatedAt), number(t.Version), yes(derivable), yes(t.Ended == "" && t.Live(c.At)))

	if t.Replaces != "" {
		c.note(aboutToken, string(t.Replaces), "successor", string(t.ID))
	}
}

// lease checks that the first clock is not behind the second.
func (c *checker) lease(name string, l identity.Lease) {
	if l.Until.After(l.Expires) {
		c.broken(LeaseWithin, name, "the lease ends at %s, after the expiry at %s", stamp(l.Until), stamp(l.Expires))
	}
}

func (c *checker) session(name string, s identity.Session) {
	c.lease(name, s.Lease)
	c.note(aboutUser, string(s.User), "session", string(s.ID))
	c.note(aboutSession, string(s.ID), "session", s.AtProvider, seconds(s.CreatedAt), yes(s.Live(c.At)))
}

func (c *checker) organization(o identity.Organization) {
	if o.Removing {
		c.removing[o.ID] = true
	}

	c.note(aboutOrganization, string(o.ID), "organization", number(o.Owners), number(o.Members), number(o.Invitations),
		number(o.Solutions), number(o.Version), seconds(o.CreatedAt), yes(!o.DeletedAt.IsZero()),
		identity.Digest(o.Name, seconds(o.DeletedAt)))
}

func (c *checker) solution(s identity.Solution) {
	c.note(aboutOrganization, string(s.Org), "solution", string(s.ID), yes(s.Deleting))
	c.note(aboutSolution, string(s.Org)+"/"+string(s.ID), "solution", number(s.Assignments), number(s.People),
		number(s.Version), seconds(s.CreatedAt), yes(s.Deleting))
}

func (c *checker) assignment(name string, a identity.Assignment) {
	var known identity.SolutionRole
	if known.UnmarshalText([]byte(a.Role)) != nil {
		c.broken(UnknownValue, name, "solution role %q", a.Role)
	}

	c.note(aboutSolution, string(a.Org)+"/"+string(a.Solution), "assignment", string(a.Role))
	c.note(aboutMember, memberID(a.Org, a.User), "assignment", string(a.Role))
}

// lookup notes an item that leads to others, or that something else must agree with.
func (c *checker) lookup(holds any) {
	switch i := holds.(type) {
	case table.StoredExpiry:
		c.note(aboutToken, string(i.Token), "expiry", seconds(i.Expires))
	case table.StoredErasure:
		c.erasing[i.User] = true
		c.note(aboutUser, string(i.User), "erasure")
	case table.StoredRow:
		c.note(aboutMember, memberID(i.Org, i.User), "row", identity.Digest(i.Place), yes(i.Word))
	case table.StoredRename:
		c.note(aboutOrganization, string(i.Org), "rename")
	case table.StoredLink:
		if i.Address {
			c.note(aboutAddress, i.Digest, "link", string(i.User))
		} else {
			c.note(aboutIdentity, i.Digest, "link", string(i.User))
		}

	case table.StoredOffer:
		if i.User != "" {
			c.note(aboutOffer, string(i.Org)+"/"+i.Digest, "offer", string(i.User))
		}

	case table.StoredMark:
		c.note(aboutMember, memberID(i.Org, i.User), "mark")
		c.note(aboutOrganization, string(i.Org), "mark", string(i.User))
	case table.StoredRoll:
		c.note(aboutOrganization, string(i.Org), "roll", "")
		for _, u := range i.Accounts {
			c.note(aboutMember, memberID(i.Org, u), "on-roll")
		}

	case table.StoredQuota:
		c.note(aboutQuota, i.ID+"/"+i.Day, "used", number(i.Used))
	case table.StoredAtProvider:
		c.note(aboutSession, string(i.Session), "at-provider", i.Provider)
	}
}

func memberID(o identity.OrgID, u identity.UserID) string { return string(o) + "/" + string(u) }

// personDigest stands for a person's details, which no finding and no temporary file may hold.
func personDigest(p identity.Person) string {
	return identity.Digest(p.FirstName, p.LastName, p.DisplayName, p.Email, p.Phone)
}

func number(n int) string { return strconv.Itoa(n) }

func toNumber(s string) int {
	n, _ := strconv.Atoi(s) // number wrote it
	return n
}

// seconds returns a time in seconds since 1970; "" for the zero time.
func seconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}

	return strconv.FormatInt(t.Unix(), 10)
}

func toTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}

	return time.Unix(n, 0).UTC()
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

const isYes = "yes"

func yes(is bool) string {
	if is {
		return isYes
	}

	return "no"
}
