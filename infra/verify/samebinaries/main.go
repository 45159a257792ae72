// Command samebinaries checks that `sam build` produces the same binaries as the local runner. It builds every function in
// both ways and compares the files byte for byte. It leaves SAM's binaries in .local/built/PROCESSOR, named after their
// functions, for the runner's --functions.
//
// usage: go run ./infra/verify/samebinaries [arm64|x86_64]
//
// The default processor is this machine's. Run the command at the repository's root. It exits with status 1 if a function
// differs, if a build fails, or if template.yaml and functions/ do not name the same functions.
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

// processors maps Go's names of processors to Lambda's.
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

	err = errors.Join(os.RemoveAll(work), os.RemoveAll(built), os.MkdirAll(work, 0o755), os.MkdirAll(built, 0o755))
	if err != nil {
		return fmt.Errorf("remove the last build: %w", err)
	}

	if err := buildWithSAM(ctx, root, filepath.Join(work, "sam"), processor); err != nil {
		return err
	}

	if err := buildAsRunner(ctx, root, filepath.Join(work, "runner"), goarch); err != nil {
		return err
	}

	// If the binaries differ, both builds stay for inspection.
	if err := compare(root, work, built, processor); err != nil {
		return err
	}

	if err := os.RemoveAll(work); err != nil {
		return fmt.Errorf("remove the builds: %w", err)
	}

	return nil
}

func buildWithSAM(ctx context.Context, root, dir, processor string) error {
	command := exec.CommandContext(ctx, "sh", "infra/stack/deploy/build.sh",
		"--build-dir", dir, "--parameter-overrides", "Architecture="+processor)
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("sam build: %w\n%s", err, output)
	}

	return nil
}

// buildAsRunner builds the functions as the runner does, but for Lambda's operating system.
func buildAsRunner(ctx context.Context, root, dir, goarch string) error {
	for name, value := range map[string]string{"GOOS": "linux", "GOARCH": goarch} {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}

	if err := runner.Build(ctx, root, dir, "./functions/..."); err != nil {
		return fmt.Errorf("build with the runner's options: %w", err)
	}

	return nil
}

// compare compares the two builds of each function and copies SAM's build to the directory built.
func compare(root, work, built, processor string) error {
	functions, err := templates.Directories(filepath.Join(root, "functions"))
	if err != nil {
		return err
	}

	for _, function := range functions {
		fromRunner, err := os.ReadFile(filepath.Join(work, "runner", function))
		if err != nil {
			return fmt.Errorf("read the runner's build: %w", err)
		}

		fromSAM, err := os.ReadFile(filepath.Join(work, "sam", templates.LogicalID(function), "bootstrap"))
		if err != nil {
			return fmt.Errorf("read the build of sam build: %w", err)
		}

		if !bytes.Equal(fromRunner, fromSAM) {
			return fmt.Errorf("%s: the binary of sam build differs from the runner's (%s); compare the two in %s",
				function, processor, work)
		}

		if err := os.WriteFile(filepath.Join(built, function), fromSAM, 0o755); err != nil {
			return fmt.Errorf("copy the binary: %w", err)
		}
	}

	fmt.Printf("sam build and the local runner produce the same %d binaries (%s). They are in .local/built/%s.\n",
		len(functions), processor, processor)

	return nil
}
