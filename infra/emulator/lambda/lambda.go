// Package lambda runs functions as AWS Lambda does: each function is a process of the deployed binary that polls the
// Lambda Runtime API.
//
//	lambda.go      Service: the functions, Invoke and Close
//	instance.go    one process of a function, with its environment and its invocations in flight
//	runtime.go     the Runtime API that the processes poll
//	logfile.go     the logs, which are bounded
//	invoke_api.go  the operation Invoke of the Lambda API
//
// A function's process starts at its first invocation and serves concurrent ones (AWS_LAMBDA_MAX_CONCURRENCY). When it
// crashes, its invocations in flight fail and the next invocation starts a new process. An invocation that exceeds the
// function's timeout fails, and its process takes no more invocations.
package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/loopback"
)

const (
	// AccountID is the account in local ARNs.
	AccountID = "123456789012"
	// Region is the region of local ARNs, and of the functions unless Options has another one.
	Region = "us-east-1"
	// AccessKeyPrefix begins the access key ID of every function. The function's name follows it.
	AccessKeyPrefix = "LOCAL"

	maxPayload  = 6 << 20          // bytes of an event or an error
	maxResponse = maxPayload + 100 // bytes of an answer
)

// ARN returns the ARN of a local function.
func ARN(function string) string {
	return "arn:aws:lambda:" + Region + ":" + AccountID + ":function:" + function
}

// NameFromARN returns the function in a local ARN, with or without an alias, and reports whether arn is a local ARN of
// a function.
func NameFromARN(arn string) (string, bool) {
	name, ok := strings.CutPrefix(arn, "arn:aws:lambda:"+Region+":"+AccountID+":function:")
	name, _, _ = strings.Cut(name, ":")
	return name, ok
}

// Function is a function to run.
type Function struct {
	// Name is the function's name, which its log file has too.
	Name string
	// Binary is the path of the program.
	Binary string
	// Arguments are the command-line arguments of the program.
	Arguments []string
	// Root is the directory of the code and the program's working directory; "" means the directory of Binary.
	Root string
	// Handler is the Handler property; "" means bootstrap.
	Handler string
	// Environment holds the variables that the template sets. Only Lambda's own variables override them.
	Environment map[string]string
	// Timeout bounds one invocation; 0 means Lambda's default of 3 s.
	Timeout time.Duration
	// MemoryMB is passed to the function but not enforced; 0 means Lambda's default of 128.
	MemoryMB int
}

// Options configure a Service.
type Options struct {
	Functions []Function
	// LogDir is the directory of the files <function>.log, which receive the output of each function. A log of 5 MB is
	// renamed to <function>.log.1, and replaces the old one.
	LogDir string
	// Region is the value of AWS_REGION; "" means the constant Region.
	Region string
	// Concurrency is the number of invocations that one process serves at once; 0 means 16.
	Concurrency int
	// InitTimeout bounds the time from starting a process to its first poll; 0 means Lambda's 10 s.
	InitTimeout time.Duration
	// Prepare is called before each invocation of a function, which fails with its error; nil for nothing to prepare.
	Prepare func(ctx context.Context, function string) error
}

// Error is the failure of a function: it returned an error, crashed or ran out of time.
type Error struct {
	// Type is Lambda's errorType, such as errorString, Runtime.ExitError or Sandbox.Timedout.
	Type string
	// Message is Lambda's errorMessage.
	Message string
}

// Error returns the type and the message.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Service runs a set of functions.
type Service struct {
	options  Options
	listener net.Listener
	server   *http.Server
	events   sync.WaitGroup // the asynchronous invocations

	mutex     sync.Mutex
	closed    bool
	functions map[string]*runner
}

// runner holds the current process of a function.
type runner struct {
	function Function
	log      *logFile
	mutex    sync.Mutex
	current  *instance
	started  int
	starts   []*instance
}

// Start opens the Runtime API on a free loopback port. It does not start the functions.
func Start(options Options) (*Service, error) {
	if options.Concurrency == 0 {
		options.Concurrency = 16
	}

	if options.Region == "" {
		options.Region = Region
	}

	if options.InitTimeout == 0 {
		options.InitTimeout = 10 * time.Second
	}

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the Lambda Runtime API: %w", err)
	}

	service := &Service{options: options, listener: listener, functions: map[string]*runner{}}
	for _, function := range options.Functions {
		if function.Timeout == 0 {
			function.Timeout = 3 * time.Second
		}

		if function.MemoryMB == 0 {
			function.MemoryMB = 128
		}

		if function.Root == "" {
			function.Root = filepath.Dir(function.Binary)
		}

		if function.Handler == "" {
			function.Handler = "bootstrap"
		}

		service.functions[function.Name] = &runner{
			function: function,
			log:      &logFile{path: filepath.Join(options.LogDir, function.Name+".log"), limit: maxLog},
		}
	}

	service.server = &http.Server{Handler: loopback.OnlyPrograms(listener, service.routes())}
	go func() { _ = service.server.Serve(listener) }()
	return service, nil
}

