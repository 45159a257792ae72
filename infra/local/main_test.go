package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

var functions string

// TestMain lets a test start this binary again as the runner's command.
func TestMain(m *testing.M) {
	if os.Getenv("LOCAL_MAIN") != "" {
		main()
	}

	os.Exit(testMain(m))
}

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "functions-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = runner.Build(context.Background(), ".", dir, "./testdata/functions/echo")
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}

	functions = dir
	return m.Run()
}

// command returns a command that runs main in another process.
func command(t *testing.T, arguments ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0],
		"--template", "testdata/small.yaml",
		"--functions", functions,
		"--data", filepath.Join(t.TempDir(), "data"))
	c.Args = append(c.Args, arguments...)
	c.Env = append(os.Environ(), "LOCAL_MAIN=1")
	return c
}

// exampleCall matches the command that calls the API of another template.
var exampleCall = regexp.MustCompile(`curl -H 'Authorization: Bearer TOKEN' (http://\S+)`)

func TestTheOutputShowsACallOfAnotherAPIThatWorks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.yaml")
	err := os.WriteFile(path, []byte(`
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: |
        def handler(event, context):
            return "hello"
      Events: { Get: { Type: HttpApi, Properties: { Path: /hello, Method: get } } }
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}

	c := command(t, "--port", "0", "--with", path)
	var output bytes.Buffer
	launch(t, c, &output)
	match := exampleCall.FindStringSubmatch(output.String())
	if match == nil || !strings.Contains(output.String(), "The HTTP API of "+path) {
		t.Fatalf("the output is %s, want a call of the other API", &output)
	}

	response, err := http.Get(match[1])
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()

	if text, err := io.ReadAll(response.Body); string(text) != "hello" || err != nil {
		t.Errorf("got %s, %v, want hello", text, err)
	}

	pids := children(t, c.Process.Pid)
	mustEnd(t, c, syscall.SIGINT, pids)

	if len(pids) != 2 {
		t.Errorf("the runner has the children %v, want the engine and the function", pids)
	}
}

var apiLine = regexp.MustCompile(`API +(http://\S+)`)

// launch starts the command, waits until it is ready and returns the URL of its API. It copies the command's output to
// copied.
func launch(t *testing.T, c *exec.Cmd, copied io.Writer) (api string) {
	t.Helper()
	return launchWith(t, c, copied, os.Stderr)
}

// launchWith is launch with a writer for the command's errors.
func launchWith(t *testing.T, c *exec.Cmd, copied, errs io.Writer) (api string) {
	t.Helper()
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	c.Stderr = errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { _ = c.Process.Kill() })
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		fmt.Fprintln(copied, lines.Text())
		if match := apiLine.FindStringSubmatch(lines.Text()); match != nil {
			api = match[1]
		}

		if strings.Contains(lines.Text(), "Ctrl-C") {
			go func() {
				for lines.Scan() { // keeps the command from blocking on a full pipe
				}
			}()

			return api
		}
	}

	t.Fatal("the runner exited before it was ready")
	return ""
}

// children returns the running child processes of a process.
func children(t *testing.T, parent int) []int {
	t.Helper()
	text, err := exec.Command("ps", "-o", "pid=", "--ppid", strconv.Itoa(parent)).Output()
	if err != nil && len(text) > 0 { // ps fails without output if there are none
		t.Fatal(err)
	}

	var pids []int
	for field := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}

		if pid != 0 {
			pids = append(pids, pid)
		}
	}

	return pids
}

func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}

	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(state), ") Z ")
}

// running starts the command and calls its function. It returns the command and its children, the engine and the
// function.
func running(t *testing.T) (*exec.Cmd, []int) {
	t.Helper()
	c := command(t, "--port", "0")
	response, err := http.Get(launch(t, c, io.Discard) + "/open")
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("got %v, %v, want status 200", response, err)
	}

	response.Body.Close()
	pids := children(t, c.Process.Pid)
	if len(pids) != 2 {
		t.Fatalf("the runner has the children %v, want the engine and the function", pids)
	}

	return c, pids
}

// mustEnd sends a signal to the command. The command must exit with status 0 and leave no child.
func mustEnd(t *testing.T, c *exec.Cmd, signal syscall.Signal, children []int) {
	t.Helper()
	if err := c.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}

	if err := c.Wait(); err != nil {
		t.Error(err)
	}

	for _, pid := range children {
		if alive(pid) {
			t.Errorf("process %d still runs", pid)
		}
	}
}

func TestASignalEndsEverythingWithStatus0(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			c, pids := running(t)
			mustEnd(t, c, signal, pids)
		})
	}
}

func TestAKilledRunnerLeavesNothingRunning(t *testing.T) {
	c, pids := running(t)
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}

	_ = c.Wait()
	deadline := time.Now().Add(10 * time.Second)
	for _, pid := range pids {
		for alive(pid) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d still runs after the runner was killed", pid)
			}

			time.Sleep(5 * time.Millisecond) //nolint:forbidigo // no signal announces the end of a process that isn't our child
		}
	}
}

