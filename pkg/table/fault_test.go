package table_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	proxy "github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

const sdkAttempts = 3

// bench is a fresh table with two connections: a direct one, and one through a proxy that injects faults.
type bench struct {
	sure, shaky *table.DB
	client      *dynamodb.Client
	name        string
	proxy       *proxy.Proxy
}

func newBench(t testing.TB, p *proxy.Proxy) bench {
	t.Helper()
	client, name := tabletest.Fresh(t)
	options := tabletest.Client(t, p.URL()).Options()
	options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = sdkAttempts, time.Millisecond
		o.RateLimiter = unlimited{}
	})

	return bench{table.New(client, name), table.New(dynamodb.New(options), name), client, name, p}
}

// unlimited lets the SDK retry regardless of earlier retries: the tests fail more calls than its budget allows.
type unlimited struct{}

func (unlimited) GetToken(context.Context, uint) (func() error, error) {
	return func() error { return nil }, nil
}
func (unlimited) AddTokens(uint) error { return nil }

func newProxy(t testing.TB) *proxy.Proxy {
	t.Helper()
	p, err := proxy.Start(proxy.Options{Target: tabletest.Endpoint(t)})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(p.Close)
	return p
}

// everything returns the whole table, one line per item, without what differs between runs: the IDs of audit events. Only
// a test may scan.
func (b bench) everything(t interface{ Fatal(...any) }) []string {
	got, err := b.client.Scan(context.Background(), &dynamodb.ScanInput{TableName: &b.name, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}

	var lines []string
	for _, item := range got.Items {
		var plain map[string]any
		if err := attributevalue.UnmarshalMap(item, &plain); err != nil {
			t.Fatal(err)
		}

		if strings.HasPrefix(fmt.Sprint(plain["PK"]), "AUDIT#") {
			delete(plain, "SK")
		}

		lines = append(lines, fmt.Sprint(plain))
	}

	slices.Sort(lines)
	return lines
}

// props are the items that the mutations work on.
type props struct {
	member  identity.Membership
	token   identity.Token
	session identity.Session
}

func newProps(t *testing.T, b bench) props {
	t.Helper()
	ada := person(t, b.sure, "ada@example.com", noon)
	member := organization(t, b.sure, ada, noon)
	p := props{member, token(t, b.sure, member, noon), identity.Session{
		ID:        "ses_aaaaaaaaaaa",
		User:      ada.ID,
		CreatedAt: noon,
		Lease:     identity.SessionTerms.Grant(noon),
	}}
	if err := b.sure.CreateSession(p.session, identity.IDToken{Digest: "setup"})(t.Context(), by(ada.ID, noon)); err != nil {
		t.Fatal(err)
	}

	return p
}

// mutation is one write of tokens and sessions: which request it makes, and what its own retry under the same
// Idempotency-Key, or without any where it takes none, says after it was stored.
type mutation struct {
	operation string
	do        func(context.Context, *table.DB, identity.Change, props) error
	again     error
}

var hourLater = noon.Add(time.Hour)

var mutations = map[string]mutation{
	"create a token": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		made := p.token
		made.ID, made.Description = "tok_bbbbbbbbbbb", "new"
		return db.CreateToken(made)(ctx, c)
	}, identity.ErrAnswered},
	"use a token": {"UpdateItem", func(ctx context.Context, db *table.DB, _ identity.Change, p props) error {
		use, _ := identity.PATTerms.Use(p.token.Lease, hourLater, 0)
		_, err := db.UseToken(ctx, p.token, use)
		return err
	}, nil},
	"extend a token": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		extended, _ := identity.PATTerms.Extend(p.token.Lease, p.token.Until)
		return db.ExtendToken(p.token, extended)(ctx, c)
	}, identity.ErrAnswered},
	"delete a token": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		return db.DeleteToken(p.token)(ctx, c)
	}, identity.ErrAnswered},
	"report a token": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		return db.ReportToken(p.token)(ctx, c)
	}, identity.ErrAnswered},
	"report a session": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		return db.ReportSession(p.session)(ctx, c)
	}, identity.ErrAnswered},
	"retire a token": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		c.At, c.Retry = p.token.Until.Add(2*time.Hour), nil
		_, err := db.Sweep(ctx, c)
		return err
	}, nil},
	"create a session": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		made := p.session
		made.ID = "ses_bbbbbbbbbbb"
		return db.CreateSession(made, identity.IDToken{Digest: "made"})(ctx, c)
	}, identity.ErrAnswered},
	"use a session": {"UpdateItem", func(ctx context.Context, db *table.DB, _ identity.Change, p props) error {
		use, _ := identity.SessionTerms.Use(p.session.Lease, hourLater, 0)
		_, err := db.UseSession(ctx, p.session, use)
		return err
	}, nil},
	"delete a session": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		return db.DeleteSession(p.session.User, p.session.ID)(ctx, c)
	}, identity.ErrAnswered},
	"make an organization": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		m := p.member
		m.Org = "org_01kjm9wrv1qqqqqqqqqqqqqqqq"
		return db.CreateOrganization(identity.Organization{
			ID:        m.Org,
			Name:      "Second",
			Owners:    1,
			Members:   1,
			CreatedAt: noon,
			Version:   1,
		}, m)(ctx, c)
	}, identity.ErrAnswered},
	"delete an organization": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, p props) error {
		before, err := db.Organization(ctx, p.member.Org)
		if err != nil {
			return err
		}

		before.DeletedAt, before.Version = time.Time{}, 1
		after := before
		after.DeletedAt, after.Version = hourLater, 2
		return db.DeleteOrganization(as(p.member), before, after)(ctx, c)
	}, identity.ErrAnswered},
	"sign in for the first time": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, _ props) error {
		c.Retry = nil
		_, err := tabletest.SignIn(ctx, db, c, table.Claims{Issuer: "i", Subject: "bob", Email: "bob@example.com"}, "usr_01kjm9wrv0g2g8f7zq5h3n4x6y")
		return err
	}, nil},
	"sign in another way": {transaction, func(ctx context.Context, db *table.DB, c identity.Change, _ props) error {
		c.Retry = nil
		_, err := tabletest.SignIn(ctx, db, c, table.Claims{Issuer: "other", Subject: "ada", Email: "ada@example.com"}, "usr_01kjm9wrv0g2g8f7zq5h3n4x6y")
		return err
	}, nil},
}

