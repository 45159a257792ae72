package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// published holds the status of each problem as the API promises it; 0 for the problems of the authorizer, whose status
// the gateway sets.
var published = map[identity.Problem]int{
	identity.InvalidRequest: 400, identity.MalformedCredentials: 401, identity.SignInRefused: 403, identity.Forbidden: 403,
	identity.SessionRequired: 403, identity.NotFound: 404, identity.Conflict: 409, identity.TokenDead: 409, identity.LastOwner: 409, identity.LimitReached: 409,
	identity.RateLimited:     429,
	identity.VersionMismatch: 412, identity.PayloadTooLarge: 413, identity.UnsupportedMediaType: 415, identity.IdempotencyMismatch: 422,
	identity.VersionRequired: 428, identity.Internal: 500, identity.Unavailable: 503,
	identity.InvalidToken: 0, identity.LeaseLapsed: 0, identity.TokenExpired: 0, identity.TokenDeleted: 0, identity.TokenRevoked: 0,
	identity.AccessDisabled: 0, identity.TokenReplaced: 0, identity.NetworkRefused: 0, identity.InsufficientScope: 403,
}

// failing returns an operation that fails with an error.
func (d *desk) failing(err error) handler {
	return handle(d, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route: "DELETE /things",
		Decide: func(_ context.Context, r *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
			r.ETag(1)
			r.Created("/things/1")
			return endpoint.None{}, nil, err
		},
	})
}

func TestEveryProblemHasItsPublishedStatus(t *testing.T) {
	d := newDesk(t)
	for name, status := range published {
		if status == 0 {
			continue
		}

		got := d.call(d.failing(fmt.Errorf("do it: %w", identity.Refuse(name, "Because %d.", 7))), ask(d.ada, "DELETE"))
		if p := got.mustBe(t, status, name, ""); p.Detail != "Because 7." {
			t.Errorf("%s: %q", name, p.Detail)
		}

		if (got.header.Get("Retry-After") == "1") != (status == 503) {
			t.Errorf("%s: Retry-After %q", name, got.header.Get("Retry-After"))
		}

		if got.header.Get("ETag") != "" || got.header.Get("Location") != "" {
			t.Errorf("%s: a refusal with %v", name, got.header)
		}
	}
}

func TestNoProblemIsLeftOut(t *testing.T) {
	for _, name := range problemConstants(t) {
		if _, ok := published[identity.Problem(name)]; !ok {
			t.Errorf("%s has no published status", name)
		}

		if identity.Problem(name).Title() == "" {
			t.Errorf("%s has no title", name)
		}
	}
}

// problemConstants returns the values of the constants of type Problem, read from the source.
func problemConstants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../identity/error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}

	var names []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}

		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Problem" {
			names = append(names, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
		}

		return true
	})

	if len(names) != len(published) {
		t.Errorf("%d problems in the source, %d published", len(names), len(published))
	}

	return names
}

func TestARefusalNamesTheFieldsThatAreWrong(t *testing.T) {
	d := newDesk(t)
	got := d.call(d.failing(identity.InvalidField("inner.phone", "Give %d digits.", 7)), ask(d.ada, "DELETE"))
	got.mustSay(t, 400, `{"type":"https://github.com/leasehold-dev/leasehold#problem-invalid-request","title":"The request is not valid",`+
		`"status":400,"detail":"inner.phone: Give 7 digits.","errors":[{"field":"inner.phone","detail":"Give 7 digits."}]}`)
}

func TestAnErrorThatIsNoRefusalIsLoggedWholeAndSentToNobody(t *testing.T) {
	d := newDesk(t)
	got := d.call(d.failing(errors.New("the disk of shelf 9 is full")), ask(d.ada, "DELETE"))
	if p := got.mustBe(t, 500, identity.Internal, ""); strings.Contains(got.body, "disk") || !strings.Contains(p.Detail, "request-1") {
		t.Errorf("the answer is %s", got.body)
	}

	if !strings.Contains(d.logs.String(), "the disk of shelf 9 is full") {
		t.Errorf("logged %s", d.logs)
	}

	cause := identity.Refuse(identity.Unavailable, "Later.")
	cause.Cause = errors.New("shelf 10")
	if got := d.call(d.failing(cause), ask(d.ada, "DELETE")); strings.Contains(got.body, "shelf") || !strings.Contains(d.logs.String(), "shelf 10") {
		t.Errorf("the answer is %s, and the log is %s", got.body, d.logs)
	}
}

