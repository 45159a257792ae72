// Command same proves that what `sam build` makes is what the local runner runs: it builds every function both ways and
// compares them byte by byte. SAM's binaries are left in .local/built/PROCESSOR, named after their functions, for the
// runner's --functions.
//
// usage: go run ./infra/verify/samebinaries [arm64|x86_64]
//
// The processor is this machine's unless given. Run it at the repository's root. It exits 1 when a function differs, when
// one of the builds fails, or when template.yaml and functions/ do not name the same functions.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
)

// processors maps Go's names to those of Lambda.
var processors = map[string]string{"arm64": "arm64", "amd64": "x86_64"}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	processor := processors[runtime.GOARCH]
	if len(arguments) == 1 {
		processor = arguments[0]
	}

	goarch := map[string]string{"arm64": "arm64", "x86_64": "amd64"}[processor]
	if goarch == "" || len(arguments) > 1 {
		return errors.New("usage: go run ./infra/verify/samebinaries [arm64|x86_64]")
	}

	root, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}

	work := filepath.Join(root, ".local", "same", processor)
	built := filepath.Join(root, ".local", "built", processor)
	if err := errors.Join(os.RemoveAll(work), os.RemoveAll(built), os.MkdirAll(work, 0o755), os.MkdirAll(built, 0o755)); err != nil {
		return fmt.Errorf("clear away the last build: %w", err)
	}

	if err := buildWithSAM(ctx, root, filepath.Join(work, "sam"), processor); err != nil {
		return err
	}

	if err := buildAsRunner(ctx, root, filepath.Join(work, "runner"), goarch); err != nil {
		return err
	}

	if err := compare(root, work, built, processor); err != nil {
		return err // what was built stays, to be looked at
	}

	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("clear away this build: %w", err)
	}

	return nil
}

func buildWithSAM(ctx context.Context, root, dir, processor string) error {
	command := exec.CommandContext(ctx, "sh", "infra/stack/deploy/build.sh", "--build-dir", dir, "--parameter-overrides", "Architecture="+processor)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("sam build: %w\n%s", err, output)
	}

	return nil
}

// buildAsRunner builds as the runner does, for Lambda's system.
func buildAsRunner(ctx context.Context, root, dir, goarch string) error {
	for name, value := range map[string]string{"GOOS": "linux", "GOARCH": goarch} {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}

	if err := runner.Build(ctx, root, dir, "./functions/..."); err != nil {
		return fmt.Errorf("build as the runner does: %w", err)
	}

	return nil
}

func compare(root, work, built, processor string) error {
	functions, err := templates.Directories(filepath.Join(root, "functions"))
	if err != nil {
		return err
	}

	for _, function := range functions {
		ours, err := os.ReadFile(filepath.Join(work, "runner", function))
		if err != nil {
			return fmt.Errorf("read what the runner builds: %w", err)
		}

		theirs, err := os.ReadFile(filepath.Join(work, "sam", templates.LogicalID(function), "bootstrap"))
		if err != nil {
			return fmt.Errorf("read what sam build makes: %w", err)
		}

		if !bytes.Equal(ours, theirs) {
			return fmt.Errorf("%s: sam build and the runner's build differ (%s)", function, processor)
		}

		if err := os.WriteFile(filepath.Join(built, function), theirs, 0o755); err != nil {
			return fmt.Errorf("lay out the functions: %w", err)
		}
	}

	fmt.Printf("sam build and the runner's build agree on %d functions, byte for byte (%s); they are in .local/built/%s\n", len(functions), processor, processor)
	return nil
}
