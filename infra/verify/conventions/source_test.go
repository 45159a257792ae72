package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the path of the repository from this directory.
const root = "../../.."

// source is one Go file of the repository.
type source struct {
	path string // from the root, with slashes
	file *ast.File
	set  *token.FileSet
}

func (s source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) in(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(s.path, dir+"/") })
}

// sources returns all Go files of the repository.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".") && path != root) {
			return filepath.SkipDir
		}

		if !strings.HasSuffix(path, ".go") {
			return nil
		}

		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}

		s := source{path: filepath.ToSlash(relative), set: token.NewFileSet()}
		s.file, err = parser.ParseFile(s.set, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		all = append(all, s)
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("found %d Go files (error %v), want at least 100", len(all), err)
	}

	return all
}

// mentions returns the uses of names of another package, such as time.Now, each with the function that contains it.
func (s source) mentions(of string, names ...string) []string {
	var found []string
	for _, declaration := range s.file.Decls {
		where := "a variable"
		if function, ok := declaration.(*ast.FuncDecl); ok {
			where = function.Name.Name
		}

		ast.Inspect(declaration, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}

			if x, ok := selector.X.(*ast.Ident); ok && x.Name == of && slices.Contains(names, selector.Sel.Name) {
				found = append(found, where+" "+of+"."+selector.Sel.Name)
			}

			return true
		})
	}

	return found
}

// TestErrorsNameTheOperation rejects the format "%w", which adds nothing to the error that it wraps.
func TestErrorsNameTheOperation(t *testing.T) {
	bare := regexp.MustCompile(`^(%w)+$`)
	for _, s := range sources(t) {
		if s.in("infra/verify/conventions") {
			continue
		}

		ast.Inspect(s.file, func(n ast.Node) bool {
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}

			if text, err := strconv.Unquote(literal.Value); err == nil && bare.MatchString(text) {
				t.Errorf("%s:%d: the format %q wraps an error without context: name the operation that failed",
					s.path, s.line(n), text)
			}

			return true
		})
	}
}

// TestNamesOfPlaces rejects names that fit any content.
func TestNamesOfPlaces(t *testing.T) {
	vague := regexp.MustCompile(`(^|[/_-])(util|utils|utility|helper|helpers|common|misc)([/_.-]|$)`)
	for _, s := range sources(t) {
		if vague.MatchString(s.path) || vague.MatchString(s.file.Name.Name) {
			t.Errorf("%s (package %s): choose a name that describes the content", s.path, s.file.Name.Name)
		}
	}
}

// TestPackageComments requires a package comment everywhere, and "Command name" in that of a function.
func TestPackageComments(t *testing.T) {
	comments := map[string]string{}
	for _, s := range sources(t) {
		if s.isTest() || strings.Contains(s.path, "/testdata/") {
			continue
		}

		comments[filepath.ToSlash(filepath.Dir(s.path))] += s.file.Doc.Text()
	}

	for dir, comment := range comments {
		if comment == "" {
			t.Errorf("%s has no package comment", dir)
		}

		if name, ok := strings.CutPrefix(dir, "functions/"); ok && !strings.Contains(comment, "Command "+name+" ") {
			t.Errorf("%s has the package comment %q, want one that contains %q", dir, comment, "Command "+name)
		}
	}
}
