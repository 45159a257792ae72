package description_test

import (
	"path/filepath"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
)

func loadReal(t *testing.T) *description.Description {
	t.Helper()
	d, err := description.Load(filepath.Join("../../..", description.File))
	if err != nil {
		t.Fatal(err)
	}

	return d
}

// eachExample calls check with each example of a JSON response of the real description.
func eachExample(t *testing.T, d *description.Description, check func(name string, schema *openapi3.Schema, value map[string]any)) {
	t.Helper()
	tried := 0
	for route, operation := range d.Operations {
		for status, response := range operation.Responses.Map() {
			for kind, media := range response.Value.Content {
				for name, example := range media.Examples {
					value, isObject := example.Value.Value.(map[string]any)
					if !isObject {
						t.Fatalf("%s %s: the example %s of %s is not an object", route, status, name, kind)
					}

					check(route+" "+status+" "+name, media.Schema.Value, value)
					tried++
				}
			}
		}
	}

	if tried < 300 {
		t.Errorf("only %d examples were tried", tried)
	}
}

// TestPublishedResponsesAreOpen adds a field to the example of every response. A client that is generated from the
// description must accept what a later version adds.
func TestPublishedResponsesAreOpen(t *testing.T) {
	eachExample(t, loadReal(t), func(name string, schema *openapi3.Schema, value map[string]any) {
		changeEach(name, value, func(name string) {
			if err := schema.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
				t.Errorf("%s: the schema rejects a field that it does not list: %v", name, err)
			}
		})
	})
}

// TestClosedResponsesRejectMore adds a field to the example of every response, and expects that the closed description
// rejects it. Otherwise the tests that validate responses would not notice a field that must not be there.
func TestClosedResponsesRejectMore(t *testing.T) {
	d := loadReal(t)
	d.CloseResponses()
	eachExample(t, d, func(name string, schema *openapi3.Schema, value map[string]any) {
		if err := schema.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
			t.Errorf("%s: the example does not match: %v", name, err)
		}

		changeEach(name, value, func(name string) {
			if schema.VisitJSON(value, openapi3.EnableJSONSchema2020()) == nil {
				t.Errorf("%s: the closed schema accepts a field that it does not list", name)
			}
		})
	})
}

// changeEach adds a field to each object within a value in turn, calls check, and removes the field.
func changeEach(name string, value any, check func(name string)) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			changeEach(name, item, check)
		}

	case map[string]any:
		for key, member := range value {
			if key != "before" && key != "after" { // the fields that changed, which the schema leaves open
				changeEach(name+" "+key, member, check)
			}
		}

		value["unexpected"] = map[string]any{}
		check(name)
		delete(value, "unexpected")
	}
}

// TestClosedResponsesRejectOtherTimes changes the form of a time, which the published description leaves to date-time.
func TestClosedResponsesRejectOtherTimes(t *testing.T) {
	d := loadReal(t)
	d.CloseResponses()
	response := d.Operations["GET /me/sessions"].Responses.Status(200).Value.Content["application/json"]
	example := response.Examples["sessionList"].Value.Value.(map[string]any)
	first := example["items"].([]any)[0].(map[string]any)

	for _, wrong := range []string{"2026-11-23T09:00:00+00:00", "2026-11-23T09:00:00.5Z", "2026-11-23"} {
		first["createdAt"] = wrong
		if response.Schema.Value.VisitJSON(example, openapi3.EnableJSONSchema2020()) == nil {
			t.Errorf("the closed description accepts the time %s", wrong)
		}
	}
}

// TestRequestsStayAsTheyAre compares a schema that only requests use before and after closing.
func TestRequestsStayAsTheyAre(t *testing.T) {
	d := loadReal(t)
	before := d.Operations["POST /me/tokens"].RequestBody.Value.Content["application/json"].Schema
	d.CloseResponses()
	if after := d.Operations["POST /me/tokens"].RequestBody.Value.Content["application/json"].Schema; after != before {
		t.Error("closing the responses changed the schema of a request")
	}
}
