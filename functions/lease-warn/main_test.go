package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/mail"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const (
	day   = 24 * time.Hour
	weeks = 14 * day
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// office is a table with one organization, the job, a proxy between them, and a mail service.
type office struct {
	t      *testing.T
	client *dynamodb.Client
	table  string
	db     *table.DB
	proxy  *proxy.Proxy
	member identity.Membership
	w      warner
	now    time.Time

	mutex sync.Mutex
	mails int
	// answer is what the mail service does with a mail; nil accepts it.
	answer func(http.ResponseWriter)
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
	service := httptest.NewServer(http.HandlerFunc(o.receive))
	t.Cleanup(service.Close)
	config := aws.Config{Region: "eu-west-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
	})}
	o.w = warner{
		db:   table.New(tabletest.Client(t, p.URL()), o.table),
		mail: mail.New(config, &service.URL, "no-reply@leasehold.example", "leasehold", "https://console.example/v1/console").Once(),
		now:  func() time.Time { return o.now },
	}
	o.found()
	return o
}

// found makes the organization.
func (o *office) found() {
	o.t.Helper()
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
	change := identity.Change{Caller: tabletest.Session(o.t, o.db, o.member.User), At: noon}
	o.must(o.db.CreateOrganization(org, o.member)(context.Background(), change))
}

func (o *office) receive(w http.ResponseWriter, _ *http.Request) {
	o.mutex.Lock()
	defer o.mutex.Unlock()

	w.Header().Set("Content-Type", "application/json")
	if o.answer != nil {
		o.answer(w)
		return
	}

	o.mails++
	_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": "1"})
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// token creates a token at a time.
func (o *office) token(made time.Time) identity.Token {
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
		CreatedAt:   made,
		Lease:       identity.PATTerms.Grant(made),
	}

	change := identity.Change{Caller: tabletest.Session(o.t, o.db, o.member.User), At: made}
	o.must(o.db.CreateToken(token)(context.Background(), change))
	return token
}

// sent runs the job and fails the test unless it sent that many mails.
func (o *office) sent(want int) {
	o.t.Helper()
	before := o.mails
	got, err := o.w.run(context.Background())
	if err != nil || got.Sent != want || o.mails-before != want {
		o.t.Fatalf("the job says %+v %v and sent %d mails, want %d", got, err, o.mails-before, want)
	}
}

func TestTheJobThatRunsHourlySendsEachNoticeOnce(t *testing.T) {
	o := newOffice(t)
	o.sent(0)
	token := o.token(noon.Add(30 * time.Minute))

	for o.now = noon; o.now.Before(token.Until.Add(-3 * day)); o.now = o.now.Add(7 * time.Hour) {
		o.sent(0)
	}

	o.now = token.Until.Add(-3 * day)
	o.sent(1)
	o.now = o.now.Add(time.Hour)
	o.sent(0)

	use, _ := identity.PATTerms.Use(token.Lease, o.now, 0)
	if _, err := o.db.UseToken(context.Background(), token, use); err != nil {
		t.Fatal(err)
	}

	o.now = use.Until.Add(-3*day - time.Second)
	o.sent(0)
	o.now = use.Until.Add(-3 * day)
	o.sent(1)
}

func TestAJobThatDidNotRunForDaysCatchesUp(t *testing.T) {
	o := newOffice(t)
	o.token(noon)
	o.sent(0)
	o.now = noon.Add(weeks - time.Hour)
	o.sent(1)
}

func TestRunsAtOnceSendNoMailTwice(t *testing.T) {
	o := newOffice(t)
	for range 40 {
		o.token(noon)
	}

	o.now = noon.Add(weeks - 3*day)
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			if _, err := o.w.run(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}

	runs.Wait()

	if o.mails != 40 {
		t.Errorf("%d mails about 40 tokens", o.mails)
	}
}

// TestAJobThatFailsIsResumedAndSendsNothingTwice fails or loses requests of the job. What a lost reply of a claim
// concerns may stay unsent; nothing is sent twice.
func TestAJobThatFailsIsResumedAndSendsNothingTwice(t *testing.T) {
	for name, c := range map[string]struct {
		rule proxy.Rule
		want int
	}{
		"the index is out of reach from the fifth query on": {proxy.Rule{Operation: "Query", First: 5, Fault: proxy.Throttle}, 20},
		"claims fail from the third on":                     {proxy.Rule{Operation: "UpdateItem", First: 3, Fault: proxy.InternalError}, 20},
		"the reply to the third claim is lost":              {proxy.Rule{Operation: "UpdateItem", First: 3, Times: 3, Fault: proxy.LoseReply}, 19},
		"reads of the tokens fail from the second on":       {proxy.Rule{Operation: "BatchGetItem", First: 2, Fault: proxy.HangUp}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.now = noon.Add(-time.Hour)
			o.sent(0) // walks the tokens of earlier versions, of which there are none
			for range 20 {
				o.token(noon)
			}

			o.now = noon.Add(weeks - 3*day)
			mend := o.proxy.Fail(c.rule)
			if first, err := o.w.run(context.Background()); err == nil {
				t.Fatalf("the run reports %+v and no error", first)
			}

			mend()
			o.sent(c.want - o.mails)
			o.sent(0)
		})
	}
}

