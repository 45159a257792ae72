package conventions

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// apiDocument returns the document of the API description.
func apiDocument(t *testing.T) *openapi3.T {
	t.Helper()
	described, err := description.Load(filepath.Join(root, description.File))
	if err != nil {
		t.Fatal(err)
	}

	return described.Document
}

// TestSecurityNamesTheCredentialsThatAnOperationTakes compares the security schemes with the code.
func TestSecurityNamesTheCredentialsThatAnOperationTakes(t *testing.T) {
	eachDescribed(t, func(op operation, d description.Operation) {
		if takes := !op.public && !op.sessionOnly; d.Takes(description.TokenScheme) != takes {
			t.Errorf("%s takes personal access tokens: %v, described %v", op.function, takes, d.Takes(description.TokenScheme))
		}

		if d.Takes(description.SessionScheme) == op.public {
			t.Errorf("%s takes sessions: %v, described %v", op.function, !op.public, d.Takes(description.SessionScheme))
		}
	})
}

// TestEveryDescriptionEndsWithWhatTheOperationRequires compares the last paragraph of each operation's description, which
// renderers show, with the extensions, which they don't.
func TestEveryDescriptionEndsWithWhatTheOperationRequires(t *testing.T) {
	for route, d := range descriptions(t) {
		paragraphs := strings.Split(strings.TrimSpace(d.Description), "\n\n")
		last := strings.Join(strings.Fields(paragraphs[len(paragraphs)-1]), " ")
		want := requirement(d)
		if last != want && (d.DecidedBy() != description.ByRule || !strings.HasPrefix(last, want)) {
			t.Errorf("the description of %s ends with %q, want %q", route, last, want)
		}
	}
}

// requirement returns the sentence that says what an operation requires. If a rule decides, it is the beginning of the
// sentence, and the description has to say what else satisfies the rule.
func requirement(d description.Operation) string {
	permissions, _ := d.Permissions()
	session, _ := d.SessionOnly()
	self := []string{string(identity.OwnProfile)}

	switch {
	case d.Public():
		return "Requires no credentials."
	case d.DecidedBy() == description.ByRule:
		return "Requires " + sequence(quoted(permissions), "or")
	case d.DecidedBy() == description.BySelf && session && (len(permissions) == 0 || slices.Equal(permissions, self)):
		return "Requires a session."
	case d.DecidedBy() == description.BySelf && slices.Equal(permissions, self):
		return "A personal access token requires the scope `" + self[0] + "`."
	case len(permissions) == 0:
		return "Accepts any credential."
	}

	required := sequence(quoted(permissions), "or")
	if session {
		required = "a session and " + required
	}

	return "Requires " + required + ", which " + sequence(holders(permissions), "and") + " have."
}

// holders returns the roles that have one of the permissions, in the plural.
func holders(permissions []string) []string {
	var names []string
	for _, role := range identity.Roles {
		if slices.ContainsFunc(permissions, func(p string) bool { return role.Can(identity.Permission(p)) }) {
			names = append(names, strings.ToUpper(string(role[:1]))+string(role[1:])+"s")
		}
	}

	return names
}

func quoted(texts []string) []string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = "`" + text + "`"
	}

	return quoted
}

// sequence joins texts with commas and a word before the last one.
func sequence(texts []string, word string) string {
	if len(texts) < 3 {
		return strings.Join(texts, " "+word+" ")
	}

	return strings.Join(texts[:len(texts)-1], ", ") + ", " + word + " " + texts[len(texts)-1]
}

// TestComponentNamesDiffer looks for components of two kinds with one name. Generators make a type of each schema, parameter,
// response, header, request body and security scheme.
func TestComponentNamesDiffer(t *testing.T) {
	components := apiDocument(t).Components
	kinds := map[string]string{}
	add := func(name, kind string) {
		key := strings.ToLower(name)
		if other := kinds[key]; other != "" && other != kind {
			t.Errorf("%s is the name of a %s and of a %s", name, other, kind)
		}

		kinds[key] = kind
	}

	for name := range components.Schemas {
		add(name, "schema")
	}

	for name := range components.Parameters {
		add(name, "parameter")
	}

	for name := range components.Responses {
		add(name, "response")
	}

	for name := range components.Headers {
		add(name, "header")
	}

	for name := range components.SecuritySchemes {
		add(name, "security scheme")
	}

	if len(kinds) < 100 {
		t.Errorf("only %d components were compared", len(kinds))
	}
}

// TestEnumValuesHaveNamesOfTheirOwn looks for values of two enums with one name. Some generators put the names of all enums
// into one scope. They take x-enum-varnames instead of the value.
func TestEnumValuesHaveNamesOfTheirOwn(t *testing.T) {
	owners := map[string]string{}
	for schema, ref := range apiDocument(t).Components.Schemas {
		names := ref.Value.Enum
		if given, ok := ref.Value.Extensions["x-enum-varnames"].([]any); ok {
			if len(given) != len(names) {
				t.Errorf("%s has %d values and %d names", schema, len(names), len(given))
			}

			names = given
		}

		for _, name := range names {
			key := regexp.MustCompile(`[^a-z0-9]`).ReplaceAllString(strings.ToLower(name.(string)), "")
			if other := owners[key]; other != "" {
				t.Errorf("%s is a value of %s and of %s: give one of them x-enum-varnames", name, schema, other)
			}

			owners[key] = schema
		}
	}

	if len(owners) < 50 {
		t.Errorf("only %d values were compared", len(owners))
	}
}

