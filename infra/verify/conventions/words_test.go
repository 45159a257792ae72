package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

const glossary = "docs/extending.md"

// wordsOf lists the sources whose sentences use the words of the glossary, by how their sentences are found. To check another
// part, add a line.
var wordsOf = []struct {
	path      string // a file or a directory, from the root
	extension string
	sentences func(t *testing.T, path, text string) []sentence
}{
	{"pkg", ".go", goSentences},
	{"functions", ".go", goSentences},
	{"infra/local", ".go", goSentences},
	{"infra/stack", ".go", goSentences},
	{"pkg/mail", ".html", lines},
	{"pkg/mail", ".txt", lines},
	{"infra/local", ".html", lines},
	{"pkg/api/openapi.yaml", ".yaml", yamlSentences},
	{"infra/stack", ".yaml", yamlSentences},
	{"template.yaml", ".yaml", yamlSentences},
	{"docs", ".md", markdown},
	{"README.md", ".md", markdown},
	{"CONTRIBUTING.md", ".md", markdown},
	{"SECURITY.md", ".md", markdown},
}

// sentence is a text that people read, and the line where it starts.
type sentence struct {
	line int
	text string
}

// word is a word that the glossary rules out, and what it has instead.
type word struct {
	pattern *regexp.Regexp
	said    string
	instead string
}

// TestEverySentenceUsesTheWordsOfTheGlossary reads the last columns of the glossary's tables, which list the words that
// Leasehold does not use, and finds them in everything that people read. Code and names in it may have any word.
func TestEverySentenceUsesTheWordsOfTheGlossary(t *testing.T) {
	words := forbidden(t)
	if len(words) < 20 {
		t.Fatalf("the glossary rules out %d words, want at least 20", len(words))
	}

	for _, source := range wordsOf {
		read := 0
		err := filepath.WalkDir(filepath.Join(root, source.path), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}

			name := entry.Name()
			if entry.IsDir() && (name == "node_modules" || name == "dist" || name == "testdata" || name == "web") {
				return fs.SkipDir
			}

			if entry.IsDir() || filepath.Ext(name) != source.extension || strings.HasSuffix(name, "_test.go") {
				return nil
			}

			read++
			return checkWords(t, path, words, source.sentences)
		})
		if err != nil || read == 0 {
			t.Errorf("%s: read %d files, %v", source.path, read, err)
		}
	}
}

func checkWords(t *testing.T, path string, words []word, sentences func(*testing.T, string, string) []sentence) error {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}

	for _, s := range sentences(t, path, string(text)) {
		for _, w := range words {
			if found := w.pattern.FindString(s.text); found != "" {
				t.Errorf("%s:%d has %q; write %s", strings.TrimPrefix(path, root+"/"), s.line, found, w.instead)
			}
		}
	}

	return nil
}

// forbidden returns the words that the glossary rules out.
func forbidden(t *testing.T) []word {
	t.Helper()
	_, section, ok := strings.Cut(document(t, glossary), "\n## Glossary\n")
	if !ok {
		t.Fatalf("%s has no glossary", glossary)
	}

	var words []word
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) < 2 || strings.HasPrefix(line, "|---") {
			continue
		}

		for said := range strings.SplitSeq(cells[len(cells)-1], ",") {
			said = strings.TrimSpace(said)
			if said == "" || strings.HasPrefix(said, "not") { // an empty cell, or the head of a table
				continue
			}

			pattern := regexp.MustCompile(`(?i)(?:^|[^\w-])` + regexp.QuoteMeta(said) + `(?:$|[^\w-])`)
			words = append(words, word{pattern, said, strings.TrimSpace(cells[0])})
		}
	}

	return words
}

// goSentences returns the string literals of a Go file that have several words. A literal that goes on in the next lines is
// one sentence.
func goSentences(t *testing.T, path, text string) []sentence {
	t.Helper()
	if strings.HasPrefix(text, "// Code generated") || strings.Contains(text[:min(len(text), 500)], "DO NOT EDIT") {
		return nil
	}

	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, text, 0)
	if err != nil {
		t.Fatal(err)
	}

	var found []sentence
	ast.Inspect(file, func(node ast.Node) bool {
		value, ok := concatenated(node)
		if ok && strings.Contains(value, " ") {
			found = append(found, sentence{files.Position(node.Pos()).Line, value})
		}

		return !ok
	})

	return found
}

// concatenated returns the text of a string literal or of a sum that contains one; what is not a literal is left out.
func concatenated(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.BasicLit:
		if n.Kind == token.STRING {
			value, err := strconv.Unquote(n.Value)
			return value, err == nil
		}
	case *ast.BinaryExpr:
		if n.Op == token.ADD {
			left, isLeft := concatenated(n.X)
			right, isRight := concatenated(n.Y)
			return left + right, isLeft || isRight
		}
	}

	return "", false
}

var codeSpan = regexp.MustCompile("`[^`]*`|\\{\\{[^}]*\\}\\}|<[^>]*>|\\]\\([^)]*\\)|#problem-[a-z-]+")

func withoutCode(text string) string { return codeSpan.ReplaceAllString(text, " ") }

// lines returns the paragraphs of a text without its markup, so that a line break does not hide a phrase.
func lines(_ *testing.T, _, text string) []sentence {
	var found []sentence
	for i, line := range append(strings.Split(text, "\n"), "") {
		line = strings.TrimSpace(line)
		last := len(found) - 1

		switch {
		case line == "":
			found = append(found, sentence{i + 2, ""})
		case last < 0 || found[last].text == "":
			found = append(found[:max(last, 0)], sentence{i + 1, line})
		default:
			found[last].text += " " + line
		}
	}

	for i := range found {
		found[i].text = withoutCode(found[i].text)
	}

	return found
}

// markdown returns the paragraphs of a document without its code, and without the glossary, which lists the words.
func markdown(t *testing.T, path, text string) []sentence {
	t.Helper()
	if strings.HasSuffix(path, glossary) {
		text, _, _ = strings.Cut(text, "\n## Glossary\n")
	}

	inCode := false
	var prose []string
	for line := range strings.Lines(text) {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence {
			inCode = !inCode
		}

		if inCode || fence {
			line = ""
		}

		prose = append(prose, strings.TrimSuffix(line, "\n"))
	}

	return lines(t, path, strings.Join(prose, "\n"))
}

// yamlSentences returns the values with several words of a YAML file, without the code in them.
func yamlSentences(t *testing.T, path, text string) []sentence {
	t.Helper()
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%s: %v", path, err)
	}

	var found []sentence
	var visit func(*yaml.Node)
	visit = func(node *yaml.Node) {
		if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, " ") {
			found = append(found, sentence{node.Line, withoutCode(strings.Join(strings.Fields(node.Value), " "))})
		}

		for _, child := range node.Content {
			visit(child)
		}
	}

	visit(&document)
	return found
}
