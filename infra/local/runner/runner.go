// Package runner puts the local runner together: it reads template.yaml, builds the functions, starts the engine, makes
// the tables and serves the API, the issuer and the mailbox on one loopback port. `make run` uses it through
// infra/local/main.go, whole-system tests use it in their own process.
//
//	runner.go     Options, Start, Close: the order in which things start and stop
//	build.go      the functions' binaries
//	tables.go     the tables of the template
//	handler.go    who answers which path
//	neighbour.go  APIs of other templates, opened by Leasehold's authorizer
//	mail.go       who may send mail
//	control.go    /_local/age, /_local/sweep, the index page
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/emulator/gateway"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/schedule"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/infra/local/issuer"
	"github.com/leasehold-dev/leasehold/infra/local/mailbox"
)

// ClientID is the client id of the console at the local issuer.
const ClientID = "leasehold-local"

// Options say what to run and where. The zero value runs the template.yaml of the module around the working directory on
// a free port, with everything in memory or in a directory that Close removes.
type Options struct {
	// Template is the path of the template; "" is template.yaml at the module root.
	Template string
	// With are the paths of other templates whose APIs are served beside this one's, each on a port of its own: Port + 1,
	// Port + 2 and so on. They may import what this template exports, as that is deployed as the stack leasehold. Their
	// functions hold their code themselves (InlineCode, Python) and reach nothing of AWS.
	With []string
	// Parameters override template parameters. OidcIssuer, OidcClientId, MailSender and ConsoleUrl have local values when
	// they are not given and the template declares them.
	Parameters map[string]string
	// Port is the port on 127.0.0.1; 0 takes a free one.
	Port int
	// Data is the directory of the engine's file, the issuer's key and the mails; "" keeps nothing beyond Close.
	Data string
	// Fresh removes Data first.
	Fresh bool
	// Logs is the directory of the functions' logs; "" is logs in Data.
	Logs string
	// Functions is a directory of prebuilt binaries, each named as its function's directory; "" builds them into Build.
	Functions string
	// Build is where binaries are built; "" is .local/functions at the module root.
	Build string
	// DynamoDB is the URL of an endpoint to use; "" starts the engine.
	DynamoDB string
	// Log receives progress and failures; nil drops them.
	Log io.Writer
	// People are the demo people of the sign-in page.
	People []issuer.Person
	// Authorize enforces IAM policies on what functions ask of DynamoDB and of SES; nil allows all.
	Authorize dynamoproxy.Authorize
	// Schedule runs the scheduled functions at the start and at their rates. Without it they run only on demand.
	Schedule bool
	// Age moves all stored times of a table back by some time, for POST /_local/age; nil answers 501.
	Age func(ctx context.Context, client *sdk.Client, table string, by time.Duration) error
	// Seed puts demo data behind the running API at base (http://127.0.0.1:3000) and returns lines to print; nil does nothing.
	Seed func(ctx context.Context, base string, client *sdk.Client, table string) (lines []string, err error)
	// Concurrency is how many invocations a function's process serves at once; 0 is 16.
	Concurrency int
}

// Runner is a running system.
type Runner struct {
	options   Options
	root      string
	scratch   string
	lock      *os.File
	listener  net.Listener
	loaded    *template.Template
	engine    *dynoxide.Engine
	proxy     *dynamoproxy.Proxy
	client    *sdk.Client
	functions *lambda.Service
	mailbox   *mailbox.Mailbox
	stop      context.CancelFunc
	work      sync.WaitGroup
	seeded    []string
	closeOnce sync.Once

	neighbours []*Neighbour
	inline     []lambda.Function // of the neighbours
	servers    []*http.Server
}

// Start starts the system and returns when it answers. Its errors are sentences that say what to do; what was started
// before an error is stopped.
func Start(ctx context.Context, options Options) (*Runner, error) {
	if options.Log == nil {
		options.Log = io.Discard
	}

	r := &Runner{options: options, stop: func() {}}
	if err := r.start(ctx); err != nil {
		r.Close()
		return nil, err
	}

	return r, nil
}

func (r *Runner) start(ctx context.Context) error {
	steps := []func(context.Context) error{
		r.findRoot, r.listen, r.prepareData, r.loadTemplate, r.loadNeighbours, r.buildFunctions, r.startDynamoDB, r.createTables, r.startFunctions,
		r.serve, r.serveNeighbours, r.seed,
	}

	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}

	return nil
}

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

// listen takes the port first: when it is taken, nothing has to be undone.
func (r *Runner) listen(context.Context) (err error) {
	r.listener, err = listen(r.options.Port)
	return err
}

