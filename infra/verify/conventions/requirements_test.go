package conventions

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const requirements = "docs/requirements.md"

// The numbers of requirements, by the letter that their IDs begin with. A requirement that is dropped or added changes them.
var requirementCounts = map[string]int{"P": 21, "M": 59}

// Where the tests are, from the root.
const (
	scripts      = "infra/verify/system/testdata"
	browserTests = "infra/verify/console/tests"
	consoleTests = "functions/console/web/src"
)

var (
	requirementRow = regexp.MustCompile(`(?m)^\| ([PM])(\d+) \| (.+) \| (.+) \|$`)
	goTest         = regexp.MustCompile("^`((?:pkg|functions|infra)/[a-z/-]+) (Test\\w+)`$")
	otherTest      = regexp.MustCompile("^`([a-z/-]+(?:\\.txt|\\.spec\\.ts|\\.test\\.tsx?)) › (.+)`$")
)

// TestEveryRequirementIsShownByTestsThatExist reads the tables of docs/requirements.md and finds every test that they name.
func TestEveryRequirementIsShownByTestsThatExist(t *testing.T) {
	seen := map[string]int{}
	for _, row := range requirementRow.FindAllStringSubmatch(document(t, requirements), -1) {
		letter, id := row[1], row[1]+row[2]
		seen[letter]++
		if want := fmt.Sprintf("%s%d", letter, seen[letter]); id != want {
			t.Errorf("%s: the ID %s is out of order, want %s", requirements, id, want)
		}

		for reference := range strings.SplitSeq(row[4], "<br>") {
			if problem := missing(t, reference); problem != "" {
				t.Errorf("%s: %s: %s", requirements, id, problem)
			}
		}
	}

	for letter, want := range requirementCounts {
		if seen[letter] != want {
			t.Errorf("%s has %d requirements that begin with %s, want %d", requirements, seen[letter], letter, want)
		}
	}
}

// missing returns why a reference leads to no test, or "" if it leads to one.
func missing(t *testing.T, reference string) string {
	t.Helper()
	if found := goTest.FindStringSubmatch(reference); found != nil {
		return missingGoTest(t, found[1], found[2])
	}

	found := otherTest.FindStringSubmatch(reference)
	if found == nil {
		return fmt.Sprintf("%q names no test in one of the forms that the page lists", reference)
	}

	file, words := found[1], found[2]
	switch {
	case strings.HasSuffix(file, ".txt"):
		return missingWords(t, filepath.Join(scripts, file), words, commentOf)
	case strings.HasSuffix(file, ".spec.ts"):
		return missingWords(t, filepath.Join(browserTests, file), `test("`+words+`"`, wholeText)
	default:
		return missingWords(t, filepath.Join(consoleTests, file), `("`+words+`"`, wholeText)
	}
}

// missingGoTest looks for the declaration of a test function in the test files of a directory.
func missingGoTest(t *testing.T, directory, name string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, directory, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		if strings.Contains(string(text), "func "+name+"(t *testing.T)") {
			return ""
		}
	}

	return fmt.Sprintf("%s has no test %s", directory, name)
}

// missingWords looks for words in what part returns of a file.
func missingWords(t *testing.T, path, words string, part func(text string) string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		return err.Error()
	}

	if !strings.Contains(part(string(text)), words) {
		return fmt.Sprintf("%s does not have %q", path, words)
	}

	return ""
}

func wholeText(text string) string { return text }

// commentOf returns the comments of a script as one line, so that a line break does not hide words.
func commentOf(text string) string {
	var comments []string
	for line := range strings.Lines(text) {
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			comments = append(comments, strings.TrimSpace(comment))
		}
	}

	return strings.Join(comments, " ")
}

// TestAReferenceToATestThatIsGoneIsFound checks the reader of references itself.
func TestAReferenceToATestThatIsGoneIsFound(t *testing.T) {
	for _, reference := range []string{
		"`pkg/identity TestThatIsGone`",
		"`token.txt › a comment that nobody wrote`",
		"`token.txt › call GET /me`", // a command is no comment
		"`tokens.spec.ts › a title that is gone`",
		"`gone.spec.ts › a token is created, used, extended and deleted with the keyboard alone`",
		"`words/names.test.ts › a title that is gone`",
		"a test",
	} {
		if missing(t, reference) == "" {
			t.Errorf("%q counts as a test", reference)
		}
	}

	for _, reference := range []string{
		"`pkg/identity TestEachRoleHasThePermissionsThatTheMatrixPromises`",
		"`words/names.test.ts › a number's noun agrees with it`",
	} {
		if problem := missing(t, reference); problem != "" {
			t.Error(problem)
		}
	}
}
