package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// buildFlags holds the flags of the deployed binaries. They omit the commit's stamp, which would change every function
// with every commit.
var buildFlags = []string{"-tags", "lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w"}

// buildFunctions builds the template's functions with one go command, unless Options.Functions names prebuilt ones.
func (r *Runner) buildFunctions(ctx context.Context) error {
	if r.options.Functions != "" {
		return r.checkBinaries()
	}

	r.options.Functions = r.options.Build
	if r.options.Functions == "" {
		r.options.Functions = filepath.Join(r.root, ".local", "functions")
	}

	var packages []string
	for _, function := range r.loaded.Functions {
		if _, err := os.Stat(function.Dir); err != nil {
			return fmt.Errorf("the template names %s for %s, but there is no such directory: create it, or remove the function "+
				"from the template", function.Dir, function.LogicalID)
		}

		relative, err := filepath.Rel(r.root, function.Dir)
		if err != nil {
			return fmt.Errorf("locate the sources of %s: %w", function.LogicalID, err)
		}

		packages = append(packages, "./"+filepath.ToSlash(relative))
	}

	if len(packages) == 0 {
		return nil
	}

	began := time.Now()
	if err := Build(ctx, r.root, r.options.Functions, packages...); err != nil {
		return err
	}

	r.progress(counted(len(packages), "function"), began)
	return r.checkBinaries()
}

// Build builds packages of the module at root into dir, with the flags of the deployed binaries.
func Build(ctx context.Context, root, dir string, packages ...string) error {
	tool, err := exec.LookPath("go")
	if err != nil {
		return errors.New("the go command is missing: install Go from https://go.dev/dl/ and put it on the PATH")
	}

	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the directory of the functions: %w", err)
	}

	arguments := append(append([]string{"build", "-o", dir + string(filepath.Separator)}, buildFlags...), packages...)
	command := exec.CommandContext(ctx, tool, arguments...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) } // go passes the signal on to its compilers
	command.WaitDelay = 5 * time.Second
	command.Dir = root
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("the functions don't compile: fix these errors and start again:\n%s", bytes.TrimSpace(output))
	}

	return nil
}

// checkBinaries rejects a directory of binaries that lacks a function of the template.
func (r *Runner) checkBinaries() error {
	absolute, err := filepath.Abs(r.options.Functions)
	if err != nil {
		return fmt.Errorf("locate the functions: %w", err)
	}

	r.options.Functions = absolute
	for _, function := range r.loaded.Functions {
		binary := filepath.Join(absolute, function.Name)
		if info, err := os.Stat(binary); err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("there is no binary %s for %s: build the functions into %s, or omit --functions",
				binary, function.LogicalID, absolute)
		}
	}

	return nil
}

// counted returns a number with its noun, such as "1 function" or "2 functions".
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
