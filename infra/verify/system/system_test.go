package system_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
)

var (
	// binaries is where the functions are built once for all scripts.
	binaries string
	// guard holds what every function asks of the table and of mail against its policies in the template, and keeps
	// account of what they allow in vain.
	guard *iam.Guard
)

func TestMain(m *testing.M) {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	os.Exit(m.Run())
}

// build lets one start build the functions; every script then starts in milliseconds with what was built.
func build() error {
	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return err
	}

	first, err := runner.Start(context.Background(), runner.Options{Log: os.Stderr})
	if err != nil {
		return err
	}

	first.Close()
	policies := map[string]any{}
	for _, function := range first.Template().Functions {
		policies[function.Name] = function.Policies
	}

	guard, err = iam.New(templates.Schema, policies)
	binaries = filepath.Join(root, ".local", "functions")
	return err
}

func TestScripts(t *testing.T) {
	spec := loadSpec(t)
	t.Run("all", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 "testdata",
			Cmds:                commands,
			RequireExplicitExec: true,
			Setup:               func(env *testscript.Env) error { return setUp(t, env, spec) },
		})
	})

	if !t.Failed() && !partial() {
		spec.checkCoverage(t)
		for _, grant := range guard.Unused() {
			t.Errorf("a policy in template.yaml grants what no script needed: %s", grant)
		}
	}
}

// TestExamples runs the scripts about other people's APIs, beside which Leasehold runs: those of infra/stack/examples.
func TestExamples(t *testing.T) {
	spec := loadSpec(t)
	examples, err := filepath.Glob("../../stack/examples/*.yaml")
	if err != nil || len(examples) != 2 {
		t.Fatalf("the examples are %v, %v", examples, err)
	}

	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/examples",
		Cmds:                commands,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(t, env, spec, examples...) },
	})
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

func setUp(t *testing.T, env *testscript.Env, spec *spec, with ...string) error {
	running, err := runner.Start(t.Context(), runner.Options{
		Functions: binaries,
		With:      with,
		Log:       io.Discard,
		Age:       ageing.Age,
		Authorize: judge(t),
	})
	if err != nil {
		return err
	}

	env.Defer(running.Close)
	env.Values[scriptKey{}] = &script{ctx: t.Context(), running: running, spec: spec}
	return nil
}

// judge refuses what a policy does not allow, as AWS would, and says so in the test's log, as the caller only learns of an
// internal error.
func judge(t *testing.T) func(function, action string, body map[string]any) error {
	return func(function, action string, body map[string]any) error {
		err := guard.Check(function, action, body)
		if err != nil {
			t.Log(err)
		}

		return err
	}
}
