package check_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

type item = map[string]types.AttributeValue

// noon is when everything in the world happened, and judged is when it is checked.
var (
	noon   = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	judged = noon.Add(time.Minute)
)

const (
	issuer   = "https://issuer.example"
	tokenID  = identity.TokenID("tok_aaaaaaaaaaa")
	rotated  = identity.TokenID("tok_bbbbbbbbbbb")
	replaced = identity.TokenID("tok_ccccccccccc")
	deleted  = identity.TokenID("tok_ddddddddddd")
)

// world is a table with at least one item of each kind that rules compare: two members, one of them with a name of several
// words, an invitation, a service account, a solution with two people, and tokens that live, were rotated and were deleted.
type world struct {
	*testing.T
	client   *dynamodb.Client
	name     string
	db       *table.DB
	owner    identity.Membership
	member   identity.Membership
	invited  identity.Membership
	account  identity.Membership
	solution identity.SolutionID
	seen     table.Claims
}

func newWorld(t *testing.T) *world {
	t.Helper()
	client, name := tabletest.Fresh(t)
	w := &world{
		T:      t,
		client: client,
		name:   name,
		db:     table.New(client, name).KeepingAudit(400 * 24 * time.Hour),
	}

	ada := w.person("ada@example.com", "Ada", "Lovelace")
	w.found(ada)
	w.invited = w.invite("gil@example.com", identity.User)
	w.member = w.invite("eve@example.com", identity.Creator)
	w.person("eve@example.com", "Eve Mary", "van der Berg") // the sign-in accepts the only invitation
	w.member = w.membership(w.member.User)
	w.serve()
	w.solve()
	w.tokens()

	return w
}

func (w *world) must(err error) {
	w.Helper()

	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) by(u identity.UserID) identity.Change {
	return identity.Change{Caller: identity.Caller{User: u, Kind: identity.SignedIn, Credential: string(tabletest.SessionID)}, At: noon}
}

func (w *world) actor() identity.Actor { return identity.Acting(w.by(w.owner.User).Caller, w.owner) }

func (w *world) organization() identity.Organization {
	o, err := w.db.Organization(w.Context(), w.owner.Org)
	w.must(err)
	return o
}

func (w *world) membership(u identity.UserID) identity.Membership {
	m, err := w.db.Membership(w.Context(), u, w.owner.Org)
	w.must(err)
	return m
}

// person signs somebody in, with a session that was made at a session of the provider.
func (w *world) person(email, first, last string) identity.Profile {
	claims := table.Claims{
		Issuer:    issuer,
		Subject:   email,
		Email:     email,
		FirstName: first,
		LastName:  last,
	}

	profile, err := tabletest.SignIn(w.Context(), w.db, w.by(""), claims, identity.NewUserID(noon))
	w.must(err)

	session := identity.Session{
		ID:         tabletest.SessionID,
		User:       profile.ID,
		CreatedAt:  noon,
		Lease:      identity.SessionTerms.Grant(noon),
		AtProvider: identity.ProviderSession(issuer, email),
	}
	if email != "ada@example.com" {
		session.ID = identity.SessionID("ses_" + first[:3] + "00000000")
	}

	proof := identity.IDToken{Digest: identity.Digest(email), Expires: noon.Add(time.Hour)}
	w.must(w.db.CreateSession(session, proof)(w.Context(), w.by(profile.ID)))
	return profile
}

// found creates an organization of a person.
func (w *world) found(p identity.Profile) {
	now := time.Now() // the ID holds the time, and rules ask it how old the organization is
	w.owner = identity.Membership{
		User:       p.ID,
		Org:        identity.NewOrgID(now),
		OrgName:    "Acme",
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(noon),
		JoinedAt:   noon,
		Person:     p.Person,
		Version:    1,
	}
	o := identity.Organization{
		ID:        w.owner.Org,
		Name:      "Acme",
		Owners:    1,
		Members:   1,
		CreatedAt: noon,
		Version:   1,
	}
	w.must(w.db.CreateOrganization(o, w.owner)(w.Context(), w.by(p.ID)))
}

