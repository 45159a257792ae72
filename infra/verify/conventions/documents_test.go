package conventions

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/verify/description"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
	"github.com/leasehold-dev/leasehold/pkg/identity"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

// The documents with generated or checked content, from the root.
const (
	readme = "README.md"
	tokens = "docs/tokens.md"
	calls  = "docs/api.md"
)

var update = flag.Bool("update", false, "write the generated blocks of the documents")

// document returns the text of a document; path is from the root.
func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// TestAPITable compares the table in docs/api.md with pkg/api/openapi.yaml; -update writes it.
func TestAPITable(t *testing.T) {
	api, err := description.Load(filepath.Join(root, description.File))
	if err != nil {
		t.Fatal(err)
	}

	table := []string{"| operation | what it does | credential | permission |", "|---|---|---|---|"}

	for _, path := range slices.Sorted(maps.Keys(api.Document.Paths.Map())) {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			operation, ok := api.Operations[method+" "+path]
			if !ok || operation.OperationID == "console" {
				continue
			}

			table = append(table, fmt.Sprintf("| `%s %s` | %s | %s | %s |",
				method, path, operation.Summary, credential(operation), permission(operation)))
		}
	}

	compareBlock(t, calls, "api", strings.Join(table, "\n"))
}

// credential returns the kind of credential that an operation takes, as the table shows it.
func credential(operation description.Operation) string {
	switch {
	case operation.Public():
		return "none"
	case !operation.Takes(description.TokenScheme):
		return "session"
	}

	return "any"
}

// permission returns the permissions of an operation as the table shows them.
func permission(operation description.Operation) string {
	permissions, _ := operation.Permissions()
	if len(permissions) == 0 {
		return "none"
	}

	return "`" + strings.Join(permissions, "` or `") + "`"
}

// TestTokenVectors compares the block in docs/tokens.md with some of the test vectors of package secret; -update writes it.
func TestTokenVectors(t *testing.T) {
	text := document(t, "pkg/secret/testdata/vectors.json")

	var vectors []struct {
		RandomHex, UserID, OrganizationID, Token, ID string

		Parent, Caveats, DerivationKeyHex string // of a derived token
	}
	if err := json.Unmarshal([]byte(text), &vectors); err != nil {
		t.Fatal(err)
	}

	block := []string{"```"}
	for _, v := range vectors {
		if _, ok := secret.Parse(v.Token); !ok {
			t.Errorf("secret.Parse rejected the test vector %s", v.Token)
		}

		if strings.HasPrefix(v.Parent, "lhp_05McJmDgrvc") {
			block = append(block,
				"parent  "+v.Parent,
				"caveats "+v.Caveats,
				"key     "+v.DerivationKeyHex,
				v.Token,
				"id      "+v.ID,
				"")
		}

		if !strings.HasPrefix(v.RandomHex, "0102") {
			continue
		}

		block = append(block,
			"user "+v.UserID+"  organization "+orNone(v.OrganizationID),
			"random "+v.RandomHex,
			v.Token,
			"id     "+v.ID,
			"")
	}

	compareBlock(t, tokens, "vectors", strings.TrimSpace(strings.Join(block, "\n"))+"\n```")
}

// TestTheDocumentsHaveThePatternOfTokens compares the regular expressions of the documents and scanner rules with the
// pattern of package secret.
func TestTheDocumentsHaveThePatternOfTokens(t *testing.T) {
	if !strings.Contains(document(t, tokens), "\n```\n"+secret.Pattern+"\n```\n") {
		t.Errorf("%s does not have the regular expression %s", tokens, secret.Pattern)
	}

	// A scanner reports the first group, which must be the token and nothing else.
	bounded := "(" + strings.Replace(secret.Pattern, "(", "(?:", 1) + ")(?:[^0-9A-Za-z]|$)"
	for _, rule := range []string{"docs/scanning/gitleaks.toml", "docs/scanning/trufflehog.yaml"} {
		if !strings.Contains(document(t, rule), "'"+bounded+"'") {
			t.Errorf("%s does not have the regular expression %s", rule, bounded)
		}
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}

	return text
}

// TestEveryProblemIsExplained checks that the address in every problem's type is an anchor in README, and that README
// links it to the problem's row in docs/tokens.md.
func TestEveryProblemIsExplained(t *testing.T) {
	if endpoint.ProblemBase != "https://github.com/leasehold-dev/leasehold#problem-" {
		t.Errorf("problem types begin with %s; callers compare them, so they must not change", endpoint.ProblemBase)
	}

	names := regexp.MustCompile(`Problem += "([a-z-]+)"`).FindAllStringSubmatch(document(t, "pkg/identity/error.go"), -1)
	if len(names) < 20 {
		t.Fatalf("pkg/identity/error.go has %d problems that this test finds, want at least 20", len(names))
	}

	front, table := document(t, readme), document(t, tokens)
	for _, match := range names {
		name := match[1]
		anchor := endpoint.ProblemBase[strings.Index(endpoint.ProblemBase, "#")+1:] + name
		if !strings.Contains(front, `<a id="`+anchor+`"></a>[`+name+`](`+tokens+`#`+anchor+`)`) {
			t.Errorf("%s has no anchor %s with a link to %s; the problem's type leads there", readme, anchor, tokens)
		}

		if !strings.Contains(table, `| <a id="`+anchor+`"></a>`+name+` |`) {
			t.Errorf("%s has no row for %s with the anchor %s", tokens, name, anchor)
		}

		if identity.Problem(name).Title() == "" {
			t.Errorf("the problem %s has no title", name)
		}
	}

	if rows := strings.Count(table, `| <a id="problem-`); rows != len(names) {
		t.Errorf("%s explains %d problems, want %d", tokens, rows, len(names))
	}
}

// compareBlock compares the text between a document's markers with the wanted text; -update writes it.
func compareBlock(t *testing.T, path, name, want string) {
	t.Helper()
	text := document(t, path)
	block := regexp.MustCompile(`(?s)(<!-- ` + name + `[^>]*-->\n)(.*?)(<!-- /` + name + ` -->)`)
	found := block.FindStringSubmatchIndex(text)
	if found == nil {
		t.Fatalf("%s has no block %s", path, name)
	}

	if text[found[4]:found[5]] == want+"\n" {
		return
	}

	if !*update {
		t.Fatalf("the block %s of %s is out of date: run go test ./infra/verify/conventions -update", name, path)
	}

	text = text[:found[4]] + want + "\n" + text[found[5]:]
	if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
