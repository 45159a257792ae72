// Package python makes Python code that stands in a template (InlineCode) a function that infra/emulator/lambda runs like any
// other: a process that speaks the Lambda Runtime API, here by bootstrap.py. The interpreter is the machine's, whatever
// version the template names, and has no package installed for it.
package python

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

//go:embed bootstrap.py
var bootstrap []byte

// Interpreter returns the path of python3. It resolves wrappers, which need environment variables that functions don't have.
func Interpreter(ctx context.Context) (string, error) {
	found, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("python3 is missing, which functions with InlineCode need: install Python from https://www.python.org, or leave out --with")
	}

	path, err := exec.CommandContext(ctx, found, "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return "", fmt.Errorf("%s, which the functions of --with need, does not run: %w", found, err)
	}

	return strings.TrimSpace(string(path)), nil
}

// Function writes the code of a declared function to a directory of its name in dir, and returns how interpreter runs it. It
// rejects another runtime and a handler in another file.
func Function(declared template.Function, interpreter, dir string) (lambda.Function, error) {
	if !strings.HasPrefix(declared.Runtime, "python3.") {
		return lambda.Function{}, fmt.Errorf("%s has InlineCode with the runtime %q: the local runner runs that of python3 only", declared.LogicalID, declared.Runtime)
	}

	if module, _, _ := strings.Cut(declared.Handler, "."); module != "index" {
		return lambda.Function{}, fmt.Errorf("%s has the handler %q: that of InlineCode is index.<function>", declared.LogicalID, declared.Handler)
	}

	root := filepath.Join(dir, declared.Name)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return lambda.Function{}, fmt.Errorf("make a directory for %s: %w", declared.LogicalID, err)
	}

	program := filepath.Join(root, "bootstrap.py")
	for path, text := range map[string][]byte{program: bootstrap, filepath.Join(root, "index.py"): []byte(declared.InlineCode)} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return lambda.Function{}, fmt.Errorf("put the code of %s in place: %w", declared.LogicalID, err)
		}
	}

	return lambda.Function{
		Name:        declared.Name,
		Binary:      interpreter,
		Arguments:   []string{"-B", program},
		Root:        root,
		Handler:     declared.Handler,
		Environment: declared.Environment,
		Timeout:     declared.Timeout,
		MemoryMB:    declared.MemoryMB,
	}, nil
}
