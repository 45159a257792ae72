package recipes

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// eventsProgram is the program around the recipe that checks an event.
const eventsProgram = `package main

import (
	"fmt"
	"io"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func main() {
	if err := check(os.Stdin); err != nil {
		fmt.Println(err)
		os.Exit(3)
	}
}

`

// TestTheRecipeChecksTheEventOfTheGuide also changes the event, which then must not fit.
func TestTheRecipeChecksTheEventOfTheGuide(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"main.go": eventsProgram + recipe(t, "docs/events.md", "check-event-go")})

	if err := os.CopyFS(filepath.Join(dir, "schemas"), os.DirFS(absolute(t, "pkg/api/events/schemas"))); err != nil {
		t.Fatal(err)
	}

	program := filepath.Join(dir, "check")
	run(t, absolute(t, "."), nil, "go", "build", "-o", program, filepath.Join(dir, "main.go"))

	event := block(t, "docs/events.md", "event")
	run(t, dir, strings.NewReader(event), program)

	for name, wrong := range map[string]string{
		"an unknown action": strings.Replace(event, `"detail-type": "member`, `"detail-type": "members`, 1),
		"another action":    strings.Replace(event, `"action": "member.role-update"`, `"action": "member.join"`, 1),
		"another version":   strings.Replace(event, `"version": 1`, `"version": 2`, 1),
		"an address":        strings.Replace(event, `"role": "admin"`, `"role": "ada@example.com"`, 1),
		"no ID":             strings.Replace(event, `"id": "01`, `"no": "01`, 1),
		"no event":          "[]",
	} {
		command := exec.CommandContext(t.Context(), program)
		command.Dir, command.Stdin = dir, strings.NewReader(wrong)
		_ = command.Run()

		if code := command.ProcessState.ExitCode(); code != 3 || wrong == event {
			t.Errorf("%s: the program exited with %d, want 3", name, code)
		}
	}
}
