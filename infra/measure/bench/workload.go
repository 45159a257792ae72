package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

const (
	tableName = "leasehold"
	people    = 100  // the owners of the tokens that are used
	lapsed    = 1000 // tokens per measured sweep
)

// workload is a table and two sets of the functions that use it. The timed functions call the engine directly. The
// counted functions call it through a proxy.
type workload struct {
	calls   int
	client  *sdk.Client
	db      *table.DB
	proxy   *dynamoproxy.Proxy
	timed   *lambda.Service
	counted *lambda.Service
	stats   string // the address at which the timed authorizer reports its allocations
	logs    string
	members []identity.Membership
}

// newWorkload starts the functions on the table of an engine, and creates the table if it does not exist.
func newWorkload(ctx context.Context, dir, engine string, calls int) (*workload, error) {
	w := &workload{calls: calls, logs: filepath.Join(dir, "logs")}
	w.client = sdk.New(sdk.Options{
		Region:       lambda.Region,
		BaseEndpoint: &engine,
		Credentials: aws.CredentialsProviderFunc(
			func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "bench", SecretAccessKey: "bench"}, nil
			}),
	})

	w.db = table.New(w.client, tableName)
	if err := createTable(ctx, w.client); err != nil {
		return nil, err
	}

	port, err := child.FreePort()
	if err != nil {
		return nil, err
	}

	w.stats = "127.0.0.1:" + port
	if w.proxy, err = dynamoproxy.Start(dynamoproxy.Options{Target: engine}); err != nil {
		return nil, err
	}

	if w.timed, err = w.serve(dir, instrumented, engine); err != nil {
		return nil, err
	}

	if w.counted, err = w.serve(dir, deployed, w.proxy.URL()); err != nil {
		return nil, err
	}

	return w, w.addMembers(ctx)
}

// createTable creates the table of the template.
func createTable(ctx context.Context, client *sdk.Client) error {
	loaded, err := template.Load("template.yaml", nil)
	if err != nil {
		return err
	}

	described := loaded.Tables[0]
	described.TTLAttribute = "" // no item lives long enough to be purged
	return runner.CreateTable(ctx, client, described, tableName)
}

// serve starts the authorizer of a build and the scheduled jobs, with a DynamoDB endpoint.
func (w *workload) serve(dir, build, endpoint string) (*lambda.Service, error) {
	environment := map[string]string{
		"TABLE_NAME":                tableName,
		"AWS_ENDPOINT_URL_DYNAMODB": endpoint,
		"BENCH_STATS":               w.stats,
	}

	mailing := maps.Clone(environment)
	mailing["MAIL_SENDER"], mailing["MAIL_CONFIGURATION_SET"] = "leasehold@example.com", "leasehold"
	mailing["CONSOLE_URL"] = "https://console.example.com/"

	return lambda.Start(lambda.Options{
		LogDir:      filepath.Join(w.logs, build),
		Concurrency: 1,
		Functions: []lambda.Function{
			{
				Name:        "authorizer",
				Binary:      filepath.Join(dir, build, "authorizer"),
				Environment: environment,
				Timeout:     10 * time.Second,
			},
			{
				Name:        "lease-sweep",
				Binary:      filepath.Join(dir, deployed, "lease-sweep"),
				Environment: environment,
				Timeout:     5 * time.Minute,
			},
			{
				Name:        "lease-warn",
				Binary:      filepath.Join(dir, deployed, "lease-warn"),
				Environment: mailing,
				Timeout:     5 * time.Minute,
			},
		},
	})
}

func (w *workload) close() {
	w.timed.Close()
	w.counted.Close()
	w.proxy.Close()
}

// addMembers creates the people whose tokens are used. Each is the owner of an organization.
func (w *workload) addMembers(ctx context.Context) error {
	for i := range people {
		now := time.Now()
		by := identity.Change{Caller: identity.Caller{Kind: identity.SignedIn}, At: now}
		claims := table.Claims{
			Issuer:    "bench",
			Subject:   strconv.Itoa(i),
			Email:     fmt.Sprintf("ada%d@example.com", i),
			FirstName: "Ada",
			LastName:  "Lovelace",
		}

		person, err := w.db.FindPerson(ctx, claims, identity.NewUserID(now), now)
		if err != nil {
			return err
		}

		if err := w.db.RecordSignIn(person)(ctx, by); err != nil {
			return err
		}

		profile := person.Profile
		o := identity.Organization{
			ID:        identity.NewOrgID(now),
			Name:      "Bench",
			Owners:    1,
			Members:   1,
			CreatedAt: now,
			Version:   1,
		}

		m := identity.Membership{
			User:       profile.ID,
			Org:        o.ID,
			OrgName:    o.Name,
			Role:       identity.Owner,
			Status:     identity.Active,
			TokenEpoch: identity.NewEpoch(now),
			JoinedAt:   now,
			Version:    1,
			Person:     profile.Person,
		}

		by.Caller.User = profile.ID
		if err := w.db.CreateOrganization(o, m)(ctx, by); err != nil {
			return err
		}

		w.members = append(w.members, m)
	}

	return nil
}

