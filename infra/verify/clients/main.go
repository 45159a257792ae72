// Command clients generates clients from the API description with generators of other projects, and lets a small program
// use each of them against a running system: it lists members to the last page, creates a token, extends, rotates and
// deletes it, and is refused. Every program must report the same.
//
// With --fuzz it then lets schemathesis call every operation for that long, with all its checks.
//
// usage: go run ./infra/verify/clients [--functions DIR] [--fuzz DURATION [--seed N] [--strict]]
//
// Run the command at the repository's root. It installs the tools into .local/clients. It exits with status 1 if a
// generator fails, drops a response, or has to invent the name of a type, if a program reports something else, or if
// schemathesis finds a fault that fuzz.go does not explain. Limits of requests that the description does not say are printed;
// with --strict they fail, too.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

func main() {
	functions := flag.String("functions", "", "directory of prebuilt function binaries (default: build them)")
	var f fuzzing
	flag.DurationVar(&f.length, "fuzz", 0, "let schemathesis call the API for that long")
	flag.IntVar(&f.seed, "seed", 1, "seed of schemathesis's random choices")
	flag.BoolVar(&f.strict, "strict", false, "also fail on limits that the description does not say")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *functions, f, os.Stdout)
	stop()

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, functions string, f fuzzing, out io.Writer) error {
	t, err := install(ctx)
	if err != nil {
		return err
	}

	system, err := runner.Start(ctx, runner.Options{Functions: functions})
	if err != nil {
		return err
	}

	defer system.Close()

	people, err := populate(ctx, system.APIURL())
	if err != nil {
		return err
	}

	var failed error
	for _, c := range clients {
		if err := c.try(ctx, t, people); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", c.name, err))
			continue
		}

		fmt.Fprintf(out, "client of %s: %s\n", c.name, c.verdict())
	}

	if f.length == 0 {
		return failed
	}

	if err := people.addTargets(ctx); err != nil {
		return errors.Join(failed, err)
	}

	return errors.Join(failed, f.run(ctx, t, people, out))
}

// verdict says what was found to be right about a client.
func (c generated) verdict() string {
	if c.program == nil {
		return "generated"
	}

	return "generated and used"
}

// report is what a program prints. The fields are those of package flow in the directory go.
type report struct {
	Members      int    `json:"members"`
	Pages        int    `json:"pages"`
	Secret       bool   `json:"secret"`
	Extended     bool   `json:"extended"`
	Rotated      bool   `json:"rotated"`
	Deleted      bool   `json:"deleted"`
	Refused      string `json:"refused"`
	Unauthorized string `json:"unauthorized"`
}

// wanted is what every program has to report.
var wanted = report{
	Members:      members,
	Pages:        (members + 1) / 2,
	Secret:       true,
	Extended:     true,
	Rotated:      true,
	Deleted:      true,
	Refused:      "token-dead",
	Unauthorized: "invalid-token",
}

// try generates a client and runs its program.
func (c generated) try(ctx context.Context, t tools, people world) error {
	if err := c.generate(ctx, t); err != nil {
		return err
	}

	if c.program == nil {
		return nil
	}

	printed, err := execute(ctx, t.work, people.environment(), c.program(t)...)
	if err != nil {
		return err
	}

	var got report
	decoder := json.NewDecoder(bytes.NewReader(printed))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&got); err != nil {
		return fmt.Errorf("decode the report %q: %w", printed, err)
	}

	if got != wanted {
		return fmt.Errorf("the program reports %+v, want %+v", got, wanted)
	}

	return nil
}

// execute runs a command with additional environment variables and returns its standard output. The error of a command
// that fails contains everything that it printed.
func execute(ctx context.Context, dir string, environment []string, words ...string) ([]byte, error) {
	var out, log bytes.Buffer
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Dir, command.Stdout, command.Stderr = dir, &out, &log
	command.Env = append(os.Environ(), environment...)
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s%s", words[0], err, out.Bytes(), log.Bytes())
	}

	return out.Bytes(), nil
}