// listen takes a port; 0 takes a free one.
func listen(port int) (net.Listener, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken: stop what listens there, or choose another with --port", port)
	}

	if err != nil {
		return nil, fmt.Errorf("listen on 127.0.0.1: %w", err)
	}

	return listener, nil
}

func (r *Runner) prepareData(context.Context) error {
	if r.options.Data == "" {
		scratch, err := os.MkdirTemp("", "leasehold-")
		if err != nil {
			return fmt.Errorf("make a directory for data: %w", err)
		}

		r.scratch = scratch
	} else if err := r.takeData(); err != nil {
		return err
	}

	if r.options.Logs == "" {
		r.options.Logs = filepath.Join(r.dataDir(), "logs")
	}

	for _, dir := range []string{r.dataDir(), r.options.Logs} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("make the data directory: %w", err)
		}
	}

	return nil
}

// takeData keeps other runners off the data directory, and empties it when asked to.
func (r *Runner) takeData() error {
	path := filepath.Clean(r.options.Data) + ".lock"
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}

	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("open the lock of the data: %w", err)
	}

	r.lock = lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another runner uses the data in %s: stop it, or choose another directory with --data", r.options.Data)
	}

	if !r.options.Fresh {
		return nil
	}

	if err := os.RemoveAll(r.options.Data); err != nil {
		return fmt.Errorf("remove the old data: %w", err)
	}

	return nil
}

func (r *Runner) dataDir() string {
	if r.options.Data == "" {
		return r.scratch
	}
	return r.options.Data
}

// loadTemplate reads the template with the local values of its parameters.
func (r *Runner) loadTemplate(context.Context) error {
	parameters := map[string]string{}
	maps.Copy(parameters, r.options.Parameters)

	stage := parameters["StageName"]
	if stage == "" {
		stage = "v1"
	}

	local := map[string]string{
		"OidcIssuer": r.IssuerURL(), "OidcClientId": ClientID, "MailSender": "no-reply@leasehold.localhost", "ConsoleUrl": r.BaseURL() + "/" + stage + "/console",
	}

	for name, value := range local {
		declared, err := template.Declares(r.options.Template, name)
		if err != nil {
			return fmt.Errorf("the template is wrong: %w", err)
		}

		if _, given := parameters[name]; declared[name] && !given {
			parameters[name] = value
		}
	}

	loaded, err := template.Load(r.options.Template, parameters)
	if err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	if err := own(loaded); err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	for _, scheduled := range loaded.Schedules {
		if _, _, err := schedule.Every(scheduled.Expression); err != nil {
			return fmt.Errorf("the template is wrong: %s: %w", scheduled.Function, err)
		}
	}

	r.loaded = loaded
	return nil
}

// own refuses what only another template may have.
func own(loaded *template.Template) error {
	for _, api := range loaded.APIs {
		if api.Protocol == template.HTTP {
			return fmt.Errorf("%s is an HTTP API: the local runner serves one from another template, given with --with", api.LogicalID)
		}
	}

	for _, function := range loaded.Functions {
		if function.InlineCode != "" {
			return fmt.Errorf("%s has InlineCode: the local runner runs such a function from another template, given with --with", function.LogicalID)
		}
	}

	return nil
}

// startDynamoDB starts the engine, or takes the given endpoint, and puts the proxy in front of it.
func (r *Runner) startDynamoDB(ctx context.Context) error {
	endpoint := r.options.DynamoDB
	if endpoint == "" {
		began := time.Now()
		options := dynoxide.Options{Log: io.Discard}
		if r.options.Data != "" {
			options.DBPath = filepath.Join(r.options.Data, "dynamodb.sqlite")
		}

		if _, err := dynoxide.Binary(ctx, r.options.Log); err != nil {
			return err
		}

		started, err := dynoxide.Start(ctx, options)
		if err != nil {
			return err
		}

		r.engine, endpoint = started, started.URL()
		r.progress("database engine", began)
	}

	proxy, err := dynamoproxy.Start(dynamoproxy.Options{Target: endpoint, Authorize: r.options.Authorize})
	if err != nil {
		return err
	}

	r.proxy = proxy
	r.client = newClient(endpoint)
	return nil
}

func newClient(endpoint string) *sdk.Client {
	credentials := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: lambda.AccessKeyPrefix, SecretAccessKey: "local"}, nil
	})

	return sdk.New(sdk.Options{Region: lambda.Region, BaseEndpoint: &endpoint, Credentials: credentials})
}

