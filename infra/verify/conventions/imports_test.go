package conventions

import (
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/leasehold-dev/leasehold/"
	lambda = "github.com/aws/aws-lambda-go/"
)

// mayImport lists the packages of this module that each package may import. Operations may import every package except
// tabletest, which is for tests; see TestImportsRunOneWay.
var mayImport = map[string][]string{
	"pkg/identity":        {},
	"pkg/metric":          {"pkg/wire"},
	"pkg/wire":            {},
	"pkg/openid":          {"pkg/identity"},
	"pkg/address":         {"pkg/identity"},
	"pkg/api":             {"pkg/identity"},
	"pkg/api/events":      {"pkg/identity"},
	"pkg/secret":          {"pkg/identity"},
	"pkg/mail":            {"pkg/api", "pkg/identity", "pkg/metric"},
	"pkg/table":           {"pkg/identity", "pkg/wire"},
	"pkg/endpoint":        {"pkg/identity"},
	"pkg/settings":        {"pkg/identity", "pkg/table"},
	"pkg/site":            {},
	"pkg/table/tabletest": {"pkg/identity", "pkg/table", "infra/emulator/dynoxide"},
}

// ofClients lists what programs that call the API link, like mayImport. No operation imports these packages.
var ofClients = map[string][]string{
	"pkg/client":           {"pkg/secret"},
	"pkg/client/codegen":   {},
	"pkg/client/leasehold": {"pkg/client"},
}

// list returns the imports of packages, by their path within the module, as go list reports them. Its arguments are those
// of go list.
func list(t *testing.T, arguments ...string) map[string][]string {
	t.Helper()
	return listed(t, `{{.ImportPath}} {{join .Imports " "}}`, arguments...)
}

// listTests returns the imports of the test files of packages and of their _test packages, like list.
func listTests(t *testing.T, arguments ...string) map[string][]string {
	t.Helper()
	return listed(t, `{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}`, arguments...)
}

func listed(t *testing.T, format string, arguments ...string) map[string][]string {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-f", format}, arguments...)...)
	command.Dir = root
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}

	imports := map[string][]string{}
	for line := range strings.Lines(string(output)) {
		words := strings.Fields(line)
		imports[strings.TrimPrefix(words[0], module)] = words[1:]
	}

	return imports
}

// room is a part of the module: a directory, and the rooms that its code and its tests may import.
type room struct {
	name  string
	code  []string
	tests []string
}

// rooms lists every part of the module. TestImportsRunOneWay orders the packages within pkg.
var rooms = []room{
	// The examples of the client run against the local runner.
	{
		name:  "pkg/client",
		code:  []string{"pkg/client", "pkg/secret"},
		tests: []string{"pkg/client", "pkg/secret", "infra/local"},
	},
	{name: "pkg", code: []string{"pkg"}, tests: []string{"pkg", "infra/emulator"}},
	{name: "functions", code: []string{"pkg"}, tests: []string{"pkg", "infra/emulator"}},
	{name: "infra/emulator", code: []string{"infra/emulator"}, tests: []string{"infra/emulator"}},
	{name: "infra/stack", code: []string{"infra/stack"}, tests: []string{"infra/stack"}},
	{
		name:  "infra/local",
		code:  []string{"pkg", "infra/emulator", "infra/local"},
		tests: []string{"pkg", "infra/emulator", "infra/local"},
	},
	{
		name:  "infra/verify",
		code:  []string{"pkg", "infra/emulator", "infra/stack", "infra/local", "infra/verify", "infra/measure"},
		tests: []string{"pkg", "functions", "infra/emulator", "infra/stack", "infra/local", "infra/verify", "infra/measure"},
	},
	{
		name:  "infra/measure",
		code:  []string{"pkg", "infra/emulator", "infra/stack", "infra/local", "infra/verify", "infra/measure"},
		tests: []string{"pkg", "functions", "infra/emulator", "infra/stack", "infra/local", "infra/verify", "infra/measure"},
	},
}