func (w *world) invite(email string, role identity.Role) identity.Membership {
	limits := identity.InvitationLimits{PerInviter: 100, PerOrganization: 100}
	person := identity.Person{FirstName: "Some", LastName: "Body", DisplayName: "Some Body", Email: email}
	m, err := w.actor().Invite(identity.NewUserID(noon), person, role, noon)
	w.must(err)

	offer, err := w.db.Offer(w.Context(), w.actor(), email, noon)
	w.must(err)
	w.must(w.db.Invite(w.actor(), offer, w.organization(), m, limits)(w.Context(), w.by(w.owner.User)))
	return m
}

// serve creates a service account.
func (w *world) serve() {
	account, err := w.actor().CreateServiceAccount(identity.NewUserID(noon), "Deployer", w.owner.Person.Email, identity.Creator, noon)
	w.must(err)
	w.must(w.db.CreateServiceAccount(w.actor(), w.organization(), account, w.owner)(w.Context(), w.by(w.owner.User)))
	w.account = account
}

// solve creates a solution, and assigns the member to it.
func (w *world) solve() {
	s := identity.Solution{
		ID:        identity.NewSolutionID(noon),
		Org:       w.owner.Org,
		Name:      "Route planner",
		CreatedBy: w.owner.User,
		CreatedAt: noon,
		Version:   1,
	}
	w.must(w.db.CreateSolution(s, w.owner)(w.Context(), w.by(w.owner.User)))

	roster, err := w.db.Roster(w.Context(), w.actor(), s.ID, w.member.User)
	w.must(err)
	move, err := roster.Move(w.member.User, identity.SolutionUser)
	w.must(err)
	w.must(w.db.Reassign(roster, []identity.Move{move})(w.Context(), w.by(w.owner.User)))
	w.solution = s.ID
}

func (w *world) tokens() {
	mint := func(id identity.TokenID) identity.Token {
		t := identity.Token{
			ID:            id,
			User:          w.owner.User,
			Org:           w.owner.Org,
			Hash:          [32]byte{1},
			DerivationKey: [32]byte{1},
			Epoch:         w.owner.TokenEpoch,
			CreatedAt:     noon,
			Lease:         identity.PATTerms.Grant(noon),
			Scopes:        identity.Unlimited,
			Version:       1,
		}
		w.must(w.db.CreateToken(t)(w.Context(), w.by(w.owner.User)))
		return t
	}

	mint(tokenID)
	first := mint(rotated)
	old, successor, err := first.Rotate(w.owner, replaced, [32]byte{2}, [32]byte{2}, time.Hour, noon)
	w.must(err)
	w.must(w.db.RotateToken(first, old, successor)(w.Context(), w.by(w.owner.User)))
	w.must(w.db.DeleteToken(mint(deleted))(w.Context(), w.by(w.owner.User)))
}

