// Package venv installs Python packages for checks into virtual environments.
package venv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Environment is the directory of a virtual environment.
type Environment string

// Command returns the path of a program in the environment.
func (e Environment) Command(name string) string { return filepath.Join(string(e), "bin", name) }

// Install returns the virtual environment in a directory, with the packages of a requirements file. The file pins each
// package with the digests of its wheels. Install does nothing if the environment has what the file requires, and otherwise
// makes it anew.
func Install(ctx context.Context, dir, requirements string) (Environment, error) {
	e := Environment(dir)
	wanted, err := os.ReadFile(requirements)
	if err != nil {
		return "", fmt.Errorf("read what to install: %w", err)
	}

	marker := filepath.Join(dir, "installed")
	if have, err := os.ReadFile(marker); err == nil && bytes.Equal(have, wanted) {
		return e, nil
	}

	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("remove the last environment: %w", err)
	}

	if err := run(ctx, "python3", "-m", "venv", dir); err != nil {
		return "", err
	}

	err = run(ctx, e.Command("pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--require-hashes", "--only-binary", ":all:", "--requirement", requirements)
	if err != nil {
		return "", err
	}

	if err := os.WriteFile(marker, wanted, 0o600); err != nil {
		return "", fmt.Errorf("note what is installed: %w", err)
	}

	return e, nil
}

// run runs a command. The error of one that fails contains everything that it printed.
func run(ctx context.Context, words ...string) error {
	if printed, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", words[0], err, printed)
	}

	return nil
}
