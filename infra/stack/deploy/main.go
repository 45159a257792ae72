// Command deploy deploys Leasehold to AWS, or says what is deployed:
//
//	go run ./infra/stack/deploy deploy [options] [-- options of sam deploy]
//	go run ./infra/stack/deploy status [options]
//
// `make deploy` and `make status` run it with the AWS CLI and the SAM CLI of infra/stack/deploy/requirements.txt. Run it at
// the repository's root. It exits with status 1 if something fails, and 2 if the options are wrong.
//
//	main.go       options
//	deploy.go     the steps of a deployment
//	state.go      what the state of the stack allows, and what an earlier stack has left behind
//	parameter.go  the template's parameters: where their values come from, and their checks
//	saved.go      the values in samconfig.toml
//	address.go    the console's address and the sign-in prefix
//	restored.go   the settings of a restored table
//	binary.go     the built binaries and the built template
//	ask.go        questions and answers on the terminal
//	status.go     what is deployed
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// errUsage is the error of options that can't be used together. Its message was printed.
var errUsage = errors.New("wrong options")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	err := run(ctx, os.Args[1:])
	switch {
	case errors.Is(err, errUsage), errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are the options of both commands.
type options struct {
	stack  string
	region string
	// set holds the values of --set by parameter.
	set map[string]string
	// ask asks for every parameter, even if the stack exists.
	ask bool
	// yes answers every question with yes.
	yes bool
	// adopt and fresh say what to do with what a deleted stack has left behind.
	adopt, fresh bool
	// built is the directory of a finished build; "" builds.
	built string
	// drift detects drift before the status is printed.
	drift bool
	// sam holds the options that are passed to sam deploy.
	sam []string
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 0 {
		fmt.Fprintln(os.Stderr, "usage: deploy deploy|status [options]")
		return errUsage
	}

	opts, err := parse(arguments[0], arguments[1:], os.Stderr)
	if err != nil {
		return err
	}

	d := deployment{
		options: opts,
		Account: account.Account{Run: account.Exec},
		root:    ".",
		out:     os.Stdout,
		in:      newTerminal(os.Stdin, os.Stdout),
		program: runProgram,
	}

	switch arguments[0] {
	case "deploy":
		return d.deploy(ctx)
	case "status":
		return d.status(ctx)
	default:
		fmt.Fprintf(os.Stderr, "there is no command %q: use deploy or status\n", arguments[0])
		return errUsage
	}
}

// parse parses the options of a command. It prints what is wrong with them to out.
func parse(command string, arguments []string, out io.Writer) (options, error) {
	o := options{set: map[string]string{}}
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.stack, "stack", "", "`name` of the stack (default: stack_name in samconfig.toml)")
	flags.StringVar(&o.region, "region", "", "AWS `region` (default: AWS_REGION, samconfig.toml, or the AWS CLI's)")

	if command == "status" {
		flags.BoolVar(&o.drift, "drift", false, "detect drift first; takes a few minutes")
	} else {
		flags.BoolVar(&o.ask, "ask", false, "ask for every parameter; Enter keeps the value of the stack")
		flags.BoolVar(&o.yes, "yes", false, "ask nothing: for pipelines")
		flags.BoolVar(&o.adopt, "adopt", false, "use the table and the user pool that a deleted stack of this name has left behind")
		flags.BoolVar(&o.fresh, "fresh", false, "ignore what a deleted stack of this name has left behind")
		flags.StringVar(&o.built, "built", "", "deploy the finished build in this `directory` instead of building")
		flags.Func("set", "`NAME=VALUE` of a parameter; repeat it for more", func(text string) error {
			name, value, found := strings.Cut(text, "=")
			if !found || name == "" {
				return errors.New("write it as NAME=VALUE")
			}

			o.set[name] = value
			return nil
		})
	}

	if err := flags.Parse(arguments); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return options{}, err
		}

		return options{}, errUsage
	}

	o.sam = flags.Args()
	separated := slices.Contains(arguments[:len(arguments)-len(o.sam)], "--")
	if len(o.sam) > 0 && (command == "status" || !separated) {
		fmt.Fprintf(out, "%q is not an option. Put options of sam deploy after --.\n", o.sam[0])
		return options{}, errUsage
	}

	if o.adopt && o.fresh {
		fmt.Fprintln(out, "Use either --adopt or --fresh.")
		return options{}, errUsage
	}

	return o, nil
}

// runProgram runs a program on this terminal.
func runProgram(ctx context.Context, name string, arguments ...string) error {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(arguments[:min(1, len(arguments))], ""), err)
	}

	return nil
}
