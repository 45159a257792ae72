package conventions

import (
	"go/ast"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// operation is one composite literal endpoint.Query or endpoint.Mutation of a function, as far as it is written out.
type operation struct {
	function, route string
	status          int
	public          bool
	versioned       bool
	secret          bool
	permission      string // the name of the constant in package identity, such as ManageMembers
}

// described is what pkg/api/openapi.yaml says of an operation.
type described struct {
	ID         string                    `yaml:"operationId"`
	Permission []string                  `yaml:"x-leasehold-permission"`
	Security   *[]map[string]any         `yaml:"security"`
	Parameters []map[string]any          `yaml:"parameters"`
	Responses  map[string]map[string]any `yaml:"responses"`
}

// withoutRoute are the functions that are no operations: two are not HTTP, and one serves pages.
var withoutRoute = []string{"authorizer", "console", "lease-sweep"}

func descriptions(t *testing.T) map[string]described {
	t.Helper()
	raw, err := os.ReadFile(root + "/pkg/api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	var api struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(raw, &api); err != nil {
		t.Fatal(err)
	}

	all := map[string]described{}
	for path, item := range api.Paths {
		for method, node := range item {
			if !slices.Contains([]string{"get", "put", "post", "patch", "delete"}, method) {
				continue
			}

			var d described
			if err := node.Decode(&d); err != nil {
				t.Fatal(err)
			}

			all[strings.ToUpper(method)+" "+path] = d
		}
	}

	return all
}

// operations reads the literals in functions/*/main.go.
func operations(t *testing.T) []operation {
	t.Helper()
	var all []operation
	for _, s := range sources(t) {
		if !s.in("functions") || s.isTest() {
			continue
		}

		ast.Inspect(s.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.CompositeLit); ok && isOperation(literal.Type) {
				all = append(all, read(strings.Split(s.path, "/")[1], literal))
			}
			return true
		})
	}

	return all
}

func isOperation(kind ast.Expr) bool {
	generic, ok := kind.(*ast.IndexListExpr)
	if !ok {
		return false
	}

	selector, ok := generic.X.(*ast.SelectorExpr)
	return ok && (selector.Sel.Name == "Query" || selector.Sel.Name == "Mutation")
}

func read(function string, literal *ast.CompositeLit) operation {
	op := operation{function: function}
	for _, element := range literal.Elts {
		field := element.(*ast.KeyValueExpr)
		text := ""
		switch value := field.Value.(type) {
		case *ast.BasicLit:
			text = value.Value
			if value.Kind == token.STRING {
				text, _ = strconv.Unquote(value.Value)
			}

		case *ast.Ident:
			text = value.Name
		case *ast.SelectorExpr:
			text = value.Sel.Name
		}

		switch field.Key.(*ast.Ident).Name {
		case "Route":
			op.route = text
		case "Status":
			op.status, _ = strconv.Atoi(text)
		case "Public":
			op.public = text == "true"
		case "Versioned":
			op.versioned = text == "true"
		case "Secret":
			op.secret = text == "true"
		case "Permission":
			op.permission = text
		}
	}

	return op
}

func TestEveryOperationServesTheRouteThatItsDescriptionNames(t *testing.T) {
	all := descriptions(t)
	served := slices.Clone(withoutRoute)
	for _, op := range operations(t) {
		served = append(served, op.function)
		if got := all[op.route].ID; got != op.function {
			t.Errorf("functions/%s serves %q, which pkg/api/openapi.yaml calls %q", op.function, op.route, got)
		}
	}

	slices.Sort(served)
	entries, err := os.ReadDir(root + "/functions")
	if err != nil {
		t.Fatal(err)
	}

	var written []string
	for _, entry := range entries {
		written = append(written, entry.Name())
	}

	if !slices.Equal(served, written) {
		t.Errorf("functions/ has\n%q\nroutes are served by\n%q", written, served)
	}
}

func TestEveryOperationAsksForWhatItsDescriptionSays(t *testing.T) {
	all, permissions := descriptions(t), permissionConstants(t)
	for _, op := range operations(t) {
		d := all[op.route]
		if public := d.Security != nil && len(*d.Security) == 0; public != op.public {
			t.Errorf("%s: public %v, described %v", op.function, op.public, public)
		}

		if d.takes("IfMatch") != op.versioned {
			t.Errorf("%s: versioned %v, described %v", op.function, op.versioned, d.takes("IfMatch"))
		}

		takes := d.takes("IdempotencyKey")
		if post := strings.HasPrefix(op.route, "POST "); post && !op.public && !takes || takes && strings.HasPrefix(op.route, "GET ") {
			t.Errorf("%s: an Idempotency-Key is described: %v", op.function, takes)
		}

		if _, listed := d.Responses[strconv.Itoa(op.status)]; op.status != 0 && !listed {
			t.Errorf("%s answers %d, which is not described", op.function, op.status)
		}

		if op.permission != "" && op.permission != "AnyMember" && !slices.Contains(d.Permission, permissions[op.permission]) {
			t.Errorf("%s asks for %s, described %q", op.function, permissions[op.permission], d.Permission)
		}
	}
}

func (d described) takes(parameter string) bool {
	return slices.ContainsFunc(d.Parameters, func(p map[string]any) bool {
		reference, _ := p["$ref"].(string)
		return strings.HasPrefix(reference, "#/components/parameters/"+parameter)
	})
}

// permissionConstants are the permissions by the names of their constants.
func permissionConstants(t *testing.T) map[string]string {
	t.Helper()
	named := map[string]string{}
	for _, s := range sources(t) {
		if s.path != "pkg/identity/permission.go" {
			continue
		}

		ast.Inspect(s.file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
					named[spec.Names[0].Name], _ = strconv.Unquote(literal.Value)
				}
			}

			return true
		})
	}

	if named["ManageMembers"] != "members:manage" {
		t.Fatalf("the permissions cannot be read: %v", named)
	}

	return named
}

// TestAnAnswerWithASecretIsForgottenSoon: whatever is described with a token in the answer is marked Secret.
func TestAnAnswerWithASecretIsForgottenSoon(t *testing.T) {
	var secret []string
	for _, op := range operations(t) {
		if op.secret {
			secret = append(secret, op.function)
		}
	}

	if !slices.Equal(secret, []string{"token-create"}) { // session-create is public: it remembers nothing
		t.Errorf("%q", secret)
	}
}
