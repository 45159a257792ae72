package system_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// controls are texts with control characters: C0, DEL and C1.
var controls = []string{"a\x00b", "a\nb", "a\x1fb", "a\x7fb", "a\u0080b", "a\u009fb"}

// malformed is a request of which one thing is malformed.
type malformed struct {
	name    string
	query   url.Values
	headers []string
	body    string
	field   string // what the refusal must name; "" if it can name nothing
}

// TestEveryMalformedPartOfARequestIsNamed sends to each operation malformed values of each parameter, header and field that
// the description lists, one at a time. Each must be refused with 400 and named.
func TestEveryMalformedPartOfARequestIsNamed(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t), Age: ageing.Age})
	f := newFixture(t, running, 1)
	rows, sent := requests(), 0
	fill := strings.NewReplacer("{user}", "{member}")

	for _, operation := range loadSpec(t).Operations {
		if operation.ServesFiles() {
			continue
		}

		row := rows[operation.OperationID]
		if row.path == "" {
			row = mutation{operation.OperationID, operation.Method, fill.Replace(operation.Path), ""}
		}

		path, whole, _ := strings.Cut(f.values.Replace(row.path), "?")
		body := f.values.Replace(row.body)
		required, err := url.ParseQuery(whole)
		if err != nil {
			t.Fatal(err)
		}

		cases := slices.Concat(
			malformedQueries(operation),
			malformedHeaders(t, operation),
			malformedBodies(t, operation, body),
		)
		sent += len(cases)
		for _, c := range cases {
			query := maps.Clone(required)
			maps.Copy(query, c.query)
			headers := c.headers
			if !slices.Contains(headers, "If-Match") {
				headers = append([]string{"If-Match", "*"}, headers...)
			}

			if takesForm(operation) {
				c.body = "logout_token=aaaa.aaaaaa.aaaaaa"
				headers = append(headers, "Content-Type", "application/x-www-form-urlencoded")
			}

			if c.body == "" {
				c.body = body
			}

			status, answer := send(t, running, f.session, operation.Method, path+"?"+query.Encode(), c.body, headers...)
			checkNamed(t, operation.OperationID+": "+c.name, c.field, status, answer)
		}

		checkTags(t, f, operation, path, body)
	}

	if sent < 1000 {
		t.Errorf("only %d requests were sent", sent)
	}
}

// checkNamed checks that a refusal is a 400 that names a field.
func checkNamed(t *testing.T, name, field string, status int, answer []byte) {
	t.Helper()
	var problem struct {
		Type   string
		Errors []struct{ Field, Detail string }
	}
	if err := json.Unmarshal(answer, &problem); err != nil {
		t.Errorf("%s: %v: %s", name, err, answer)
		return
	}

	if status != http.StatusBadRequest || problem.Type != endpoint.ProblemBase+string(identity.InvalidRequest) {
		t.Errorf("%s: the status is %d, want 400: %s", name, status, answer)
		return
	}

	for _, e := range problem.Errors {
		if e.Field == "" || e.Detail == "" {
			t.Errorf("%s: a field has no name: %s", name, answer)
		}
	}

	if field == "" {
		return
	}

	if len(problem.Errors) == 0 || problem.Errors[0].Field != field && !strings.HasPrefix(problem.Errors[0].Field, field+".") {
		t.Errorf("%s: the refusal does not name %s: %s", name, field, answer)
	}
}

// malformedQueries returns a request for each way in which a query can be malformed.
func malformedQueries(operation description.Operation) []malformed {
	cases := []malformed{
		{name: "an unknown parameter", query: url.Values{"colour": {"red"}}, field: "colour"},
		{name: "a parameter without a name", query: url.Values{"": {"x"}}},
	}
	for _, parameter := range operation.Parameters {
		p := parameter.Value
		if p.In != openapi3.ParameterInQuery {
			continue
		}

		values := append([]string{""}, controls...)
		if unlike := notOf(p.Schema.Value); unlike != nil {
			values = append(values, unlike...)
		}

		for _, value := range values {
			cases = append(cases, malformed{
				name:  "?" + p.Name + "=" + url.QueryEscape(value),
				query: url.Values{p.Name: {value}},
				field: p.Name,
			})
		}

		cases = append(cases, malformed{
			name:  "?" + p.Name + " twice",
			query: url.Values{p.Name: {"a", "a"}},
			field: p.Name,
		})
	}

	return cases
}

