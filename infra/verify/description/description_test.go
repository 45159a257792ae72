package description_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
)

const sample = `
openapi: 3.1.0
info: {title: Sample, version: "1"}
security: [{personalAccessToken: []}, {sessionToken: []}]
paths:
  /things:
    get:
      operationId: thing-list
      x-leasehold-permission: ['things:view', 'things:own']
      responses:
        '200':
          description: The things.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
    post:
      operationId: thing-create
      x-leasehold-permission: []
      x-leasehold-decided-by: rule
      x-leasehold-session-only: true
      security: [{sessionToken: []}]
      parameters: [{$ref: '#/components/parameters/IfMatch'}]
      responses:
        '201':
          description: The thing.
          content: {application/json: {schema: {$ref: '#/components/schemas/Created'}}}
        '409':
          description: A conflict.
          x-leasehold-problems: [conflict]
          content: {application/json: {schema: {type: object, properties: {conflict: {type: string}}}}}
  /page:
    get:
      operationId: page
      security: []
      x-leasehold-paths: ['/page/{proxy+}']
      responses: {'204': {description: Nothing.}}
components:
  securitySchemes:
    personalAccessToken: {type: http, scheme: bearer}
    sessionToken: {type: http, scheme: bearer}
  parameters:
    IfMatch: {name: If-Match, in: header, required: true, schema: {type: string}}
  schemas:
    Thing:
      type: object
      properties:
        name: {type: string}
        parent: {$ref: '#/components/schemas/Thing'}
    Created:
      allOf:
        - $ref: '#/components/schemas/Thing'
        - {type: object, properties: {secret: {type: string}}}
`

func load(t *testing.T, text string) (*description.Description, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	return description.Load(file)
}

func TestLoadReadsTheOperations(t *testing.T) {
	d, err := load(t, sample)
	if err != nil {
		t.Fatal(err)
	}

	for route, want := range map[string]struct {
		id          string
		permissions []string
		declared    bool
		public      bool
		ifMatch     bool
		conflicts   bool
		secret      bool
	}{
		"GET /things": {
			id:          "thing-list",
			permissions: []string{"things:view", "things:own"},
			declared:    true,
		},
		"POST /things": {
			id:        "thing-create",
			declared:  true,
			ifMatch:   true,
			conflicts: true,
			secret:    true,
		},
		"GET /page": {
			id:     "page",
			public: true,
		},
	} {
		o, found := d.Operations[route]
		if !found {
			t.Errorf("the description has no operation %s", route)
			continue
		}

		permissions, declared := o.Permissions()
		if o.OperationID != want.id || !slices.Equal(permissions, want.permissions) || declared != want.declared {
			t.Errorf("%s is %q and requires one of %q (declared: %v), want %+v",
				route, o.OperationID, permissions, declared, want)
		}

		if o.Public() != want.public || o.TakesHeader("if-match") != want.ifMatch ||
			o.RequiresHeader("if-match") != want.ifMatch || o.Answers(409) != want.conflicts {
			t.Errorf("%s is public: %v, takes If-Match: %v, answers 409: %v, want %+v",
				route, o.Public(), o.TakesHeader("if-match"), o.Answers(409), want)
		}

		if o.Returns("secret") != want.secret {
			t.Errorf("%s returns a secret: %v, want %v", route, o.Returns("secret"), want.secret)
		}
	}

	// A property of an error response does not count.
	if d.Operations["POST /things"].Returns("conflict") {
		t.Error("POST /things returns the property conflict, which only its 409 has")
	}
}

func TestRoutesIncludeTheGreedyPathsAndAHeadForEachGet(t *testing.T) {
	d, err := load(t, sample)
	if err != nil {
		t.Fatal(err)
	}

	routes := d.Routes()
	want := map[string]string{
		"GET /things":         "thing-list",
		"HEAD /things":        "thing-list",
		"POST /things":        "thing-create",
		"GET /page":           "page",
		"HEAD /page":          "page",
		"GET /page/{proxy+}":  "page",
		"HEAD /page/{proxy+}": "page",
	}
	if !maps.Equal(routes, want) {
		t.Errorf("the routes are\n%v\nwant\n%v", routes, want)
	}
}

func TestAnOperationDeclaresItsDeciderAndWhetherItRequiresASession(t *testing.T) {
	d, err := load(t, sample)
	if err != nil {
		t.Fatal(err)
	}

	create, list := d.Operations["POST /things"], d.Operations["GET /things"]
	if only, declared := create.SessionOnly(); !only || !declared || create.DecidedBy() != description.ByRule {
		t.Errorf("POST /things is session only: %v (declared: %v) and decided by %q, want true, true and %q",
			only, declared, create.DecidedBy(), description.ByRule)
	}

	if only, declared := list.SessionOnly(); only || declared || list.DecidedBy() != "" {
		t.Errorf("GET /things is session only: %v (declared: %v) and decided by %q, want false, false and nothing",
			only, declared, list.DecidedBy())
	}
}

func TestLoadRejectsExtensionsOfAnotherForm(t *testing.T) {
	for right, wrong := range map[string]string{
		"x-leasehold-decided-by: rule":   "x-leasehold-decided-by: whim",
		"x-leasehold-session-only: true": "x-leasehold-session-only: 'true'",
	} {
		name, _, _ := strings.Cut(wrong, ":")
		text := strings.Replace(sample, right, wrong, 1)
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with %s, Load returned the error %v, want one that names the extension", wrong, err)
		}
	}
}

func TestLoadRejectsAnExtensionThatIsNotAList(t *testing.T) {
	for _, wrong := range []string{"things:view", "[1]"} {
		text := strings.Replace(sample, "x-leasehold-permission: []", "x-leasehold-permission: "+wrong, 1)
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), "x-leasehold-permission") {
			t.Errorf("with x-leasehold-permission: %s, Load returned the error %v, want one that names the extension",
				wrong, err)
		}
	}
}

// TestTheAPIsDescriptionIsReadable checks that the real description has the extensions and headers that other tests read.
func TestTheAPIsDescriptionIsReadable(t *testing.T) {
	d, err := description.Load(filepath.Join("../../..", description.File))
	if err != nil {
		t.Fatal(err)
	}

	create := d.Operations["POST /me/tokens"]
	if permissions, _ := create.Permissions(); !slices.Contains(permissions, "tokens:own") {
		t.Errorf("POST /me/tokens requires one of %q, want tokens:own among them", permissions)
	}

	if !create.TakesHeader("Idempotency-Key") || create.RequiresHeader("Idempotency-Key") || !create.Answers(201) || !create.Returns("secret") || create.Public() {
		t.Errorf("POST /me/tokens takes an Idempotency-Key: %v, answers 201: %v, returns a secret: %v, is public: %v; "+
			"want true, true, true and false",
			create.TakesHeader("Idempotency-Key"), create.Answers(201), create.Returns("secret"), create.Public())
	}
}
