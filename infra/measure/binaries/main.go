// Command binaries compares what the start of each function depends on with binaries.json: the size of its binary, and what the
// initialization of its packages allocates. Unlike times, these figures are the same on every machine. It exits with status 1 if
// one is more than 3 % above the committed figure, or if a function has none.
//
// usage: go run ./infra/measure/binaries [--update]
//
// With --update, it writes the figures instead. Run it at the repository's root, after the web pages were built. The figures
// are those of linux/amd64, which it builds for.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
)

const (
	committed = "infra/measure/binaries/binaries.json"
	// tolerance is how far a figure can be above the committed one.
	tolerance = 0.03
)

// figures are what the start of a function depends on.
type figures struct {
	// Size is the size of the binary in bytes.
	Size int64 `json:"size"`
	// InitBytes and InitAllocations are what the initialization of all packages allocates.
	InitBytes       int64 `json:"initBytes"`
	InitAllocations int64 `json:"initAllocations"`
}

func main() {
	update := flag.Bool("update", false, "write the figures to "+committed)
	flag.Parse()

	if err := run(context.Background(), *update); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, update bool) error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		fmt.Fprintln(os.Stderr, "the sizes of the binaries were not compared: that needs linux/amd64")
		return nil
	}

	measured, err := measure(ctx)
	if err != nil {
		return err
	}

	if update {
		return write(measured)
	}

	text, err := os.ReadFile(committed)
	if err != nil {
		return fmt.Errorf("read the committed figures: %w", err)
	}

	var want map[string]figures
	if err := json.Unmarshal(text, &want); err != nil {
		return fmt.Errorf("decode %s: %w", committed, err)
	}

	return compare(measured, want)
}

func write(measured map[string]figures) error {
	text, err := json.MarshalIndent(measured, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the figures: %w", err)
	}

	if err := os.WriteFile(committed, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("write the figures: %w", err)
	}

	return nil
}

// measure builds every function as it is deployed and returns its figures, by the function's name.
func measure(ctx context.Context) (map[string]figures, error) {
	names, err := templates.Directories("functions")
	if err != nil {
		return nil, fmt.Errorf("list the functions: %w", err)
	}

	dir, err := os.MkdirTemp("", "leasehold-binaries-")
	if err != nil {
		return nil, fmt.Errorf("create a directory for the binaries: %w", err)
	}

	defer os.RemoveAll(dir)

	packages := make([]string, len(names))
	for i, name := range names {
		packages[i] = "./functions/" + name
	}

	if err := runner.Build(ctx, ".", dir, packages...); err != nil {
		return nil, err
	}

	measured := map[string]figures{}
	for _, name := range names {
		if measured[name], err = figuresOf(ctx, filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}

	return measured, nil
}

// initialized matches a line of GODEBUG=inittrace=1, such as
// "init net/http @0.4 ms, 0.02 ms clock, 4712 bytes, 98 allocs".
var initialized = regexp.MustCompile(`(?m)^init \S+ @.* (\d+) bytes, (\d+) allocs$`)

// figuresOf returns the figures of a binary. It runs the binary without an environment: every function stops then, after its
// packages were initialized.
func figuresOf(ctx context.Context, binary string) (figures, error) {
	info, err := os.Stat(binary)
	if err != nil {
		return figures{}, fmt.Errorf("find a function's binary: %w", err)
	}

	command := exec.CommandContext(ctx, binary)
	command.Env = []string{"GODEBUG=inittrace=1", "GOMAXPROCS=1"}
	var printed bytes.Buffer
	command.Stderr = &printed
	_ = command.Run() // which fails

	f := figures{Size: info.Size()}
	for _, line := range initialized.FindAllSubmatch(printed.Bytes(), -1) {
		taken, byteErr := strconv.ParseInt(string(line[1]), 10, 64)
		allocations, allocErr := strconv.ParseInt(string(line[2]), 10, 64)
		if err := errors.Join(byteErr, allocErr); err != nil {
			return figures{}, fmt.Errorf("read the initialization of %s: %w", binary, err)
		}

		f.InitBytes += taken
		f.InitAllocations += allocations
	}

	if f.InitAllocations == 0 {
		return figures{}, fmt.Errorf("%s reported no initialization: %s", binary, printed.Bytes())
	}

	return f, nil
}

// compare returns an error that lists the figures that have risen.
func compare(measured, want map[string]figures) error {
	var risen []error
	for name, got := range measured {
		committed, ok := want[name]
		if !ok {
			risen = append(risen, fmt.Errorf("%s has no committed figures", name))
			continue
		}

		risen = append(risen,
			above(name, "the size of the binary", got.Size, committed.Size),
			above(name, "the bytes of initialization", got.InitBytes, committed.InitBytes),
			above(name, "the allocations of initialization", got.InitAllocations, committed.InitAllocations))
	}

	if err := errors.Join(risen...); err != nil {
		return fmt.Errorf("%w\nif this is meant, run: go run ./infra/measure/binaries --update", err)
	}

	return nil
}

func above(name, what string, got, want int64) error {
	if float64(got) <= float64(want)*(1+tolerance) {
		return nil
	}

	return fmt.Errorf("%s: %s is %d, %.1f %% above %d", name, what, got, 100*(float64(got)/float64(cmp.Or(want, 1))-1), want)
}
