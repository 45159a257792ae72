// Local runs Leasehold on this machine, from template.yaml and the binaries that are deployed. It is the command line
// of package runner.
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
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/demo"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/secret"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	leaveRoom()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// leaveRoom limits this process to half of the processors: a request spends most of its time in the functions and the database
// engine, and threads of this process that look for work would only take turns with theirs. The heap is small, so it may grow
// to five times what is in use before it is collected.
func leaveRoom() {
	runtime.GOMAXPROCS(max(1, runtime.NumCPU()/2))
	debug.SetGCPercent(400)
}

// run starts the system and waits for ctx to end. It returns the exit status: 0 when ctx ends, 1 if the system can't
// start or go on, 2 for wrong flags.
func run(ctx context.Context, arguments []string, out, errs io.Writer) int {
	options, demoData, err := parse(arguments, errs)
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
		fmt.Fprintln(errs, err)
		return 1
	}

	greet(out, started, demoData, time.Since(began))

	select {
	case <-ctx.Done():
		fmt.Fprintln(out, "\nstopping")
		started.Close()
		return 0

	case err := <-started.Failed():
		started.Close()
		fmt.Fprintln(errs, err)
		return 1
	}
}

// parse returns the options that the flags describe, and the demo data. The demo data is nil if --template names
// another template than Leasehold's.
func parse(arguments []string, errs io.Writer) (runner.Options, *demo.Demo, error) {
	options := runner.Options{Schedule: true, Age: ageing.Age, People: demo.People}
	flags := flag.NewFlagSet("local", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.IntVar(&options.Port, "port", 3000, "port on 127.0.0.1")
	flags.BoolVar(&options.Fresh, "fresh", false, "delete the data and start over")
	flags.StringVar(&options.DynamoDB, "dynamodb", "", "`URL` of a DynamoDB endpoint to use instead of the bundled database engine")
	flags.BoolVar(&options.Watch, "watch", false, "rebuild the functions whose sources change, before the next request that needs them")
	flags.StringVar(&options.Data, "data", "", "`directory` of the data (default .local/data)")
	flags.StringVar(&options.Functions, "functions", "", "`directory` of prebuilt function binaries (default: build them)")
	flags.StringVar(&options.Template, "template", "", "`path` of the template (default template.yaml)")
	flags.StringVar(&options.EventsTo, "events-to", "", "`URL` to which each event is posted, as EventBridge does; the events are at /_local/events")
	flags.Func("with", "also serve the APIs of another `template`, each on the next port; they can use Leasehold's authorizer\n"+
		"(repeat for several templates; see infra/stack/examples)", func(path string) error {
		options.With = append(options.With, runner.Other{Template: path})
		return nil
	})
	flags.Func("parameter", "value of a parameter as `NAME=VALUE`, of the template of the --with before it, or of Leasehold's\n"+
		"template if it comes before every --with (repeat for several parameters)", func(text string) error {
		return setParameter(&options, text)
	})

	if err := flags.Parse(arguments); err != nil {
		return options, nil, err
	}

	if flags.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q: run with --help for the flags", flags.Arg(0))
		fmt.Fprintln(errs, err)
		return options, nil, err
	}

	if options.Data == "" {
		root, err := dynoxide.ModuleRoot(".")
		if err != nil {
			fmt.Fprintln(errs, err)
			return options, nil, err
		}

		if err := dynoxide.Private(filepath.Join(root, ".local")); err != nil {
			fmt.Fprintln(errs, err)
			return options, nil, err
		}

		options.Data = filepath.Join(root, ".local", "data")
		options.Logs = filepath.Join(root, ".local", "logs")
	}

	if options.Template != "" {
		return options, nil, nil
	}

	demoData := &demo.Demo{TokenFile: filepath.Join(options.Data, "demo-token")}
	options.Seed = demoData.Seed
	return options, demoData, nil
}

// setParameter adds a parameter in the form NAME=VALUE to the last template of --with, or to the runner's own template.
func setParameter(options *runner.Options, text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found || name == "" {
		return errors.New("write a parameter as NAME=VALUE")
	}

	parameters := &options.Parameters
	if last := len(options.With) - 1; last >= 0 {
		parameters = &options.With[last].Parameters
	}

	if *parameters == nil {
		*parameters = map[string]string{}
	}

	if _, given := (*parameters)[name]; given {
		return fmt.Errorf("the parameter %s has a value already: give it once", name)
	}

	(*parameters)[name] = value
	return nil
}

// greet prints the addresses of the running system and the lines of the demo data.
func greet(out io.Writer, started *runner.Runner, demoData *demo.Demo, took time.Duration) {
	fmt.Fprintf(out, "ready in %.1f s\n\n", took.Seconds())

	lines := [][2]string{
		{"console", started.APIURL() + "/console"},
		{"API", started.APIURL()},
		{"docs", started.APIURL() + "/docs"},
		{"issuer", started.IssuerURL()},
		{"mailbox", started.BaseURL() + "/_local/mail"},
	}
	if started.Events() != nil {
		lines = append(lines, [2]string{"events", started.BaseURL() + "/_local/events"})
	}

	for _, line := range append(lines, [2]string{"more", started.BaseURL() + "/_local/"}) {
		fmt.Fprintf(out, "  %-8s %s\n", line[0], line[1])
	}

	fmt.Fprintln(out)
	for _, line := range started.Seeded() {
		fmt.Fprintln(out, line)
	}

	introduce(out, started.OtherAPIs(), demoData)
	fmt.Fprintln(out, "\nPress Ctrl-C to stop.")
}

// introduce prints a command for each API of the other templates that calls it.
func introduce(out io.Writer, others []*runner.OtherAPI, demoData *demo.Demo) {
	token, organization := "TOKEN", "ORGANIZATION"
	if demoData != nil {
		token = demoData.Token()
	}

	if parsed, ok := secret.Parse(token); ok {
		organization = string(parsed.Org())
	}

	for _, other := range others {
		fmt.Fprintf(out, "\n  The %s API of %s accepts the same token:\n\n    curl -H 'Authorization: Bearer %s' %s\n",
			other.API.Protocol, other.Template, token, other.Example(organization))
	}
}
