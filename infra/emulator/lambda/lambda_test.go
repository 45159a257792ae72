package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

var binaries string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lambda-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}

	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", dir+"/", "./testdata/specimen")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, output)
		return 1
	}

	binaries = dir
	return m.Run()
}

func start(t *testing.T, change func(*lambda.Function)) *lambda.Service {
	t.Helper()
	function := lambda.Function{
		Name:        "specimen",
		Binary:      filepath.Join(binaries, "specimen"),
		Environment: map[string]string{"GIVEN": "yes", "AWS_REGION": "nowhere"},
		Timeout:     5 * time.Second,
	}
	if change != nil {
		change(&function)
	}

	service, err := lambda.Start(lambda.Options{
		Functions:   []lambda.Function{function},
		LogDir:      t.TempDir(),
		Concurrency: 4,
	})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(service.Close)
	return service
}

type answer struct {
	PID         int
	Text        string
	RequestID   string
	ARN         string
	Deadline    time.Time
	Environment []string
}

func invoke(t *testing.T, service *lambda.Service, do string) (answer, error) {
	payload, err := service.InvokeJSON(t.Context(), "specimen", map[string]string{"do": do})
	var got answer
	if err == nil {
		if err := json.Unmarshal(payload, &got); err != nil {
			t.Errorf("the answer %s is not JSON of the expected form", payload)
		}
	}

	return got, err
}

func mustInvoke(t *testing.T, service *lambda.Service, do string) answer {
	t.Helper()
	got, err := invoke(t, service, do)
	if err != nil {
		t.Fatal(err)
	}

	return got
}

func wantError(t *testing.T, err error, kind, message string) {
	t.Helper()
	var failed *lambda.Error
	if !errors.As(err, &failed) || failed.Type != kind || !strings.Contains(failed.Message, message) {
		t.Errorf("got %v, want %s: %s", err, kind, message)
	}
}

func TestOneProcessServesManyInvocations(t *testing.T) {
	service := start(t, nil)
	if len(service.PIDs()) != 0 {
		t.Error("a process runs before the first invocation")
	}

	first, second := mustInvoke(t, service, "tell"), mustInvoke(t, service, "tell")
	if first.PID != second.PID || first.RequestID == second.RequestID {
		t.Errorf("got %+v and %+v, want one process and two request IDs", first, second)
	}

	if first.ARN != lambda.ARN("specimen") || time.Until(first.Deadline) > 5*time.Second {
		t.Errorf("got %+v, want the ARN of the function and a deadline within 5 s", first)
	}
}

func TestOneProcessServesConcurrentInvocations(t *testing.T) {
	service := start(t, nil)
	// Each of the four waits in the function until all four are there, so none would answer if fewer ran at once.
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if _, err := invoke(t, service, "meet"); err != nil {
				t.Error(err)
			}
		})
	}

	group.Wait()

	if pids := service.PIDs(); len(pids) != 1 {
		t.Errorf("%d processes ran, want 1", len(pids))
	}
}

