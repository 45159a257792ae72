package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/local/dynamodb"
	"github.com/leasehold-dev/leasehold/infra/local/lambda"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/template"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	page    = 25
	batch   = 25            // the most that one BatchWriteItem takes
	repeats = 20            // measurements of each figure
	fewest  = 6*repeats + 1 // members that are changed, by three kinds of change timed and then counted, and their owner
)

// staff is an organization that grows, in a table of its own.
type staff struct {
	client  *sdk.Client // straight at the engine: timed
	db      *table.DB
	proxy   *dynamodb.Proxy
	counted *table.DB // through the proxy: counted
	name    string
	owner   identity.Membership
	pattern []map[string]types.AttributeValue // the items of one member, as the table stored them
	model   identity.Membership               // that member
	hired   []identity.UserID
}

// reportMembers prints what listing and managing people costs in an organization of few and of many.
func reportMembers(ctx context.Context, out io.Writer, engine string, sizes []int) error {
	fmt.Fprintf(out, "\nAn organization's people, pages of %d, median of %d\n", page, repeats)
	fmt.Fprintln(out, "members   what                         time   requests  read units  write units")
	for _, size := range sizes {
		s, err := newStaff(ctx, engine, fmt.Sprintf("members-%d", size))
		if err != nil {
			return err
		}
		err = s.report(ctx, out, size)
		s.proxy.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func newStaff(ctx context.Context, engine, name string) (*staff, error) {
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix + "bench", SecretAccessKey: "bench"}, nil
	})
	proxy, err := dynamodb.Start(dynamodb.Options{Target: engine})
	if err != nil {
		return nil, err
	}
	open := func(url string) *sdk.Client {
		return sdk.New(sdk.Options{Region: lambda.Region, BaseEndpoint: &url, Credentials: credentials})
	}
	s := &staff{client: open(engine), proxy: proxy, name: name}
	s.db, s.counted = table.New(s.client, name), table.New(open(proxy.URL()), name)
	loaded, err := template.Load("template.yaml", nil)
	if err != nil {
		return nil, err
	}
	described := loaded.Tables[0]
	described.TTLAttribute = ""
	if err := runner.CreateTable(ctx, s.client, described, name); err != nil {
		return nil, err
	}
	return s, s.found(ctx)
}

// found makes the organization with its owner and one member, whose items are the pattern for all others.
func (s *staff) found(ctx context.Context) error {
	now := time.Now()
	by := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
	boss, err := s.db.SignIn(ctx, by, table.Claims{Issuer: "bench", Subject: "boss", Email: "boss@example.com", FirstName: "Grace", LastName: "Hopper"}, identity.NewUserID(now))
	if err != nil {
		return err
	}
	o := identity.Organization{ID: identity.NewOrgID(now), Name: "Bench", Owners: 1, Members: 1, CreatedAt: now, Version: 1}
	s.owner = identity.Membership{
		User: boss.ID, Org: o.ID, OrgName: o.Name, Role: identity.Owner, Status: identity.Active,
		TokenEpoch: identity.NewEpoch(now), JoinedAt: now, Version: 1, Person: boss.Person,
	}
	by.Caller.User = boss.ID
	if err := s.db.CreateOrganization(ctx, by, o, s.owner); err != nil {
		return err
	}
	person := identity.Person{FirstName: "Pattern", LastName: "Person", DisplayName: "Pattern Person", Email: "pattern@example.com"}
	who, err := s.db.Invitee(ctx, person, identity.NewUserID(now), now)
	if err != nil {
		return err
	}
	invited, err := s.owner.Invite(who.Profile.ID, person, identity.Creator, now)
	if err != nil {
		return err
	}
	if err := s.db.Invite(ctx, by, s.owner, who, o, invited); err != nil {
		return err
	}
	_, err = s.db.SignIn(ctx, by, table.Claims{Issuer: "bench", Subject: "p", Email: person.Email, FirstName: "Pattern", LastName: "Person"}, identity.NewUserID(now))
	if err != nil {
		return err
	}
	if s.model, err = s.db.Member(ctx, o.ID, who.Profile.ID); err != nil {
		return err
	}
	return s.learn(ctx)
}

// learn keeps the items that make a person a member, leaving out what tells of how they became one.
func (s *staff) learn(ctx context.Context) error {
	got, err := s.client.Scan(ctx, &sdk.ScanInput{TableName: &s.name})
	if err != nil {
		return fmt.Errorf("read the pattern of a member: %w", err)
	}
	for _, item := range got.Items {
		about := fmt.Sprint(value(item, table.AttrPK), value(item, table.AttrSK), value(item, "user_id"))
		if strings.Contains(about, string(s.model.User)) && !strings.HasPrefix(about, "AUDIT#") && !strings.HasPrefix(about, "EMAIL#") && !strings.HasPrefix(about, "IDENTITY#") {
			s.pattern = append(s.pattern, item)
		}
	}
	return nil
}

