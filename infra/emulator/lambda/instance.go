package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"sort"
	"strconv"
	"sync"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
)

// instance is one process of a function.
type instance struct {
	service  *Service
	function Function
	number   string
	process  *child.Process
	queue    chan *invocation
	polled   chan struct{} // closed at the first poll
	retired  chan struct{} // closed when the process takes no more invocations

	mutex     sync.Mutex
	inFlight  map[string]*invocation
	isPolled  bool
	isRetired bool
	initError *Error
}

// invocation is one event on its way through an instance.
type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	timeout  *time.Timer
	result   chan result // has a buffer of one
}

type result struct {
	payload []byte
	err     error
}

var errRetired = errors.New("the instance takes no more invocations")

const (
	xrayHost = "127.0.0.1"
	xrayPort = "2000"

	libraries = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
)

// startInstance starts a process of a function. Its output goes to the function's log.
func (s *Service) startInstance(function Function, number int) (*instance, error) {
	log := s.functions[function.Name].log
	if err := log.open(); err != nil {
		return nil, err
	}

	i := &instance{
		service:  s,
		function: function,
		number:   strconv.Itoa(number),
		queue:    make(chan *invocation),
		polled:   make(chan struct{}),
		retired:  make(chan struct{}),
		inFlight: map[string]*invocation{},
	}

	command := exec.Command(function.Binary, function.Arguments...)
	command.Dir = function.Root
	command.Env = s.environment(function, i.number)
	command.Stdout, command.Stderr = log, log
	command.WaitDelay = time.Second // for a child of the function that keeps the pipe open

	process, err := child.Start(command)
	if err != nil {
		return nil, fmt.Errorf("start function %s: %w", function.Name, err)
	}

	i.process = process
	go i.bury()
	return i, nil
}

// environment returns the template's variables and Lambda's own. It passes on none of this process's variables. The X-Ray
// daemon is absent: functions that trace find nobody at its address, instead of somebody on the network.
func (s *Service) environment(function Function, number string) []string {
	set := map[string]string{}
	maps.Copy(set, function.Environment)
	maps.Copy(set, map[string]string{
		"AWS_ACCESS_KEY_ID":               AccessKeyPrefix + function.Name,
		"AWS_DEFAULT_REGION":              s.options.Region,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(function.MemoryMB),
		"AWS_LAMBDA_FUNCTION_NAME":        function.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + function.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local/[$LATEST]" + number,
		"AWS_LAMBDA_MAX_CONCURRENCY":      strconv.Itoa(s.options.Concurrency),
		"AWS_LAMBDA_RUNTIME_API":          s.listener.Addr().String() + "/" + function.Name + "/" + number,
		"AWS_REGION":                      s.options.Region,
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_SESSION_TOKEN":               "local",
		"AWS_XRAY_CONTEXT_MISSING":        "LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS":         xrayHost + ":" + xrayPort,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LAMBDA_TASK_ROOT":                function.Root,
		"LANG":                            "en_US.UTF-8",
		"LD_LIBRARY_PATH":                 libraries,
		"PATH":                            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TZ":                              ":UTC",
		"_AWS_XRAY_DAEMON_ADDRESS":        xrayHost,
		"_AWS_XRAY_DAEMON_PORT":           xrayPort,
		"_HANDLER":                        function.Handler,
	})

	lines := make([]string, 0, len(set))
	for name, value := range set {
		lines = append(lines, name+"="+value)
	}

	sort.Strings(lines)
	return lines
}