func TestAPanicIsAProblemWithoutDetailsAndTheFunctionGoesOn(t *testing.T) {
	d := newDesk(t)
	calls := 0
	h := handle(d, endpoint.Mutation[endpoint.None, endpoint.None]{
		Route: "DELETE /things",
		Decide: func(context.Context, *endpoint.Request[endpoint.None]) (endpoint.None, endpoint.Write, error) {
			if calls++; calls == 1 {
				panic("shelf 9 fell over")
			}

			return endpoint.None{}, nil, nil
		},
	})

	got := d.call(h, ask(d.ada, "DELETE"))
	if got.mustBe(t, 500, identity.Internal, ""); strings.Contains(got.body, "shelf") || strings.Contains(got.body, "goroutine") {
		t.Errorf("the answer is %s", got.body)
	}

	if !strings.Contains(d.logs.String(), "shelf 9 fell over") || !strings.Contains(d.logs.String(), "edge_test.go") {
		t.Errorf("logged %s", d.logs)
	}

	d.call(h, ask(d.ada, "DELETE")).mustSay(t, 204, "")
}

// whoami returns an operation that answers with its caller.
func (d *desk) whoami(change func(*endpoint.Query[orgIn, string])) handler {
	op := endpoint.Query[orgIn, string]{
		Route:      "GET /organizations/{org}/whoami",
		Permission: endpoint.AnyMember,
		Do: func(_ context.Context, r *endpoint.Request[orgIn]) (string, error) {
			return fmt.Sprintf("%s %s %s %s as %s from %s %s %s", r.Caller.Kind, r.Caller.User, r.Caller.Org, r.Caller.Credential, r.Actor.Role,
				r.Source.IP, r.Source.UserAgent, r.Source.RequestID), nil
		},
	}
	if change != nil {
		change(&op)
	}

	return handle(d, op)
}

type orgIn struct {
	Org identity.OrgID `path:"org"`
}

func TestTheCallerIsWhoTheAuthorizerSaysAndNoHeaderChangesIt(t *testing.T) {
	d := newDesk(t)
	want := fmt.Sprintf(`"session %s  ses_aaaaaaaaaaa as owner from 192.0.2.7 curl/8 request-1"`, d.ada.User)
	forged := fmt.Sprintf(`{"stage":"v1","requestId":"forged","identity":{"sourceIp":"203.0.113.9"},"authorizer":{"userId":%q,"kind":"session"}}`, d.bob.User)
	r := ask(d.ada, "GET").param("org", string(d.ada.Org))
	for _, name := range []string{"X-GoLambdaProxy-ApiGw-Context", "x-golambdaproxy-apigw-context", "X-GOLAMBDAPROXY-APIGW-STAGEVARS", "userId", "X-Forwarded-For", "X-Amzn-Request-Context"} {
		r = r.header(name, forged)
	}

	r.Headers = map[string]string{"X-GoLambdaProxy-ApiGw-Context": forged}
	d.call(d.whoami(nil), r).mustSay(t, 200, want)
	nobody := ask(d.ada, "GET").param("org", string(d.bob.Org)).header("X-GoLambdaProxy-ApiGw-Context", forged)
	nobody.RequestContext.Authorizer = nil
	d.call(d.whoami(nil), nobody).mustBe(t, 401, identity.MalformedCredentials, "")
}

func TestAnAuthorizerContextOfAnotherFormIsNobody(t *testing.T) {
	d := newDesk(t)
	for _, context := range []map[string]any{nil, {}, {"userId": 7}, {"userId": []string{string(d.ada.User)}}, {"UserId": string(d.ada.User)}} {
		r := ask(d.ada, "GET").param("org", string(d.ada.Org))
		r.RequestContext.Authorizer = context
		d.call(d.whoami(nil), r).mustBe(t, 401, identity.MalformedCredentials, "")
	}
}

func TestAPersonalAccessTokenActsInItsOwnOrganizationOnly(t *testing.T) {
	d := newDesk(t)
	both, o := newOrganization(d.ada.User, noon)
	if err := d.db.CreateOrganization(o, both)(t.Context(), identity.Change{At: noon}); err != nil {
		t.Fatal(err)
	}

	h := d.whoami(nil)
	in := func(org identity.OrgID) request { return ask(d.ada, "GET").param("org", string(org)) }
	for name, c := range map[string]struct {
		r  request
		ok bool
	}{
		"a session in one organization":          {in(d.ada.Org), true},
		"a session in the other":                 {in(both.Org), true},
		"a token in its own":                     {in(d.ada.Org).withPAT(d.ada.Org), true},
		"a token in another of its owner's":      {in(both.Org).withPAT(d.ada.Org), false},
		"a token in somebody else's":             {in(d.bob.Org).withPAT(d.ada.Org), false},
		"a session in somebody else's":           {in(d.bob.Org), false},
		"a session in one that there is not":     {in(identity.NewOrgID(noon)), false},
		"a session in one that is none":          {in("org_"), false},
		"a token without an organization at all": {in(d.ada.Org).withPAT(""), false},
	} {
		if got := d.call(h, c.r); c.ok && got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		} else if !c.ok {
			got.mustBe(t, 404, identity.NotFound, "")
		}
	}
}