// tokens creates n tokens with a creation time, as token-create does. It returns an authorizer event for each.
func (w *workload) tokens(ctx context.Context, n int, at time.Time) ([][]byte, error) {
	var events [][]byte
	for i := range n {
		m := w.members[i%len(w.members)]
		minted, err := secret.MintPAT(rand.Reader, m.User, m.Org)
		if err != nil {
			return nil, err
		}

		t := identity.Token{
			ID:          minted.TokenID(),
			User:        m.User,
			Org:         m.Org,
			Description: "bench",
			Hash:        minted.Hash(),
			Epoch:       m.TokenEpoch,
			CreatedAt:   at.Truncate(time.Second),
			Lease:       identity.PATTerms.Grant(at),
			Scopes:      identity.Unlimited,
			Version:     1,
		}

		by := identity.Change{Caller: identity.Caller{Kind: identity.BySchedule}, At: at} // nobody is signed in
		if err := w.db.CreateToken(t)(ctx, by); err != nil {
			return nil, err
		}

		events = append(events, eventOf(minted))
	}

	return events, nil
}

// eventOf returns an authorizer event with a token.
func eventOf(token secret.Token) []byte {
	method := fmt.Sprintf("arn:aws:execute-api:%s:%s:bench/v1/GET/me", lambda.Region, lambda.AccountID)
	return fmt.Appendf(nil, `{"type":"TOKEN","authorizationToken":"Bearer %s","methodArn":"%s"}`, token.Reveal(), method)
}

// unknown returns an authorizer event with a token that the table does not have.
func (w *workload) unknown() ([]byte, error) {
	minted, err := secret.MintPAT(rand.Reader, w.members[0].User, w.members[0].Org)
	if err != nil {
		return nil, err
	}

	return eventOf(minted), nil
}

// reportCalls prints the figures of authorizing. The first use of each token writes its lease, the second does not.
func (w *workload) reportCalls(ctx context.Context, out io.Writer, size int) error {
	anHourAgo := time.Now().Add(-time.Hour)
	events, err := w.tokens(ctx, w.calls, anHourAgo)
	if err != nil {
		return err
	}

	more, err := w.tokens(ctx, people, anHourAgo)
	if err != nil {
		return err
	}

	warm, err := w.tokens(ctx, people, anHourAgo)
	if err != nil {
		return err
	}

	// Exclude the cost of starting the processes.
	for _, service := range []*lambda.Service{w.timed, w.counted} {
		if _, err := w.call(ctx, service, warm); err != nil {
			return err
		}
	}

	for _, what := range []string{"authorize with bump", "authorize"} {
		before, err := w.allocated(ctx)
		if err != nil {
			return err
		}

		times, err := w.call(ctx, w.timed, events)
		if err != nil {
			return err
		}

		after, err := w.allocated(ctx)
		if err != nil {
			return err
		}

		w.proxy.Reset()

		if _, err := w.call(ctx, w.counted, more); err != nil {
			return err
		}

		timed, counted := float64(len(events)), float64(len(more))
		cost := w.proxy.Counts().Of("authorizer")
		fmt.Fprintf(out, "%15d   %-20s %6.2f ms %5.2f ms %13.0f %7.0f %10.2f %11.2f %12.2f\n", size, what,
			ms(median(times)), ms(quantile(times, 0.99)),
			float64(after.Allocations-before.Allocations)/timed, float64(after.Bytes-before.Bytes)/timed,
			float64(cost.Requests)/counted, cost.ReadUnits/counted, cost.WriteUnits/counted)
	}

	return nil
}

// call sends the events sequentially and returns the time of each. It returns an error unless the authorizer allows all
// of them.
func (w *workload) call(ctx context.Context, s *lambda.Service, events [][]byte) ([]time.Duration, error) {
	var times []time.Duration
	for _, event := range events {
		began := time.Now()
		answer, err := s.Invoke(ctx, "authorizer", event)
		times = append(times, time.Since(began))

		if err != nil {
			return nil, fmt.Errorf("call the authorizer, whose log is in %s: %w", w.logs, err)
		}

		if !strings.Contains(string(answer), `"Effect":"Allow"`) {
			return nil, fmt.Errorf("the authorizer answered %s instead of Allow; its log is in %s", answer, w.logs)
		}
	}

	return times, nil
}