func value(item map[string]types.AttributeValue, name string) string {
	s, _ := item[name].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// hire puts members straight into the engine until there are n: copies of the pattern under other names and ids.
func (s *staff) hire(ctx context.Context, n int) error {
	var requests []types.WriteRequest
	for len(s.hired) < n {
		user := identity.NewUserID(time.Now())
		s.hired = append(s.hired, user)
		word := fmt.Sprintf("%s%06d", []string{"ada", "emmy", "mary", "vera", "zora"}[len(s.hired)%5], len(s.hired))
		rename := strings.NewReplacer(string(s.model.User), string(user), "Pattern", word, "pattern", word)
		for _, item := range s.pattern {
			copied := map[string]types.AttributeValue{}
			for name, v := range item {
				copied[name] = v
				if text, ok := v.(*types.AttributeValueMemberS); ok {
					copied[name] = &types.AttributeValueMemberS{Value: rename.Replace(text.Value)}
				}
			}
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: copied}})
		}
		for len(requests) >= batch || len(s.hired) == n && len(requests) > 0 {
			some := requests[:min(batch, len(requests))]
			if _, err := s.client.BatchWriteItem(ctx, &sdk.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{s.name: some}}); err != nil {
				return fmt.Errorf("fill the organization: %w", err)
			}
			requests = requests[len(some):]
		}
	}
	return nil
}

func (s *staff) report(ctx context.Context, out io.Writer, size int) error {
	began := time.Now()
	if err := s.hire(ctx, size); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "filled to %d members in %s\n", size, time.Since(began).Round(time.Millisecond))
	list := func(f table.MemberFilter) func(*table.DB, int) error {
		return func(db *table.DB, _ int) error {
			found, _, err := db.Members(ctx, s.owner.Org, f, "", page)
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("nobody is found by %+v", f)
			}
			return err
		}
	}
	for _, f := range []struct {
		what string
		do   func(*table.DB, int) error
	}{
		{"list page", list(table.MemberFilter{})},
		{"page in the middle", func(db *table.DB, _ int) error {
			_, _, err := db.Members(ctx, s.owner.Org, table.MemberFilter{}, "mary", page)
			return err
		}},
		{"search by name", list(table.MemberFilter{Words: "zora"})},
		{"search by address", list(table.MemberFilter{Words: "boss@"})},
		{"role, held by one", list(table.MemberFilter{Role: identity.Owner})},
		{"role, held by all others", list(table.MemberFilter{Role: identity.Creator})},
		{"role change", s.change(ctx, "member.role", func(m identity.Membership) (identity.Membership, error) {
			return s.owner.Regrade(m, identity.User)
		}, 0)},
		{"disable", s.change(ctx, "member.disable", s.owner.Disable, 2*repeats)},
		{"remove", s.remove(ctx, 4*repeats)},
	} {
		if err := s.measure(out, size, f.what, f.do); err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
	}
	return nil
}

// change is the i-th change of a member, each of another one; the first belongs to the member at an offset.
func (s *staff) change(ctx context.Context, action string, rule func(identity.Membership) (identity.Membership, error), offset int) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		before, err := db.Member(ctx, s.owner.Org, s.hired[offset+i])
		if err != nil {
			return err
		}
		after, err := rule(before)
		if err != nil {
			return err
		}
		return db.ChangeMember(ctx, s.by(), action, s.owner, before, after)
	}
}

func (s *staff) remove(ctx context.Context, offset int) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		m, err := db.Member(ctx, s.owner.Org, s.hired[offset+i])
		if err != nil {
			return err
		}
		return db.RemoveMember(ctx, s.by(), s.owner, m)
	}
}

func (s *staff) by() identity.Change {
	return identity.Change{Caller: identity.Caller{User: s.owner.User, Kind: identity.SignedIn}, At: time.Now()}
}

// measure does something repeatedly straight at the engine for the time, and as often through the proxy for the count.
func (s *staff) measure(out io.Writer, size int, what string, do func(db *table.DB, i int) error) error {
	var times []time.Duration
	for i := range repeats {
		began := time.Now()
		if err := do(s.db, i); err != nil {
			return err
		}
		times = append(times, time.Since(began))
	}
	s.proxy.Reset()
	for i := range repeats {
		if err := do(s.counted, repeats+i); err != nil {
			return err
		}
	}
	cost := s.proxy.Counts().Of("bench")
	fmt.Fprintf(out, "%7d   %-25s %5.1f ms %8.2f %11.2f %12.2f\n", size, what, ms(median(times)),
		float64(cost.Requests)/repeats, cost.ReadUnits/repeats, cost.WriteUnits/repeats)
	return nil
}
