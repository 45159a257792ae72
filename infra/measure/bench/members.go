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
	"github.com/leasehold-dev/leasehold/infra/local/bulk"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	page    = 25
	repeats = 20 // measurements per figure

	// minMembers is the number of members that are changed, by three kinds of change that are each timed and then
	// counted, and the owner.
	minMembers = 6*repeats + 1
)

// memberBench measures an organization in a separate table. It times calls that go directly to the engine, and counts
// the requests and units of calls that go through a proxy.
type memberBench struct {
	client  *sdk.Client
	timed   *table.DB
	proxy   *dynamoproxy.Proxy
	counted *table.DB
	name    string
	owner   identity.Membership
	sample  bulk.Sample
	users   []identity.UserID
}

// reportMembers prints the figures of listing and managing members, for organizations of different sizes.
func reportMembers(ctx context.Context, out io.Writer, engine string, sizes []int) error {
	fmt.Fprintf(out, "\nMembers of an organization, pages of %d, median of %d\n", page, repeats)
	fmt.Fprintln(out, "members   what                         time   requests  read units  write units")

	for _, size := range sizes {
		b, err := newMemberBench(ctx, engine, fmt.Sprintf("members-%d", size))
		if err != nil {
			return err
		}

		err = b.report(ctx, out, size)
		b.proxy.Close()

		if err != nil {
			return err
		}
	}

	return nil
}

func newMemberBench(ctx context.Context, engine, name string) (*memberBench, error) {
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

	b := &memberBench{client: open(engine), proxy: proxy, name: name}
	b.timed = table.New(b.client, name)
	b.counted = table.New(open(proxy.URL()), name)

	loaded, err := template.Load("template.yaml", nil)
	if err != nil {
		return nil, err
	}

	described := loaded.Tables[0]
	described.TTLAttribute = ""
	if err := runner.CreateTable(ctx, b.client, described, name); err != nil {
		return nil, err
	}

	b.owner, b.sample, err = bulk.CreateOrganization(ctx, b.client, name, "Bench", table.Claims{
		Issuer:    "bench",
		Subject:   "owner",
		Email:     "owner@example.com",
		FirstName: "Grace",
		LastName:  "Hopper",
	})

	return b, err
}

// fill adds n members.
func (b *memberBench) fill(ctx context.Context, n int) (err error) {
	b.users, err = b.sample.AddCopies(ctx, n, func(i int) string {
		return fmt.Sprintf("%s%06d", []string{"ada", "emmy", "mary", "vera", "zora"}[i%5], i)
	})

	return err
}

func (b *memberBench) report(ctx context.Context, out io.Writer, size int) error {
	began := time.Now()
	if err := b.fill(ctx, size); err != nil {
		return err
	}

	fmt.Fprintf(os.Stderr, "added %d members in %s\n", size, time.Since(began).Round(time.Millisecond))
	list := func(f table.MemberFilter) func(*table.DB, int) error {
		return func(db *table.DB, _ int) error {
			found, _, err := db.Members(ctx, b.owner.Org, f, "", page)
			if err == nil && len(found) == 0 {
				err = fmt.Errorf("no member matches %+v", f)
			}

			return err
		}
	}

	toUser := func(m identity.Membership) (identity.Membership, error) {
		return b.actor().ChangeRole(m, identity.User)
	}

	for _, f := range []struct {
		what string
		do   func(*table.DB, int) error
	}{
		{"first page", list(table.MemberFilter{})},
		{"page in the middle", func(db *table.DB, _ int) error {
			_, _, err := db.Members(ctx, b.owner.Org, table.MemberFilter{}, "mary", page)
			return err
		}},
		{"search by name", list(table.MemberFilter{Words: "zora"})},
		{"search by address", list(table.MemberFilter{Words: "owner@"})},
		{"role held by one member", list(table.MemberFilter{Role: identity.Owner})},
		{"role held by the others", list(table.MemberFilter{Role: identity.Creator})},
		{"role change", b.change(ctx, identity.ActionMemberRoleUpdate, toUser, 0)},
		{"disable", b.change(ctx, identity.ActionMemberDisable, b.actor().Disable, 2*repeats)},
		{"remove", b.remove(ctx, 4*repeats)},
	} {
		if err := b.measure(out, size, f.what, f.do); err != nil {
			return fmt.Errorf("%s: %w", f.what, err)
		}
	}

	return nil
}

// change returns a function whose i-th call changes the member at offset + i as rule says.
func (b *memberBench) change(
	ctx context.Context,
	action identity.Action,
	rule func(identity.Membership) (identity.Membership, error),
	offset int,
) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		before, err := db.Member(ctx, b.owner.Org, b.users[offset+i])
		if err != nil {
			return err
		}

		after, err := rule(before)
		if err != nil {
			return err
		}

		return db.ChangeMember(action, b.actor(), before, after)(ctx, b.by())
	}
}

// remove returns a function whose i-th call removes the member at offset + i.
func (b *memberBench) remove(ctx context.Context, offset int) func(*table.DB, int) error {
	return func(db *table.DB, i int) error {
		m, err := db.Member(ctx, b.owner.Org, b.users[offset+i])
		if err != nil {
			return err
		}

		return db.RemoveMember(b.actor(), m)(ctx, b.by())
	}
}

func (b *memberBench) caller() identity.Caller {
	return identity.Caller{User: b.owner.User, Kind: identity.SignedIn}
}

func (b *memberBench) actor() identity.Actor { return identity.Acting(b.caller(), b.owner) }

func (b *memberBench) by() identity.Change {
	return identity.Change{Caller: b.caller(), At: time.Now()}
}

// measure calls do repeatedly on the engine to time it, and as often through the proxy to count its requests. It prints
// the median time and the average counts.
func (b *memberBench) measure(out io.Writer, size int, what string, do func(db *table.DB, i int) error) error {
	var times []time.Duration
	for i := range repeats {
		began := time.Now()
		if err := do(b.timed, i); err != nil {
			return err
		}

		times = append(times, time.Since(began))
	}

	b.proxy.Reset()

	for i := range repeats {
		if err := do(b.counted, repeats+i); err != nil {
			return err
		}
	}

	cost := b.proxy.Counts().Of("bench")
	fmt.Fprintf(out, "%7d   %-25s %5.1f ms %8.2f %11.2f %12.2f\n", size, what, ms(median(times)),
		float64(cost.Requests)/repeats, cost.ReadUnits/repeats, cost.WriteUnits/repeats)
	return nil
}