// allocated is the total of a process's allocations since its start.
type allocated struct{ Allocations, Bytes uint64 }

// allocated returns the allocations of the timed authorizer.
func (w *workload) allocated(ctx context.Context) (allocated, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+w.stats, nil)
	if err != nil {
		return allocated{}, fmt.Errorf("request allocations: %w", err)
	}

	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return allocated{}, fmt.Errorf("request allocations: %w", err)
	}

	defer response.Body.Close()

	var a allocated
	if err := json.NewDecoder(response.Body).Decode(&a); err != nil {
		return allocated{}, fmt.Errorf("decode allocations: %w", err)
	}

	return a, nil
}

// warn returns what a run of lease-warn costs while no notice is due.
func (w *workload) warn(ctx context.Context) (dynamoproxy.Count, error) {
	// The job has walked the tokens that an earlier version made. The benchmark's tokens have no items for their expiry,
	// and a run would create them.
	_, err := w.client.PutItem(ctx, &sdk.PutItemInput{
		TableName: aws.String(tableName),
		Item: map[string]types.AttributeValue{
			table.AttrPK: &types.AttributeValueMemberS{Value: "NOTICES"},
			table.AttrSK: &types.AttributeValueMemberS{Value: "NOTICES"},
			"item_type":  &types.AttributeValueMemberS{Value: "notices"},
			"walk_count": &types.AttributeValueMemberN{Value: "2"},
		},
	})
	if err != nil {
		return dynamoproxy.Count{}, fmt.Errorf("note the walks: %w", err)
	}

	// The first run reaches the hours that the second one begins with.
	for range 2 {
		w.proxy.Reset()
		answer, err := w.counted.Invoke(ctx, "lease-warn", []byte(`{}`))
		if err != nil {
			return dynamoproxy.Count{}, fmt.Errorf("run lease-warn, whose log is in %s: %w", w.logs, err)
		}

		if want := `{"sent":0,"refused":0,"lost":0,"noted":0}`; string(answer) != want {
			return dynamoproxy.Count{}, fmt.Errorf("lease-warn returned %s, want %s", answer, want)
		}
	}

	return w.proxy.Counts().Of("lease-warn"), nil
}

// sweep measures a sweep that has nothing to do, and two sweeps that retire lapsed tokens, of which one is timed and
// the other counted. It returns the line of the report.
func (w *workload) sweep(ctx context.Context, size int) (string, error) {
	longAgo := time.Now().Add(-20 * 24 * time.Hour)
	if _, err := w.run(ctx, w.counted, 0); err != nil { // start the process
		return "", err
	}

	w.proxy.Reset()
	idle, err := w.run(ctx, w.counted, 0)
	if err != nil {
		return "", err
	}

	idleCost := w.proxy.Counts().Of("lease-sweep")

	if _, err := w.run(ctx, w.timed, 0); err != nil {
		return "", err
	}

	if _, err := w.tokens(ctx, lapsed, longAgo); err != nil {
		return "", err
	}

	took, err := w.run(ctx, w.timed, lapsed)
	if err != nil {
		return "", err
	}

	if _, err := w.tokens(ctx, lapsed, longAgo); err != nil {
		return "", err
	}

	w.proxy.Reset()

	if _, err := w.run(ctx, w.counted, lapsed); err != nil {
		return "", err
	}

	cost := w.proxy.Counts().Of("lease-sweep")
	return fmt.Sprintf("%11d %9.0f ms %10d %9d %12.1f %12.1f   %20.0f ms %d %.1f", size,
		ms(took), lapsed, cost.Requests, cost.ReadUnits, cost.WriteUnits,
		ms(idle), idleCost.Requests, idleCost.ReadUnits), nil
}

// run runs a sweep and returns the time it took. It returns an error unless the sweep retired the given number of
// tokens.
func (w *workload) run(ctx context.Context, s *lambda.Service, retired int) (time.Duration, error) {
	began := time.Now()
	answer, err := s.Invoke(ctx, "lease-sweep", []byte(`{}`))
	took := time.Since(began)
	if err != nil {
		return 0, fmt.Errorf("run the sweep, whose log is in %s: %w", w.logs, err)
	}

	var report struct{ Retired int }
	if err := json.Unmarshal(answer, &report); err != nil {
		return 0, fmt.Errorf("decode the sweep's report %s: %w", answer, err)
	}

	if report.Retired != retired {
		return 0, fmt.Errorf("the sweep retired %d tokens, want %d; its log is in %s", report.Retired, retired, w.logs)
	}

	return took, nil
}