// check checks the table at a moment.
func (w *world) check(options check.Options) check.Report {
	w.Helper()
	report, err := check.Table(w.Context(), w.client, w.name, options)
	w.must(err)

	return report
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func whole(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func keyed(pk, sk string) item { return item{table.AttrPK: text(pk), table.AttrSK: text(sk)} }

// set writes one attribute of an item that exists.
func (w *world) set(pk, sk, attribute string, value types.AttributeValue) {
	w.Helper()
	found := w.get(pk, sk)
	found[attribute] = value
	w.put(found)
}

// unset removes one attribute of an item that exists.
func (w *world) unset(pk, sk, attribute string) {
	w.Helper()
	found := w.get(pk, sk)
	if found[attribute] == nil {
		w.Fatalf("%s %s has no %s", pk, sk, attribute)
	}

	delete(found, attribute)
	w.put(found)
}

// add adds to a number of an item that exists.
func (w *world) add(pk, sk, attribute string, n int64) {
	w.Helper()
	value := int64(0)
	if old, ok := w.get(pk, sk)[attribute].(*types.AttributeValueMemberN); ok {
		value, _ = strconv.ParseInt(old.Value, 10, 64)
	}

	w.set(pk, sk, attribute, whole(value+n))
}

func (w *world) get(pk, sk string) item {
	w.Helper()
	got, err := w.client.GetItem(w.Context(), &dynamodb.GetItemInput{TableName: &w.name, Key: keyed(pk, sk)})
	w.must(err)

	if got.Item == nil {
		w.Fatalf("the table has no item %s %s", pk, sk)
	}

	return got.Item
}

func (w *world) put(stored item) {
	w.Helper()
	_, err := w.client.PutItem(w.Context(), &dynamodb.PutItemInput{TableName: &w.name, Item: stored})
	w.must(err)
}

func (w *world) drop(pk, sk string) {
	w.Helper()
	w.get(pk, sk)
	_, err := w.client.DeleteItem(w.Context(), &dynamodb.DeleteItemInput{TableName: &w.name, Key: keyed(pk, sk)})
	w.must(err)
}

// all returns the items of a kind.
func (w *world) all(kind string) []item {
	w.Helper()
	var found []item
	pages := dynamodb.NewScanPaginator(w.client, &dynamodb.ScanInput{TableName: &w.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		w.must(err)

		for _, stored := range page.Items {
			if of(stored, "item_type") == kind {
				found = append(found, stored)
			}
		}
	}

	if len(found) == 0 {
		w.Fatalf("the table has no item of the kind %s", kind)
	}

	return found
}

// of returns a text of an item.
func of(stored item, attribute string) string {
	s, _ := stored[attribute].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}

// event returns the key of the only event of an action.
func (w *world) event(action identity.Action) (pk, sk string) {
	w.Helper()
	for _, stored := range w.all("event") {
		if of(stored, "event_action") == string(action) {
			return of(stored, table.AttrPK), of(stored, table.AttrSK)
		}
	}

	w.Fatalf("the table has no event %s", action)
	return "", ""
}

// texts returns a map of texts as it is stored.
func texts(m map[string]string) types.AttributeValue {
	stored := item{}
	for name, value := range m {
		stored[name] = text(value)
	}

	return &types.AttributeValueMemberM{Value: stored}
}

// copyEvent stores another event like the first of an action, in the log of a scope and about another target.
func (w *world) copyEvent(action identity.Action, scope, target string) {
	w.Helper()
	stored := w.get(w.event(action))
	stored["PK"], stored["SK"] = text("AUDIT#"+scope+"#2026-03"), text(identity.NewEventID(noon))
	stored["scope_id"], stored["target_id"] = text(scope), text(target)
	w.put(stored)
}

// unlogInvitation removes the event of the open invitation, with what it used up of the limits.
func (w *world) unlogInvitation() {
	w.Helper()
	for _, stored := range w.all("event") {
		if of(stored, "event_action") == string(identity.ActionMemberInvite) && of(stored, "target_id") == string(w.invited.User) {
			w.drop(of(stored, "PK"), of(stored, "SK"))
		}
	}

	w.add("QUOTA#ORG#"+string(w.owner.Org)+"#2026-03-02", "QUOTA", "used_count", -1)
	w.add("QUOTA#INVITER#"+string(w.owner.User)+"#2026-03-02", "QUOTA", "used_count", -1)
}

// uncountSignIn makes a profile count as many sign-ins as the log has.
func (w *world) uncountSignIn(profile item) {
	w.Helper()
	logged := 0
	for _, stored := range w.all("event") {
		if of(stored, "event_action") == string(identity.ActionSessionCreate) && "USER#"+of(stored, "scope_id") == of(profile, "PK") {
			logged++
		}
	}

	w.set(of(profile, "PK"), "PROFILE", "sign_in_count", whole(int64(logged)))
}
