package system_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// credential is what a caller sends, and whose it is. A dead token is nobody's.
type credential struct {
	name string
	*caller
	kind identity.Kind
	// away is true for a token of the caller's own organization, which is not the one of the access matrix.
	away bool
	// narrow is the key in narrowScopes of a token that can do less than its owner; "" for every other credential.
	narrow string
	dead   deadToken
}

// forPeople lists the permissions that a service account never has.
var forPeople = []identity.Permission{identity.LogInToManagement, identity.ManageMembers, identity.ManageOrganization}

// carries reports whether the credential carries a permission that its owner's role has.
func (c credential) carries(p identity.Permission) bool {
	if c.caller != nil && c.service && slices.Contains(forPeople, p) {
		return false
	}

	return c.narrow == "" || slices.Contains(narrowScopes[c.narrow], p)
}

// ofFullPower returns the credential as it would be if its scopes limited nothing.
func (c credential) ofFullPower() credential {
	c.narrow = ""
	return c
}

// bearer returns the bearer token. It reads the caller, who can have been introduced again.
func (c credential) bearer() string {
	switch {
	case c.caller == nil:
		return c.dead.text
	case c.kind == identity.SignedIn:
		return c.session
	case c.kind == identity.Derived:
		return derived(c.token().Secret)
	}

	return c.token().Secret
}

// derived returns a token that was derived from another one a moment ago, with no other limits than its time.
func derived(parent string) string {
	from, ok := secret.Parse(parent)
	if !ok {
		panic("the parent is not a token")
	}

	token, err := secret.Derive(from, secret.Caveats{Expires: time.Now().Add(time.Hour).Truncate(time.Second)})
	if err != nil {
		panic(err)
	}

	return token.Reveal()
}

// byToken reports whether the credential is a personal access token, or one derived from it.
func (c credential) byToken() bool { return c.kind == identity.PAT || c.kind == identity.Derived }

// token returns the token that the request is sent with, or one of the caller's if it is sent with a session.
func (c credential) token() api.TokenCreated {
	switch {
	case c.away || c.here.ID == "":
		return c.elsewhere
	case c.narrow != "":
		return c.narrowed[c.narrow]
	}

	return c.here
}

// present reports whether the organization exists for the credential.
func (c credential) present() bool {
	return !c.away && (c.standing == member || c.standing == disabled || c.standing == invitedBefore)
}

// active reports whether the caller has access to the organization with the credential.
func (c credential) active() bool {
	return c.present() && c.standing == member && c.role != identity.Deny
}

func (c credential) holds(permissions ...identity.Permission) bool {
	return c.active() && slices.ContainsFunc(permissions, func(p identity.Permission) bool { return c.role.Can(p) && c.carries(p) })
}

func (c credential) assigned(roles ...identity.SolutionRole) bool {
	return c.active() && slices.Contains(roles, c.solution) && c.carries(identity.CreateSolutions)
}

// seesSolution reports whether the solution exists for the credential.
func (c credential) seesSolution() bool {
	assigned := []identity.SolutionRole{
		identity.SolutionOwner,
		identity.SolutionAdmin,
		identity.SolutionEditor,
		identity.SolutionUser,
	}

	return c.holds(identity.ViewAllSolutions) ||
		c.active() && slices.Contains(assigned, c.solution) && c.carries(identity.ViewOwnSolutions)
}

// access is an expectation: "" if the caller may do it, or the problem of the refusal.
type access = identity.Problem

const granted access = ""

// either returns NotFound if the organization does not exist for the credential, and Forbidden unless may is true.
func (c credential) either(may bool) access {
	switch {
	case !c.present():
		return identity.NotFound
	case !may:
		return identity.Forbidden
	}

	return granted
}

// use is what a success uses up, so that it has to be made again before the next attempt.
type use int

const (
	usesNothing use = iota
	usesTarget
	usesSolution
	usesSession
	usesCaller
	usesOrganization
	// usesToken is of a token of a service account.
	usesToken
)

