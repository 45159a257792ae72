package command

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/client"
)

// snippets returns the code blocks of a language in a document.
func snippets(t *testing.T, document, language string) []string {
	t.Helper()
	var all []string
	block := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	for _, match := range block.FindAllStringSubmatch(read(t, document), -1) {
		all = append(all, match[1])
	}

	if len(all) < 5 {
		t.Fatalf("%s has %d blocks of %s, want at least 5", document, len(all), language)
	}

	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

// flat returns a text without the indentation of its lines.
func flat(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimSpace(line))
	}

	return strings.Join(lines, "\n")
}

// TestTheCodeOfTheClientsGuideIsThatOfItsExamples compares the guide with the examples of package client, which run against
// the local runner.
func TestTheCodeOfTheClientsGuideIsThatOfItsExamples(t *testing.T) {
	examples := flat(read(t, "pkg/client/example_test.go"))
	for _, code := range snippets(t, "docs/client.md", "go") {
		if !strings.Contains(examples, flat(code)) {
			t.Errorf("pkg/client/example_test.go does not contain this code of docs/client.md:\n%s", code)
		}
	}
}

// TestTheCommandsGuideRuns runs the lines of the guide as one script.
func TestTheCommandsGuideRuns(t *testing.T) {
	session, err := signin.Session(t.Context(), running.APIURL(), "guide@example.com")
	if err != nil {
		t.Fatal(err)
	}

	c, err := client.New(running.APIURL(), session.Secret)
	if err != nil {
		t.Fatal(err)
	}

	if _, err := c.CreateOrganization(context.Background(), client.OrganizationCreate{Name: "Guide"}); err != nil {
		t.Fatal(err)
	}

	script := strings.Join(snippets(t, "docs/command.md", "sh"), "\n")
	script = strings.ReplaceAll(script, "https://leasehold.example.com/v1", running.APIURL())
	dir := t.TempDir()

	command := exec.CommandContext(t.Context(), "sh", "-eux", "-c", script)
	command.Dir = dir
	command.Env = append(environment(dir), "HOME="+dir, "BROWSER=browser", "BROWSER_AS=guide@example.com",
		"BROWSER_PAGE="+filepath.Join(dir, "page.html"))
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("docs/command.md does not run: %v\n%s", err, output)
	}

	for _, want := range []string{"Signed in to", "Weekly export", "Invited grace@example.com", "Route planner", "can't do this"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the output does not contain %q:\n%s", want, output)
		}
	}
}

// TestTheGuidesNameThePackagesToInstall compares the guides with the module.
func TestTheGuidesNameThePackagesToInstall(t *testing.T) {
	for document, path := range map[string]string{
		"docs/client.md":  "./pkg/client",
		"docs/command.md": "./pkg/client/leasehold",
	} {
		command := exec.CommandContext(t.Context(), "go", "list", path)
		command.Dir = root
		name, err := command.Output()
		if err != nil || !strings.Contains(read(t, document), " "+strings.TrimSpace(string(name))+"@latest\n") {
			t.Errorf("%s does not install %s (error %v)", document, name, err)
		}
	}
}
