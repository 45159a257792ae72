package runner_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

const eventsTemplate = "../testdata/events.yaml"

// store writes items with these sort keys.
func store(t *testing.T, client *sdk.Client, table string, names ...string) {
	t.Helper()
	for _, name := range names {
		_, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "p"},
			"SK": &types.AttributeValueMemberS{Value: name},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// eventTypes returns the types of the events at /_local/events.json.
func eventTypes(t *testing.T, system *runner.Runner) []string {
	t.Helper()
	if err := system.DrainEvents(t.Context()); err != nil {
		t.Fatal(err)
	}

	response, body := call(t, "GET", system.BaseURL()+"/_local/events.json", "", "")
	want(t, response, body, 200, "[")

	var events []pipe.Event
	if err := json.Unmarshal([]byte(body), &events); err != nil {
		t.Fatal(err)
	}

	var kinds []string
	for _, event := range events {
		kinds = append(kinds, event.DetailType)
	}

	return kinds
}

func TestNewItemsGoThroughThePipeToThePagesAndTheReceiver(t *testing.T) {
	t.Parallel()
	var received []string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received = append(received, string(body))
	}))
	defer receiver.Close()

	system := start(t, runner.Options{Template: eventsTemplate, EventsTo: receiver.URL})
	resume := system.PauseEvents()
	store(t, system.Client(), system.TableName(), "one", "two", "one")
	resume()

	if got := eventTypes(t, system); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("got the events %q, want one for each new item", got)
	}

	if len(received) != 2 || !strings.Contains(received[1], `"detail-type":"two","source":"test"`) {
		t.Errorf("the receiver got %q", received)
	}

	response, body := call(t, "GET", system.BaseURL()+"/_local/", "", "")
	want(t, response, body, 200, `href="/_local/events"`)

	response, body = call(t, "GET", system.BaseURL()+"/_local/events", "", "")
	want(t, response, body, 200, "<strong>two</strong>")

	if policy := response.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") ||
		!strings.Contains(policy, "script-src 'self'; connect-src 'self'") {
		t.Errorf("the page has the policy %q", policy)
	}
}

// TestATableFromBeforeItsStreamGetsOne starts with data of a runner without events. A restart makes no event of old items.
func TestATableFromBeforeItsStreamGetsOne(t *testing.T) {
	t.Parallel()
	options := runner.Options{Template: eventsTemplate, Data: t.TempDir(), Parameters: map[string]string{"Events": "off"}}
	before := start(t, options)
	store(t, before.Client(), before.TableName(), "old")

	if before.Events() != nil {
		t.Error("there is a feed of events without a pipe")
	}

	response, body := call(t, "GET", before.BaseURL()+"/_local/events", "", "")
	want(t, response, body, 404, "")
	before.Close()

	for _, name := range []string{"first", "second"} {
		options.Parameters = nil
		system := start(t, options)
		store(t, system.Client(), system.TableName(), name)

		if got := eventTypes(t, system); !slices.Equal(got, []string{name}) {
			t.Errorf("got the events %q, want only the new one, %s", got, name)
		}

		system.Close()
	}
}

// TestItemsThatAreStoredAgainByAgeingMakeNoEvents stores an item under an earlier ID, and one that is new.
func TestItemsThatAreStoredAgainByAgeingMakeNoEvents(t *testing.T) {
	t.Parallel()
	now := time.Now()
	fresh := identity.NewEventID(now)
	system := start(t, runner.Options{
		Template: eventsTemplate,
		Age: func(_ context.Context, client *sdk.Client, table string, by time.Duration) error {
			store(t, client, table, identity.NewEventID(now.Add(-by)), fresh)
			return nil
		},
	})

	store(t, system.Client(), system.TableName(), "first")
	response, body := call(t, "POST", system.BaseURL()+"/_local/age", "", `{"by":"360h"}`)
	want(t, response, body, 200, "360h")

	if got := eventTypes(t, system); !slices.Equal(got, []string{"first", fresh}) {
		t.Errorf("got the events %q, want the one before and the new one, %s", got, fresh)
	}
}

func TestAReceiverOfEventsMustBeAURLAndNeedsAPipe(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]runner.Options{
		"--events-to needs a URL":                {Template: eventsTemplate, EventsTo: "127.0.0.1:8080"},
		"--events-to needs a template with a pi": {EventsTo: "http://127.0.0.1:8080"},
	} {
		started, err := runner.Start(t.Context(), complete(options))
		if err == nil {
			started.Close()
		}

		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got the error %v, want one that contains %q", err, want)
		}
	}
}
