package main

import (
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// machines are the processors of the parameter Architecture, as the header of an ELF file names them.
var machines = map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}

// checkBinaries returns an error if a built function is not a program for a processor, or if no function was built.
func checkBinaries(build, processor string) error {
	paths, err := filepath.Glob(filepath.Join(build, "*", "bootstrap"))
	if err != nil {
		return fmt.Errorf("list the built functions: %w", err)
	}

	if len(paths) == 0 {
		return fmt.Errorf("%s has no built functions. Run make build", build)
	}

	var problems []error
	for _, path := range paths {
		file, err := elf.Open(path)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: read the program: %w", path, err))
			continue
		}

		if file.Machine != machines[processor] {
			problems = append(problems, fmt.Errorf("%s is built for %s, but Architecture is %s", path, file.Machine, processor))
		}

		problems = append(problems, file.Close())
	}

	return errors.Join(problems...)
}

// versionKey is the key of the version in the Metadata of the deployed template. Metadata changes no resource.
const versionKey = "LeaseholdVersion"

// stampVersion writes the version of the source code into the Metadata of a built template, for `make status`.
func stampVersion(build, version string) error {
	path := filepath.Join(build, "template.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the built template: %w", err)
	}

	const metadata = "Metadata:"
	stamp := fmt.Sprintf("  %s: %q", versionKey, version)

	lines := strings.Split(string(text), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "  "+versionKey+":") })
	i := slices.Index(lines, metadata)
	if i < 0 {
		return fmt.Errorf("the built template %s has no Metadata", path)
	}

	stamped := strings.Join(slices.Insert(lines, i+1, stamp), "\n")
	if err := os.WriteFile(path, []byte(stamped), 0o600); err != nil {
		return fmt.Errorf("write the built template: %w", err)
	}

	return nil
}

// version returns the version of the source code: the latest tag, the commits since, and whether files have changed.
func (d *deployment) version(ctx context.Context) string {
	described, err := d.Run(ctx, "git", "-C", d.root, "describe", "--tags", "--always", "--dirty")
	if err != nil {
		return "unknown"
	}

	return strings.TrimSpace(string(described))
}
