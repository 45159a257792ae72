package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/api/events"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// Each script runs with a pipe that is down for an outage at first, and a receiver that is down for as long, and refuses
// every sixth request later.
const (
	outage     = 150 * time.Millisecond
	refuseEach = 6
)

// drainTimeout bounds the wait for the events of a script.
const drainTimeout = time.Minute

// receiver takes the events of one script.
type receiver struct {
	server *httptest.Server
	since  time.Time

	mutex    sync.Mutex
	requests int
	lost     bool
	events   []pipe.Event
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{since: time.Now()}
	r.server = httptest.NewServer(r)
	t.Cleanup(r.server.Close)

	return r
}

// URL returns the address to post events to.
func (r *receiver) URL() string { return r.server.URL }

// ServeHTTP takes an event, or fails. It takes the first event and loses the reply, so that this event comes twice.
func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	r.mutex.Lock()
	defer r.mutex.Unlock()

	r.requests++

	if err != nil || time.Since(r.since) < outage || r.requests%refuseEach == 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}

	var event pipe.Event
	if json.Unmarshal(body, &event) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}

	r.events = append(r.events, event)

	if !r.lost {
		r.lost = true
		panic(http.ErrAbortHandler)
	}
}

// check compares the events that arrived with the audit log: every entry of the log has exactly one event, which the
// schema of its action accepts, and there is no other event, unless the script can have removed entries.
func (r *receiver) check(t *testing.T, name string, s *script) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()

	if err := s.running.DrainEvents(ctx); err != nil {
		t.Errorf("%s: the events of the script do not arrive: %v", name, err)
		return
	}

	stored, err := auditLog(ctx, s.running)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}

	problems, more := compareEvents(stored, r.events)
	for _, problem := range problems {
		t.Errorf("%s: %v", name, problem)
	}

	if more > 0 && !s.purges {
		t.Errorf("%s: %d events are of no entry of the audit log", name, more)
	}
}

// auditLog returns the items of the audit log by what ageing leaves of their IDs.
func auditLog(ctx context.Context, running *runner.Runner) (map[string]auditItem, error) {
	pages := sdk.NewScanPaginator(running.Client(), &sdk.ScanInput{
		TableName:                 aws.String(running.TableName()),
		ConsistentRead:            aws.Bool(true),
		FilterExpression:          aws.String("item_type = :event"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":event": &types.AttributeValueMemberS{Value: "event"}},
	})

	stored := map[string]auditItem{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("read the audit log: %w", err)
		}

		for _, item := range page.Items {
			var read auditItem
			if err := attributevalue.UnmarshalMap(item, &read); err != nil {
				return nil, fmt.Errorf("read an item of the audit log: %w", err)
			}

			stored[drawn(read.ID)] = read
		}
	}

	return stored, nil
}

// auditItem is what an event shows, or must not show, of an entry of the audit log.
type auditItem struct {
	ID         string            `dynamodbav:"SK"`
	Scope      string            `dynamodbav:"scope_id"`
	Action     string            `dynamodbav:"event_action"`
	TargetName string            `dynamodbav:"target_name"`
	Before     map[string]string `dynamodbav:"state_before"`
	After      map[string]string `dynamodbav:"state_after"`
	IP         string            `dynamodbav:"source_ip"`
	UserAgent  string            `dynamodbav:"user_agent"`
}

// drawn returns the random part of a ULID. The command age changes the rest.
func drawn(id string) string { return id[len(id)-16:] }

// compareEvents returns what is wrong with the events of an audit log, and how many are of no entry.
func compareEvents(stored map[string]auditItem, received []pipe.Event) (problems []error, more int) {
	published := map[string]pipe.Event{}
	for _, event := range received {
		detail, err := readDetail(event)
		if err != nil {
			problems = append(problems, err)
			continue
		}

		id := drawn(detail.ID)
		if first, twice := published[id]; twice {
			if first.ID != event.ID {
				problems = append(problems, fmt.Errorf("the audit entry %s has two events", detail.ID))
			}

			continue
		}

		published[id] = event

		entry, ok := stored[id]
		if !ok {
			more++
			continue
		}

		problems = append(problems, compareEvent(entry, detail, event)...)
	}

	for _, id := range slices.Sorted(maps.Keys(stored)) {
		if _, ok := published[id]; !ok {
			problems = append(problems, fmt.Errorf("the audit entry %s, %s, has no event", stored[id].ID, stored[id].Action))
		}
	}

	return problems, more
}