func TestAFunctionSeesLambdasEnvironmentAndNothingElse(t *testing.T) {
	t.Setenv("RUNNERS_SECRET", "leaked")
	text := "\n" + strings.Join(mustInvoke(t, start(t, nil), "environment").Environment, "\n") + "\n"
	for _, want := range []string{
		"\nGIVEN=yes\n",
		"\nAWS_REGION=us-east-1\n",
		"\nAWS_ACCESS_KEY_ID=LOCALspecimen\n",
		"\nAWS_LAMBDA_FUNCTION_NAME=specimen\n",
		"\nTZ=:UTC\n",
		"\n_HANDLER=bootstrap\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}

	for _, unwanted := range []string{"leaked", "\nHOME="} {
		if strings.Contains(text, unwanted) {
			t.Errorf("%q is in %s", unwanted, text)
		}
	}
}

func TestAFunctionsErrorKeepsItsTypeAndMessageAndItsProcess(t *testing.T) {
	service := start(t, nil)
	before := mustInvoke(t, service, "tell")
	_, err := invoke(t, service, "fail")
	wantError(t, err, "errorString", "as asked")

	if after := mustInvoke(t, service, "tell"); after.PID != before.PID {
		t.Error("an error ended the process, want it to serve the next invocation")
	}
}

func TestAfterACrashTheNextInvocationStartsANewProcess(t *testing.T) {
	for do, want := range map[string]struct{ kind, message string }{
		"exit":  {"Runtime.ExitError", "exit status 3"},
		"leave": {"Runtime.ExitError", "without providing a reason"},
		"panic": {"string", "as asked"},
	} {
		t.Run(do, func(t *testing.T) {
			service := start(t, nil)
			before := mustInvoke(t, service, "tell")
			_, err := invoke(t, service, do)
			wantError(t, err, want.kind, want.message)

			if after := mustInvoke(t, service, "tell"); after.PID == before.PID {
				t.Error("the crashed process answered, want a new one")
			}
		})
	}
}

func TestACrashFailsTheInvocationsInFlight(t *testing.T) {
	service := start(t, nil)
	waiting := make(chan error)
	go func() {
		_, err := invoke(t, service, "wait")
		waiting <- err
	}()

	mustInvoke(t, service, "await-waiter")
	_, _ = invoke(t, service, "exit")
	wantError(t, <-waiting, "Runtime.ExitError", "exit status 3")
}

func TestATimeoutFailsOnlyItsInvocation(t *testing.T) {
	service := start(t, func(f *lambda.Function) { f.Timeout = 300 * time.Millisecond })
	before := mustInvoke(t, service, "tell")
	_, err := invoke(t, service, "sleep")
	wantError(t, err, "Sandbox.Timedout", "Task timed out after 0.30 seconds")

	if after := mustInvoke(t, service, "tell"); after.PID == before.PID {
		t.Error("the process that timed out answered, want a new one")
	}
}

func TestAFunctionThatCannotInitializeFailsItsInvocation(t *testing.T) {
	service := start(t, func(f *lambda.Function) { f.Environment["REFUSE"] = "1" })
	_, err := invoke(t, service, "tell")
	wantError(t, err, "Runtime.ExitError", "exit status 9")
}

func TestACallerThatGivesUpGetsItsContextsError(t *testing.T) {
	service := start(t, nil)
	mustInvoke(t, service, "tell")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()

	if _, err := service.InvokeJSON(ctx, "specimen", map[string]string{"do": "sleep"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want context.DeadlineExceeded", err)
	}
}

func TestAPayloadAboveSixMegabytesIsRejected(t *testing.T) {
	service := start(t, nil)
	_, err := service.Invoke(t.Context(), "specimen", make([]byte, 6<<20+1))
	wantError(t, err, "RequestEntityTooLarge", "6291456")
}

func TestCloseLeavesNoProcess(t *testing.T) {
	service := start(t, nil)
	pid := mustInvoke(t, service, "tell").PID
	service.Close()

	if syscall.Kill(pid, 0) == nil {
		t.Error("the function still runs after Close")
	}

	if _, err := invoke(t, service, "tell"); err == nil {
		t.Error("the service answered after Close")
	}
}

func TestSIGTERMReachesAFunctionThatAskedForIt(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "terminated")
	service := start(t, func(f *lambda.Function) { f.Environment["MARKER"] = marker })
	mustInvoke(t, service, "tell")
	service.Close()

	if _, err := os.Stat(marker); err != nil {
		t.Error("the function did not receive SIGTERM")
	}
}

func TestWhatAFunctionPrintsIsInItsLog(t *testing.T) {
	dir := t.TempDir()
	service, err := lambda.Start(lambda.Options{
		Functions: []lambda.Function{{Name: "specimen", Binary: filepath.Join(binaries, "specimen")}},
		LogDir:    dir,
	})
	if err != nil {
		t.Fatal(err)
	}

	mustInvoke(t, service, "print")
	service.Close() // which waits for the pipe to the log; the function's answer may be ahead of what it printed

	if text, err := os.ReadFile(filepath.Join(dir, "specimen.log")); err != nil ||
		!strings.Contains(string(text), "printed by the specimen") {
		t.Errorf("the log is %q (%v), want what the function printed", text, err)
	}
}

func TestAPageCannotTakeAFunctionsEvents(t *testing.T) {
	service := start(t, nil)
	address := ""
	for _, variable := range mustInvoke(t, service, "environment").Environment {
		if value, found := strings.CutPrefix(variable, "AWS_LAMBDA_RUNTIME_API="); found {
			address = value
		}
	}

	request, err := http.NewRequest("GET", "http://"+address+"/2018-06-01/runtime/invocation/next", nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("Sec-Fetch-Site", "cross-site")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	_ = response.Body.Close()

	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a page gets %d, want 403", response.StatusCode)
	}

	mustInvoke(t, service, "tell")
}