// identifier matches the patterns of IDs.
var identifier = regexp.MustCompile(`^\^\(*(usr|org|sol)`)

// notOf returns texts that a schema does not allow.
func notOf(schema *openapi3.Schema) []string {
	switch {
	case schema.Type.Is("array"):
		of := notOf(schema.Items.Value)
		if allowed := schema.Items.Value.Enum; len(allowed) > 0 {
			first := allowed[0].(string)
			of = append(of, first+",", ","+first, first+","+first, first+", "+first)
		}

		return of
	case schema.Type.Is("integer"):
		return []string{"0", "-1", "+5", "05", "1.5", "1e1", "ten", "99999999999999999999"}
	case schema.Type.Is("boolean"):
		return []string{"1", "TRUE", "yes"}
	case schema.Format == "date-time":
		return []string{"yesterday", "2026-11-01", "2026-13-01T00:00:00Z", "2026-11-01T00:00:00", "2026-11-01 00:00:00Z"}
	case len(schema.Enum) > 0:
		return []string{"nothing", strings.ToUpper(schema.Enum[0].(string))}
	case identifier.MatchString(schema.Pattern):
		return []string{"nothing", "usr_", "usr_UPPERCASE"}
	}

	return nil
}

// malformedHeaders returns a request for each way in which a header of the operation can be malformed. The description must
// allow none of them.
func malformedHeaders(t *testing.T, operation description.Operation) []malformed {
	t.Helper()
	values := map[string][]string{
		"If-Match": {"", "4", `"4`, `4"`, "W/4", `"4" "5"`, `*, "4"`, `"4", 5`, "'4'", "\u201c4\u201d"},
		"Idempotency-Key": {
			"",
			"short",
			strings.Repeat("k", 256),
			"a key with a\ttab in it",
			"ein Schl\u00fcssel mit Umlaut",
		},
	}

	var cases []malformed
	for _, header := range slices.Sorted(maps.Keys(values)) {
		if !operation.TakesHeader(header) {
			continue
		}

		for _, value := range values[header] {
			if allows(operation, header, value) {
				t.Errorf("%s: the description allows %s: %q", operation.OperationID, header, value)
			}

			cases = append(cases, malformed{name: header + ": " + value, headers: []string{header, value}, field: header})
		}
	}

	return cases
}

// allows reports whether the description allows a value of a header.
func allows(operation description.Operation, header, value string) bool {
	parameter := operation.Parameters.GetByInAndName(openapi3.ParameterInHeader, header)
	return parameter.Schema.Value.VisitJSON(value) == nil
}

// checkTags sends each form of If-Match that the description allows, with versions that nothing has. None may be refused for
// its form.
func checkTags(t *testing.T, f fixture, operation description.Operation, path, body string) {
	t.Helper()
	if !operation.TakesHeader("If-Match") {
		return
	}

	for _, value := range []string{`"9999"`, `W/"9999"`, `"9998", "9999"`, "\"9998\"\t,\tW/\"9999\"", `""`, `"!#~"`} {
		if !allows(operation, "If-Match", value) {
			t.Errorf("%s: the description does not allow If-Match: %s", operation.OperationID, value)
		}

		status, answer := send(t, f.running, f.session, operation.Method, path, body, "If-Match", value)
		if status == http.StatusBadRequest {
			t.Errorf("%s: the status for If-Match: %s is 400: %s", operation.OperationID, value, answer)
		}
	}
}

