package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/crowd"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	page    = 25
	repeats = 20            // measurements of each figure
	fewest  = 6*repeats + 1 // members that are changed, by three kinds of change timed and then counted, and their owner
)

// staff is an organization that grows, in a table of its own.
type staff struct {
	client  *sdk.Client // straight at the engine: timed
	db      *table.DB
	proxy   *dynamoproxy.Proxy
	counted *table.DB // through the proxy: counted
	name    string
	owner   identity.Membership
	pattern crowd.Pattern
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

	proxy, err := dynamoproxy.Start(dynamoproxy.Options{Target: engine})
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

	s.owner, s.pattern, err = crowd.Found(ctx, s.client, name, "Bench", table.Claims{
		Issuer:    "bench",
		Subject:   "boss",
		Email:     "boss@example.com",
		FirstName: "Grace",
		LastName:  "Hopper",
	})

	return s, err
}

// hire puts members straight into the engine until there are n.
func (s *staff) hire(ctx context.Context, n int) error {
	hired, err := s.pattern.Hire(ctx, n, func(i int) string {
		return fmt.Sprintf("%s%06d", []string{"ada", "emmy", "mary", "vera", "zora"}[i%5], i)
	})

	s.hired = hired
	return err
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
		{"role change", s.change(ctx, identity.ActionMemberRoleUpdate, func(m identity.Membership) (identity.Membership, error) {
			return s.actor().ChangeRole(m, identity.User)
		}, 0)},
		{"disable", s.change(ctx, identity.ActionMemberDisable, s.actor().Disable, 2*repeats)},
		{"remove", s.remove(ctx, 4*repeats)},
	} {
		if err := s.measure(out, size, f.what, f.do); err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
	}

	return nil
}

// change is the i-th change of a member, each of another one; the first belongs to the member at an offset.
func (s *staff) change(ctx context.Context, action identity.Action, rule func(identity.Membership) (identity.Membership, error), offset int) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		before, err := db.Member(ctx, s.owner.Org, s.hired[offset+i])
		if err != nil {
			return err
		}

		after, err := rule(before)
		if err != nil {
			return err
		}

		return db.ChangeMember(action, s.actor(), before, after)(ctx, s.by())
	}
}

func (s *staff) remove(ctx context.Context, offset int) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		m, err := db.Member(ctx, s.owner.Org, s.hired[offset+i])
		if err != nil {
			return err
		}

		return db.RemoveMember(s.actor(), m)(ctx, s.by())
	}
}

func (s *staff) caller() identity.Caller {
	return identity.Caller{User: s.owner.User, Kind: identity.SignedIn}
}

func (s *staff) actor() identity.Actor { return identity.Acting(s.caller(), s.owner) }

func (s *staff) by() identity.Change { return identity.Change{Caller: s.caller(), At: time.Now()} }

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