// tabletest is the only package of pkg that is test code, although its files do not end in _test.go.
const tabletest = "pkg/table/tabletest"

func within(path, room string) bool { return path == room || strings.HasPrefix(path, room+"/") }

// TestRoomsImportDownwards checks the direction of imports between the parts of the module, for code and tests. The
// emulator imports no other part, so that it could be a separate module. Only verify and measure import verify and
// measure.
func TestRoomsImportDownwards(t *testing.T) {
	code, tests := list(t, "./..."), listTests(t, "./...")
	for path := range code {
		i := slices.IndexFunc(rooms, func(r room) bool { return within(path, r.name) })
		if i < 0 {
			t.Errorf("%s belongs to no room: add its room to rooms in imports_test.go, with what it may import", path)
			continue
		}

		allowed := rooms[i].code
		if path == tabletest {
			allowed = rooms[i].tests
		}

		checkRoom(t, path, "imports", code[path], allowed)
		checkRoom(t, path, "imports in its tests", tests[path], rooms[i].tests)

		if within(path, "infra/verify") || within(path, "infra/measure") {
			continue
		}

		if slices.Contains(code[path], module+tabletest) {
			t.Errorf("%s imports %s, which only tests may import", path, tabletest)
		}
	}
}

func checkRoom(t *testing.T, path, verb string, imports, allowed []string) {
	t.Helper()
	for _, imported := range imports {
		name, ours := strings.CutPrefix(imported, module)
		if !ours || name == path {
			continue
		}

		if !slices.ContainsFunc(allowed, func(room string) bool { return within(name, room) }) {
			t.Errorf("%s %s %s, want imports from %q only", path, verb, name, allowed)
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	ours := list(t, "./pkg/...", "./functions/...")
	for path, imports := range ours {
		allowed, known := mayImport[path]
		if of, ok := ofClients[path]; ok {
			allowed, known = of, true
		}

		if operation := strings.HasPrefix(path, "functions/"); operation {
			allowed, known = slices.Collect(maps.Keys(mayImport)), true
			allowed = slices.DeleteFunc(allowed, func(p string) bool { return p == tabletest })
		}

		if !known {
			t.Errorf("%s is not in mayImport: add it with the packages that it may import", path)
		}

		for _, imported := range imports {
			if name, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s, want imports from %q only", path, name, allowed)
			}
		}
	}

	for path := range allOf(mayImport, ofClients) {
		if ours[path] == nil && path != "pkg/identity" {
			t.Errorf("mayImport lists %s, which does not exist: remove it", path)
		}
	}
}

// allOf returns the entries of both maps.
func allOf(first, second map[string][]string) map[string][]string {
	all := maps.Clone(first)
	maps.Copy(all, second)
	return all
}

// TestTheClientLinksNothingOfTheService keeps the client small for programs that import it: the standard library, and what
// package secret needs to check and derive tokens. The command links a command line and a keyring besides.
func TestTheClientLinksNothingOfTheService(t *testing.T) {
	linked := []string{"pkg/client", "pkg/secret", "pkg/identity", "github.com/oklog/ulid/v2", "golang.org/x/text/"}
	command := append(slices.Clone(linked), "golang.org/x/sys/", "github.com/spf13/", "github.com/zalando/go-keyring",
		"github.com/godbus/dbus/", "github.com/danieljoos/wincred", "github.com/inconshreveable/mousetrap")

	for path, allowed := range map[string][]string{"pkg/client": linked, "pkg/client/leasehold": command} {
		for dependency := range list(t, "-deps", "./"+path) {
			first, _, _ := strings.Cut(dependency, "/")
			ours := strings.HasPrefix(dependency, "pkg/") || strings.HasPrefix(dependency, "infra/")
			if !ours && (!strings.Contains(first, ".") || strings.HasPrefix(dependency, "vendor/")) {
				continue // the standard library
			}

			if !slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(dependency, prefix) }) {
				t.Errorf("%s links %s, want only packages of %q besides the standard library", path, dependency, allowed)
			}
		}
	}
}