func TestAMailThatWasRefusedIsSentByALaterRunAndALostOneIsNot(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(http.ResponseWriter)
		want   report
		later  int
	}{
		"refused":          {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadRequest) }, report{Refused: 1}, 1},
		"too many at once": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, report{Refused: 1}, 1},
		"no telling":       {func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }, report{Lost: 1}, 0},
		"hung up":          {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, report{Lost: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			o.token(noon)
			o.now = noon.Add(weeks - 3*day + 90*time.Minute) // in a later hour, so that only a refusal keeps the run from passing it
			o.answer = c.answer
			if got, err := o.w.run(context.Background()); err != nil || got.Refused != c.want.Refused || got.Lost != c.want.Lost || got.Sent != 0 {
				t.Fatalf("the run reports %+v %v, want %+v", got, err, c.want)
			}

			o.answer = nil
			o.now = o.now.Add(2 * time.Hour)
			o.sent(c.later)
			o.sent(0)
		})
	}
}

// lives makes n tokens as CreateToken stores them, with leases that end at a time, and expiries a month later.
func (o *office) lives(n int, ends time.Time) {
	o.t.Helper()
	for i := range n {
		id := fmt.Sprintf("tok_%011d", i)
		user := fmt.Sprintf("USER#%s", o.member.User)
		number := func(at time.Time) types.AttributeValue {
			return &types.AttributeValueMemberN{Value: fmt.Sprint(at.Unix())}
		}
		text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
		shard := fmt.Sprintf("%x", i%table.LeaseShards)
		for _, item := range []map[string]types.AttributeValue{
			{
				"PK": text(user), "SK": text("TOKEN#" + id), "item_type": text("token"), "org_id": text(string(o.member.Org)),
				"token_epoch": text(o.member.TokenEpoch), "created_at": number(noon), "lease_until": number(ends),
				"expires_at": number(ends.Add(30 * day)), "GSI2PK": text("LEASE#" + shard),
				"GSI2SK": text(ends.Format("2006-01-02T15") + "#" + id),
			},
			{
				"PK": text(user), "SK": text("EXPIRY#" + id), "item_type": text("expiry"), "expires_at": number(ends.Add(30 * day)),
				"GSI2PK": text("EXPIRY#" + shard), "GSI2SK": text(ends.Add(30*day).Format("2006-01-02T15") + "#" + id),
			},
		} {
			_, err := o.client.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &o.table, Item: item})
			o.must(err)
		}
	}
}

// TestTheJobReadsOnlyWhatEndsSoon compares runs with no token and with a thousand that end later. The job asks the
// index about hours, so that tokens beyond them are not read, however many there are.
func TestTheJobReadsOnlyWhatEndsSoon(t *testing.T) {
	o := newOffice(t)
	o.sent(0)
	o.now = noon.Add(25 * time.Hour)
	o.sent(0) // the second walk

	o.now = o.now.Add(time.Hour)
	o.proxy.Reset()
	o.sent(0)
	idle := o.proxy.Counts().Of("test")

	o.lives(1000, o.now.Add(10*day))
	o.now = o.now.Add(time.Hour)
	o.proxy.Reset()
	o.sent(0)

	// Three windows of 16 shards, the reused tokens, the state, and what is noted of each window.
	got := o.proxy.Counts().Of("test")
	if got != idle || got.Requests != 3*table.LeaseShards+1+1+3 || got.ReadUnits != (3*table.LeaseShards+1)*0.5+1 {
		t.Errorf("with 1000 tokens %+v, with none %+v", got, idle)
	}
}

// TestTokensOfAnEarlierVersionAreNoticedAfterAnUpgrade also checks that the walk is not repeated forever.
func TestTokensOfAnEarlierVersionAreNoticedAfterAnUpgrade(t *testing.T) {
	o := newOffice(t)
	var earlier []identity.Token
	for range 60 {
		token := o.token(noon)
		o.must(tabletest.MakeTokenEarlier(context.Background(), o.client, o.table, token.User, token.ID))
		earlier = append(earlier, token)
	}

	for run, want := range []int{60, 0} {
		if got, err := o.w.run(context.Background()); err != nil || got.Noted != want {
			t.Fatalf("run %d noted %d tokens %v, want %d", run, got.Noted, err, want)
		}
	}

	o.must(tabletest.MakeTokenEarlier(context.Background(), o.client, o.table, earlier[0].User, earlier[0].ID))
	for run, want := range []int{1, 0} {
		o.now = o.now.Add(25 * time.Hour)
		if got, err := o.w.run(context.Background()); err != nil || got.Noted != want {
			t.Fatalf("a day later, run %d noted %d tokens %v, want %d", run, got.Noted, err, want)
		}
	}

	o.must(tabletest.MakeTokenEarlier(context.Background(), o.client, o.table, earlier[0].User, earlier[0].ID))
	o.now = o.now.Add(day)
	o.proxy.Reset()
	if got, err := o.w.run(context.Background()); err != nil || got.Noted != 0 || o.proxy.Counts().Of("test", "BatchGetItem").Requests != 0 {
		t.Errorf("a third walk noted %+v %v", got, err)
	}
}