// fault is a way in which a write can go wrong, whether the write is stored, and whether it is an error for the caller. of
// is the only operation that can go wrong in this way; "" is any.
type fault struct {
	rule           proxy.Rule
	of             string
	stored, failed bool
	detail         string // of the error; "" is any
}

var faults = map[string]fault{
	"once an error":         {rule: proxy.Rule{Times: 1, Fault: proxy.InternalError}, stored: true},
	"once throttled":        {rule: proxy.Rule{Times: 1, Fault: proxy.Throttle}, stored: true},
	"once over the limit":   {rule: proxy.Rule{Times: 1, Fault: proxy.LimitRequests}, stored: true},
	"once the reply lost":   {rule: proxy.Rule{Times: 1, Fault: proxy.LoseReply}, stored: true},
	"once in progress":      {rule: proxy.Rule{Times: 1, Fault: proxy.InProgress}, of: transaction, stored: true},
	"once in conflict":      {rule: proxy.Rule{Times: 1, Fault: proxy.Conflict}, of: "UpdateItem", stored: true},
	"canceled by throttles": {rule: proxy.Rule{Times: 2, Fault: proxy.CancelThrottled}, of: transaction, stored: true},
	"canceled by capacity":  {rule: proxy.Rule{Times: 2, Fault: proxy.CancelExceeded}, of: transaction, stored: true},
	"canceled by conflicts": {rule: proxy.Rule{Times: 2, Fault: proxy.CancelConflict}, of: transaction, stored: true},
	"failed, not stored":    {rule: proxy.Rule{Fault: proxy.InternalError}, failed: true},
	"hung up, not stored":   {rule: proxy.Rule{Fault: proxy.HangUp}, failed: true, detail: unreachable},
	"throttled, not stored": {rule: proxy.Rule{Fault: proxy.Throttle}, failed: true, detail: overloaded},
	"on demand, not stored": {rule: proxy.Rule{Fault: proxy.ThrottleOnDemand}, failed: true, detail: overloaded},
	"in conflict, no end":   {rule: proxy.Rule{Fault: proxy.Conflict}, of: "UpdateItem", failed: true, detail: conflicting},
	"failed, stored":        {rule: proxy.Rule{Fault: proxy.LoseReply}, stored: true, failed: true},
}

