package conventions

import (
	"go/ast"
	"go/token"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// operation is one composite literal endpoint.Query or endpoint.Mutation of a function, as far as it is written out.
type operation struct {
	function, route string
	status          int
	public          bool
	sessionOnly     bool
	versioned       bool
	conditional     bool
	secret          bool
	mutates         bool
	permission      string // the name of the constant in package identity, such as ManageMembers
}

// withoutRoute are the functions that are no operations: five are not HTTP, and two serve pages.
var withoutRoute = []string{
	"authorizer",
	"authorizer-check",
	"console",
	"description-get",
	"event-publish",
	"lease-sweep",
	"lease-warn",
}

func descriptions(t *testing.T) map[string]description.Operation {
	t.Helper()
	described, err := description.Load(filepath.Join(root, description.File))
	if err != nil {
		t.Fatal(err)
	}

	return described.Operations
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
			literal, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}

			if kind := operationKind(literal.Type); kind != "" {
				op := read(strings.Split(s.path, "/")[1], literal)
				op.mutates = kind == "Mutation"
				all = append(all, op)
			}

			return true
		})
	}

	return all
}

// operationKind returns "Query" or "Mutation" if a literal's type is one of them, else "".
func operationKind(kind ast.Expr) string {
	generic, ok := kind.(*ast.IndexListExpr)
	if !ok {
		return ""
	}

	selector, ok := generic.X.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "Query" && selector.Sel.Name != "Mutation" {
		return ""
	}

	return selector.Sel.Name
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
		case "SessionOnly":
			op.sessionOnly = text == "true"
		case "Versioned":
			op.versioned = text == "true"
		case "Conditional":
			op.conditional = text == "true"
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
		if got := operationID(all, op.route); got != op.function {
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

func operationID(all map[string]description.Operation, route string) string {
	if described, found := all[route]; found {
		return described.OperationID
	}

	return ""
}

// eachDescribed calls check with every operation that the description has. The test above reports the others.
func eachDescribed(t *testing.T, check func(operation, description.Operation)) {
	t.Helper()
	all, n := descriptions(t), 0
	for _, op := range operations(t) {
		if described, found := all[op.route]; found {
			check(op, described)
			n++
		}
	}

	if n < 30 {
		t.Fatalf("only %d operations can be read from functions/", n)
	}
}

func TestEveryOperationAsksForWhatItsDescriptionSays(t *testing.T) {
	eachDescribed(t, func(op operation, d description.Operation) {
		if d.Public() != op.public {
			t.Errorf("%s: public %v, described %v", op.function, op.public, d.Public())
		}

		if d.TakesHeader("If-Match") != (op.versioned || op.conditional) || d.RequiresHeader("If-Match") != op.versioned {
			t.Errorf("%s: versioned %v, conditional %v; described as taking If-Match %v, and as requiring it %v", op.function,
				op.versioned, op.conditional, d.TakesHeader("If-Match"), d.RequiresHeader("If-Match"))
		}

		if takes := op.mutates && !op.public; d.TakesHeader("Idempotency-Key") != takes {
			t.Errorf("%s: takes an Idempotency-Key %v, described %v", op.function, takes, d.TakesHeader("Idempotency-Key"))
		}

		if op.status != 0 && !d.Answers(op.status) || op.status == 0 && !d.Answers(http.StatusOK) && !d.Answers(http.StatusNoContent) {
			t.Errorf("%s answers %d (0: 200 or 204), which is not described", op.function, op.status)
		}
	})
}

// requiresSession matches the sentence that a description has for an operation that is for sessions only.
var requiresSession = regexp.MustCompile(`\b([Oo]nly with|[Rr]equires) a session\b`)

func TestASessionIsRequiredWhereTheDescriptionSaysSo(t *testing.T) {
	eachDescribed(t, func(op operation, d description.Operation) {
		only, declared := d.SessionOnly()
		if !declared || only != op.sessionOnly {
			t.Errorf("%s: session only %v, x-leasehold-session-only %v (declared: %v)", op.function, op.sessionOnly, only, declared)
		}

		text := strings.Join(strings.Fields(d.Description), " ")
		if said := requiresSession.MatchString(text); said != op.sessionOnly {
			t.Errorf("%s: session only %v, but its description says so: %v", op.function, op.sessionOnly, said)
		}

		if op.sessionOnly && !d.Answers(http.StatusForbidden) {
			t.Errorf("%s rejects personal access tokens with 403, which is not described", op.function)
		}
	})
}

func TestWhatDecidesIsWhatTheDescriptionSays(t *testing.T) {
	constants := permissionConstants(t)
	eachDescribed(t, func(op operation, d description.Operation) {
		listed, declared := d.Permissions()
		if !declared {
			t.Errorf("%s: x-leasehold-permission is missing", op.function)
		}

		for _, p := range listed {
			if len(identity.RolesWith(identity.Permission(p))) == 0 {
				t.Errorf("%s lists %q, which is not in the permission matrix", op.function, p)
			}
		}

		if want := op.decidedBy(); d.DecidedBy() != want {
			t.Errorf("%s is decided by %q, described %q", op.function, want, d.DecidedBy())
		}

		if wrong := wrongList(op.decidedBy(), identity.Permission(constants[op.permission]), listed); wrong != "" {
			t.Errorf("%s lists %q: %s", op.function, listed, wrong)
		}
	})
}

// decidedBy returns the value of x-leasehold-decided-by that the code implies.
func (op operation) decidedBy() string {
	switch {
	case op.public:
		return description.ByNobody
	case op.permission == "AnyMember" || op.permission == "AnyMembership":
		return description.ByRule
	case op.permission != "":
		return description.ByPermission
	default:
		return description.BySelf
	}
}

// wrongList returns what is wrong with the permissions that an operation lists, or "".
func wrongList(decidedBy string, asked identity.Permission, listed []string) string {
	switch decidedBy {
	case description.ByNobody:
		if len(listed) > 0 {
			return "a public operation asks for no permission"
		}

	case description.ByPermission:
		if !slices.Contains(listed, string(asked)) {
			return "it asks for " + string(asked)
		}

		// Several permissions are alternatives, and the edge asks for one. So it must be one that nobody lacks who has
		// another, or the description would promise what the edge refuses.
		for _, p := range listed {
			for _, role := range identity.RolesWith(identity.Permission(p)) {
				if !role.Can(asked) {
					return string(role) + " has " + p + " and not " + string(asked) + ", for which it asks"
				}
			}
		}

	case description.ByRule:
		if len(listed) == 0 {
			return "name the permissions that satisfy the rule"
		}

	case description.BySelf:
		for _, rule := range identity.Matrix {
			if slices.Contains(listed, string(rule.Permission)) && !rule.Personal {
				return string(rule.Permission) + " is no permission that people use for themselves"
			}
		}
	}

	return ""
}

// TestEveryDescribedOperationHasAllExtensions covers the console and the description, too, which the tests above do not
// reach, because they serve pages and are no operations in Go.
func TestEveryDescribedOperationHasAllExtensions(t *testing.T) {
	for route, d := range descriptions(t) {
		_, permissions := d.Permissions()
		_, session := d.SessionOnly()
		if !permissions || !session || d.DecidedBy() == "" {
			t.Errorf("%s needs x-leasehold-permission, x-leasehold-session-only and x-leasehold-decided-by", route)
		}

		if d.Public() != (d.DecidedBy() == description.ByNobody) {
			t.Errorf("%s: public %v, but x-leasehold-decided-by is %q", route, d.Public(), d.DecidedBy())
		}
	}
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

// TestAnAnswerWithASecretIsForgottenSoon compares Secret with the described response. A public operation remembers no
// answer, so it needs no mark.
func TestAnAnswerWithASecretIsForgottenSoon(t *testing.T) {
	eachDescribed(t, func(op operation, d description.Operation) {
		if want := !op.public && d.Returns("secret"); op.secret != want {
			t.Errorf("%s: Secret %v, but the described response implies %v", op.function, op.secret, want)
		}
	})
}