// Invoke calls a function synchronously with a JSON payload and returns its answer. It returns an *Error if the
// function fails, the error of ctx if ctx ends first, and another error if the function can't be started.
func (s *Service) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	runner := s.functions[function]
	if runner == nil {
		return nil, fmt.Errorf("invoke %s: there is no such function", function)
	}

	if len(payload) > maxPayload {
		message := fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", maxPayload)
		return nil, &Error{Type: "RequestEntityTooLarge", Message: message}
	}

	if s.options.Prepare != nil {
		if err := s.options.Prepare(ctx, function); err != nil {
			return nil, err
		}
	}

	for {
		instance, err := s.instance(runner)
		if err != nil {
			return nil, err
		}

		answer, err := instance.invoke(ctx, payload)
		if !errors.Is(err, errRetired) {
			return answer, err
		}
	}
}

// Replace makes the next invocation of a function start a new process. The old one ends when it has answered its
// invocations in flight.
func (s *Service) Replace(function string) {
	runner := s.functions[function]
	if runner == nil {
		return
	}

	runner.mutex.Lock()
	defer runner.mutex.Unlock()

	if runner.current != nil {
		runner.current.retire()
	}
}

// InvokeJSON encodes event as JSON and calls a function with it, as Invoke does.
func (s *Service) InvokeJSON(ctx context.Context, function string, event any) ([]byte, error) {
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("encode the event for %s: %w", function, err)
	}

	return s.Invoke(ctx, function, payload)
}

// instance returns the function's current process. It starts one if there is none.
func (s *Service) instance(runner *runner) (*instance, error) {
	runner.mutex.Lock()
	defer runner.mutex.Unlock()

	if runner.current != nil && runner.current.usable() {
		return runner.current, nil
	}

	s.mutex.Lock()
	closed := s.closed
	s.mutex.Unlock()

	if closed {
		return nil, fmt.Errorf("invoke %s: the service is shutting down", runner.function.Name)
	}

	runner.started++
	started, err := s.startInstance(runner.function, runner.started)
	if err != nil {
		return nil, err
	}

	runner.forgetExited()
	runner.current = started
	runner.starts = append(runner.starts, started)
	return started, nil
}

// forgetExited removes the processes that have exited. It needs r.mutex held.
func (r *runner) forgetExited() {
	running := r.starts[:0]
	for _, instance := range r.starts {
		select {
		case <-instance.process.Done():
		default:
			running = append(running, instance)
		}
	}

	r.starts = running
}

// find returns the running instance with that number; nil if it has exited.
func (s *Service) find(function, number string) *instance {
	runner := s.functions[function]
	if runner == nil {
		return nil
	}

	runner.mutex.Lock()
	defer runner.mutex.Unlock()

	for _, instance := range runner.starts {
		if instance.number == number {
			return instance
		}
	}

	return nil
}

// Starts returns how many processes of a function have been started.
func (s *Service) Starts(function string) int {
	runner := s.functions[function]
	if runner == nil {
		return 0
	}

	runner.mutex.Lock()
	defer runner.mutex.Unlock()
	return runner.started
}

// MemoryMB returns the memory of a function in megabytes; 0 if there is no such function.
func (s *Service) MemoryMB(function string) int {
	runner := s.functions[function]
	if runner == nil {
		return 0
	}
	return runner.function.MemoryMB
}

// PIDs returns the process IDs of the running functions.
func (s *Service) PIDs() []int {
	var pids []int
	for _, instance := range s.running() {
		pids = append(pids, instance.process.PID())
	}

	return pids
}

func (s *Service) running() []*instance {
	var all []*instance
	for _, runner := range s.functions {
		runner.mutex.Lock()
		runner.forgetExited()
		all = append(all, runner.starts...)
		runner.mutex.Unlock()
	}

	return all
}

// Close stops every function and the Runtime API, and returns when all processes have exited.
func (s *Service) Close() {
	s.mutex.Lock()
	s.closed = true
	s.mutex.Unlock()

	var group sync.WaitGroup
	for _, instance := range s.running() {
		group.Go(func() { instance.process.Stop(500 * time.Millisecond) })
	}

	group.Wait()
	s.events.Wait()
	_ = s.server.Close()
	for _, runner := range s.functions {
		runner.log.close()
	}
}
