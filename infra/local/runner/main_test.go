package runner_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// functions is the directory of the test functions' binaries, built once.
var functions string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "functions-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}

	defer os.RemoveAll(dir)
	root, err := dynoxide.ModuleRoot(".")
	if err == nil {
		at := "./infra/local/testdata/functions/"
		err = runner.Build(context.Background(), root, dir, at+"echo", at+"authorizer", at+"sweep", at+"store")
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}

	functions = dir
	return m.Run()
}
