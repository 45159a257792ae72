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

// root is the repository, seen from this directory.
const root = "../../.."

// maxLines is the most that a function may have, its first and last line included.
const maxLines = 80

// source is one Go file of the repository.
type source struct {
	path string // from the root, with slashes
	file *ast.File
	set  *token.FileSet
}

func (s source) line(n ast.Node) int { return s.set.Position(n.Pos()).Line }
func (s source) isTest() bool        { return strings.HasSuffix(s.path, "_test.go") }
func (s source) isGenerated() bool   { return ast.IsGenerated(s.file) }
func (s source) in(dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(s.path, dir+"/") })
}

// sources are all Go files of the repository.
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
		t.Fatalf("%d sources, %v", len(all), err)
	}

	return all
}

func (s source) functions() []*ast.FuncDecl {
	var all []*ast.FuncDecl
	for _, declaration := range s.file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok {
			all = append(all, function)
		}
	}

	return all
}

// mentions are the functions, by name, that use a name of another package, such as time.Now.
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

func TestNoFunctionIsLongerThanAScreen(t *testing.T) {
	for _, s := range sources(t) {
		if s.isGenerated() {
			continue
		}

		for _, function := range s.functions() {
			if n := s.set.Position(function.End()).Line - s.line(function) + 1; n > maxLines {
				t.Errorf("%s:%d: %s has %d lines", s.path, s.line(function), function.Name.Name, n)
			}
		}
	}
}

func TestSettingsAloneReadsTheEnvironment(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || !s.in("pkg", "functions") || s.in("pkg/settings", "pkg/table/tabletest") {
			continue
		}

		if found := s.mentions("os", "Getenv", "LookupEnv", "Environ", "ExpandEnv", "Args"); len(found) > 0 {
			t.Errorf("%s: %s", s.path, found)
		}
	}
}

// clocks are all the places in pkg and functions that read a clock: constructors, how long an answer took for the log,
// a pause between attempts, and how much is left before a deadline. Everywhere else the moment is a parameter.
var clocks = map[string][]string{
	"functions/authorizer/main.go":     {"main time.Now"},
	"functions/console/main.go":        {"main time.Now"},
	"functions/lease-sweep/main.go":    {"main time.Now"},
	"functions/session-create/main.go": {"main time.Now"},
	"functions/sign-in-get/main.go":    {"main time.Now"},
	"pkg/endpoint/endpoint.go":         {"Serve time.Now"},
	"pkg/endpoint/render.go":           {"finish time.Since"},
	"pkg/table/write.go":               {"transact time.After"},
	"pkg/table/rename.go":              {"spread time.Until"},
}

func TestTheMomentIsAParameter(t *testing.T) {
	found := map[string][]string{}
	for _, s := range sources(t) {
		if s.isTest() || !s.in("pkg", "functions") {
			continue
		}

		names := s.mentions("time", "Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker")
		if !slices.Equal(names, clocks[s.path]) {
			t.Errorf("%s: %q, allowed %q", s.path, names, clocks[s.path])
		}

		found[s.path] = names
	}

	for path := range clocks {
		if found[path] == nil {
			t.Errorf("%s reads no clock any more: take it out of the list", path)
		}
	}
}

// waits are the few sleeps that there is no signal for.
var waits = map[string]string{
	"infra/emulator/dynoxide/dynoxide_test.go":    "nobody tells when a process that isn't ours ends",
	"infra/local/main_test.go":                    "nobody tells when a process that isn't ours ends",
	"infra/emulator/schedule/schedule_test.go":    "in a bubble's clock, which takes no time",
	"infra/local/testdata/functions/echo/main.go": "a function that is slow on purpose",
}

func TestNothingSleepsToBeInStep(t *testing.T) {
	for _, s := range sources(t) {
		if found := s.mentions("time", "Sleep"); len(found) > 0 && waits[s.path] == "" {
			t.Errorf("%s: %s", s.path, found)
		}
	}
}

func TestNoTestSkips(t *testing.T) {
	for _, s := range sources(t) {
		for _, receiver := range []string{"t", "b", "f", "tb", "testing"} {
			if found := s.mentions(receiver, "Skip", "Skipf", "SkipNow", "Short"); s.isTest() && len(found) > 0 {
				t.Errorf("%s: %s", s.path, found)
			}
		}
	}
}

func TestNoInitNorBareErrorNorPromise(t *testing.T) {
	bare := regexp.MustCompile(`^(%w)+$`)
	promise := regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	for _, s := range sources(t) {
		for _, function := range s.functions() {
			if function.Name.Name == "init" && function.Recv == nil {
				t.Errorf("%s has an init", s.path)
			}
		}

		ast.Inspect(s.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && bare.MatchString(text) && !s.in("infra/verify/conventions") {
					t.Errorf("%s:%d wraps an error without the operation", s.path, s.line(n))
				}
			}

			return true
		})

		for _, group := range s.file.Comments {
			if promise.MatchString(group.Text()) {
				t.Errorf("%s:%d promises something", s.path, s.line(group))
			}
		}
	}
}

func TestNoPlaceIsNamedForWhatFitsNowhere(t *testing.T) {
	nameless := regexp.MustCompile(`(^|[/_-])(util|utils|utility|helper|helpers|common|misc|shared|base|stuff|lib)([/_.-]|$)`)
	for _, s := range sources(t) {
		if nameless.MatchString(s.path) || nameless.MatchString(s.file.Name.Name) {
			t.Errorf("%s (package %s)", s.path, s.file.Name.Name)
		}
	}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || s.isGenerated() || strings.Contains(s.path, "/testdata/") {
			continue
		}

		for _, declaration := range s.file.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && !silent(d) {
					t.Errorf("%s:%d: %s", s.path, s.line(d), d.Name.Name)
				}

			case *ast.GenDecl:
				s.documented(t, d)
			}
		}
	}
}

// silent methods are told by their interface: Error, ServeHTTP and the like on a type that is not exported.
func silent(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}

	receiver := f.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}

	name, ok := receiver.(*ast.Ident)
	return ok && !name.IsExported() || slices.Contains([]string{"Error", "Unwrap"}, f.Name.Name)
}

func (s source) documented(t *testing.T, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil {
				t.Errorf("%s:%d: type %s", s.path, s.line(spec), spec.Name.Name)
			}

		case *ast.ValueSpec:
			for _, name := range spec.Names {
				if name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					t.Errorf("%s:%d: %s", s.path, s.line(spec), name.Name)
				}
			}
		}
	}
}

// TestEveryPackageSaysWhatItIsFor looks for a package comment, which for a function names its command.
func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]string{}
	for _, s := range sources(t) {
		dir := filepath.ToSlash(filepath.Dir(s.path))
		if s.isTest() || strings.Contains(s.path, "/testdata/") {
			continue
		}

		said[dir] += s.file.Doc.Text()
	}

	for dir, text := range said {
		begin := "Package " + filepath.Base(dir) + " "
		if name, ok := strings.CutPrefix(dir, "functions/"); ok {
			begin = "Command " + name + " "
		}

		if text == "" || strings.HasPrefix(dir, "functions/") && !strings.Contains(text, begin) {
			t.Errorf("%s says %q, not %q", dir, text, begin)
		}
	}
}
