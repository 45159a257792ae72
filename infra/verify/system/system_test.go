package system_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/verify/invariants/check"
	"github.com/leasehold-dev/leasehold/infra/verify/templates"
)

var (
	// binaries is the directory of the functions, which are built once for all scripts.
	binaries string
	// guard checks each request of a function to DynamoDB or SES against the function's policies in the template, and
	// records the permissions that no request used.
	guard *iam.Guard
)

func TestMain(m *testing.M) {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}

	os.Exit(m.Run())
}

// build starts and stops one runner, which builds the functions. Every script then starts with these binaries, in
// milliseconds.
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
		policies[function.Name] = templates.Emulated(function.Policies)
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

	// API Gateway reuses the authorizer's answers for a minute, as AuthorizerCacheSeconds allows.
	t.Run("cached", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir:                 "testdata/cached",
			Cmds:                commands,
			RequireExplicitExec: true,
			Setup: func(env *testscript.Env) error {
				return setUpWith(t, env, spec, runner.Options{Parameters: map[string]string{"AuthorizerCacheSeconds": "60"}})
			},
		})
	})

	if !t.Failed() && !partial() {
		spec.checkCoverage(t)
		for _, grant := range guard.Unused() {
			t.Errorf("no script used this permission, which a policy in template.yaml grants: %s", grant)
		}
	}
}

// TestExamples runs the scripts about the APIs of infra/stack/examples, which use Leasehold's authorizer.
func TestExamples(t *testing.T) {
	spec := loadSpec(t)
	examples, err := filepath.Glob("../../stack/examples/*.yaml")
	if err != nil || len(examples) != 2 {
		t.Fatalf("infra/stack/examples has the templates %q (error %v), want 2 of them", examples, err)
	}

	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/examples",
		Cmds:                commands,
		RequireExplicitExec: true,
		Setup:               func(env *testscript.Env) error { return setUp(t, env, spec, examples...) },
	})
}

// partial reports whether only some of the scripts run, because go test got -run or -skip.
func partial() bool {
	for _, name := range []string{"test.run", "test.skip"} {
		if f := flag.Lookup(name); f != nil && f.Value.String() != "" {
			return true
		}
	}

	return false
}

func setUp(t *testing.T, env *testscript.Env, spec *spec, with ...string) error {
	var others []runner.Other
	for _, path := range with {
		others = append(others, runner.Other{Template: path})
	}

	return setUpWith(t, env, spec, runner.Options{With: others})
}

// setUpWith starts a system with what the options say about its templates.
func setUpWith(t *testing.T, env *testscript.Env, spec *spec, options runner.Options) error {
	received := newReceiver(t)
	options.Functions, options.Log, options.Age, options.Authorize = binaries, io.Discard, ageing.Age, authorize(t)
	options.EventsTo = received.URL()
	running, err := runner.Start(t.Context(), options)
	if err != nil {
		return err
	}

	env.Defer(running.Close)
	time.AfterFunc(outage, running.PauseEvents())
	state := &script{
		ctx:     t.Context(),
		running: running,
		spec:    spec,
		breaks:  map[check.Rule]bool{},
	}
	env.Defer(func() { state.checkInvariants(t, filepath.Base(env.WorkDir)) })
	env.Defer(func() { received.check(t, filepath.Base(env.WorkDir), state) })
	env.Values[scriptKey{}] = state
	return nil
}

// authorize returns a check that rejects a request that no policy allows, as AWS would. It logs the reason, because the
// API's caller only gets an internal error.
func authorize(t *testing.T) func(function, action string, body map[string]any) error {
	return func(function, action string, body map[string]any) error {
		err := guard.Check(function, action, body)
		if err != nil {
			t.Log(err)
		}

		return err
	}
}
