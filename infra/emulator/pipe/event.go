package pipe

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// Event is an event as a bus passes it to its targets.
type Event struct {
	Version string `json:"version"`
	// ID is given by the bus. An event that is sent twice has two IDs.
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Account    string          `json:"account"`
	Time       string          `json:"time"`
	Region     string          `json:"region"`
	Resources  []string        `json:"resources"`
	Detail     json.RawMessage `json:"detail"`
}

// newEvent returns the event with a detail, which the pipe sends at now.
func newEvent(p template.Pipe, detail json.RawMessage, now time.Time) (Event, error) {
	var fields any
	if err := json.Unmarshal(detail, &fields); err != nil {
		return Event{}, fmt.Errorf("the detail of an event is not JSON: %w", err)
	}

	if _, isObject := fields.(map[string]any); !isObject {
		return Event{}, errors.New("the detail of an event is not a JSON object")
	}

	event := Event{
		Version:   "0",
		ID:        strings.ToLower(rand.Text()),
		Account:   lambda.AccountID,
		Region:    lambda.Region,
		Resources: []string{},
		Detail:    detail,
	}

	for _, each := range []struct {
		into       *string
		value      string
		substitute string
	}{
		{&event.DetailType, p.DetailType, "Event from " + p.LogicalID},
		{&event.Source, p.Source, "Pipe " + p.LogicalID},
		{&event.Time, p.Time, now.UTC().Format(time.RFC3339)},
	} {
		var err error
		if *each.into, err = evaluate(each.value, fields, each.substitute); err != nil {
			return Event{}, err
		}
	}

	at, err := time.Parse(time.RFC3339, event.Time)
	if err != nil {
		return Event{}, fmt.Errorf("the time of an event is not RFC 3339: %w", err)
	}

	event.Time = at.UTC().Format("2006-01-02T15:04:05Z")

	return event, nil
}

// evaluate returns a text, or the text at a path such as $.detail.action in an object. It returns the substitute for "".
func evaluate(value string, fields any, substitute string) (string, error) {
	path, isPath := strings.CutPrefix(value, "$.")
	if value == "" {
		return substitute, nil
	}

	if !isPath {
		return value, nil
	}

	at := fields
	for name := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[name]
	}

	text, isText := at.(string)
	if !isText {
		return "", fmt.Errorf("an event has no text at %s", value)
	}

	return text, nil
}