// attempt is one kind of request of an operation.
type attempt struct {
	// to says what the request is about, if there are several attempts of the operation.
	to string
	// may returns what the credential may do. If it is nil, the permissions of the description decide.
	may func(credential) access
	// target returns the user in the path or the body; if it is nil, a new member with the role User.
	target func(*testing.T, *place) string
	// oneself makes the caller the target.
	oneself bool
	// another makes the token in the path the founder's instead of the caller's own.
	another bool
	// body returns the body; if it is nil, the first example of the description.
	body func(*testing.T, *place) string
	// uses is what a success uses up; if it is usesNothing, the path says it.
	uses use
}

// accessRules lists the requests of each operation whose x-leasehold-decided-by is rule or self, with who may send
// them. It also lists requests of other operations, if one permission does not describe who may send them or if the
// target must be in a certain state.
var accessRules = map[string][]attempt{
	"session-create":      {{body: freshIDToken}},
	"session-delete":      {{may: everyone, uses: usesSession}},
	"session-list":        {{may: everyone}},
	"session-end":         {{may: everyone, uses: usesSession}},
	"session-end-others":  {{may: everyone}},
	"back-channel-logout": {{body: logoutOfNobody}},

	"profile-get":          {{may: whoCarriesProfile}},
	"profile-update":       {{may: everyone}},
	"profile-export":       {{may: everyone}},
	"profile-delete":       {{may: whoOwnsNothingAlone, uses: usesCaller}},
	"role-list":            {{may: everyone}},
	"organization-list":    {{may: whoCarriesProfile}},
	"organization-update":  {{body: fixed(`{"name":"Harbor Labs"}`)}}, // the name that organization-delete confirms
	"organization-create":  {{may: everyone}},
	"organization-default": {{may: whoHasAccess}},
	"organization-switch":  {{may: whoHasAccess}},

	"invitation-list":    {{may: everyone}},
	"invitation-accept":  {{may: theInvited, uses: usesCaller}},
	"invitation-decline": {{may: theInvited, uses: usesCaller}},

	"token-list":   {{may: everyone}},
	"token-create": {{may: func(c credential) access { return c.either(c.holds(identity.OwnTokens)) }}},
	"token-get": {
		{to: "one's own token", may: theHolder},
		{to: "another person's token", may: nobody, another: true},
	},
	"token-update": {
		{to: "one's own token", may: theHolder},
		{to: "another person's token", may: nobody, another: true},
	},
	"token-rotate": {
		{to: "one's own token", may: theHolderWithASession, uses: usesCaller},
		{to: "another person's token", may: nobody, another: true},
	},
	"token-delete": {
		{to: "one's own token", may: theHolder, uses: usesCaller},
		{to: "another person's token", may: nobody, another: true},
	},
	"token-extend": {
		{to: "one's own token", may: theHolderWithTokens},
		{to: "another person's token", may: nobody, another: true},
	},

	"member-invite": {
		{},
		{to: "as an Owner", may: owners, body: fixed(`{"email":"{email}","role":"owner"}`)},
	},
	"invitation-resend": {{target: someoneWaiting}},
	"member-enable": {
		{target: someoneDisabled},
		{to: "an Owner", may: owners, target: someoneWith(identity.Owner)},
	},
	"member-disable": {
		{},
		{to: "an Owner", may: owners, target: someoneWith(identity.Owner)},
	},
	"member-role-update": {
		{},
		{to: "an Owner", may: owners, target: someoneWith(identity.Owner)},
		{to: "someone who becomes an Owner", may: owners, body: fixed(`{"role":"owner"}`)},
	},
	"member-tokens-revoke": {
		{},
		{to: "an Owner", may: owners, target: someoneWith(identity.Owner)},
	},
	"member-remove": {
		{to: "a member", may: managers},
		{to: "a service account", may: managers, target: aServiceAccount(identity.Creator)},
		{to: "a service account that is an Admin", may: owners, target: aServiceAccount(identity.Admin)},
		{to: "an Owner", may: owners, target: someoneWith(identity.Owner)},
		{to: "oneself", may: whoMayLeave, oneself: true, uses: usesCaller},
	},
	"member-solution-list": {
		{to: "a member", may: func(c credential) access { return c.either(c.holds(identity.ViewOwnSolutions)) }},
		{to: "oneself", may: func(c credential) access { return c.either(c.active() && c.carries(identity.ViewOwnSolutions)) }, oneself: true},
	},

	"service-account-create": {
		{to: "a Creator"},
		{to: "an Admin", may: owners, body: fixed(`{"name":"Nightly export","role":"admin"}`)},
	},
	"service-account-update":       ofAccounts(usesNothing),
	"service-account-token-list":   ofAccounts(usesNothing),
	"service-account-token-create": ofAccounts(usesToken),
	"service-account-token-get":    ofAccounts(usesNothing),
	"service-account-token-update": ofAccounts(usesNothing),
	"service-account-token-extend": ofAccounts(usesNothing),
	"service-account-token-rotate": ofAccounts(usesToken),
	"service-account-token-delete": ofAccounts(usesToken),

	"solution-get":    {{may: seesOr(identity.SolutionOwner, identity.SolutionAdmin, identity.SolutionEditor)}},
	"solution-update": {{may: solutionRoles(identity.SolutionOwner, identity.SolutionAdmin, identity.SolutionEditor)}},
	"solution-delete": {{may: solutionRoles(identity.SolutionOwner)}},
	"assignment-list": {{may: seesOr(identity.SolutionOwner, identity.SolutionAdmin)}},
	"assignment-put": {
		{to: "as Editor", may: solutionRoles(identity.SolutionOwner, identity.SolutionAdmin)},
		{to: "as its owner", may: solutionRoles(identity.SolutionOwner), body: fixed(`{"role":"owner"}`)},
	},
	"assignment-update": {
		{
			to:     "as Editor",
			may:    solutionRoles(identity.SolutionOwner, identity.SolutionAdmin),
			target: someoneForTheReader,
			uses:   usesTarget,
		},
		{
			to:     "as its owner",
			may:    solutionRoles(identity.SolutionOwner),
			target: someoneForTheReader,
			body:   fixed(`{"assign":[{"userId":"{user}","role":"owner"}],"unassign":["{reader}"]}`),
			uses:   usesTarget,
		},
		{
			to:   "by an email address",
			may:  solutionRoles(identity.SolutionOwner, identity.SolutionAdmin),
			body: fixed(`{"assignByEmail":[{"email":"{readerEmail}","role":"user"}]}`),
		},
	},
	"assignment-delete": {
		{to: "a user of it", may: solutionRoles(identity.SolutionOwner, identity.SolutionAdmin), target: theReader},
		{to: "an owner of it", may: solutionRoles(identity.SolutionOwner), target: anOwnerOfTheSolution},
	},
}

