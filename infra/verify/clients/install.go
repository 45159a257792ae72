package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// source is this directory, from the repository's root.
const source = "infra/verify/clients"

// tools are the installed generators and the directory in which clients are generated. All paths are absolute.
type tools struct {
	description string
	venv        string
	work        string
}

// python returns the path of a command of the virtual environment.
func (t tools) python(name string) string { return filepath.Join(t.venv, "bin", name) }

// install installs the generators into .local/clients and copies the programs to a fresh working directory there.
func install(ctx context.Context) (tools, error) {
	root, err := os.Getwd()
	if err != nil {
		return tools{}, fmt.Errorf("find the repository: %w", err)
	}

	local := filepath.Join(root, ".local", "clients")
	t := tools{
		description: filepath.Join(root, description),
		venv:        filepath.Join(local, "venv"),
		work:        filepath.Join(local, "work"),
	}

	if err := os.RemoveAll(t.work); err != nil {
		return tools{}, fmt.Errorf("remove the last clients: %w", err)
	}

	for _, language := range []string{"go", "node", "python"} {
		from := os.DirFS(filepath.Join(root, source, language))
		if err := os.CopyFS(filepath.Join(t.work, language), from); err != nil {
			return tools{}, fmt.Errorf("copy the programs: %w", err)
		}
	}

	if err := t.installPython(ctx, filepath.Join(root, source, "requirements.txt")); err != nil {
		return tools{}, err
	}

	_, err = execute(ctx, filepath.Join(t.work, "node"), nil, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	return t, err
}

// installPython creates the virtual environment unless it has what the file requires.
func (t tools) installPython(ctx context.Context, requirements string) error {
	wanted, err := os.ReadFile(requirements)
	if err != nil {
		return fmt.Errorf("read what to install: %w", err)
	}

	marker := filepath.Join(t.venv, "installed")
	if have, err := os.ReadFile(marker); err == nil && bytes.Equal(have, wanted) {
		return nil
	}

	if err := os.RemoveAll(t.venv); err != nil {
		return fmt.Errorf("remove the last environment: %w", err)
	}

	if _, err := execute(ctx, t.work, nil, "python3", "-m", "venv", t.venv); err != nil {
		return err
	}

	_, err = execute(ctx, t.work, nil, t.python("pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps",
		"--require-hashes", "--only-binary", ":all:", "--requirement", requirements)
	if err != nil {
		return err
	}

	if err := os.WriteFile(marker, wanted, 0o600); err != nil {
		return fmt.Errorf("note what is installed: %w", err)
	}

	return nil
}