func TestIdentityNeedsTheStandardLibraryULIDAndTextOnly(t *testing.T) {
	for path, imports := range list(t, "-deps", "./pkg/identity") {
		first, _, _ := strings.Cut(path, "/")
		if strings.Contains(first, ".") && path != "github.com/oklog/ulid/v2" && !strings.HasPrefix(path, "golang.org/x/text/") {
			t.Errorf("pkg/identity depends on %s, want only the standard library, ulid and golang.org/x/text", path)
		}

		if path != "pkg/identity" {
			continue
		}

		for _, io := range []string{"os", "net", "net/http", "log", "log/slog", "io", "bufio", "syscall", "database/sql"} {
			if slices.Contains(imports, io) {
				t.Errorf("pkg/identity imports %s, want no package for input or output", io)
			}
		}
	}
}

// servePages lists the functions that serve pages and no operation.
var servePages = []string{"functions/console", "functions/description-get"}

func TestOnlyTheEdgeKnowsTheGateway(t *testing.T) {
	for path, imports := range list(t, "./pkg/...", "./functions/...") {
		for _, imported := range imports {
			gateway := strings.HasPrefix(imported, "github.com/awslabs/aws-lambda-go-api-proxy") || imported == lambda+"events"
			if gateway && path != "pkg/endpoint" {
				t.Errorf("%s imports %s, which only pkg/endpoint may import", path, imported)
			}

			if imported == "net/http" && strings.HasPrefix(path, "functions/") && !slices.Contains(servePages, path) {
				t.Errorf("%s imports net/http: leave HTTP to pkg/endpoint", path)
			}
		}
	}
}

// heavy lists the packages that slowed the start of the authorizer, and those that only a function behind HTTP needs.
var heavy = []string{
	lambda + "events",
	"github.com/awslabs/",
	"github.com/aws/aws-sdk-go-v2/config",
	"github.com/aws/aws-sdk-go-v2/credentials",
	"github.com/aws/aws-sdk-go-v2/service/sts",
	"github.com/aws/aws-sdk-go-v2/service/sesv2",
	"github.com/coreos/",
	"github.com/go-jose/",
	"pkg/endpoint",
	"pkg/api",
	"pkg/mail",
	"pkg/openid",
	"net/rpc",
	"infra/",
	"text/template",
	"html/template",
}

// TestTheHotPathLinksLeast keeps the authorizer small, because it starts within a caller's request. The sweep runs hourly,
// so its size does not matter, but it is not HTTP: it links neither the edge nor the HTTP event types.
func TestTheHotPathLinksLeast(t *testing.T) {
	for function, unwanted := range map[string][]string{
		"authorizer":       heavy,
		"authorizer-check": {lambda + "events", "github.com/awslabs/", "pkg/endpoint", "net/rpc", "infra/"},
		"event-publish":    {lambda + "events", "github.com/awslabs/", "pkg/endpoint", "net/rpc", "infra/"},
		"lease-sweep":      {lambda + "events", "github.com/awslabs/", "pkg/endpoint", "net/rpc", "infra/"},
	} {
		for path := range list(t, "-deps", "-tags", "lambda.norpc", "./functions/"+function) {
			if slices.ContainsFunc(unwanted, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
				t.Errorf("%s links %s, want nothing of %q", function, path, unwanted)
			}
		}
	}
}

func TestEdgeAndTableMeetOnlyInAFunction(t *testing.T) {
	for _, c := range [][2]string{
		{"pkg/endpoint", "pkg/table"},
		{"pkg/table", "pkg/endpoint"},
		{"pkg/settings", "pkg/endpoint"},
		{"pkg/secret", "pkg/table"},
	} {
		if _, linked := list(t, "-deps", "./"+c[0])[c[1]]; linked {
			t.Errorf("%s depends on %s, want only functions to connect the two", c[0], c[1])
		}
	}
}
