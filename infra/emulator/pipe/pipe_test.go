package pipe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

var endpoint string

func TestMain(m *testing.M) {
	started, err := dynoxide.Start(context.Background(), dynoxide.Options{Log: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	endpoint = started.URL()
	code := m.Run()
	started.Close()
	os.Exit(code)
}

// enricher makes {"action": SK, "time": ...} of each record, and fails as a test wants.
type enricher struct {
	mutex   sync.Mutex
	fail    func(names []string) error
	batches [][]string
}

// Invoke notes the names of a batch.
func (e *enricher) Invoke(_ context.Context, _ string, payload []byte) ([]byte, error) {
	var records []struct {
		DynamoDB struct {
			NewImage struct {
				SK struct{ S string }
			}
		} `json:"dynamodb"`
	}
	if err := json.Unmarshal(payload, &records); err != nil {
		return nil, err
	}

	var names []string
	details := []map[string]string{}
	for _, record := range records {
		name := record.DynamoDB.NewImage.SK.S
		names = append(names, name)
		details = append(details, map[string]string{"action": name, "time": "2026-03-01T13:00:00+01:00"})
	}

	e.mutex.Lock()
	defer e.mutex.Unlock()

	if e.fail != nil {
		if err := e.fail(names); err != nil {
			return nil, err
		}
	}

	e.batches = append(e.batches, names)

	return json.Marshal(details)
}

// bench is a table with a stream, and a pipe that does not read it by itself.
type bench struct {
	client   *sdk.Client
	table    string
	pipe     *pipe.Pipe
	enricher *enricher

	mutex  sync.Mutex
	log    bytes.Buffer
	events []pipe.Event
}

const pattern = `{"eventName":["INSERT"],"dynamodb":{"Keys":{"PK":{"S":[{"prefix":"AUDIT#"}]}}}}`

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{enricher: &enricher{}, table: strings.NewReplacer("/", "-").Replace(t.Name())}
	b.client = sdk.New(sdk.Options{
		Region:       lambda.Region,
		BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix, SecretAccessKey: "local"}, nil
		}),
	})

	_, err := b.client.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName:   &b.table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("PK"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("SK"), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("PK"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SK"), KeyType: types.KeyTypeRange},
		},
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled:  aws.Bool(true),
			StreamViewType: types.StreamViewTypeNewImage,
		},
	})
	if err != nil {
		t.Fatal(err)
	}

	return b
}

// start starts the pipe, which reads only when the test drains it.
func (b *bench) start(t *testing.T) {
	t.Helper()
	var err error
	b.pipe, err = pipe.Start(t.Context(), pipe.Options{
		Pipe: template.Pipe{
			LogicalID:  "Pipe",
			Table:      b.table,
			Patterns:   []string{pattern},
			Enrichment: "enrich",
			BatchSize:  4,
			Source:     "leasehold",
			DetailType: "$.action",
			Time:       "$.time",
		},
		Endpoint:  endpoint,
		Functions: b.enricher,
		Put: func(events []pipe.Event) {
			b.mutex.Lock()
			defer b.mutex.Unlock()
			b.events = append(b.events, events...)
		},
		Log:  &b.log,
		Poll: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(b.pipe.Close)
}

// put stores items of the audit log by their sort keys.
func (b *bench) put(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := b.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &b.table, Item: item("AUDIT#o", name)}); err != nil {
			t.Fatal(err)
		}
	}
}

func item(pk, sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: pk},
		"SK": &types.AttributeValueMemberS{Value: sk},
	}
}

// want drains the pipe and compares the types of all events so far.
func (b *bench) want(t *testing.T, want ...string) {
	t.Helper()
	if err := b.pipe.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, event := range b.events {
		got = append(got, event.DetailType)
	}

	if !slices.Equal(got, want) {
		t.Errorf("got the events %q, want %q; log %s", got, want, b.log.String())
	}
}

func TestOnlyInsertedItemsThatMatchGoThroughInBatches(t *testing.T) {
	b := newBench(t)
	b.put(t, "before") // the pipe starts at the end of the stream
	b.start(t)
	b.put(t, "1", "2", "3", "4", "5")
	b.put(t, "1")

	_, err := b.client.DeleteItem(t.Context(), &sdk.DeleteItemInput{TableName: &b.table, Key: item("AUDIT#o", "2")})
	if err != nil {
		t.Fatal(err)
	}

	_, err = b.client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &b.table, Item: item("USER#u", "6")})
	if err != nil {
		t.Fatal(err)
	}

	b.want(t, "1", "2", "3", "4", "5")
	b.want(t, "1", "2", "3", "4", "5")

	if got := fmt.Sprint(b.enricher.batches); got != "[[1 2 3 4] [5]]" {
		t.Errorf("the function got the batches %s", got)
	}

	if e := b.events[0]; e.Source != "leasehold" || e.Time != "2026-03-01T12:00:00Z" || e.ID == "" || e.ID == b.events[1].ID {
		t.Errorf("the event is %+v", e)
	}
}