func TestAnEngineThatKeepsDyingEndsTheRunnerWithStatus1(t *testing.T) {
	c := command(t, "--port", "0")
	var printed bytes.Buffer
	launchWith(t, c, io.Discard, &printed)

	engines := map[int]bool{}
	for len(engines) < 4 {
		for _, pid := range children(t, c.Process.Pid) {
			if !engines[pid] && syscall.Kill(pid, syscall.SIGKILL) == nil {
				engines[pid] = true
			}
		}
	}

	_ = c.Wait()

	if c.ProcessState.ExitCode() != 1 ||
		!strings.HasPrefix(printed.String(), "the database engine ") ||
		strings.Count(printed.String(), "\n") != 1 {
		t.Errorf("got status %d and %q, want status 1 and one line about the engine", c.ProcessState.ExitCode(), &printed)
	}
}

func TestAWrongStartIsOneLineAndStatus1(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}

	defer taken.Close()
	port := strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
	for want, arguments := range map[string][]string{
		"port " + port + " is taken": {"--port", port},
		"the template is wrong":      {"--port", "0", "--template", "nowhere.yaml"},
		"there is no binary":         {"--port", "0", "--functions", t.TempDir()},
	} {
		c := command(t, arguments...)
		var printed bytes.Buffer
		c.Stderr = &printed
		_ = c.Run()

		if c.ProcessState.ExitCode() != 1 ||
			!strings.Contains(printed.String(), want) ||
			strings.Count(printed.String(), "\n") != 1 {
			t.Errorf("%v: got status %d and %q, want status 1 and one line", arguments, c.ProcessState.ExitCode(), &printed)
		}
	}
}

func TestAParameterBelongsToTheTemplateBeforeIt(t *testing.T) {
	options, _, err := parse([]string{
		"--parameter", "A=1",
		"--with", "one.yaml", "--parameter", "B=2=3", "--parameter", "C=",
		"--with", "two.yaml", "--parameter", "B=4",
	}, io.Discard)
	want := []runner.Other{
		{Template: "one.yaml", Parameters: map[string]string{"B": "2=3", "C": ""}},
		{Template: "two.yaml", Parameters: map[string]string{"B": "4"}},
	}
	if err != nil || !reflect.DeepEqual(options.Parameters, map[string]string{"A": "1"}) || !reflect.DeepEqual(options.With, want) {
		t.Errorf("got %v, %v, %v, want A=1 and %v", options.Parameters, options.With, err, want)
	}

	for want, arguments := range map[string][]string{
		"write a parameter as NAME=VALUE":     {"--parameter", "A"},
		"the parameter A has a value already": {"--parameter", "A=1", "--parameter", "A=2"},
	} {
		var printed bytes.Buffer
		if _, _, err := parse(arguments, &printed); err == nil || !strings.Contains(printed.String(), want) {
			t.Errorf("%v: got %q, want %s", arguments, &printed, want)
		}
	}
}

func TestAParameterReachesTheFunctionOfAnotherTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "theirs.yaml")
	err := os.WriteFile(path, []byte(`
Parameters:
  Greeting: { Type: String, AllowedValues: [good morning, good evening] }
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Environment: { Variables: { GREETING: !Ref Greeting } }
      InlineCode: |
        import os
        def handler(event, context):
            return os.environ["GREETING"]
      Events: { Get: { Type: HttpApi, Properties: { Path: /hello, Method: get } } }
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}

	c := command(t, "--port", "0", "--with", path, "--parameter", "Greeting=good evening")
	var output bytes.Buffer
	launch(t, c, &output)
	if got := get(t, exampleCall.FindStringSubmatch(output.String())[1]); got != "good evening" {
		t.Errorf("got %q, want good evening", got)
	}

	mustEnd(t, c, syscall.SIGINT, nil)

	c = command(t, "--port", "0", "--with", path, "--parameter", "Greeting=good night")
	var printed bytes.Buffer
	c.Stderr = &printed
	_ = c.Run()

	if want := "must be one of good morning, good evening"; !strings.Contains(printed.String(), want) {
		t.Errorf("got %q, want %s", &printed, want)
	}
}

// get returns the body of a response.
func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return string(text)
}

func TestAWrongFlagIsStatus2AndHelpStatus0(t *testing.T) {
	for status, argument := range map[int]string{2: "--nonsense", 0: "--help"} {
		var out, printed bytes.Buffer
		if got := run(t.Context(), []string{argument}, &out, &printed); got != status ||
			!strings.Contains(printed.String(), "-port") ||
			!strings.Contains(printed.String(), "-with template") {
			t.Errorf("%s: got status %d and %q, want the list of flags", argument, got, &printed)
		}
	}

	var out, printed bytes.Buffer
	if got := run(t.Context(), []string{"extra"}, &out, &printed); got != 2 ||
		!strings.Contains(printed.String(), `unexpected argument "extra"`) {
		t.Errorf("got status %d and %q, want 2 and the unexpected argument", got, &printed)
	}
}
