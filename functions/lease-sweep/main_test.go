package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const (
	day   = 24 * time.Hour
	weeks = 14 * day
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// office is a table with one organization, a sweeper in front of it, and a proxy between.
type office struct {
	t      *testing.T
	client *dynamodb.Client
	table  string
	db     *table.DB
	proxy  *proxy.Proxy
	member identity.Membership
	s      sweeper
	now    time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: noon}
	o.client, o.table = tabletest.Fresh(t)
	o.db = table.New(o.client, o.table)
	p, err := proxy.Start(proxy.Options{Target: tabletest.Endpoint(t)})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(p.Close)
	o.proxy = p
	o.s = sweeper{db: table.New(tabletest.Client(t, p.URL()), o.table), now: func() time.Time { return o.now }}
	claims := table.Claims{Issuer: "https://issuer.example", Subject: "ada", Email: "ada@example.com"}
	ada, err := tabletest.SignIn(context.Background(), o.db, identity.Change{At: noon}, claims, identity.NewUserID(noon))
	o.must(err)
	o.member = identity.Membership{
		Person:     ada.Person,
		User:       ada.ID,
		Org:        identity.NewOrgID(noon),
		OrgName:    "Engines",
		Role:       identity.Owner,
		Status:     identity.Active,
		TokenEpoch: identity.NewEpoch(noon),
		JoinedAt:   noon,
		Version:    1,
	}

	org := identity.Organization{
		ID:        o.member.Org,
		Name:      "Engines",
		Owners:    1,
		Members:   1,
		CreatedAt: noon,
		Version:   1,
	}

	o.must(o.db.CreateOrganization(org, o.member)(context.Background(), o.change()))
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) change() identity.Change {
	return identity.Change{Caller: tabletest.Session(o.t, o.db, o.member.User), At: o.now}
}

func (o *office) token(now time.Time) identity.Token {
	o.t.Helper()
	minted, err := secret.MintPAT(rand.Reader, o.member.User, o.member.Org)
	o.must(err)
	token := identity.Token{
		ID:          minted.TokenID(),
		User:        o.member.User,
		Org:         o.member.Org,
		Description: "ci",
		Hash:        minted.Hash(),
		Epoch:       o.member.TokenEpoch,
		CreatedAt:   now,
		Lease:       identity.PATTerms.Grant(now),
		Scopes:      identity.Unlimited,
		Version:     1,
	}

	o.must(o.db.CreateToken(token)(context.Background(), o.change()))
	return token
}

func (o *office) stored(token identity.Token) identity.Token {
	o.t.Helper()
	read, err := o.db.Token(context.Background(), token.User, token.ID)
	o.must(err)
	return read
}

func (o *office) sweep(retired int) report {
	o.t.Helper()
	got, err := o.s.run(context.Background())
	if err != nil || got.Retired != retired {
		o.t.Fatalf("retired %d, %v; want %d", got.Retired, err, retired)
	}

	return got
}

// events are the audit entries of an action in the organization in the month of a moment.
func (o *office) events(action string, month time.Time) []map[string]types.AttributeValue {
	o.t.Helper()
	expression := "PK = :pk"
	got, err := o.client.Query(context.Background(), &dynamodb.QueryInput{
		TableName:              &o.table,
		KeyConditionExpression: &expression,
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":pk": &types.AttributeValueMemberS{Value: "AUDIT#" + string(o.member.Org) + "#" + month.Format("2006-01")},
		},
	})

	o.must(err)
	var found []map[string]types.AttributeValue
	for _, item := range got.Items {
		if text(item["event_action"]) == action {
			found = append(found, item)
		}
	}

	return found
}

func text(v types.AttributeValue) string {
	s, _ := v.(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}

	return s.Value
}

func TestTheSweepRetiresWhatLapsedInAnEarlierHourAndTwiceChangesNothing(t *testing.T) {
	o := newOffice(t)
	lapsed, live := o.token(noon), o.token(noon.Add(3*time.Hour))
	o.now = noon.Add(weeks + 59*time.Minute)
	o.sweep(0) // dead, but of the present hour; the authorizer refuses it all the same
	o.now = noon.Add(weeks + 2*time.Hour)
	if got := o.sweep(1); got.LagSeconds != 7200 {
		t.Errorf("a lag of %d s", got.LagSeconds)
	}

	marked := o.stored(lapsed)
	if marked.Ended != identity.Lapsed || !marked.EndedAt.Equal(lapsed.Until) || marked.Lease != lapsed.Lease {
		t.Errorf("marked %+v", marked)
	}

	if got := o.stored(live); got != live {
		t.Errorf("a live token became %+v", got)
	}

	if got := o.sweep(0); got.LagSeconds != 0 {
		t.Errorf("a lag of %d s with nothing to do", got.LagSeconds)
	}

	if got := o.stored(lapsed); got != marked {
		t.Errorf("the second sweep made %+v of %+v", got, marked)
	}
}

