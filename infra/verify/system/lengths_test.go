package system_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
)

// plain is the pattern of names and descriptions. A text of letters fits it at any length.
const plain = `^[^\x00-\x1f\x7f-\x9f]*$`

// text is a string of a request body: the body with the string, and what the description says about it.
type text struct {
	field  string // the name of the property at the top of the body
	schema *openapi3.Schema
	with   func(string) any
}

// texts returns all strings of a body. They take the place of what the body has there, if anything.
func texts(field string, schema *openapi3.Schema, body any, with func(any) any) []text {
	var found []text
	for _, part := range schema.AllOf {
		found = append(found, texts(field, part.Value, body, with)...)
	}

	switch {
	case schema.Type.Is("string"):
		found = append(found, text{field, schema, func(s string) any { return with(s) }})
	case schema.Type.Is("array"):
		list, _ := body.([]any)
		var first any
		if len(list) > 0 {
			first = list[0]
		}

		found = append(found, texts(field, schema.Items.Value, first, func(item any) any { return with([]any{item}) })...)
	case schema.Type.Is("object"):
		members, _ := body.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
			top := field
			if top == "" {
				top = name
			}

			found = append(found, texts(top, schema.Properties[name].Value, members[name], func(value any) any {
				changed := map[string]any{}
				maps.Copy(changed, members)
				changed[name] = value
				return with(changed)
			})...)
		}
	}

	return found
}

// hasText reports whether an object of the schema can have a text, or a list of them.
func hasText(schema *openapi3.Schema) bool {
	for _, property := range schema.Properties {
		if property.Value.Type.Is("string") || property.Value.Type.Is("array") {
			return true
		}
	}

	return false
}

// tooLong returns the shortest text that is longer than the description allows. A text without maxLength must be limited by
// what it can be.
func tooLong(t *testing.T, name string, schema *openapi3.Schema) string {
	t.Helper()
	if schema.MaxLength != nil {
		return strings.Repeat("a", int(*schema.MaxLength)+1)
	}

	if len(schema.Enum) == 0 && schema.Format != "date-time" && (schema.Pattern == "" || strings.ContainsAny(schema.Pattern, "*+")) {
		t.Errorf("%s has no maxLength", name)
	}

	return strings.Repeat("a", 1000)
}

// TestEveryTextOfARequestIsAtMostAsLongAsDescribed sends one character more than the description allows, in each string of
// each body and each parameter of the query. A text of letters of the described length must be accepted.
func TestEveryTextOfARequestIsAtMostAsLongAsDescribed(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
	f := newFixture(t, running, 1)
	rows := requests()

	operations := loadSpec(t).Operations
	for _, route := range slices.Sorted(maps.Keys(operations)) {
		operation := operations[route]
		if !operation.ServesFiles() {
			checkQuery(t, f, operation)
		}

		if operation.RequestBody == nil {
			continue
		}

		if form := operation.RequestBody.Value.Content.Get("application/x-www-form-urlencoded"); form != nil {
			checkForm(t, f, operation, form.Schema.Value)
			continue
		}

		row := rows[operation.OperationID]
		var body any
		if err := json.Unmarshal([]byte(f.values.Replace(row.body)), &body); err != nil {
			t.Fatalf("%s: the body of its row in mutations: %v", route, err)
		}

		schema := operation.RequestBody.Value.Content["application/json"].Schema.Value
		found := texts("", schema, body, func(whole any) any { return whole })
		if len(found) == 0 && hasText(schema) {
			t.Errorf("%s: the body has no string, want some", route)
		}

		for _, s := range found {
			checkText(t, f, row, s)
		}
	}
}

// consoleError is the body of a report of an error in the console.
const consoleError = `{"id":"3f9k2m7q8x1z","name":"RangeError","message":"Invalid time value","frames":["audit-BkT3xQ2a.js:1:20417"],` +
	`"release":"index-C4dW9fPe","view":"audit","browser":"Firefox 140"}`

// requests returns a well-formed request of each operation that takes a JSON body, by its function.
func requests() map[string]mutation {
	rows := map[string]mutation{
		"session-create":       {"session-create", "POST", "/sessions", `{"idToken":"aaaa.aaaaaa.aaaaaa","nonce":"aaaaaaaa"}`},
		"token-report":         {"token-report", "POST", "/tokens/report", `{"token":"aaaa"}`},
		"console-error-report": {"console-error-report", "POST", "/console/errors", consoleError},
	}
	for _, m := range mutations {
		rows[m.function] = m
	}

	return rows
}

// checkText sends a string that is too long, and if any letters will do, one that is as long as it can be.
func checkText(t *testing.T, f fixture, row mutation, s text) {
	t.Helper()
	name := row.function + " " + s.field
	status, answer := f.callWith(t, row, s.with(tooLong(t, name, s.schema)))
	checkTooLong(t, name, s.schema, s.field, status, answer)

	if s.schema.MaxLength != nil && s.schema.Pattern == plain {
		status, answer := f.callWith(t, row, s.with(strings.Repeat("a", int(*s.schema.MaxLength))))
		if status == http.StatusBadRequest {
			t.Errorf("%s of the described length: the status is %d: %s", name, status, answer)
		}
	}
}

// checkQuery sends each string of the query that is too long.
func checkQuery(t *testing.T, f fixture, operation description.Operation) {
	t.Helper()
	fill := strings.NewReplacer("{user}", "{member}")
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		if p.In != "query" || !p.Schema.Value.Type.Is("string") {
			continue
		}

		name := operation.OperationID + " ?" + p.Name
		query := url.Values{p.Name: {tooLong(t, name, p.Schema.Value)}}
		path := f.values.Replace(fill.Replace(operation.Path)) + "?" + query.Encode()
		status, answer := send(t, f.running, f.session, operation.Method, path, "", "If-Match", "*")
		checkTooLong(t, name, p.Schema.Value, p.Name, status, string(answer))
	}
}

// checkForm sends each field of a form that is too long.
func checkForm(t *testing.T, f fixture, operation description.Operation, schema *openapi3.Schema) {
	t.Helper()
	for field, property := range schema.Properties {
		name := operation.OperationID + " " + field
		form := url.Values{field: {tooLong(t, name, property.Value)}}
		status, answer := send(t, f.running, "", operation.Method, operation.Path, form.Encode(),
			"Content-Type", "application/x-www-form-urlencoded")
		if status != http.StatusBadRequest || !strings.Contains(string(answer), field+": Use at most") {
			t.Errorf("%s, too long: the status is %d, want 400 that names it: %s", name, status, answer)
		}
	}
}

// checkTooLong checks the answer to a text that is too long. A text with a maxLength is refused by its name; any other is
// refused for what it is, such as an ID of nothing.
func checkTooLong(t *testing.T, name string, schema *openapi3.Schema, field string, status int, answer string) {
	t.Helper()
	named := strings.Contains(answer, `"field":"`+field)
	switch {
	case schema.MaxLength != nil && (status != http.StatusBadRequest || !named):
		t.Errorf("%s, too long: the status is %d, want 400 that names it: %s", name, status, answer)
	case status != http.StatusBadRequest && status != http.StatusNotFound:
		t.Errorf("%s, too long: the status is %d, want 400 or 404: %s", name, status, answer)
	}
}

// callWith runs a mutation with another body.
func (f fixture) callWith(t *testing.T, m mutation, body any) (int, string) {
	t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}

	status, answer := send(t, f.running, f.session, m.method, f.values.Replace(m.path), string(encoded), "If-Match", "*")
	return status, string(answer)
}