// invoke passes one event to the process and waits for its answer.
func (i *instance) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	invocation := &invocation{id: requestID(), payload: payload, result: make(chan result, 1)}
	if err := i.offer(ctx, invocation); err != nil {
		return nil, err
	}

	select {
	case result := <-invocation.result:
		return result.payload, result.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// offer waits until the process takes the invocation.
func (i *instance) offer(ctx context.Context, invocation *invocation) error {
	initTimeout := time.NewTimer(i.service.options.InitTimeout)
	defer initTimeout.Stop()

	for {
		select {
		case i.queue <- invocation:
			return nil
		case <-i.process.Done():
			i.mutex.Lock()
			defer i.mutex.Unlock()
			return i.exitError(invocation.id)

		case <-i.retired:
			return errRetired
		case <-ctx.Done():
			return ctx.Err()
		case <-initTimeout.C:
			if i.initialized() {
				continue
			}

			i.retire()
			took := float64(i.service.options.InitTimeout.Milliseconds())
			message := fmt.Sprintf("INIT_REPORT Init Duration: %.2f ms Phase: init Status: timeout", took)
			return &Error{Type: "Sandbox.Timedout", Message: message}
		}
	}
}

func (i *instance) initialized() bool {
	select {
	case <-i.polled:
		return true
	default:
		return false
	}
}

// begin marks an invocation as taken by the process. Its timeout runs from now.
func (i *instance) begin(invocation *invocation) {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	invocation.deadline = time.Now().Add(i.function.Timeout)
	invocation.timeout = time.AfterFunc(i.function.Timeout, func() { i.timeOut(invocation.id) })
	i.inFlight[invocation.id] = invocation

	select {
	case <-i.process.Done(): // bury has already looked
		i.finish(invocation.id, result{err: i.exitError(invocation.id)})
	default:
	}
}

// end gives an invocation its result and reports whether it was in flight.
func (i *instance) end(id string, outcome result) bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.finish(id, outcome)
}

// finish delivers the result of an invocation and reports whether it was in flight. It needs i.mutex held.
func (i *instance) finish(id string, outcome result) bool {
	invocation := i.inFlight[id]
	if invocation == nil {
		return false
	}

	invocation.timeout.Stop()
	delete(i.inFlight, id)
	invocation.result <- outcome
	i.killWhenIdle()
	return true
}

// timeOut fails an invocation that the process did not answer in time.
func (i *instance) timeOut(id string) {
	message := fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", id, i.function.Timeout.Seconds())
	i.endLast(id, result{err: &Error{Type: "Sandbox.Timedout", Message: message}})
}

// endLast ends an invocation after which the process must take no more. It retires the process before it delivers the
// result, so that the next invocation finds another process.
func (i *instance) endLast(id string, outcome result) bool {
	i.mutex.Lock()
	defer i.mutex.Unlock()

	if i.inFlight[id] == nil {
		return false
	}

	i.markRetired()
	return i.finish(id, outcome)
}

// retire stops new invocations of the process and kills it when those in flight have ended. Lambda stops the sandbox of
// an invocation that timed out or panicked, but here other invocations share the process and must not fail with it.
func (i *instance) retire() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.markRetired()
	i.killWhenIdle()
}

// markRetired stops new invocations of the process. It needs i.mutex held.
func (i *instance) markRetired() {
	if !i.isRetired {
		i.isRetired = true
		close(i.retired)
	}
}

// killWhenIdle kills a retired process that has no invocation in flight. It needs i.mutex held.
func (i *instance) killWhenIdle() {
	if i.isRetired && len(i.inFlight) == 0 {
		go i.process.Kill()
	}
}

// usable reports whether the process runs and takes invocations.
func (i *instance) usable() bool {
	select {
	case <-i.process.Done():
		return false
	case <-i.retired:
		return false
	default:
		return true
	}
}

// bury fails the invocations in flight when the process exits.
func (i *instance) bury() {
	<-i.process.Done()
	i.mutex.Lock()
	defer i.mutex.Unlock()

	for id := range i.inFlight {
		i.finish(id, result{err: i.exitError(id)})
	}
}

// exitError returns why a process exited: the error that it reported during init, or its exit status. It needs i.mutex
// held.
func (i *instance) exitError(id string) *Error {
	if i.initError != nil {
		return i.initError
	}

	message := fmt.Sprintf("RequestId: %s Error: Runtime exited without providing a reason", id)
	if err := i.process.Err(); err != nil {
		message = fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %v", id, err)
	}

	return &Error{Type: "Runtime.ExitError", Message: message}
}

// requestID returns a random UUID, such as Lambda assigns to each request.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
