package check

import (
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// user is what the facts about one person or service account come to.
type user struct {
	exists        bool
	organizations int // as the profile counts them
	signIns       int
	version       int
	createdAt     time.Time
	signedIn      bool
	person        string

	memberships []identity.Membership
	shown       map[identity.OrgID]string // the person as a membership that admits them shows them
	counted     int
	account     bool
	invitations int

	tokens []identity.Token

	sessions  int
	erasure   bool
	tallied   bool
	live      int
	kept      int
	countedAt time.Time

	uncounted   []string // organizations that the person founded and the tally does not list
	unaddressed bool

	created, changed, sessionsCreated int // in the audit log
}

func newUser() *user {
	return &user{shown: map[identity.OrgID]string{}}
}

func (u *user) add(f fact) {
	switch f.what {
	case "profile":
		u.exists = true
		u.organizations, u.signIns, u.version = toNumber(f.detail[0]), toNumber(f.detail[1]), toNumber(f.detail[2])
		u.createdAt, u.signedIn, u.person = toTime(f.detail[3]), f.detail[4] == isYes, f.detail[5]
	case "membership":
		u.addMembership(f)
	case "token":
		u.addToken(f)
	case "session":
		u.sessions++
	case "erasure":
		u.erasure = true
	case "tally":
		u.tallied = true
		u.live, u.kept, u.countedAt = toNumber(f.detail[0]), toNumber(f.detail[1]), toTime(f.detail[2])
	case "uncounted":
		u.uncounted = append(u.uncounted, f.detail[0])
	case "unaddressed":
		u.unaddressed = true
	case "event":
		u.addEvent(identity.Action(f.detail[0]), f.detail[1] == isYes)
	}
}

func (u *user) addMembership(f fact) {
	org := identity.OrgID(f.detail[0])
	u.memberships = append(u.memberships, identity.Membership{Org: org, TokenEpoch: f.detail[1]})

	if f.detail[2] == isYes {
		u.counted++
	}

	if f.detail[3] == isYes {
		u.shown[org] = f.detail[5]
	}

	u.account = u.account || f.detail[4] == isYes
	if f.detail[6] == isYes {
		u.invitations++
	}
}

// addToken takes up a token unless the previous release may have created it after the tally was counted.
func (u *user) addToken(f fact) {
	t := identity.Token{
		Org:   identity.OrgID(f.detail[0]),
		Epoch: f.detail[1],
		Lease: identity.Lease{
			Until:   toTime(f.detail[2]),
			Expires: toTime(f.detail[3]),
		},
		Ended:      identity.Ending(f.detail[4]),
		EndedAt:    toTime(f.detail[5]),
		ReplacedBy: identity.TokenID(f.detail[6]),
		CreatedAt:  toTime(f.detail[7]),
	}
	if f.detail[8] == isYes {
		t.DerivationKey[0] = 1 // which it is does not matter
	}

	u.tokens = append(u.tokens, t)
}

// addEvent counts the events that the profile counts, too. Those of somebody else's profile that passed to the person
// change nothing here.
func (u *user) addEvent(action identity.Action, ofAnother bool) {
	switch action {
	case identity.ActionUserCreate:
		u.created++
	case identity.ActionSessionCreate:
		u.sessionsCreated++
	case identity.ActionProfileUpdate, identity.ActionProfileName, identity.ActionProfileEmail, identity.ActionOrganizationDefault:
		if !ofAnother {
			u.changed++
		}

	default:
		// the profile does not count it
	}
}

func (u *user) judge(c *checker, id string) {
	switch {
	case u.exists && u.erasure:
		c.broken(Erasure, id, "has a profile, and a note that the account is being erased")
		return
	case u.erasure:
		return
	case !u.exists:
		u.judgeAbsent(c, id)
		return
	}

	if u.organizations != u.counted {
		c.broken(MembershipCount, id, "counts %d organizations and has %d", u.organizations, u.counted)
	}

	for org, shown := range u.shown {
		if shown != u.person {
			c.broken(PersonCopy, id, "%s shows another name, address or phone number", org)
		}
	}

	if u.unaddressed && !u.account {
		c.broken(Address, id, "the address does not lead to the profile")
	}

	for _, org := range u.uncounted {
		c.broken(FoundedCount, id, "founded %s, which the tally does not list", org)
	}

	u.judgeTokens(c, id)
	u.judgeLog(c, id)
}

// judgeAbsent checks that nothing is left of a person who does not exist. An invitation has the ID of nobody.
func (u *user) judgeAbsent(c *checker, id string) {
	var left []string
	for _, what := range []struct {
		name string
		n    int
	}{
		{"memberships", len(u.memberships) - u.invitations},
		{"tokens", len(u.tokens)},
		{"sessions", u.sessions},
	} {
		if what.n > 0 {
			left = append(left, number(what.n)+" "+what.name)
		}
	}

	if u.tallied {
		left = append(left, "the tally")
	}

	if len(left) > 0 {
		c.broken(Orphan, id, "there is no such person, and of them there are %s", strings.Join(left, ", "))
	}
}

func (u *user) judgeTokens(c *checker, id string) {
	var counted []identity.Token
	for _, t := range u.tokens {
		if t.DerivationKey != [32]byte{} || t.CreatedAt.Before(u.countedAt) {
			counted = append(counted, t)
		}
	}

	count := identity.CountTokens(counted, u.memberships, c.At)
	if count.Live > u.live || count.Kept > u.kept {
		c.broken(TokenCount, id, "counts at most %d live and %d listed tokens and has %d and %d", u.live, u.kept, count.Live, count.Kept)
	}
}

// judgeLog compares a profile that a sign-in created with the audit log. That of a service account is created and changed
// with its membership.
func (u *user) judgeLog(c *checker, id string) {
	if !u.signedIn || u.account || !c.complete(u.createdAt) {
		return
	}

	if u.created != 1 || u.changed != u.version-1 {
		c.broken(Audited, id, "the log has %d creations and %d changes of a profile of version %d", u.created, u.changed, u.version)
	}

	if u.signIns != u.sessionsCreated {
		c.broken(SignInCount, id, "counts %d sign-ins, and the log has %d", u.signIns, u.sessionsCreated)
	}
}
