package dynoxide

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets a test start this binary again as a process that starts an engine and then waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv("ENGINE_PARENT") != "" {
		started, err := Start(context.Background(), Options{})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}

		fmt.Println(started.PID())
		select {}
	}

	os.Exit(m.Run())
}

func TestTheEngineAnswersAndCloseStopsIt(t *testing.T) {
	started, err := Start(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}

	response, err := http.Get(started.URL())
	if err != nil {
		t.Fatal(err)
	}

	response.Body.Close()
	started.Close()

	if alive(started.PID()) {
		t.Error("the engine still runs after Close")
	}
}

func TestTheEngineKeepsItsFileAcrossARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "db.sqlite")
	for _, body := range []string{
		`{"TableName":"kept","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"PK","AttributeType":"S"}],"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}]}`,
		"",
	} {
		started, err := Start(t.Context(), Options{DBPath: file})
		if err != nil {
			t.Fatal(err)
		}

		if body != "" {
			ask(t, started, "CreateTable", body)
		} else if tables := ask(t, started, "ListTables", "{}"); !strings.Contains(tables, "kept") {
			t.Errorf("after a restart the tables are %s, want kept among them", tables)
		}

		started.Close()
	}
}

func ask(t *testing.T, engine *Engine, operation, body string) string {
	t.Helper()
	request, err := http.NewRequest("POST", engine.URL(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Date", "20260101T000000Z")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=LOCAL/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}

	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("%s returned %v and %s", operation, err, text)
	}

	return string(text)
}

func TestTheEngineDiesWithItsParent(t *testing.T) {
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "ENGINE_PARENT=1")
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}

	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}

	defer parent.Process.Kill()
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}

	var pid int
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatalf("the parent printed %q, want a process ID", line)
	}

	if !alive(pid) {
		t.Fatal("the engine does not run")
	}

	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}

	_ = parent.Wait()

	for deadline := time.Now().Add(10 * time.Second); alive(pid); {
		if time.Now().After(deadline) {
			t.Fatal("the engine still runs after its parent died")
		}

		time.Sleep(5 * time.Millisecond) //nolint:forbidigo // no signal announces the end of a process that isn't our child
	}
}

// alive reports whether a process runs. A zombie, which init has not waited for yet, does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}

	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(state), ") Z ")
}

// fakeNPM puts a script named npm on the PATH, and no other npm.
func fakeNPM(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}

	t.Setenv("PATH", dir+":/usr/bin:/bin")
}

const fakeInstall = `
echo run >> "$COUNT"
while [ "$1" != --prefix ]; do shift; done
to="$2/node_modules/@dynoxide/linux-x64"
mkdir -p "$to" && echo engine > "$to/dynoxide" && chmod +x "$to/dynoxide"
`

// fake is what fakeInstall installs.
var fake = build{npm: "linux-x64", sha256: "a16e8c2cd3405c77a8c367c72f2adcf7dc6989937926386189826cac9980f671"}

func TestConcurrentFetchesRunNPMOnce(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	t.Setenv("COUNT", count)
	fakeNPM(t, fakeInstall)
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := fetch(t.Context(), dir, fake, io.Discard); err != nil {
				t.Error(err)
			}
		})
	}

	group.Wait()

	if runs, err := os.ReadFile(count); err != nil || string(runs) != "run\n" {
		t.Errorf("npm ran %q (%v), want one run", runs, err)
	}
}

func TestEachFailureToFetchSaysWhatToDo(t *testing.T) {
	cases := []struct{ name, npm, want string }{
		{"npm is missing", "", "install Node.js"},
		{
			"the registry is unreachable",
			"echo 'npm error code ENOTFOUND' >&2; exit 1",
			"(code ENOTFOUND): check the network",
		},
		{"npm installs nothing", "exit 0", "try again"},
		{"the binary is another one", strings.Replace(fakeInstall, "echo engine", "echo other", 1), "was not run: delete"},
	}

	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			fakeNPM(t, c.npm)
			if c.npm == "" {
				t.Setenv("PATH", t.TempDir())
			}

			t.Setenv("COUNT", filepath.Join(t.TempDir(), "count"))
			_, err := fetch(t.Context(), t.TempDir(), fake, io.Discard)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, c.want)
			}
		})
	}
}

func TestAFailedFetchLeavesNoIncompleteEngine(t *testing.T) {
	dir := t.TempDir()
	fakeNPM(t, fakeInstall+"\nexit 1")
	t.Setenv("COUNT", filepath.Join(t.TempDir(), "count"))

	if _, err := fetch(t.Context(), dir, fake, io.Discard); err == nil {
		t.Fatal("fetch succeeded although npm failed")
	}

	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 1 || filepath.Base(left[0]) != "lock" {
		t.Errorf("the directory contains %v (%v), want only the lock", left, err)
	}
}

// A binary that was replaced after its download is not run either.
func TestTheDigestIsCheckedAtEveryStart(t *testing.T) {
	dir := t.TempDir()
	fakeNPM(t, fakeInstall)
	t.Setenv("COUNT", filepath.Join(t.TempDir(), "count"))

	binary, err := fetch(t.Context(), dir, fake, io.Discard)
	if err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(binary, []byte("another engine\n"), 0o755); err != nil {
		t.Fatal(err)
	}

	if _, err := fetch(t.Context(), dir, fake, io.Discard); err == nil || !strings.Contains(err.Error(), "not "+fake.sha256) {
		t.Errorf("got %v, want the expected digest", err)
	}
}

func TestAnEngineWithoutAKnownDigestRunsWithAWarning(t *testing.T) {
	fakeNPM(t, fakeInstall)
	t.Setenv("COUNT", filepath.Join(t.TempDir(), "count"))

	var log strings.Builder
	if _, err := fetch(t.Context(), t.TempDir(), build{npm: "linux-x64"}, &log); err != nil || !strings.Contains(log.String(), fake.sha256) {
		t.Errorf("got %v and %q, want the digest in the log", err, log.String())
	}
}

func TestOnlyTheOwnerCanReadTheDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "db.sqlite")
	for _, existing := range []bool{false, true} {
		if existing {
			if err := os.Chmod(file, 0o644); err != nil {
				t.Fatal(err)
			}
		}

		started, err := Start(t.Context(), Options{DBPath: file})
		if err != nil {
			t.Fatal(err)
		}

		ask(t, started, "ListTables", "{}")
		files, err := filepath.Glob(file + "*")
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}

		for _, path := range files {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s has the mode %v (%v), want 0600", path, info.Mode(), err)
			}
		}

		started.Close()
	}
}

func TestADirectoryBecomesPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "local")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}

	if err := Private(dir); err != nil {
		t.Fatal(err)
	}

	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the mode is %v (%v), want 0700", info.Mode(), err)
	}
}

// The engine allows every origin, so on Linux a page must not know its address.
func TestAPageOfAnotherOriginCannotGuessTheEnginesAddress(t *testing.T) {
	hosts := map[string]bool{}
	for range 3 {
		started, err := Start(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}

		address, err := url.Parse(started.URL())
		if err != nil {
			t.Fatal(err)
		}

		hosts[address.Hostname()] = true

		if connection, err := net.Dial("tcp", "127.0.0.1:"+address.Port()); runtime.GOOS == "linux" && err == nil {
			_ = connection.Close()
			t.Errorf("port %s of 127.0.0.1 is open", address.Port())
		}

		started.Close()
	}

	if runtime.GOOS == "linux" && (len(hosts) != 3 || hosts["127.0.0.1"]) {
		t.Errorf("the engine listened on %v", hosts)
	}
}
