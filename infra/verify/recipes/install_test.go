package recipes

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/verify/venv"
)

// root is the repository, seen from this directory.
const root = "../../.."

// local is where the tools of these tests are installed, from the root.
const local = ".local/recipes"

// maxRecipeLines limits a recipe to what one can copy at a glance.
const maxRecipeLines = 30

// recipe returns the code block that follows the marker of a recipe in a document.
func recipe(t *testing.T, document, name string) string {
	t.Helper()
	code := block(t, document, name)
	if lines := strings.Count(code, "\n"); lines > maxRecipeLines {
		t.Errorf("the recipe %s has %d lines, want at most %d", name, lines, maxRecipeLines)
	}

	return code
}

// block returns the text of the block that follows a marker in a document.
func block(t *testing.T, document, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, document))
	if err != nil {
		t.Fatal(err)
	}

	found := regexp.MustCompile("(?s)<!-- recipe: " + regexp.QuoteMeta(name) + " -->\n```[a-z]+\n(.*?)```\n").FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s has no recipe %s", document, name)
	}

	return strings.TrimRight(string(found[1]), "\n") + "\n"
}

// write stores files in a directory, which it returns.
func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

// run runs a command in a directory with a text as its input, and returns its output.
func run(t *testing.T, dir string, input io.Reader, name string, arguments ...string) string {
	t.Helper()
	var out, log bytes.Buffer
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir, command.Stdin, command.Stdout, command.Stderr = dir, input, &out, &log
	if err := command.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s%s", name, strings.Join(arguments, " "), err, out.String(), log.String())
	}

	return out.String()
}

// absolute returns the absolute path of a path from the root, because commands run in other directories.
func absolute(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}

	return full
}

// installed returns the directory in .local/recipes that install fills, once for each content of the lock file.
func installed(t *testing.T, name, lock string, install func(dir string)) string {
	t.Helper()
	dir := absolute(t, filepath.Join(local, name))
	wanted, err := os.ReadFile(lock)
	if err != nil {
		t.Fatal(err)
	}

	marker := filepath.Join(dir, "installed")
	if have, err := os.ReadFile(marker); err == nil && bytes.Equal(have, wanted) {
		return dir
	}

	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}

	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}

	install(dir)
	write(t, dir, map[string]string{"installed": string(wanted)})

	return dir
}

// python returns the interpreter of a virtual environment with the packages of requirements.txt.
func python(t *testing.T) string {
	t.Helper()
	environment, err := venv.Install(t.Context(), absolute(t, filepath.Join(local, "python")), absolute(t, "infra/verify/recipes/requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}

	return environment.Command("python")
}

// nodeModules returns the directory with the packages of package-lock.json.
func nodeModules(t *testing.T) string {
	t.Helper()
	dir := installed(t, "node", "package-lock.json", func(dir string) {
		for _, name := range []string{"package.json", "package-lock.json"} {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}

			write(t, dir, map[string]string{name: string(text)})
		}

		run(t, dir, nil, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	})

	return filepath.Join(dir, "node_modules")
}

// gitleaks returns the binary of the version in infra/verify/tools/gitleaks/go.mod.
func gitleaks(t *testing.T) string {
	t.Helper()
	dir := installed(t, "gitleaks", filepath.Join(root, "infra/verify/tools/gitleaks/go.sum"), func(dir string) {
		run(t, absolute(t, "infra/verify/tools/gitleaks"), nil, "go", "build", "-trimpath", "-ldflags", "-s -w",
			"-o", filepath.Join(dir, "gitleaks"), "github.com/zricethezav/gitleaks/v8")
	})

	return filepath.Join(dir, "gitleaks")
}