func (r *Runner) startFunctions(context.Context) error {
	var functions []lambda.Function
	for _, declared := range r.loaded.Functions {
		environment := map[string]string{
			"AWS_ENDPOINT_URL_DYNAMODB": r.proxy.URL(),
			"AWS_ENDPOINT_URL_SESV2":    r.BaseURL() + "/_local/ses",
		}

		maps.Copy(environment, declared.Environment)

		functions = append(functions, lambda.Function{
			Name:        declared.Name,
			Binary:      filepath.Join(r.options.Functions, declared.Name),
			Environment: environment,
			Timeout:     declared.Timeout,
			MemoryMB:    declared.MemoryMB,
		})
	}

	service, err := lambda.Start(lambda.Options{Functions: append(functions, r.inline...), LogDir: r.options.Logs, Concurrency: r.options.Concurrency})
	r.functions = service
	return err
}

func (r *Runner) serve(context.Context) error {
	handler, err := r.handler()
	if err != nil {
		return err
	}

	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.answer(r.listener, onlyLoopback(handler))

	if r.options.Schedule {
		r.work.Go(func() { schedule.Keep(ctx, r.loaded.Schedules, r.functions, r.reportSchedule) })
	}

	return nil
}

// answer lets a handler answer what comes to a listener, until Close.
func (r *Runner) answer(listener net.Listener, handler http.Handler) {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(r.options.Log, "", 0),
	}

	r.servers = append(r.servers, server)
	r.work.Go(func() { _ = server.Serve(listener) })
}

func (r *Runner) reportSchedule(outcome schedule.Outcome) {
	if outcome.Error != "" {
		fmt.Fprintf(r.options.Log, "scheduled %s failed: %s\n", outcome.Function, outcome.Error)
	}
}

func (r *Runner) seed(ctx context.Context) error {
	if r.options.Seed == nil {
		return nil
	}

	began := time.Now()
	lines, err := r.options.Seed(ctx, r.BaseURL(), r.client, r.TableName())
	if err != nil {
		return fmt.Errorf("put the demo data in place (--fresh starts over): %w", err)
	}

	r.seeded = lines
	r.progress("demo data", began)
	return nil
}

func (r *Runner) progress(what string, began time.Time) {
	fmt.Fprintf(r.options.Log, "  %-18s %6.2f s\n", what, time.Since(began).Seconds())
}

// Close stops everything that Start started and returns when it is gone: no process, no listener is left.
func (r *Runner) Close() {
	r.closeOnce.Do(func() {
		r.stop()
		for _, server := range r.servers {
			_ = server.Close()
		}

		if r.listener != nil {
			_ = r.listener.Close()
		}

		for _, neighbour := range r.neighbours {
			_ = neighbour.listener.Close()
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

		if r.lock != nil {
			_ = r.lock.Close()
		}

		if r.scratch != "" {
			_ = os.RemoveAll(r.scratch)
		}
	})
}

// BaseURL is where the runner listens, such as http://127.0.0.1:3000.
func (r *Runner) BaseURL() string { return "http://" + r.listener.Addr().String() }

// APIURL is the API with its stage, such as http://127.0.0.1:3000/v1.
func (r *Runner) APIURL() string {
	if len(r.loaded.APIs) == 0 {
		return r.BaseURL()
	}
	return r.BaseURL() + "/" + r.loaded.APIs[0].Stage
}

// IssuerURL is the local OpenID issuer.
func (r *Runner) IssuerURL() string { return r.BaseURL() + "/_local/oidc" }

// DynamoDB is the proxy between the functions and the engine: counts and faults.
func (r *Runner) DynamoDB() *dynamoproxy.Proxy { return r.proxy }

// Client talks to the engine past the proxy: nothing of it is counted, refused or lost.
func (r *Runner) Client() *sdk.Client { return r.client }

// TableName is the name of the template's first table; "" when it has none.
func (r *Runner) TableName() string {
	if len(r.loaded.Tables) == 0 {
		return ""
	}
	return r.loaded.Tables[0].Name
}

// Template is the template as it was read.
func (r *Runner) Template() *template.Template { return r.loaded }

// Mails are the mails that were sent to an address, oldest first; "" gives all.
func (r *Runner) Mails(to string) []mailbox.Mail { return r.mailbox.Mails(to) }

// Invoke calls a function directly, past the gateway.
func (r *Runner) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	return r.functions.Invoke(ctx, function, payload)
}

// Sweep runs every scheduled function now.
func (r *Runner) Sweep(ctx context.Context) []schedule.Outcome {
	return schedule.RunAll(ctx, r.loaded.Schedules, r.functions)
}

// Seeded are the lines that Seed returned.
func (r *Runner) Seeded() []string { return r.seeded }

// PIDs are the process ids of all children that run now.
func (r *Runner) PIDs() []int {
	pids := r.functions.PIDs()
	if r.engine != nil {
		pids = append(pids, r.engine.PID())
	}

	return pids
}

var _ gateway.Invoker = (*lambda.Service)(nil)
