package identity_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

func TestScopesHaveOneTextWhateverTheOrderOfTheirNames(t *testing.T) {
	for text, want := range map[string]string{
		"":                "",
		"  members:view ": "members:view",
		"orders:write members:view x members:view": "members:view orders:write x",
		"audit:view management:login":              "management:login audit:view",
	} {
		if got := identity.ParseScopes(text); got.String() != want || !got.Limited() || identity.ParseScopes(got.String()) != got {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestATokenHasTheDefaultScopesOfItsOwnersRole(t *testing.T) {
	for _, role := range identity.Roles {
		got := identity.DefaultScopes(identity.Membership{Role: role})
		for _, rule := range identity.Matrix {
			want := role.Can(rule.Permission) && !slices.Contains(identity.Managing, rule.Permission)
			if got.Permits(rule.Permission) != want {
				t.Errorf("%s, %s: %v, want %v", role, rule.Permission, got.Permits(rule.Permission), want)
			}
		}
	}
}

func TestScopesAreChosenFromTheRoleAndFromWhatIsOffered(t *testing.T) {
	offered := []string{"orders:read", "orders:write"}
	strict := identity.TokenPolicy{NoManaging: true}

	for _, c := range []struct {
		names  []string
		role   identity.Role
		policy identity.TokenPolicy
		want   string
		wrong  string
	}{
		{names: nil, role: identity.Creator, want: ""},
		{names: []string{"members:view", "members:view"}, role: identity.Creator, want: "members:view"},
		{names: []string{"members:manage"}, role: identity.Admin, want: "members:view members:manage"},
		{names: []string{"solutions:assign"}, role: identity.Owner, want: "solutions:view-all solutions:view-own solutions:assign"},
		{names: []string{"orders:write", "audit:view"}, role: identity.Owner, want: "audit:view orders:write"},
		{names: []string{"members:manage"}, role: identity.Creator, wrong: "Creators don't have the permission members:manage"},
		{names: []string{"organization:manage"}, role: identity.Admin, wrong: "Admins don't have the permission organization:manage"},
		{names: []string{"members:manage"}, role: identity.Admin, policy: strict, wrong: "policy doesn't let tokens have members:manage"},
		{names: []string{"members:view", "solutions:create"}, role: identity.Admin, policy: strict,
			want: "members:view solutions:view-own solutions:create"},
		{names: []string{"orders:delete"}, role: identity.Owner, wrong: `"orders:delete" is not a scope. Choose from management:login`},
		{names: []string{""}, role: identity.Owner, wrong: `"" is not a scope`},
		{names: []string{"audit:view\x00"}, role: identity.Owner, wrong: "is not a scope"},
	} {
		got, err := identity.ChooseScopes("scopes", c.names, identity.Membership{Role: c.role, TokenPolicy: c.policy}, offered)
		switch {
		case c.wrong == "" && (err != nil || got.String() != c.want || !got.Limited()):
			t.Errorf("%v as %s: %q, %v; want %q", c.names, c.role, got, err, c.want)
		case c.wrong != "" && (!isProblem(err, identity.InvalidRequest) || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%v as %s: %q, %v; want the error %q", c.names, c.role, got, err, c.wrong)
		}
	}
}

func TestAnOperatorNamesScopesOfOtherAPIs(t *testing.T) {
	if got, err := identity.ParseAPIScopes(" orders:write  orders:read orders:read "); err != nil || !slices.Equal(got, []string{"orders:read", "orders:write"}) {
		t.Errorf("%q, %v", got, err)
	}

	if got, err := identity.ParseAPIScopes(""); err != nil || got == nil || len(got) != 0 {
		t.Errorf("nothing: %q, %v", got, err)
	}

	many := ""
	for i := range identity.MaxAPIScopes + 1 {
		many += " x" + strings.Repeat("y", i)
	}

	for _, wrong := range []string{"members:view", "orders:read audit:view", "Orders", "a,b", `a"b`, "é", strings.Repeat("a", 65), many} {
		if got, err := identity.ParseAPIScopes(wrong); err == nil {
			t.Errorf("%q is accepted as %q", wrong, got)
		}
	}
}

func TestScopesWithinOthersAreWhatBothAllow(t *testing.T) {
	some := identity.ParseScopes("members:view audit:view orders:read")
	for _, c := range []struct {
		a, b identity.Scopes
		want identity.Scopes
	}{
		{identity.Unlimited, identity.Unlimited, identity.Unlimited},
		{identity.Unlimited, some, identity.ParseScopes("members:view audit:view")},
		{some, identity.ParseScopes("audit:view orders:read orders:write"), identity.ParseScopes("audit:view orders:read")},
		{some, identity.Scopes{}, identity.Scopes{}},
	} {
		if got, turned := c.a.Within(c.b), c.b.Within(c.a); got != c.want || turned != c.want {
			t.Errorf("%q within %q: %q and %q, want %q", c.a, c.b, got, turned, c.want)
		}
	}
}

// rights is the model of what a token can do: sets of names, put together by hand.
type rights struct {
	role    identity.Role
	scopes  map[string]bool // nil for a token without scopes
	policy  identity.TokenPolicy
	active  bool
	deleted bool
	made    time.Time
	lapses  time.Time
}

// rows is the permission matrix by hand.
var rows = map[identity.Role]string{
	identity.Owner: "management:login members:view members:manage solutions:view-all solutions:view-own solutions:create " +
		"solutions:assign organization:manage profile:self tokens:own audit:view",
	identity.Admin: "management:login members:view members:manage solutions:view-all solutions:view-own solutions:create " +
		"solutions:assign profile:self tokens:own audit:view",
	identity.Creator: "management:login members:view solutions:view-own solutions:create profile:self tokens:own",
	identity.User:    "profile:self",
}

const managing = " members:manage solutions:assign organization:manage "

func (p rights) has(name string) bool {
	within := p.scopes == nil && strings.Contains(name, ":") && !strings.HasPrefix(name, "orders:") || p.scopes[name]
	switch {
	case strings.HasPrefix(name, "orders:"):
		return within
	case p.policy.NoManaging && strings.Contains(managing, " "+name+" "):
		return false
	}

	return within && strings.Contains(" "+rows[p.role]+" ", " "+name+" ")
}

func (p rights) admitted(now time.Time) bool {
	young := p.policy.LongestDays == 0 || now.Sub(p.made) < time.Duration(p.policy.LongestDays)*24*time.Hour
	hasTokens := p.role == identity.Owner || p.role == identity.Admin || p.role == identity.Creator
	return p.active && !p.deleted && hasTokens && !p.policy.NoTokens && young && now.Before(p.lapses)
}

// life is one random sequence: a token with its owner's membership, and the model of both.
type life struct {
	*rand.Rand
	now    time.Time
	member identity.Membership
	token  identity.Token
	model  rights
}

// everyName lists the permissions and two scopes of another API.
var everyName = append(strings.Fields(rows[identity.Owner]), "orders:read", "orders:write")

func newLife(random *rand.Rand) *life {
	l := &life{Rand: random, now: made}
	l.model = rights{role: identity.Roles[random.IntN(len(identity.Roles))], active: true, made: made}
	l.member = identity.Membership{User: "usr_1", Org: "org_1", TokenEpoch: epoch}
	l.token = freshToken()
	l.token.Scopes = identity.Unlimited

	if random.IntN(4) > 0 {
		l.model.scopes = map[string]bool{}
		text := ""

		for _, name := range everyName {
			if random.IntN(2) == 0 {
				l.model.scopes[name] = true
				text = name + " " + text
			}
		}

		l.token.Scopes = identity.ParseScopes(text)
	}

	l.follow()

	return l
}

// follow makes the membership what the model says.
func (l *life) follow() {
	l.member.Role, l.member.TokenPolicy = l.model.role, l.model.policy
	l.member.Status, l.member.OrgDeletedAt = identity.Active, time.Time{}

	if !l.model.active {
		l.member.Status = identity.Disabled
	}

	if l.model.deleted {
		l.member.OrgDeletedAt = made
	}

	l.model.lapses = l.token.Until
}

// change changes one thing.
func (l *life) change() {
	switch l.IntN(8) {
	case 0, 1:
		l.model.role = identity.Roles[l.IntN(len(identity.Roles))]
	case 2:
		l.model.policy = identity.TokenPolicy{NoManaging: l.IntN(2) == 0, NoTokens: l.IntN(4) == 0, LongestDays: l.IntN(20)}
	case 3:
		l.model.active = l.IntN(3) > 0
	case 4:
		l.model.deleted = l.IntN(3) == 0
	case 5:
		l.now = l.now.Add(time.Duration(l.IntN(10*24)) * time.Hour)
	case 6, 7:
		_, successor, err := l.token.Rotate(l.member, "tok_zzzzzzzzzzz", [32]byte{1}, [32]byte{2}, time.Hour, l.now)
		if err == nil {
			l.token, l.model.made = successor, l.now
		}
	}

	l.follow()
}

// judge compares the token with the model, and returns how many permissions and scopes it has.
func (l *life) judge(t *testing.T) (has int) {
	t.Helper()
	if admitted := l.token.Admit(l.member, "203.0.113.7", l.now) == nil; admitted != l.model.admitted(l.now) {
		t.Fatalf("admitted: %v, want %v; %+v; %+v at %s", admitted, !admitted, l.model, l.token, l.now)
	}

	power := l.token.Power(l.member)
	caller := identity.Caller{User: l.member.User, Org: l.member.Org, Kind: identity.PAT, Scopes: power}
	actor := identity.Acting(caller, l.member)

	for _, name := range everyName {
		p := identity.Permission(name)
		got := power.Permits(p) || slices.Contains(power.APIScopes(), name)

		if got != l.model.has(name) {
			t.Fatalf("%s: %v, want %v; %+v; %q", name, got, !got, l.model, power)
		}

		can := actor.Can(p)
		if want := power.Permits(p) && l.model.active && !l.model.deleted; can != want && !strings.HasPrefix(name, "orders:") {
			t.Fatalf("%s: the actor can: %v, want %v; %+v", name, can, want, l.model)
		}

		if can && actor.Require(p) != nil {
			t.Fatalf("%s: the actor can, but: %v", name, actor.Require(p))
		}

		if got {
			has++
		}
	}

	return has
}

// TestATokenNeverCanMoreThanItsRoleItsScopesAndThePolicy plays random sequences of changes of role, status, policy,
// deletion, rotation and time, and compares the power of the token with the model after each.
func TestATokenNeverCanMoreThanItsRoleItsScopesAndThePolicy(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 27))
	has := 0

	for range powerSequences {
		l := newLife(random)
		for range 6 {
			l.change()
			has += l.judge(t)
		}
	}

	if has == 0 || has == powerSequences*6*len(everyName) {
		t.Errorf("the tokens have %d permissions and scopes in all, which tells nothing", has)
	}
}