// readDetail returns the detail of an event that its schema accepts.
func readDetail(event pipe.Event) (events.Event, error) {
	schemas, err := closedSchemas()
	if err != nil {
		return events.Event{}, err
	}

	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(event.Detail))
	if err != nil {
		return events.Event{}, fmt.Errorf("an event is not JSON: %w", err)
	}

	described := schemas[event.DetailType]
	if described == nil {
		return events.Event{}, fmt.Errorf("the event %s has the type %q, which has no schema", event.Detail, event.DetailType)
	}

	if err := described.Validate(value); err != nil {
		return events.Event{}, fmt.Errorf("the event %s does not fit its schema: %w", event.Detail, err)
	}

	var detail events.Event
	if err := json.Unmarshal(event.Detail, &detail); err != nil {
		return events.Event{}, fmt.Errorf("an event can't be read: %w", err)
	}

	if at := detail.Time.Format(time.RFC3339); event.Source != "leasehold" || event.DetailType != detail.Action || event.Time != at {
		return events.Event{}, fmt.Errorf("the event %+v does not have the source, the type and the time of its detail", event)
	}

	return detail, nil
}

// compareEvent returns what is wrong with the event of an entry.
func compareEvent(entry auditItem, detail events.Event, event pipe.Event) []error {
	var problems []error
	if detail.Action != entry.Action || detail.OrganizationID+detail.UserID != entry.Scope {
		problems = append(problems, fmt.Errorf("the event %s is not of the audit entry %+v", event.Detail, entry))
	}

	names := slices.Concat(slices.Collect(maps.Keys(entry.Before)), slices.Collect(maps.Keys(entry.After)))
	for _, name := range names {
		if !events.Known(identity.Action(entry.Action), name) {
			problems = append(problems, fmt.Errorf("pkg/api/events does not know the field %s of %s", name, entry.Action))
		}

		if !slices.Contains(detail.Changed, name) {
			problems = append(problems, fmt.Errorf("the event %s does not say that %s changed", event.Detail, name))
		}
	}

	for what, text := range private(entry) {
		if strings.Contains(string(event.Detail), quoted(text)) {
			problems = append(problems, fmt.Errorf("the event %s shows %s", event.Detail, what))
		}
	}

	return problems
}

// private returns what an event must not show of an entry, by what it is.
func private(entry auditItem) map[string]string {
	texts := map[string]string{"the address of the caller": entry.IP, "the client": entry.UserAgent}
	if !strings.HasPrefix(entry.Action, "token.") { // the name of a token is its prefix
		texts["the name of the target"] = entry.TargetName
	}

	for _, state := range []map[string]string{entry.Before, entry.After} {
		for _, name := range []string{
			"name", "description", "email", "contactEmail", "issuer", "phone", "firstName", "lastName", "displayName",
			"networks", "tokenPolicy.networks",
		} {
			texts["the value of "+name] = state[name]
		}
	}

	maps.DeleteFunc(texts, func(_, text string) bool { return text == "" })

	return texts
}

// quoted returns a text as a JSON value.
func quoted(text string) string {
	encoded, _ := json.Marshal(text)
	return string(encoded)
}

// closedSchemas returns the published schemas by action, without the permission for further properties.
var closedSchemas = sync.OnceValues(func() (map[string]*jsonschema.Schema, error) {
	files, err := filepath.Glob("../../../pkg/api/events/schemas/*.json")
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("there are no schemas (error %w)", err)
	}

	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()

	schemas := map[string]*jsonschema.Schema{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read a schema: %w", err)
		}

		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		closeObjects(document)

		if err := compiler.AddResource(file, document); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}

		action := strings.TrimSuffix(filepath.Base(file), ".json")
		if schemas[action], err = compiler.Compile(file); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}

	if len(schemas) != len(files) {
		return nil, errors.New("two schemas are of the same action")
	}

	return schemas, nil
})

// closeObjects forbids further properties of every object in a schema.
func closeObjects(value any) {
	described, isObject := value.(map[string]any)
	if !isObject {
		return
	}

	if described["type"] == "object" {
		described["additionalProperties"] = false
	}

	for _, nested := range described {
		closeObjects(nested)
	}
}