func TestOnlyCommittedTransactionsGoThroughAndOnce(t *testing.T) {
	b := newBench(t)
	b.start(t)

	transact := func(token, condition string, names ...string) error {
		var items []types.TransactWriteItem
		for _, name := range names {
			items = append(items, types.TransactWriteItem{Put: &types.Put{TableName: &b.table, Item: item("AUDIT#o", name)}})
		}

		if condition != "" {
			items[len(items)-1].Put.ConditionExpression = &condition
		}

		_, err := b.client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{ClientRequestToken: &token, TransactItems: items})

		return err
	}

	for range 2 {
		if err := transact("same", "", "1", "2"); err != nil {
			t.Fatal(err)
		}
	}

	if err := transact("other", "attribute_exists(PK)", "3", "4"); err == nil {
		t.Fatal("the transaction was not cancelled")
	}

	b.want(t, "1", "2")
}

// TestNothingIsLostWhileTheFunctionFails lets every batch fail three times, then all that contain 3 ten times.
func TestNothingIsLostWhileTheFunctionFails(t *testing.T) {
	b := newBench(t)
	b.start(t)

	attempts := 0
	b.enricher.fail = func(names []string) error {
		attempts++
		if attempts <= 3 || slices.Contains(names, "3") && attempts < 10 {
			return errors.New("the function is down")
		}

		return nil
	}

	b.put(t, "1", "2", "3", "4", "5", "6")
	b.want(t, "1", "2", "3", "4", "5", "6")

	if !strings.Contains(b.log.String(), "tries 4 records again: the function is down") {
		t.Errorf("the log is %s", b.log.String())
	}
}

func TestAPausedPipeCatchesUp(t *testing.T) {
	b := newBench(t)
	b.start(t)
	resume := b.pipe.Pause()
	b.put(t, "1", "2")

	drained := make(chan error)
	go func() { drained <- b.pipe.Drain(t.Context()) }()

	if len(b.events) > 0 {
		t.Errorf("%d events went through a paused pipe", len(b.events))
	}

	resume()
	resume()

	if err := <-drained; err != nil {
		t.Fatal(err)
	}

	b.want(t, "1", "2")
}

func TestAChangeThatIsNotNewMakesNoEvents(t *testing.T) {
	b := newBench(t)
	b.start(t)
	b.put(t, "1")

	skip := func(record json.RawMessage) bool { return strings.Contains(string(record), "old") }
	err := b.pipe.Without(t.Context(), skip, func() error {
		b.put(t, "old", "2")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	b.want(t, "1", "2")

	failed := errors.New("failed")
	if err := b.pipe.Without(t.Context(), skip, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got the error %v, want the one of the change", err)
	}
}

func TestAnEnrichmentThatReturnsNoEventsIsTriedAgain(t *testing.T) {
	for name, answer := range map[string]string{
		"no list":      `{"action":"a"}`,
		"no object":    `["a"]`,
		"no type":      `[{"time":"2026-03-01T12:00:00Z"}]`,
		"a wrong time": `[{"action":"a","time":"noon"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.start(t)
			functions := answers{answer, `[{"action":"right","time":"2026-03-01T12:00:00Z"}]`}

			second, err := pipe.Start(t.Context(), pipe.Options{
				Pipe:      template.Pipe{Table: b.table, Enrichment: "f", DetailType: "$.action", Time: "$.time"},
				Endpoint:  endpoint,
				Functions: &functions,
				Put:       func(events []pipe.Event) { b.events = append(b.events, events...) },
				Poll:      time.Hour,
			})
			if err != nil {
				t.Fatal(err)
			}

			defer second.Close()

			b.put(t, "1")

			if err := second.Drain(t.Context()); err != nil {
				t.Fatal(err)
			}

			if len(b.events) != 1 || b.events[0].DetailType != "right" {
				t.Errorf("got %+v, want the event of the second answer", b.events)
			}
		})
	}
}

// answers returns one answer after the other.
type answers []string

// Invoke returns the next answer.
func (a *answers) Invoke(context.Context, string, []byte) ([]byte, error) {
	first := (*a)[0]
	*a = (*a)[1:]

	return []byte(first), nil
}

func TestAPipeNeedsAStreamAndAPatternThatItSupports(t *testing.T) {
	b := newBench(t)
	for want, declared := range map[string]template.Pipe{
		"has no stream":        {Table: "no-such-table"},
		"is not a JSON object": {Table: b.table, Patterns: []string{"["}},
		"another kind of":      {Table: b.table, Patterns: []string{`{"a":[{"suffix":"b"}]}`}},
		"neither an object":    {Table: b.table, Patterns: []string{`{"a":"b"}`}},
	} {
		_, err := pipe.Start(t.Context(), pipe.Options{Pipe: declared, Endpoint: endpoint})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got the error %v, want one that contains %q", err, want)
		}
	}
}