func TestATokenKeptUpToItsExpiryIsRetiredAsExpired(t *testing.T) {
	o := newOffice(t)
	token := o.token(noon)
	kept := token
	for kept.Until.Before(kept.Expires) {
		use, _ := identity.PATTerms.Use(kept.Lease, kept.Until.Add(-day), 0)
		_, err := o.db.UseToken(context.Background(), kept, use)
		o.must(err)
		kept.Lease = use.Lease
	}

	o.now = kept.Expires.Add(2 * time.Hour)
	o.sweep(1)

	if got := o.stored(token); got.Ended != identity.Expired || !got.EndedAt.Equal(token.Expires) {
		t.Errorf("%+v", got)
	}
}

func TestARetirementIsInTheOrganizationsAuditLogAsTheSchedules(t *testing.T) {
	o := newOffice(t)
	token := o.token(noon)
	o.now = noon.Add(weeks + 2*time.Hour)
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	if _, err := o.s.run(ctx); err != nil {
		t.Fatal(err)
	}

	found := o.events("token.lapsed", o.now)
	if len(found) != 1 {
		t.Fatalf("%d events", len(found))
	}

	for name, want := range map[string]string{
		"target_id": string(token.ID), "target_type": "token", "target_name": token.Prefix(), "credential_kind": "schedule", "user_id": "",
		"request_id": "request-1", "scope_id": string(o.member.Org),
	} {
		if got := text(found[0][name]); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestWhatItsOwnerDeletedIsNotRetired(t *testing.T) {
	o := newOffice(t)
	token := o.token(noon)
	o.must(o.db.DeleteToken(token)(context.Background(), o.change()))
	o.now = noon.Add(weeks + 2*time.Hour)
	o.sweep(0)

	if got := o.stored(token); got.Ended != identity.Deleted || !got.EndedAt.Equal(noon) {
		t.Errorf("%+v", got)
	}
}

func TestASweepThatFailsHalfwayIsResumedByTheNext(t *testing.T) {
	for name, rule := range map[string]proxy.Rule{
		"the index is out of reach from the fifth shard on": {Operation: "Query", First: 5, Fault: proxy.Throttle},
		"writes fail from the third on":                     {Operation: "TransactWriteItems", First: 3, Fault: proxy.InternalError},
		"replies are lost from the third write on":          {Operation: "TransactWriteItems", First: 3, Fault: proxy.LoseReply},
		"reads of the tokens fail from the second on":       {Operation: "BatchGetItem", First: 2, Fault: proxy.HangUp},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			for range 40 {
				o.token(noon)
			}

			o.now = noon.Add(weeks + 2*time.Hour)
			mend := o.proxy.Fail(rule)
			first, err := o.s.run(context.Background())
			if err == nil || first.Retired == 40 {
				t.Fatalf("retired %d, %v", first.Retired, err)
			}

			mend()

			if _, err := o.s.run(context.Background()); err != nil {
				t.Fatal(err)
			}

			if n := len(o.events("token.lapsed", o.now)); n != 40 { // each once, whatever was lost on the way
				t.Errorf("%d events of 40 retirements", n)
			}

			o.sweep(0)
		})
	}
}

func TestTheSweepReadsOnlyWhatHasLapsed(t *testing.T) {
	o := newOffice(t)
	o.now = noon.Add(weeks + 2*time.Hour)
	o.sweep(0)
	idle := o.proxy.Counts().Of("test")

	const live = 90 // of the identity.MaxLiveTokens that a person can have
	for range live {
		o.token(noon.Add(day))
	}

	o.proxy.Reset()
	o.sweep(0)

	// Names, deleted organizations and deleted accounts take one request each.
	if got := o.proxy.Counts().Of("test"); got != idle || got.Requests != table.LeaseShards+3 {
		t.Errorf("with %d live tokens %+v, with none %+v", live, got, idle)
	}
}

func TestTheSweepCountsWhatItDid(t *testing.T) {
	o := newOffice(t)
	o.token(noon)
	o.now = noon.Add(weeks + 2*time.Hour)
	path := filepath.Join(t.TempDir(), "out")
	file, err := os.Create(path)
	o.must(err)
	before := os.Stdout
	os.Stdout = file
	_, err = o.s.run(context.Background())
	os.Stdout = before
	o.must(err)
	raw, err := os.ReadFile(path)
	o.must(err)
	got := map[string]float64{}
	for line := range strings.Lines(string(raw)) {
		var doc map[string]any
		o.must(json.Unmarshal([]byte(line), &doc))

		for name, value := range doc {
			if number, ok := value.(float64); ok {
				got[name] = number
			}
		}
	}

	if len(got) != 2 || got["SweepRetired"] != 1 || got["SweepLagSeconds"] != 7200 {
		t.Errorf("%v", got)
	}
}
