package conventions_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

const readme = "../../../README.md"

var update = flag.Bool("update", false, "write the generated blocks of README.md")

// TestREADMEHasTheAPIAsTheDescriptionDoes compares README's table with pkg/api/openapi.yaml; -update writes it.
func TestREADMEHasTheAPIAsTheDescriptionDoes(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromFile("../../../pkg/api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}

	table := []string{"| operation | what it does | permission |", "|---|---|---|"}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if operation := doc.Paths.Find(path).GetOperation(method); operation != nil && operation.OperationID != "console" {
				table = append(table, fmt.Sprintf("| `%s %s` | %s | %s |", method, path, operation.Summary, permission(t, operation)))
			}
		}
	}

	compareBlock(t, "api", strings.Join(table, "\n"))
}

func permission(t *testing.T, operation *openapi3.Operation) string {
	t.Helper()
	if operation.Security != nil && len(*operation.Security) == 0 {
		return "none: public"
	}

	var names []string
	for _, name := range operation.Extensions["x-leasehold-permission"].([]any) {
		names = append(names, "`"+name.(string)+"`")
	}

	if len(names) == 0 {
		return "any credential"
	}

	return strings.Join(names, " or ")
}

// TestREADMEHasTokenVectorsThatHold shows two of the vectors that package secret is tested with.
func TestREADMEHasTokenVectorsThatHold(t *testing.T) {
	text, err := os.ReadFile("../../../pkg/secret/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}

	var vectors []struct{ RandomHex, UserID, OrganizationID, Token, ID string }
	if err := json.Unmarshal(text, &vectors); err != nil {
		t.Fatal(err)
	}

	block := []string{"```"}
	for _, v := range vectors {
		if !strings.HasPrefix(v.RandomHex, "0102") {
			continue
		}

		if _, ok := secret.Parse(v.Token); !ok {
			t.Errorf("%s does not parse", v.Token)
		}

		block = append(block, "user "+v.UserID+"  organization "+orNone(v.OrganizationID), "random "+v.RandomHex, v.Token, "id     "+v.ID, "")
	}

	compareBlock(t, "vectors", strings.TrimSpace(strings.Join(block, "\n"))+"\n```")
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// TestREADMEExplainsEveryProblem holds the anchors that problem types lead to.
func TestREADMEExplainsEveryProblem(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}

	source, err := os.ReadFile("../../../pkg/identity/error.go")
	if err != nil {
		t.Fatal(err)
	}

	names := regexp.MustCompile(`Problem += "([a-z-]+)"`).FindAllSubmatch(source, -1)
	if len(names) < 20 {
		t.Fatalf("found only %d problems", len(names))
	}

	for _, name := range names {
		anchor := endpoint.ProblemBase[strings.Index(endpoint.ProblemBase, "#")+1:] + string(name[1])
		if !strings.Contains(string(text), `<a id="`+anchor+`"></a>`+string(name[1])) {
			t.Errorf("README has no anchor %s, where the problem's type leads", anchor)
		}

		if identity.Problem(name[1]).Title() == "" {
			t.Errorf("the problem %s has no title", name[1])
		}
	}
}

// compareBlock holds what stands between README's markers of a name against what should.
func compareBlock(t *testing.T, name, want string) {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}

	block := regexp.MustCompile(`(?s)(<!-- ` + name + `[^>]*-->\n)(.*?)(<!-- /` + name + ` -->)`)
	found := block.FindSubmatchIndex(text)
	if found == nil {
		t.Fatalf("README has no block %s", name)
	}

	if string(text[found[4]:found[5]]) == want+"\n" {
		return
	}

	if !*update {
		t.Fatalf("README's block %s is out of date: go test ./infra/verify/conventions -update", name)
	}

	if err := os.WriteFile(readme, slices.Concat(text[:found[4]], []byte(want+"\n"), text[found[5]:]), 0o644); err != nil {
		t.Fatal(err)
	}
}
