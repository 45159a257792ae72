package conventions

import (
	"go/ast"
	"slices"
	"testing"
)

// namesRoles lists the operations that name a role because they assign it, with the reason.
var namesRoles = map[string]string{
	"functions/member-invite/main.go":       "an invitation offers User unless the request names a role",
	"functions/organization-create/main.go": "the founder becomes Owner",
}

// TestNoOperationDecidesByARole checks that operations ask an identity.Actor for its permissions. An operation that compares
// roles itself ignores the limits of the credential.
func TestNoOperationDecidesByARole(t *testing.T) {
	named := map[string]bool{}
	for _, s := range sources(t) {
		if s.isTest() || !s.in("functions") {
			continue
		}

		if found := s.mentions("identity", "Owner", "Admin", "Creator", "User", "Deny", "RolesWith"); len(found) > 0 {
			named[s.path] = true
			if namesRoles[s.path] == "" {
				t.Errorf("%s decides by a role: %q. Ask Request.Actor or Request.Acting instead.", s.path, found)
			}
		}

		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}

			method, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.Contains([]string{"Can", "Admits", "Permissions"}, method.Sel.Name) {
				return true
			}

			if role, ok := method.X.(*ast.SelectorExpr); ok && role.Sel.Name == "Role" {
				t.Errorf("%s:%d asks a role what it may do. Ask Request.Actor or Request.Acting instead.", s.path, s.line(n))
			}

			return true
		})
	}

	for path := range namesRoles {
		if !named[path] {
			t.Errorf("%s no longer names a role. Remove it from namesRoles.", path)
		}
	}
}
