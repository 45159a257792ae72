package conventions

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// maxReadmeWords limits README.md to what one can read in ten minutes.
const maxReadmeWords = 1500

// hypothetical lists the paths in docs/extending.md that do not exist, because its examples create them.
var hypothetical = []string{
	"functions/token-rotate/",
	"functions/lease-warn/",
	"pkg/table/warn.go",
	"pkg/mail/warning.html",
	"pkg/mail/warning.txt",
}

// documents returns the paths of all Markdown files, from the root.
func documents(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}

		if name := entry.Name(); entry.IsDir() && (name == "node_modules" || strings.HasPrefix(name, ".") && file != root) {
			return filepath.SkipDir
		}

		if strings.HasSuffix(file, ".md") {
			relative, err := filepath.Rel(root, file)
			all = append(all, filepath.ToSlash(relative))
			return err
		}

		return nil
	})
	if err != nil || len(all) < 8 {
		t.Fatalf("found %d documents (error %v), want at least 8", len(all), err)
	}

	return all
}

var (
	fence   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	anchor  = regexp.MustCompile(`<a id="([^"]+)">`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	code    = regexp.MustCompile("`([^`\n]+)`")
)

// anchors returns the fragments that a link into a document can name: its explicit anchors, and its headings in GitHub's
// form.
func anchors(text string) []string {
	text = fence.ReplaceAllString(text, "")
	var all []string
	for _, match := range anchor.FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}

	seen := map[string]int{}
	dropped := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		name := strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")
		if n := seen[name]; n > 0 {
			all = append(all, fmt.Sprintf("%s-%d", name, n))
		} else {
			all = append(all, name)
		}

		seen[name]++
	}

	return all
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	checked := 0
	for _, from := range documents(t) {
		text := fence.ReplaceAllString(document(t, from), "")
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			target := match[1]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}

			checked++
			file, fragment, _ := strings.Cut(target, "#")
			to := from
			if file != "" {
				to = path.Join(path.Dir(from), file)
			}

			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s links to %s, which does not exist", from, target)
				continue
			}

			if fragment != "" && !slices.Contains(anchors(document(t, to)), fragment) {
				t.Errorf("%s links to %s; %s has no such anchor", from, target, to)
			}
		}
	}

	if checked < 50 {
		t.Errorf("checked %d links, want at least 50", checked)
	}
}

func TestNoAnchorIsTwiceInADocument(t *testing.T) {
	for _, file := range documents(t) {
		all := anchors(document(t, file))
		slices.Sort(all)
		if unique := slices.Compact(slices.Clone(all)); len(unique) != len(all) {
			t.Errorf("%s has the anchors %q, want each of them once", file, all)
		}
	}
}

// TestEveryPathInTheDocumentsExists checks the paths that documents name in code. The changelog names old ones as well.
func TestEveryPathInTheDocumentsExists(t *testing.T) {
	inside := regexp.MustCompile(`^(functions|pkg|infra|docs|\.ci)/[^\s:]*$`)
	for _, file := range documents(t) {
		if file == "CHANGELOG.md" {
			continue
		}

		for _, match := range code.FindAllStringSubmatch(fence.ReplaceAllString(document(t, file), ""), -1) {
			named := match[1]
			if !inside.MatchString(named) || strings.Contains(named, "<") || slices.Contains(hypothetical, named) {
				continue
			}

			if found, err := filepath.Glob(filepath.Join(root, named)); err != nil || len(found) == 0 {
				t.Errorf("%s names %s, which does not exist", file, named)
			}
		}
	}
}

func TestREADMEIsReadInTenMinutes(t *testing.T) {
	if n := len(strings.Fields(document(t, readme))); n > maxReadmeWords {
		t.Errorf("%s has %d words, want at most %d: move details for a single audience to docs/", readme, n, maxReadmeWords)
	}
}

// TestREADMELeadsToEveryDocument checks that README.md links to every document, so that readers find it.
func TestREADMELeadsToEveryDocument(t *testing.T) {
	text := document(t, readme)
	for _, file := range documents(t) {
		if file != readme && !strings.HasPrefix(file, "infra/") && !strings.Contains(text, "]("+file+")") {
			t.Errorf("%s does not link to %s", readme, file)
		}
	}
}