func everyone(credential) access { return granted }

// whoMayLeave allows every member with a session. With a token, it takes the permission to manage members.
func whoMayLeave(c credential) access {
	return c.either(c.kind == identity.SignedIn || c.holds(identity.ManageMembers))
}

func whoCarriesProfile(c credential) access {
	if !c.carries(identity.OwnProfile) {
		return identity.Forbidden
	}

	return granted
}

func nobody(c credential) access {
	if c.byToken() {
		return identity.SessionRequired
	}
	return identity.NotFound
}

// whoHasAccess may enter the organization.
func whoHasAccess(c credential) access { return c.either(c.active()) }

// theInvited may accept or decline. A member's request conflicts with the membership.
func theInvited(c credential) access {
	switch c.standing {
	case invited, invitedBefore:
		return granted
	case member, disabled:
		return identity.Conflict
	case stranger, removed:
	}

	return identity.NotFound
}

// theHolder may see and delete their own token whatever their role is, unless they have left its organization. A token
// that was derived from it is not the token.
func theHolder(c credential) access {
	if c.kind == identity.Derived {
		return identity.SessionRequired
	}

	if c.standing == removed && !c.away {
		return identity.NotFound
	}
	return granted
}

// theHolderWithASession may rotate their own token. None of the tokens of the access matrix may rotate itself.
func theHolderWithASession(c credential) access {
	if c.byToken() {
		return identity.SessionRequired
	}

	return theHolderWithTokens(c)
}

func theHolderWithTokens(c credential) access {
	if c.here.ID == "" { // their own organization's token
		return granted
	}
	return c.either(c.holds(identity.OwnTokens))
}

// owners may manage Owners, if they may manage members with the credential.
func owners(c credential) access {
	return c.either(c.role == identity.Owner && c.holds(identity.ManageMembers))
}