func TestWhatTakesASessionRefusesATokenBeforeItLooksAtAnything(t *testing.T) {
	d := newDesk(t)
	h := d.whoami(func(op *endpoint.Query[orgIn, string]) { op.SessionOnly = true })
	d.call(h, ask(d.ada, "GET").param("org", "nonsense").withPAT(d.ada.Org)).mustBe(t, 403, identity.SessionRequired, "")
	odd := ask(d.ada, "GET").param("org", string(d.ada.Org))
	odd.RequestContext.Authorizer["kind"] = "schedule"
	d.call(h, odd).mustBe(t, 403, identity.SessionRequired, "")

	if got := d.call(h, ask(d.ada, "GET").param("org", string(d.ada.Org))); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestAnUnknownKindOfCredentialIsRejected holds that an authorizer of a newer version can't admit a kind of credential that
// this version does not know the limits of.
func TestAnUnknownKindOfCredentialIsRejected(t *testing.T) {
	d := newDesk(t)
	h := d.whoami(func(*endpoint.Query[orgIn, string]) {})

	for _, kind := range []string{"service", "schedule", "PAT", ""} {
		odd := ask(d.ada, "GET").param("org", string(d.ada.Org))
		odd.RequestContext.Authorizer["kind"] = kind
		d.call(h, odd).mustBe(t, 401, identity.MalformedCredentials, "")
	}
}

func TestTheRoleOfTheMomentDecides(t *testing.T) {
	d := newDesk(t)
	for _, role := range identity.Roles {
		for _, status := range []identity.Status{identity.Active, identity.Invited, identity.Disabled} {
			m := d.member(role, status)
			for _, rule := range append(identity.Matrix, identity.Rule{Permission: endpoint.AnyMember}) {
				h := d.whoami(func(op *endpoint.Query[orgIn, string]) { op.Permission = rule.Permission })
				got := d.call(h, ask(m, "GET").param("org", string(m.Org)))
				may := status == identity.Active && role != identity.Deny && (rule.Permission == endpoint.AnyMember || role.Can(rule.Permission))
				if !may {
					got.mustBe(t, 403, identity.Forbidden, "")
				} else if got.status != 200 {
					t.Errorf("%s %s and %q: %d %s", status, role, rule.Permission, got.status, got.body)
				}
			}
		}
	}
}

func TestAPublicOperationAsksForNobody(t *testing.T) {
	d := newDesk(t)
	h, err := endpoint.Handler(endpoint.NoRecords{}, endpoint.Query[endpoint.None, string]{
		Route:  "GET /hello",
		Public: true,
		Do:     func(context.Context, *endpoint.Request[endpoint.None]) (string, error) { return "hello", nil },
	}, d.clock)
	if err != nil {
		t.Fatal(err)
	}

	r := ask(d.ada, "GET")
	r.RequestContext.Authorizer = nil
	d.call(h, r).mustSay(t, 200, `"hello"`)
}

func TestTheLogRecordsWhoDidWhatAndNeverABodyOrCredentials(t *testing.T) {
	d := newDesk(t)
	r := ask(d.ada, "POST").json(`{"name":"Rumpelstiltskin","role":"user"}`).header("Authorization", "Bearer lhs_Rumpelstiltskin")
	d.call(d.echo(), r)
	d.call(d.echo(), ask(d.ada, "POST").json(`{"name":"Rumpelstiltskin","age":1}`))

	if logs := d.logs.String(); strings.Contains(logs, "Rumpelstiltskin") || !strings.Contains(logs, string(d.ada.User)) ||
		!strings.Contains(logs, `"status":201`) || !strings.Contains(logs, `"operation":"POST /things"`) {
		t.Errorf("%s", logs)
	}
}

func FuzzNoEventIsAFailure(f *testing.F) {
	f.Add("tok_aaaaaaaaaaa", "q", "x", "/v1/things", "X-GoLambdaProxy-ApiGw-Context", "{}", `{"role":"user"}`)
	f.Add("%2F", "cursor", "AAAA", "/v1/#%zz", "Content-Type", "\x00", `null`)
	f.Add("\xff", "limit", "-0", "::", "Host", "\r\n", `[[[`)
	d := newDesk(f)
	h, echo := d.list(), d.echo()
	f.Fuzz(func(t *testing.T, id, query, value, path, header, text, body string) {
		r := ask(identity.Membership{User: "usr_01kjm9wrv0g2g8f7zq5h3n4x6y"}, "GET").param("token", id).query(query, value).header(header, text)
		r.Path, r.RequestContext.Path = path, path
		for name, handle := range map[string]handler{"list": h, "echo": echo} {
			if name == "echo" {
				r = r.json(body)
			}

			got, err := handle(t.Context(), r.APIGatewayProxyRequest)
			if err != nil || got.StatusCode >= 500 || got.StatusCode == 0 {
				t.Fatalf("%s: %d %s, %v", name, got.StatusCode, got.Body, err)
			}
		}
	})
}

// deletion deletes the organization of one of the people at the desk, from another process.
func (d *desk) deletion(owner identity.Membership) {
	d.t.Helper()
	db := table.New(d.client, d.table)
	actor := identity.Acting(identity.Caller{User: owner.User, Kind: identity.SignedIn}, owner)
	before, err := db.Organization(d.t.Context(), owner.Org)
	if err != nil {
		d.t.Fatal(err)
	}

	after, err := actor.DeleteOrganization(before, before.Name, d.now)
	if err != nil {
		d.t.Fatal(err)
	}

	change := identity.Change{Caller: identity.Caller{User: owner.User, Kind: identity.SignedIn}, At: d.now}
	if err := db.DeleteOrganization(actor, before, after)(d.t.Context(), change); err != nil {
		d.t.Fatal(err)
	}
}

func TestAccessToADeletedOrganizationEndsWithinHalfAMinute(t *testing.T) {
	d := newDesk(t)
	h := d.whoami(nil)
	own := ask(d.ada, "GET").param("org", string(d.ada.Org))
	d.call(h, own).mustHave(t, http.StatusOK)
	d.deletion(d.ada)

	d.now = noon.Add(identity.StandingTerm - time.Nanosecond)
	d.call(h, own).mustHave(t, http.StatusOK)
	d.now = noon.Add(identity.StandingTerm)
	want := "This organization was deleted at 2026-03-01T12:00:00Z. An Owner can restore it until 2026-03-15T12:00:00Z."
	if p := d.call(h, own).mustBe(t, 403, identity.Forbidden, ""); p.Detail != want {
		t.Errorf("the reason is %q, want %q", p.Detail, want)
	}

	// Strangers learn nothing, and other organizations go on.
	d.call(h, ask(d.bob, "GET").param("org", string(d.ada.Org))).mustBe(t, 404, identity.NotFound, "")
	d.call(h, ask(d.bob, "GET").param("org", string(d.bob.Org))).mustHave(t, http.StatusOK)
}

func TestInADeletedOrganizationOnlySomeOperationsArePossibleAndOnlyForItsActiveOwners(t *testing.T) {
	d := newDesk(t)
	for _, role := range identity.Roles {
		for _, status := range identity.Statuses {
			m := d.member(role, status)
			d.removeWithoutAsking(m)

			for _, permission := range []identity.Permission{identity.LogInToManagement, endpoint.AnyMember, endpoint.AnyMembership} {
				ordinary := d.whoami(func(op *endpoint.Query[orgIn, string]) { op.Permission = permission })
				d.call(ordinary, ask(m, "GET").param("org", string(m.Org))).mustBe(t, 403, identity.Forbidden, "")
				special := d.whoami(func(op *endpoint.Query[orgIn, string]) { op.Permission, op.OnDeleted = permission, true })
				got := d.call(special, ask(m, "GET").param("org", string(m.Org)))

				if permission == endpoint.AnyMembership || role == identity.Owner && status == identity.Active {
					got.mustHave(t, http.StatusOK)
				} else {
					got.mustBe(t, 403, identity.Forbidden, "")
				}
			}
		}
	}
}

// removeWithoutAsking stores that a person's organization is deleted, without asking any rule.
func (d *desk) removeWithoutAsking(m identity.Membership) {
	d.t.Helper()
	expression := "SET deleted_at = :at"
	_, err := d.client.UpdateItem(d.t.Context(), &dynamodb.UpdateItemInput{
		TableName:        &d.table,
		UpdateExpression: &expression,
		Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "ORG#" + string(m.Org)},
			"SK": &types.AttributeValueMemberS{Value: "META"},
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":at": &types.AttributeValueMemberN{Value: strconv.FormatInt(noon.Unix(), 10)},
		},
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// TestAMemberOfAnOrganizationThatIsGoneIsNobodyThere: the sweep removes an organization's own item last.
func TestAMemberOfAnOrganizationThatIsGoneIsNobodyThere(t *testing.T) {
	d := newDesk(t)
	_, err := d.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &d.table, Key: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "ORG#" + string(d.ada.Org)},
		"SK": &types.AttributeValueMemberS{Value: "META"},
	}})
	if err != nil {
		t.Fatal(err)
	}

	d.call(d.whoami(nil), ask(d.ada, "GET").param("org", string(d.ada.Org))).mustBe(t, 404, identity.NotFound, "")
}
