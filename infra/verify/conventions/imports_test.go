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

// mayImport is the one direction of imports: what each package may import of this module. Operations may import every
// package but tabletest, which is for tests; see TestImportsRunOneWay.
var mayImport = map[string][]string{
	"pkg/identity":        {},
	"pkg/metric":          {},
	"pkg/address":         {"pkg/identity"},
	"pkg/api":             {"pkg/identity"},
	"pkg/secret":          {"pkg/identity"},
	"pkg/mail":            {"pkg/api", "pkg/identity", "pkg/metric"},
	"pkg/table":           {"pkg/identity"},
	"pkg/endpoint":        {"pkg/identity"},
	"pkg/openid":          {"pkg/identity"},
	"pkg/settings":        {"pkg/table"},
	"pkg/table/tabletest": {"pkg/identity", "pkg/table", "infra/emulator/dynoxide"},
}

// list runs go list and splits its lines; the first word of a line is the import path, the others what it imports.
func list(t *testing.T, arguments ...string) map[string][]string {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-f", `{{.ImportPath}} {{join .Imports " "}}`}, arguments...)...)
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

func TestImportsRunOneWay(t *testing.T) {
	ours := list(t, "./pkg/...", "./functions/...")
	for path, imports := range ours {
		allowed, known := mayImport[path]
		if operation := strings.HasPrefix(path, "functions/"); operation {
			allowed, known = slices.Collect(maps.Keys(mayImport)), true
			allowed = slices.DeleteFunc(allowed, func(p string) bool { return p == "pkg/table/tabletest" })
		}

		if !known {
			t.Errorf("%s is a package that mayImport does not know: say what it may import", path)
		}

		for _, imported := range imports {
			if name, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", path, name)
			}
		}
	}

	for path := range mayImport {
		if ours[path] == nil && path != "pkg/identity" {
			t.Errorf("there is no %s any more", path)
		}
	}
}

func TestIdentityNeedsTheStandardLibraryULIDAndTextOnly(t *testing.T) {
	for path, imports := range list(t, "-deps", "./pkg/identity") {
		first, _, _ := strings.Cut(path, "/")
		if strings.Contains(first, ".") && path != "github.com/oklog/ulid/v2" && !strings.HasPrefix(path, "golang.org/x/text/") {
			t.Errorf("it needs %s", path)
		}

		if path != "pkg/identity" {
			continue
		}

		for _, io := range []string{"os", "net", "net/http", "log", "log/slog", "io", "bufio", "syscall", "database/sql"} {
			if slices.Contains(imports, io) {
				t.Errorf("it does input or output with %s", io)
			}
		}
	}
}

func TestOnlyTheEdgeKnowsTheGateway(t *testing.T) {
	for path, imports := range list(t, "./pkg/...", "./functions/...") {
		for _, imported := range imports {
			gateway := strings.HasPrefix(imported, "github.com/awslabs/aws-lambda-go-api-proxy") || imported == lambda+"events"
			if gateway && path != "pkg/endpoint" {
				t.Errorf("%s imports %s", path, imported)
			}

			if web := imported == "net/http"; web && strings.HasPrefix(path, "functions/") && path != "functions/console" {
				t.Errorf("%s speaks HTTP by itself", path)
			}
		}
	}
}

// TestTheHotPathLinksLeast names what made an authorizer slow to start, or has no business in what is not HTTP.
func TestTheHotPathLinksLeast(t *testing.T) {
	for _, function := range []string{"authorizer", "lease-sweep"} {
		linked := list(t, "-deps", "-tags", "lambda.norpc", "./functions/"+function)
		for path := range linked {
			for _, heavy := range []string{
				lambda + "events", "github.com/awslabs/", "github.com/aws/aws-sdk-go-v2/config", "github.com/aws/aws-sdk-go-v2/credentials",
				"github.com/aws/aws-sdk-go-v2/service/sts", "github.com/aws/aws-sdk-go-v2/service/sesv2", "github.com/coreos/", "github.com/go-jose/",
				"pkg/endpoint", "pkg/api", "pkg/mail", "pkg/openid", "net/rpc", "infra/", "text/template", "html/template",
			} {
				if strings.HasPrefix(path, heavy) {
					t.Errorf("%s links %s", function, path)
				}
			}
		}
	}
}

func TestEdgeAndTableMeetOnlyInAFunction(t *testing.T) {
	for _, c := range [][2]string{{"pkg/endpoint", "pkg/table"}, {"pkg/table", "pkg/endpoint"}, {"pkg/settings", "pkg/endpoint"}, {"pkg/secret", "pkg/table"}} {
		if _, linked := list(t, "-deps", "./"+c[0])[c[1]]; linked {
			t.Errorf("%s needs %s", c[0], c[1])
		}
	}
}
