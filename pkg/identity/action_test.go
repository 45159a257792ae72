package identity_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// TestEveryActionIsListedOnce compares the constants of action.go with the two lists.
func TestEveryActionIsListedOnce(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}

	var declared []identity.Action
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Type == nil || len(spec.Values) != 1 {
			return true
		}

		if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
			text, _ := strconv.Unquote(literal.Value)
			declared = append(declared, identity.Action(text))
		}

		return true
	})

	listed := slices.Concat(identity.OrganizationActions, identity.PersonalActions)
	slices.Sort(declared)
	slices.Sort(listed)

	if len(declared) == 0 || !slices.Equal(declared, listed) {
		t.Errorf("action.go declares\n%q\nand lists\n%q", declared, listed)
	}
}

func TestTheSweepRecordsOnlyTokensThatEndedByThemselves(t *testing.T) {
	want := map[identity.Ending]identity.Action{
		identity.Lapsed:  identity.ActionTokenLapsed,
		identity.Expired: identity.ActionTokenExpired,
	}

	for _, ending := range []identity.Ending{"", identity.Lapsed, identity.Expired, identity.Deleted, identity.Revoked, identity.Reported, "rotated"} {
		action, ok := identity.RetiredBy(ending)
		if expected, retired := want[ending]; action != expected || ok != retired {
			t.Errorf("RetiredBy(%q) = %q, %v; want %q, %v", ending, action, ok, expected, retired)
		}
	}
}

func TestOnlyActionsOfAnOrganizationCanBeFilteredBy(t *testing.T) {
	for _, action := range identity.OrganizationActions {
		var got identity.Action
		if err := got.UnmarshalText([]byte(action)); err != nil || got != action {
			t.Errorf("%q is read as %q, %v", action, got, err)
		}
	}

	for _, text := range []string{"", "assignment.deny", "session.create", "Token.Create", "token.create "} {
		var got identity.Action
		if err := got.UnmarshalText([]byte(text)); !isProblem(err, identity.InvalidRequest) || got != "" {
			t.Errorf("%q is read as %q, %v; want InvalidRequest", text, got, err)
		}
	}
}