// TestErrorResponsesReferToNamedSchemas holds that no generator has to invent the name of a problem's type, and that the
// kinds of problem of each response are listed, have one status each, and are those of package identity.
func TestErrorResponsesReferToNamedSchemas(t *testing.T) {
	statuses := map[string]string{}
	for route, d := range descriptions(t) {
		for status, response := range d.Responses.Map() {
			media := response.Value.Content.Get("application/problem+json")
			if media == nil {
				continue
			}

			if !strings.HasPrefix(media.Schema.Ref, "#/components/schemas/") {
				t.Errorf("%s %s: the problem's schema has no name", route, status)
			}

			kinds := description.Problems(response.Value)
			if len(kinds) == 0 {
				t.Errorf("%s %s lists no kinds of problem", route, status)
			}

			for _, kind := range kinds {
				if statuses[kind] != "" && statuses[kind] != status {
					t.Errorf("%s: %s is a problem of status %s, and elsewhere of %s", route, kind, status, statuses[kind])
				}

				statuses[kind] = status
			}

			checkProblemExamples(t, route+" "+status, kinds, media.Examples)
		}
	}

	listed := apiDocument(t).Components.Schemas["Problem"].Value.Properties["type"].Value.Description
	names := regexp.MustCompile(`Problem += "([a-z-]+)"`).FindAllStringSubmatch(document(t, "pkg/identity/error.go"), -1)
	for _, match := range names {
		if status := statuses[match[1]]; strings.Count(listed, "- `#problem-"+match[1]+"` ("+status+"):") != 1 {
			t.Errorf("the schema Problem does not list %s once, with its status %q", match[1], status)
		}
	}

	if count := strings.Count(listed, "- `#problem-"); count != len(names) || len(statuses) != len(names) {
		t.Errorf("the schema Problem lists %d kinds and the responses %d, want %d", count, len(statuses), len(names))
	}
}

// checkProblemExamples checks that each example is a problem that can occur, with the title that it has then.
func checkProblemExamples(t *testing.T, name string, kinds []string, examples openapi3.Examples) {
	t.Helper()
	for _, example := range examples {
		problem := example.Value.Value.(map[string]any)
		_, kind, _ := strings.Cut(problem["type"].(string), "#problem-")
		if title := identity.Problem(kind).Title(); !slices.Contains(kinds, kind) || problem["title"] != title {
			t.Errorf("%s has the example %s with the title %q, want one of %q and %q", name, kind, problem["title"], kinds, title)
		}
	}
}

// TestResponsesDeclareTheHeadersAboutTheCredential compares where the headers are declared with where the edge sets them:
// on every response of a function, except those that only API Gateway gives. Public operations share some of these responses.
func TestResponsesDeclareTheHeadersAboutTheCredential(t *testing.T) {
	for route, d := range descriptions(t) {
		if d.Public() {
			continue
		}

		for status, response := range d.Responses.Map() {
			for _, name := range []string{"Leasehold-Lease-Expires-At", "Leasehold-Expires-At"} {
				if response.Value.Headers[name] == nil {
					t.Errorf("%s %s does not declare the header %s", route, status, name)
				}
			}
		}
	}
}

// TestRequestBodiesHaveNoDefaults holds that clients may leave out what has a default. Generators for TypeScript require a
// property that has one, because it is always there in a response.
func TestRequestBodiesHaveNoDefaults(t *testing.T) {
	compared := 0
	for route, d := range descriptions(t) {
		if d.RequestBody == nil {
			continue
		}

		for _, media := range d.RequestBody.Value.Content {
			for name, property := range media.Schema.Value.Properties {
				compared++
				if property.Value.Default != nil {
					t.Errorf("%s: %s of the request has a default: say it in the description", route, name)
				}
			}
		}
	}

	if compared < 30 {
		t.Errorf("only %d properties were looked at", compared)
	}
}

// TestAReferenceStandsAlone holds that nothing but a description is next to a reference. Some generators apply an enum there
// to everything that refers to the schema.
func TestAReferenceStandsAlone(t *testing.T) {
	var whole any
	if err := yaml.Unmarshal([]byte(document(t, description.File)), &whole); err != nil {
		t.Fatal(err)
	}

	references := 0
	var walk func(node any, path string)
	walk = func(node any, path string) {
		switch node := node.(type) {
		case map[string]any:
			if _, refers := node["$ref"].(string); refers {
				references++
			}

			for name, value := range node {
				if _, refers := node["$ref"].(string); refers && !slices.Contains([]string{"$ref", "description", "summary"}, name) {
					t.Errorf("%s: %s is next to a reference", path, name)
				}

				walk(value, path+"/"+name)
			}
		case []any:
			for i, value := range node {
				walk(value, fmt.Sprint(path, "/", i))
			}
		}
	}
	walk(whole, "")

	if references < 100 {
		t.Errorf("only %d references were looked at", references)
	}
}