// ofAccounts returns the attempts of an operation about a service account: one with a lower role than an Admin's, and
// one with an Admin's, which only Owners manage.
func ofAccounts(uses use) []attempt {
	return []attempt{
		{to: "of a Creator", target: theAccount(identity.Creator), uses: uses},
		{to: "of an Admin", may: owners, target: theAccount(identity.Admin), uses: uses},
	}
}

// theAccount returns the ID of the place's service account with a role.
func theAccount(role identity.Role) func(*testing.T, *place) string {
	return func(t *testing.T, p *place) string {
		t.Helper()
		return p.serving[role]
	}
}

func managers(c credential) access { return c.either(c.holds(identity.ManageMembers)) }

// solutionRoles returns the rule of an operation for members who manage all solutions or have one of the roles.
func solutionRoles(roles ...identity.SolutionRole) func(credential) access {
	return func(c credential) access {
		switch may := c.holds(identity.AssignSolutions) || c.assigned(roles...); {
		case c.active() && !c.seesSolution():
			return identity.NotFound
		default:
			return c.either(may)
		}
	}
}

// seesOr returns the rule of an operation for members whose role in the organization shows solutions, or who have one of
// the roles in this one.
func seesOr(roles ...identity.SolutionRole) func(credential) access {
	return func(c credential) access {
		if c.active() && !c.seesSolution() {
			return identity.NotFound
		}

		return c.either(c.holds(identity.ViewAllSolutions, identity.ViewOwnSolutions) || c.assigned(roles...))
	}
}

// fixed returns a body in which {name} stands for a value of the place.
func fixed(body string) func(*testing.T, *place) string {
	return func(*testing.T, *place) string { return body }
}

func freshIDToken(t *testing.T, p *place) string {
	t.Helper()
	token, nonce, err := signin.IDToken(t.Context(), p.APIURL(), newAddress(), "")
	if err != nil {
		t.Fatal(err)
	}

	return `{"idToken":"` + token + `","nonce":"` + nonce + `"}`
}

// whoOwnsNothingAlone returns LastOwner for a caller with an organization of their own.
func whoOwnsNothingAlone(c credential) access {
	if c.elsewhere.ID != "" {
		return identity.LastOwner
	}

	return granted
}

// logoutOfNobody returns a form with a logout token of the identity provider for a subject who has no sessions.
func logoutOfNobody(t *testing.T, p *place) string {
	t.Helper()
	token, err := p.Issuer().LogoutToken("nobody", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}

	return url.Values{"logout_token": {token}}.Encode()
}

func someoneWith(role identity.Role) func(*testing.T, *place) string {
	return func(t *testing.T, p *place) string { return p.enrol(t, role).id }
}

// aServiceAccount returns a new service account with a role.
func aServiceAccount(role identity.Role) func(*testing.T, *place) string {
	return func(t *testing.T, p *place) string { return p.newAccount(t, role) }
}

func someoneDisabled(t *testing.T, p *place) string {
	t.Helper()
	user := p.enrol(t, identity.Creator).id
	request(t, p.Runner, p.founder, http.MethodPost, p.member(user)+"/disable", "", nil)
	return user
}

// someoneWaiting returns an invited person to whom another mail can be sent now.
func someoneWaiting(t *testing.T, p *place) string {
	t.Helper()
	if len(p.waiting) == 0 {
		t.Fatalf("the access matrix needs more than %d invited people: raise waitingPeople", waitingPeople)
	}

	user := p.waiting[0]
	p.waiting = p.waiting[1:]
	return user
}

// theReader returns the reader, who is assigned to the solution.
func theReader(t *testing.T, p *place) string {
	t.Helper()
	p.assign(t, p.reader, identity.SolutionUser)
	return p.reader
}

// someoneForTheReader returns a member who can be assigned in the place of the reader.
func someoneForTheReader(t *testing.T, p *place) string {
	t.Helper()
	theReader(t, p)
	return p.enrol(t, identity.User).id
}

func anOwnerOfTheSolution(t *testing.T, p *place) string {
	t.Helper()
	user := p.enrol(t, identity.User).id
	p.assign(t, user, identity.SolutionOwner)
	return user
}
