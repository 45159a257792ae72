// The local runner: the whole of Leasehold on one machine, from template.yaml and the binaries that would be deployed.
// Package runner holds the parts; this is the command line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/demo"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is main with its inputs given; it returns the exit status: 0 after ctx ended, 1 after an error, 2 for wrong flags.
func run(ctx context.Context, arguments []string, out, complaints io.Writer) int {
	options, shown, err := parse(arguments, complaints)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}

	if err != nil {
		return 2
	}

	options.Log = out
	began := time.Now()
	fmt.Fprintln(out, "starting Leasehold")
	started, err := runner.Start(ctx, options)
	if ctx.Err() != nil {
		if started != nil {
			started.Close()
		}
		return 0
	}

	if err != nil {
		fmt.Fprintln(complaints, err)
		return 1
	}

	greet(out, started, shown, time.Since(began))
	<-ctx.Done()
	fmt.Fprintln(out, "\nstopping")
	started.Close()
	return 0
}

// parse reads the flags over the places inside the module where the runner keeps things. The demo is nil for a template
// that is not Leasehold's.
func parse(arguments []string, complaints io.Writer) (runner.Options, *demo.Demo, error) {
	options := runner.Options{Schedule: true, Age: ageing.Age, People: demo.People}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(complaints)
	flags.IntVar(&options.Port, "port", 3000, "port on 127.0.0.1")
	flags.BoolVar(&options.Fresh, "fresh", false, "start over: delete the data first")
	flags.StringVar(&options.DynamoDB, "dynamodb", "", "`URL` of a DynamoDB endpoint to use instead of the engine")
	flags.StringVar(&options.Data, "data", "", "`directory` of the data (default .local/data)")
	flags.StringVar(&options.Functions, "functions", "", "`directory` of prebuilt function binaries; without it they are built")
	flags.StringVar(&options.Template, "template", "", "`path` of the template (default template.yaml)")
	flags.Func("with", "serve the APIs of another `template`, too, opened by Leasehold's authorizer: each on the next port;\ncan be given again (see infra/stack/examples)", func(path string) error {
		options.With = append(options.With, path)
		return nil
	})

	if err := flags.Parse(arguments); err != nil {
		return options, nil, err
	}

	if flags.NArg() > 0 {
		err := fmt.Errorf("there is no argument %q: see --help", flags.Arg(0))
		fmt.Fprintln(complaints, err)
		return options, nil, err
	}

	if options.Data == "" {
		root, err := dynoxide.ModuleRoot(".")
		if err != nil {
			fmt.Fprintln(complaints, err)
			return options, nil, err
		}

		options.Data, options.Logs = filepath.Join(root, ".local", "data"), filepath.Join(root, ".local", "logs")
	}

	if options.Template != "" {
		return options, nil, nil
	}

	shown := &demo.Demo{TokenFile: filepath.Join(options.Data, "demo-token")}
	options.Seed = shown.Seed
	return options, shown, nil
}

// greet says where to click.
func greet(out io.Writer, started *runner.Runner, shown *demo.Demo, took time.Duration) {
	fmt.Fprintf(out, "ready in %.1f s\n\n  console  %s/console\n  API      %s\n  issuer   %s\n  mailbox  %s/_local/mail\n  more     %s/_local/\n\n",
		took.Seconds(), started.APIURL(), started.APIURL(), started.IssuerURL(), started.BaseURL(), started.BaseURL())
	for _, line := range started.Seeded() {
		fmt.Fprintln(out, line)
	}

	introduce(out, started.Neighbours(), shown)
	fmt.Fprintln(out, "\nCtrl-C stops everything.")
}

// introduce says how to call the APIs of the other templates.
func introduce(out io.Writer, neighbours []*runner.Neighbour, shown *demo.Demo) {
	token := "TOKEN"
	if shown != nil {
		token = shown.Token()
	}

	for _, neighbour := range neighbours {
		fmt.Fprintf(out, "\n  The %s API of %s, opened by the same token:\n\n    curl -H 'Authorization: Bearer %s' %s\n",
			neighbour.API.Protocol, neighbour.Template, token, neighbour.Example())
	}
}