const transaction = "TransactWriteItems"

// The details of the errors, which name the cause that the caller can wait for.
const (
	conflicting = "Another request is changing the same resource. Try again."
	overloaded  = "The database is busy. Try again."
	unreachable = "The database cannot be reached at present. Try again."
)

func TestEveryWriteIsStoredOnceOrNotAtAllAndSaysSo(t *testing.T) {
	p := newProxy(t)
	for name, m := range mutations {
		want := m.itemsAfter(t, newBench(t, p))
		for how, fault := range faults {
			if fault.of != "" && fault.of != m.operation {
				continue
			}

			t.Run(name+", "+how, func(t *testing.T) {
				b := newBench(t, p)
				props := newProps(t, b)
				before := b.everything(t)
				fault.rule.Operation = m.operation
				mend := p.Fail(fault.rule)
				err := m.do(t.Context(), b.shaky, changeWithKey(props), props)
				mend()

				if isUnavailable(err) != fault.failed || !fault.failed && err != nil {
					t.Fatalf("it says %v", err)
				}

				if fault.detail != "" {
					wantDetail(t, err, fault.detail)
				}

				after := b.everything(t)
				if slices.Equal(before, after) == fault.stored || fault.stored && len(after) != want {
					t.Fatalf("stored: %v; %d items of %d", !slices.Equal(before, after), len(after), want)
				}

				again := m.do(t.Context(), b.shaky, changeWithKey(props), props)
				if !fault.stored && again != nil || fault.stored && !errors.Is(again, m.again) {
					t.Fatalf("tried again it says %v", again)
				}

				if last := b.everything(t); len(last) != want || fault.stored && !slices.Equal(last, after) {
					t.Fatalf("tried again it left %d items of %d:\n%q\n%q", len(last), want, after, last)
				}
			})
		}
	}
}

// itemsAfter returns how many items there are after the mutation if nothing fails. The mutation must change something.
func (m mutation) itemsAfter(t *testing.T, b bench) int {
	t.Helper()
	p := newProps(t, b)
	before := b.everything(t)

	if err := m.do(t.Context(), b.sure, changeWithKey(p), p); err != nil {
		t.Fatal(err)
	}

	after := b.everything(t)
	if slices.Equal(before, after) {
		t.Fatal("nothing changes")
	}

	return len(after)
}

func changeWithKey(p props) identity.Change {
	change := by(p.member.User, hourLater)
	change.Retry = &identity.Retry{
		KeyHash: "k",
		Request: "r",
		Reply:   []byte("answer"),
		Until:   hourLater.Add(time.Hour),
	}

	return change
}

func isUnavailable(err error) bool {
	var refusal *identity.Error
	return errors.As(err, &refusal) && refusal.Problem == identity.Unavailable
}

// wantDetail fails the test unless an error is a refusal with a detail.
func wantDetail(t *testing.T, err error, detail string) {
	t.Helper()

	if refusal, ok := errors.AsType[*identity.Error](err); !ok || refusal.Detail != detail {
		t.Errorf("the error is %v, want the detail %q", err, detail)
	}
}

