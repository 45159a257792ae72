package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/leasehold-dev/leasehold/infra/verify/venv"
)

// source is this directory, from the repository's root.
const source = "infra/verify/clients"

// tools are the installed generators and the directory in which clients are generated. All paths are absolute.
type tools struct {
	description string
	python      venv.Environment
	work        string
}

// install installs the generators into .local/clients and copies the programs to a fresh working directory there.
func install(ctx context.Context) (tools, error) {
	root, err := os.Getwd()
	if err != nil {
		return tools{}, fmt.Errorf("find the repository: %w", err)
	}

	local := filepath.Join(root, ".local", "clients")
	t := tools{
		description: filepath.Join(root, description),
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

	t.python, err = venv.Install(ctx, filepath.Join(local, "venv"), filepath.Join(root, source, "requirements.txt"))
	if err != nil {
		return tools{}, err
	}

	_, err = execute(ctx, filepath.Join(t.work, "node"), nil, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	return t, err
}
