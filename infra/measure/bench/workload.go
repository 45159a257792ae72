package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

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
	people    = 100 // the owners of the tokens that are used
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
	binary  string // of the timed authorizer, which reports its allocations
	logs    string
	members []identity.Membership
}

// newWorkload starts the functions on the table of an engine, and creates the table if it does not exist.
func newWorkload(ctx context.Context, dir, engine string, calls int) (*workload, error) {
	w := &workload{
		calls:  calls,
		binary: filepath.Join(dir, instrumented, "authorizer"),
		logs:   filepath.Join(dir, "logs"),
	}
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

	var err error
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

// serve starts the authorizer of a build with a DynamoDB endpoint.
func (w *workload) serve(dir, build, endpoint string) (*lambda.Service, error) {
	environment := map[string]string{
		"TABLE_NAME":                tableName,
		"AWS_ENDPOINT_URL_DYNAMODB": endpoint,
	}

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

// reportCalls reports the figures of authorizing. The first use of each token writes its lease, the second does not.
func (w *workload) reportCalls(ctx context.Context, r *report) error {
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

	t := figureTable{
		Title: "An authorization",
		Meaning: fmt.Sprintf("What the authorizer takes over the Runtime API for one of %d calls, one after the "+
			"other. Allocations and bytes are those of its process. A use is recorded at most every five minutes; "+
			"the first line is a use in another hour than the one before, which also moves the token in the index "+
			"of leases.", w.calls),
		Columns: []string{
			"call", "median", "99 of 100 within", "allocations", "bytes allocated", "requests to DynamoDB",
			"read units", "write units",
		},
	}

	for _, what := range []string{"with a record of the use", "without"} {
		row, err := w.measureCalls(ctx, events, more)
		if err != nil {
			return err
		}

		t.Rows = append(t.Rows, append([]string{what}, row...))
	}

	r.add(t)
	return nil
}

// measureCalls sends events to the timed authorizer and counted events to the counted one. It returns the figures of a
// call.
func (w *workload) measureCalls(ctx context.Context, events, counted [][]byte) ([]string, error) {
	before, err := allocations(ctx, w.binary)
	if err != nil {
		return nil, err
	}

	times, err := w.call(ctx, w.timed, events)
	if err != nil {
		return nil, err
	}

	after, err := allocations(ctx, w.binary)
	if err != nil {
		return nil, err
	}

	w.proxy.Reset()

	if _, err := w.call(ctx, w.counted, counted); err != nil {
		return nil, err
	}

	calls := float64(len(counted))
	cost := w.proxy.Counts().Of("authorizer")
	return []string{
		fmt.Sprintf("%.2f ms", ms(median(times))),
		fmt.Sprintf("%.2f ms", ms(quantile(times, 0.99))),
		fmt.Sprintf("%.0f", float64(after.Allocations-before.Allocations)/float64(len(events))),
		fmt.Sprintf("%.0f", float64(after.Bytes-before.Bytes)/float64(len(events))),
		fmt.Sprintf("%.2f", float64(cost.Requests)/calls),
		fmt.Sprintf("%.2f", cost.ReadUnits/calls),
		fmt.Sprintf("%.2f", cost.WriteUnits/calls),
	}, nil
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

// allocations returns the allocations of the process that runs an instrumented binary.
func allocations(ctx context.Context, binary string) (allocated, error) {
	address, err := os.ReadFile(binary + ".stats")
	if err != nil {
		return allocated{}, fmt.Errorf("find the allocations: %w", err)
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+string(address), nil)
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