func TestAReadThatFailsIsUnavailableAndNeverAbsent(t *testing.T) {
	b := newBench(t, newProxy(t))
	p := newProps(t, b)
	reads := map[string]func() error{
		"a token": func() error { _, err := b.shaky.Token(t.Context(), p.token.User, p.token.ID); return err },
		"credentials": func() error {
			_, _, err := b.shaky.Credentials(t.Context(), p.token.User, p.token.ID, p.token.Org, noon)
			return err
		},
		"a session":    func() error { _, _, err := b.shaky.Session(t.Context(), p.session.User, p.session.ID); return err },
		"a membership": func() error { _, err := b.shaky.Membership(t.Context(), p.token.User, p.token.Org); return err },
		"holdings":     func() error { _, err := b.shaky.Holdings(t.Context(), p.token.User); return err },
		"an answer":    func() error { _, _, err := b.shaky.Answered(t.Context(), p.token.User, "k", noon); return err },
		"a page": func() error {
			_, err := b.shaky.OwnPage(t.Context(), identity.Caller{User: p.token.User, Kind: identity.SignedIn})
			return err
		},
	}

	for name := range maps.Keys(reads) {
		if err := reads[name](); err != nil {
			t.Errorf("%s: %v", name, err)
		}

		b.proxy.Down(true)

		if err := reads[name](); !isUnavailable(err) {
			t.Errorf("%s while the table is out of reach: %v", name, err)
		}

		b.proxy.Down(false)

		mend := b.proxy.Fail(proxy.Rule{Fault: proxy.ThrottleOnDemand})
		if err := reads[name](); !isUnavailable(err) {
			t.Errorf("%s while the table is throttled: %v", name, err)
		}

		mend()
	}
}

// TestATransactionThatStaysCanceledIsUnavailable cancels every attempt of a transaction for each reason that may pass.
func TestATransactionThatStaysCanceledIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		fault  proxy.Fault
		detail string
	}{
		"throttled":   {proxy.CancelThrottled, overloaded},
		"no capacity": {proxy.CancelExceeded, overloaded},
		"conflict":    {proxy.CancelConflict, conflicting},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, newProxy(t))
			p := newProps(t, b)
			before := b.everything(t)
			b.proxy.Fail(proxy.Rule{Operation: transaction, Fault: f.fault})

			err := b.shaky.DeleteToken(p.token)(t.Context(), changeWithKey(p))
			if !isUnavailable(err) || !slices.Equal(before, b.everything(t)) {
				t.Errorf("DeleteToken returned %v, want Unavailable and no change", err)
			}

			wantDetail(t, err, f.detail)

			if requests := b.proxy.Counts().Of("test", transaction).Requests; requests != 8 {
				t.Errorf("DeleteToken made %d attempts, want 8", requests)
			}
		})
	}
}

// TestKeysLeftUnprocessedAreReadAgain has DynamoDB leave all keys of a batch unprocessed, first twice and then always.
func TestKeysLeftUnprocessedAreReadAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t, newProxy(t))
	p := newProps(t, b)
	read := func() error {
		_, _, err := b.shaky.Credentials(t.Context(), p.token.User, p.token.ID, p.token.Org, noon)
		return err
	}

	b.proxy.Fail(proxy.Rule{Operation: "BatchGetItem", Times: 2, Fault: proxy.LeaveUnprocessed})
	if err := read(); err != nil {
		t.Errorf("after two answers without items, Credentials returned %v, want no error", err)
	}

	b.proxy.Fail(proxy.Rule{Operation: "BatchGetItem", Fault: proxy.LeaveUnprocessed})
	if err := read(); !isUnavailable(err) {
		t.Errorf("while no answer has items, Credentials returned %v, want Unavailable", err)
	}
}
