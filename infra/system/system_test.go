package system_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/engine"
	"github.com/leasehold-dev/leasehold/infra/local/clock"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// binaries is where the functions are built once for all scripts.
var binaries string

func TestMain(m *testing.M) {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// build lets one start build the functions; every script then starts in milliseconds with what was built.
func build() error {
	root, err := engine.ModuleRoot(".")
	if err != nil {
		return err
	}
	first, err := runner.Start(context.Background(), runner.Options{Log: os.Stderr, Template: os.Getenv("LEASEHOLD_TEMPLATE")})
	if err != nil {
		return err
	}
	first.Close()
	binaries = filepath.Join(root, ".local", "functions")
	return nil
}

func TestScripts(t *testing.T) {
	spec := loadSpec(t)
	t.Run("all", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir: "testdata", Cmds: commands, RequireExplicitExec: true,
			Setup: func(env *testscript.Env) error { return setUp(t, env, spec) },
		})
	})
	if !t.Failed() && !partial() {
		spec.checkCoverage(t)
	}
}

// partial reports whether only some scripts were asked for.
func partial() bool {
	for _, argument := range os.Args {
		if len(argument) > len("-test.run=") && argument[:len("-test.run=")] == "-test.run=" {
			return true
		}
	}
	return false
}

func setUp(t *testing.T, env *testscript.Env, spec *spec) error {
	running, err := runner.Start(t.Context(), runner.Options{Template: os.Getenv("LEASEHOLD_TEMPLATE"), Functions: binaries, Log: io.Discard, Age: clock.Age})
	if err != nil {
		return err
	}
	env.Defer(running.Close)
	env.Values[scriptKey{}] = &script{ctx: t.Context(), running: running, spec: spec}
	return nil
}
