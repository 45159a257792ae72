// Package runner runs a template on this machine: it builds the functions, starts the database engine, creates the
// tables and serves the API, an OpenID issuer and a mailbox on one loopback port. `make run` uses it through
// infra/local/main.go, and the tests of the whole system use it in their own process.
//
//	options.go   Options
//	runner.go    Start and Close: the order in which things start and stop
//	data.go      the data directory and its lock
//	template.go  the template and the local values of its parameters
//	policy.go    the enforcement of the functions' policies
//	build.go     the functions' binaries
//	watch.go     building them again when their sources change
//	services.go  the database and the functions
//	engine.go    what happens when the database engine dies
//	tables.go    the template's tables
//	server.go    the port, the server and the schedules
//	handler.go   the routing of paths to stages and pages
//	mail.go      the check on mail that functions send
//	control.go   /_local/age, /_local/sweep and the index page
//	events.go    the pipe, and the feed of its events
//	other.go     APIs of other templates that use this template's authorizer
//	running.go   what a Runner offers while it runs
package runner

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/pipe"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/events"
	"github.com/leasehold-dev/leasehold/infra/local/issuer"
	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
	"github.com/leasehold-dev/leasehold/infra/local/requests"
)

// Runner is a running system.
type Runner struct {
	options   Options
	root      string
	scratch   string
	lock      *os.File
	listener  net.Listener
	loaded    *template.Template
	decide    dynamoproxy.Authorize
	engine    *dynoxide.Engine
	endpoint  string // of the database, past the proxy
	proxy     *dynamoproxy.Proxy
	client    *sdk.Client
	functions *lambda.Service
	watcher   *watcher // nil without Options.Watch
	requests  *requests.Log
	mailbox   *mailbox.Mailbox
	issuer    *issuer.Issuer
	stop      context.CancelFunc
	work      sync.WaitGroup
	seeded    []string
	closeOnce sync.Once
	failed    chan error

	pipes  []*pipe.Pipe
	events *events.Feed // nil without a pipe

	others   []*OtherAPI
	prepared []lambda.Function // the functions of the other templates
	servers  []*http.Server
}

// Start starts the system and returns when it answers requests. On an error it stops what it has started. Each error is
// one sentence that says what to do.
func Start(ctx context.Context, options Options) (*Runner, error) {
	if options.Log == nil {
		options.Log = io.Discard
	}

	r := &Runner{options: options, stop: func() {}, failed: make(chan error, 1)}
	if err := r.start(ctx); err != nil {
		r.Close()
		return nil, err
	}

	return r, nil
}

// start performs the steps of Start in order. It returns the error of the first step that fails.
func (r *Runner) start(ctx context.Context) error {
	steps := []func(context.Context) error{
		r.findRoot,
		r.listen,
		r.prepareData,
		r.loadTemplate,
		r.readPolicies,
		r.loadOthers,
		r.watch, // before the build, so that no change after it is missed
		r.buildFunctions,
		r.startDynamoDB,
		r.createTables,
		r.startFunctions,
		r.startPipes,
		r.serve,
		r.serveOthers,
		r.seed,
	}

	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

// findRoot finds the module and the template.
func (r *Runner) findRoot(context.Context) error {
	at := "."
	if r.options.Template != "" {
		at = filepath.Dir(r.options.Template)
	}

	root, err := dynoxide.ModuleRoot(at)
	if err != nil {
		return err
	}

	r.root = root
	if r.options.Template == "" {
		r.options.Template = filepath.Join(root, "template.yaml")
	}

	if r.options.Template, err = filepath.Abs(r.options.Template); err != nil {
		return fmt.Errorf("find the template: %w", err)
	}

	return nil
}

// seed adds the demo data.
func (r *Runner) seed(ctx context.Context) error {
	if r.options.Seed == nil {
		return nil
	}

	began := time.Now()
	lines, err := r.options.Seed(ctx, r.BaseURL(), r.client, r.TableName())
	if err != nil {
		return fmt.Errorf("add the demo data (use --fresh to start over): %w", err)
	}

	r.seeded = lines
	r.progress("demo data", began)
	return nil
}

// progress logs a completed step and how long it took.
func (r *Runner) progress(what string, began time.Time) {
	fmt.Fprintf(r.options.Log, "  %-18s %6.2f s\n", what, time.Since(began).Seconds())
}

// Close stops everything that Start started. When it returns, no process runs and no port is open.
func (r *Runner) Close() {
	r.closeOnce.Do(func() {
		r.stop()
		for _, server := range r.servers {
			_ = server.Close()
		}

		if r.listener != nil {
			_ = r.listener.Close()
		}

		for _, other := range r.others {
			_ = other.listener.Close()
		}

		for _, running := range r.pipes {
			running.Close()
		}

		if r.events != nil {
			r.events.Close()
		}

		if r.functions != nil {
			r.functions.Close()
		}

		r.work.Wait()

		if r.proxy != nil {
			r.proxy.Close()
		}

		if r.engine != nil {
			r.engine.Close()
		}

		r.unlockData()

		if r.scratch != "" {
			_ = os.RemoveAll(r.scratch)
		}
	})
}

var _ gateway.Invoker = (*lambda.Service)(nil)