// malformedBodies returns a request for each way in which a JSON body, or a field of it, can be malformed. The body is a
// well-formed one.
func malformedBodies(t *testing.T, operation description.Operation, body string) []malformed {
	t.Helper()
	if operation.RequestBody == nil {
		if operation.Method == http.MethodGet {
			return nil
		}

		return []malformed{{name: "a body", body: "{}"}}
	}

	if takesForm(operation) {
		return nil
	}

	media := operation.RequestBody.Value.Content["application/json"]

	var whole map[string]any
	if err := json.Unmarshal([]byte(body), &whole); err != nil {
		t.Fatalf("%s: its body in requests: %v", operation.OperationID, err)
	}

	cases := []malformed{
		{name: "null", body: "null"},
		{name: "a list", body: "[]"},
		{name: "a field without a name", body: with(whole, "", 1)},
		{name: "an unknown field", body: with(whole, "colour", "red"), field: "colour"},
	}
	for _, name := range slices.Sorted(maps.Keys(media.Schema.Value.Properties)) {
		for _, value := range malformedValues(media.Schema.Value.Properties[name].Value) {
			text := with(whole, name, value)
			cases = append(cases, malformed{name: text, body: text, field: name})
		}
	}

	return append(cases, incompleteBodies(media.Schema.Value, whole)...)
}

// incompleteBodies returns a request for each field that the description requires, in the body and in the objects of its
// lists, without that field.
func incompleteBodies(schema *openapi3.Schema, whole map[string]any) []malformed {
	var cases []malformed
	for _, name := range schema.Required {
		cases = append(cases, malformed{name: "no " + name, body: without(whole, name), field: name})
	}

	for _, list := range slices.Sorted(maps.Keys(schema.Properties)) {
		items := schema.Properties[list].Value.Items
		if items == nil {
			continue
		}

		for _, name := range items.Value.Required {
			element := map[string]any{}
			for _, other := range items.Value.Required {
				element[other] = "text"
			}

			delete(element, name)
			text := with(whole, list, []any{element})
			cases = append(cases, malformed{name: text, body: text, field: list + ".0." + name})
		}
	}

	return cases
}

func takesForm(operation description.Operation) bool {
	return operation.RequestBody != nil && operation.RequestBody.Value.Content["application/x-www-form-urlencoded"] != nil
}

// malformedValues returns JSON values that a schema does not allow.
func malformedValues(schema *openapi3.Schema) []any {
	values := []any{nil, 1.5, map[string]any{"colour": "red"}}
	switch {
	case schema.Type.Is("string"):
		values = append(values, true, []any{})
		texts := notOf(schema)
		if schema.Pattern != "" || schema.Format != "" {
			texts = append(texts, controls...)
		}

		for _, text := range texts {
			values = append(values, text)
		}

	case schema.Type.Is("array"):
		values = append(values, "text", []any{nil}, []any{1.5}, []any{[]any{}})
		for name := range schema.Items.Value.Properties {
			values = append(values, []any{map[string]any{name: nil}}, []any{map[string]any{name: map[string]any{}}})
		}

	case schema.Type.Is("integer"), schema.Type.Is("boolean"):
		values = append(values, "1", "true", []any{})
	case schema.Type.Is("object"):
		values = append(values, "text", []any{}, map[string]any{"": 1})
		for name := range schema.Properties {
			values = append(values, map[string]any{name: nil}, map[string]any{name: map[string]any{}})
		}
	}

	return values
}

// with returns an object with one more member, as JSON.
func with(whole map[string]any, name string, value any) string {
	changed := maps.Clone(whole)
	changed[name] = value
	return encoded(changed)
}

// without returns an object without one of its members, as JSON.
func without(whole map[string]any, name string) string {
	changed := maps.Clone(whole)
	delete(changed, name)
	return encoded(changed)
}

func encoded(object map[string]any) string {
	text, err := json.Marshal(object)
	if err != nil {
		panic(err)
	}

	return string(text)
}
