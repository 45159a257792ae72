package emulator_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestTheEmulatorImportsNothingOfOursOutsideItself keeps the emulator able to become a separate module.
func TestTheEmulatorImportsNothingOfOursOutsideItself(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-test", "-f", "{{if .Module}}{{.Module.Main}} {{.ImportPath}}{{end}}", "./...")
	output, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}

	ours := 0
	for line := range strings.Lines(string(output)) {
		path, isOurs := strings.CutPrefix(strings.TrimSpace(line), "true ")
		if !isOurs {
			continue
		}

		ours++
		if !strings.Contains(path, "/infra/emulator") {
			t.Errorf("the emulator imports %s, want only its own and public packages", path)
		}
	}

	if ours == 0 {
		t.Error("go list returned no package of this module")
	}
}
