// Package python prepares functions whose Python code is in the template (InlineCode). Package lambda runs them like
// any other function: bootstrap.py makes them processes that poll the Lambda Runtime API. They run with the python3 of
// this machine, whichever version the template names, and no packages are installed for them.
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

// Interpreter returns the path of python3. It resolves wrappers, which need environment variables that functions don't
// have.
func Interpreter(ctx context.Context) (string, error) {
	found, err := exec.LookPath("python3")
	if err != nil {
		return "", errors.New("python3 is missing, which functions with InlineCode need: " +
			"install Python from https://www.python.org")
	}

	path, err := exec.CommandContext(ctx, found, "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return "", fmt.Errorf("%s, which functions with InlineCode need, does not run: %w", found, err)
	}

	return strings.TrimSpace(string(path)), nil
}

// Function writes the code of a declared function to the directory dir/<name>, and returns the function that runs it
// with interpreter. It rejects other runtimes than python3 and handlers in other files.
func Function(declared template.Function, interpreter, dir string) (lambda.Function, error) {
	if !strings.HasPrefix(declared.Runtime, "python3.") {
		return lambda.Function{}, fmt.Errorf("%s has InlineCode with the runtime %q: only python3 runtimes are supported",
			declared.LogicalID, declared.Runtime)
	}

	if module, _, _ := strings.Cut(declared.Handler, "."); module != "index" {
		return lambda.Function{}, fmt.Errorf("%s has the handler %q: InlineCode needs a handler of the form index.<function>",
			declared.LogicalID, declared.Handler)
	}

	root := filepath.Join(dir, declared.Name)
	if err := os.MkdirAll(root, 0o755); err != nil {
		return lambda.Function{}, fmt.Errorf("create a directory for %s: %w", declared.LogicalID, err)
	}

	program := filepath.Join(root, "bootstrap.py")
	for path, text := range map[string][]byte{
		program:                         bootstrap,
		filepath.Join(root, "index.py"): []byte(declared.InlineCode),
	} {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return lambda.Function{}, fmt.Errorf("write the code of %s: %w", declared.LogicalID, err)
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
