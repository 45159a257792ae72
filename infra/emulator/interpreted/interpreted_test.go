package interpreted_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/interpreted"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

const code = `
import os, sys

def handler(event, context):
    do = event["do"]
    if do == "fail":
        raise ValueError("as asked")
    if do == "exit":
        os._exit(3)
    if do == "odd":
        return {1, 2}
    if do == "nothing":
        return None
    print("said", event.get("text"))
    return {"text": event.get("text"), "pid": os.getpid(), "id": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "given": os.environ["GIVEN"]}
`

func inline(code string) template.Function {
	return template.Function{
		LogicalID:   "Orders",
		Name:        "stack-Orders",
		InlineCode:  code,
		Runtime:     "python3.13",
		Handler:     "index.handler",
		Environment: map[string]string{"GIVEN": "yes"},
		Timeout:     5 * time.Second,
	}
}

// run serves a function, and returns it with the directory of its log.
func run(t *testing.T, declared template.Function) (service *lambda.Service, logs string) {
	t.Helper()
	home := "/"
	if declared.Dir != "" {
		home = declared.Dir
	}

	var programs interpreted.Programs
	function, err := programs.Prepare(t.Context(), declared, home, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}

	logs = t.TempDir()
	service, err = lambda.Start(lambda.Options{Functions: []lambda.Function{function}, LogDir: logs})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(service.Close)
	return service, logs
}

type answer struct {
	Text, ID, ARN, Given string
	PID                  int
	Left                 int
}

func ask(t *testing.T, service *lambda.Service, event map[string]string) answer {
	t.Helper()
	raw, err := service.InvokeJSON(t.Context(), "stack-Orders", event)
	if err != nil {
		t.Fatal(err)
	}

	var got answer
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatalf("decode the answer: %v: %s", err, raw)
	}

	return got
}

func fails(t *testing.T, service *lambda.Service, do, kind, message string) {
	t.Helper()
	_, err := service.InvokeJSON(t.Context(), "stack-Orders", map[string]string{"do": do})
	var failed *lambda.Error
	if !errors.As(err, &failed) || failed.Type != kind || !strings.Contains(failed.Message, message) {
		t.Errorf("%s: got %v, want %s: %s", do, err, kind, message)
	}
}

func TestAHandlerReceivesItsEventAndContext(t *testing.T) {
	service, logs := run(t, inline(code))
	first := ask(t, service, map[string]string{"do": "tell", "text": "ä"})
	second := ask(t, service, map[string]string{"do": "tell"})
	if first.Text != "ä" ||
		first.Given != "yes" ||
		first.ARN != lambda.ARN("stack-Orders") ||
		first.Left <= 0 ||
		first.Left > 5000 {
		t.Errorf("got %+v, want the event, the environment and the context of the invocation", first)
	}

	if first.PID != second.PID || first.ID == second.ID {
		t.Errorf("got %+v and %+v, want one process and two request IDs", first, second)
	}

	service.Close()

	if text, err := os.ReadFile(filepath.Join(logs, "stack-Orders.log")); err != nil ||
		!strings.Contains(string(text), "said ä") {
		t.Errorf("the log is %q (%v), want what the handler printed", text, err)
	}
}

func TestAnExceptionIsAnErrorAndKeepsTheProcess(t *testing.T) {
	service, logs := run(t, inline(code))
	before := ask(t, service, map[string]string{"do": "tell"})
	fails(t, service, "fail", "ValueError", "as asked")
	fails(t, service, "odd", "TypeError", "not JSON serializable")

	if raw, err := service.InvokeJSON(t.Context(), "stack-Orders", map[string]string{"do": "nothing"}); err != nil ||
		string(raw) != "null" {
		t.Errorf("got %s, %v, want null", raw, err)
	}

	if after := ask(t, service, map[string]string{"do": "tell"}); after.PID != before.PID {
		t.Error("an exception ended the process, want it to serve the next invocation")
	}

	fails(t, service, "exit", "Runtime.ExitError", "exit status 3")

	if after := ask(t, service, map[string]string{"do": "tell"}); after.PID == before.PID {
		t.Error("the process that exited answered, want a new one")
	}

	service.Close()

	if text, err := os.ReadFile(filepath.Join(logs, "stack-Orders.log")); err != nil ||
		!strings.Contains(string(text), "Traceback") {
		t.Errorf("the log is %q (%v), want a traceback", text, err)
	}
}

func TestCodeThatDoesNotLoadFailsItsInvocation(t *testing.T) {
	for text, want := range map[string][2]string{
		"def handler(:":     {"Runtime.UserCodeSyntaxError", "index.py"},
		"import nowhere":    {"Runtime.ImportModuleError", "Unable to import module 'index': No module named 'nowhere'"},
		"x = 1":             {"Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'"},
		"raise OSError(12)": {"OSError", "12"},
	} {
		service, _ := run(t, inline(text))
		fails(t, service, "tell", want[0], want[1])
	}
}
