package endpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type handler func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// desk is a table with two people, each the owner of an organization, and a clock.
type desk struct {
	t        testing.TB
	client   *dynamodb.Client
	table    string
	db       *table.DB
	now      time.Time
	ada, bob identity.Membership
	logs     *bytes.Buffer
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, now: noon, logs: &bytes.Buffer{}}
	d.client, d.table = tabletest.Fresh(t)
	d.db = table.New(d.client, d.table)
	d.ada, d.bob = d.owner(), d.owner()
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(d.logs, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return d
}

func (d *desk) clock() time.Time { return d.now }

// handle returns the handler of an operation, which must be complete.
func handle[In, Out any](d *desk, op endpoint.Operation[In, Out]) handler {
	d.t.Helper()
	h, err := endpoint.Handler(d.db, op, d.clock)
	if err != nil {
		d.t.Fatal(err)
	}

	return h
}

// owner stores a new person and an organization of theirs.
func (d *desk) owner() identity.Membership {
	d.t.Helper()
	return d.member(identity.Owner, identity.Active)
}

// member stores a new person and their only membership, without asking any rule.
func (d *desk) member(role identity.Role, status identity.Status) identity.Membership {
	d.t.Helper()
	user := identity.NewUserID(noon)
	person := personOf(user)
	change := identity.Change{Caller: identity.Caller{User: user}, At: noon}
	claims := table.Claims{
		Issuer:    "i",
		Subject:   string(user),
		Email:     person.Email,
		FirstName: person.FirstName,
		LastName:  person.LastName,
	}
	if _, err := tabletest.SignIn(d.t.Context(), d.db, change, claims, user); err != nil {
		d.t.Fatal(err)
	}

	m, o := newOrganization(user, noon)
	m.Role, m.Status = role, status
	if err := d.db.CreateOrganization(o, m)(d.t.Context(), change); err != nil {
		d.t.Fatal(err)
	}

	return m
}

func personOf(user identity.UserID) identity.Person {
	return identity.Person{
		FirstName:   "Ada",
		LastName:    "Lovelace",
		DisplayName: "Ada Lovelace",
		Email:       string(user) + "@example.com",
	}
}

func newOrganization(user identity.UserID, now time.Time) (identity.Membership, identity.Organization) {
	o := identity.Organization{
		ID:        identity.NewOrgID(now),
		Name:      "Engines",
		Owners:    1,
		Members:   1,
		CreatedAt: now,
		Version:   1,
	}

	return identity.Membership{
		User:       user,
		Org:        o.ID,
		OrgName:    o.Name,
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(now),
		JoinedAt:   now,
		Person:     personOf(user),
		Version:    1,
	}, o
}

// request is an event under construction.
type request struct{ events.APIGatewayProxyRequest }

// ask returns a request of a signed-in person.
func ask(m identity.Membership, method string) request {
	return request{events.APIGatewayProxyRequest{
		HTTPMethod:                      method,
		Path:                            "/v1/things",
		MultiValueHeaders:               map[string][]string{},
		MultiValueQueryStringParameters: map[string][]string{},
		PathParameters:                  map[string]string{},
		RequestContext: events.APIGatewayProxyRequestContext{
			Stage:     "v1",
			Path:      "/v1/things",
			RequestID: "request-1",
			Identity:  events.APIGatewayRequestIdentity{SourceIP: "192.0.2.7", UserAgent: "curl/8"},
			Authorizer: map[string]any{
				"userId": string(m.User), "orgId": "", "tokenId": "ses_aaaaaaaaaaa", "kind": "session", "principalId": string(m.User),
			},
		},
	}}
}

// withPAT returns the request with a personal access token of an organization.
func (r request) withPAT(org identity.OrgID) request {
	r.RequestContext.Authorizer["kind"], r.RequestContext.Authorizer["orgId"] = "pat", string(org)
	r.RequestContext.Authorizer["tokenId"] = "tok_aaaaaaaaaaa"
	return r
}

func (r request) header(name string, values ...string) request {
	r.MultiValueHeaders[name] = values
	return r
}

func (r request) query(name string, values ...string) request {
	r.MultiValueQueryStringParameters[name] = values
	return r
}

func (r request) param(name, value string) request {
	r.PathParameters[name] = value
	return r
}

func (r request) json(body string) request {
	r.Body = body
	return r.header("Content-Type", "application/json")
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   string
}

func (d *desk) call(h handler, r request) reply {
	d.t.Helper()
	got, err := h(d.t.Context(), r.APIGatewayProxyRequest)
	if err != nil {
		d.t.Fatalf("the function failed: %v", err)
	}

	header := http.Header{}
	for name, values := range got.MultiValueHeaders {
		header[http.CanonicalHeaderKey(name)] = values
	}

	if header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" {
		d.t.Errorf("an answer that may be cached or sniffed: %v", header)
	}

	return reply{got.StatusCode, header, got.Body}
}

// problem is a problem+json body.
type problem struct {
	Type, Title, Detail string
	Status              int
	Errors              []struct{ Field, Detail string }
}

// mustBe fails unless the reply is that problem; field is the one that it names, "" for none.
func (r reply) mustBe(t testing.TB, status int, name identity.Problem, field string) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}

	named := ""
	if len(p.Errors) > 0 {
		named = p.Errors[0].Field
		if named == "" {
			t.Errorf("a field has no name: %s", r.body)
		}
	}

	if r.status != status || p.Status != status || p.Type != endpoint.ProblemBase+string(name) || p.Title != name.Title() ||
		p.Detail == "" || named != field || r.header.Get("Content-Type") != "application/problem+json" {
		t.Fatalf("got %d %s; want %d %s of %q", r.status, r.body, status, name, field)
	}

	return p
}

func (r reply) mustSay(t testing.TB, status int, body string) {
	t.Helper()
	if r.status != status || r.body != body {
		t.Fatalf("got %d %s; want %d %s", r.status, r.body, status, body)
	}
}

func (r reply) mustHave(t testing.TB, status int) {
	t.Helper()
	if r.status != status {
		t.Fatalf("got %d %s; want %d", r.status, r.body, status)
	}
}
