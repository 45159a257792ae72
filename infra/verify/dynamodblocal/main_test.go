package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

// TestMain is also the java and the mvn of these tests, which are about what surrounds them: called by those names, the
// test's binary plays their parts.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "java":
		os.Exit(playJava(os.Args))
	case "mvn":
		os.Exit(playMaven())
	}

	natives[runtime.GOOS+"/"+runtime.GOARCH] = "libsqlite4java-*" // on any machine
	os.Exit(m.Run())
}

// playJava answers as DynamoDB Local does to whoever sends no credentials, after it has left its process id.
func playJava(arguments []string) int {
	if os.Getenv("PLAY") == "old java" {
		fmt.Fprintln(os.Stderr, "java.lang.UnsupportedClassVersionError: ServerRunner")
		return 1
	}

	if err := os.WriteFile(os.Getenv("PID_FILE"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return 2
	}

	err := http.ListenAndServe("127.0.0.1:"+arguments[len(arguments)-1], http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Requestid", "1")
		w.WriteHeader(http.StatusBadRequest)
	}))

	fmt.Fprintln(os.Stderr, err)
	return 1
}

// playMaven lays out what the real one would, in its working directory.
func playMaven() int {
	if os.Getenv("PLAY") == "no network" {
		fmt.Println("[INFO] Scanning\n[ERROR] Could not transfer artifact")
		return 1
	}

	if err := os.Mkdir("libraries", 0o755); err != nil {
		return 2
	}

	for _, name := range []string{"DynamoDBLocal-" + version + ".jar", "libsqlite4java-linux-amd64-1.0.392.so"} {
		if err := os.WriteFile(filepath.Join("libraries", name), nil, 0o600); err != nil {
			return 2
		}
	}

	return 0
}

// machine is a machine with some tools and a repository without anything fetched; it answers where java leaves its id.
func machine(t *testing.T, play string, tools ...string) (pidFile string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}

	bin, repository := t.TempDir(), t.TempDir()
	for _, tool := range tools {
		if err := os.Symlink(self, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}

	if err := os.WriteFile(filepath.Join(repository, "go.mod"), []byte("module x\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	pidFile = filepath.Join(t.TempDir(), "pid")
	t.Chdir(repository)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+"/usr/bin"+string(os.PathListSeparator)+"/bin")
	t.Setenv("PLAY", play)
	t.Setenv("PID_FILE", pidFile)

	if len(tools) < 2 {
		t.Setenv("PATH", bin)
	}

	return pidFile
}

func TestEachFailureIsASentenceThatSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		play  string
		tools []string
		want  string
	}{
		"no java":    {"", []string{"mvn"}, "java is missing, and DynamoDB Local runs on it: install a Java runtime, version 17 or newer"},
		"no mvn":     {"", []string{"java"}, "mvn is missing, and DynamoDB Local is fetched with it: install Apache Maven"},
		"no network": {"no network", []string{"java", "mvn"}, "mvn could not fetch DynamoDB Local (Could not transfer artifact): check the network and the mirrors in ~/.m2/settings.xml, then try again"},
		"old java":   {"old java", []string{"java", "mvn"}, "start DynamoDB Local: the server exited before it answered (java.lang.UnsupportedClassVersionError: ServerRunner); it needs Java 17 or newer"},
	} {
		t.Run(name, func(t *testing.T) {
			machine(t, c.play, c.tools...)
			if err := run(t.Context(), []string{"--", "true"}); err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}

	if err := run(t.Context(), []string{"--"}); err == nil || !strings.HasPrefix(err.Error(), "usage:") {
		t.Errorf("without a command: %v", err)
	}
}

func TestTheCommandHasTheAddressAndTheServerStopsHoweverItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		code   int
	}{
		"well": {`test -n "$` + tabletest.EndpointVariable + `"`, 0},
		"ill":  {"exit 7", 7},
	} {
		t.Run(name, func(t *testing.T) {
			pidFile := machine(t, "", "java", "mvn")
			err := run(t.Context(), []string{"sh", "-c", c.script})
			var failed *exec.ExitError
			if code := 0; errors.As(err, &failed) {
				if code = failed.ExitCode(); code != c.code {
					t.Errorf("exit status %d, want %d", code, c.code)
				}
			} else if err != nil || c.code != 0 {
				t.Errorf("%v, want exit status %d", err, c.code)
			}

			mustBeGone(t, pidFile)
		})
	}
}

// mustBeGone fails when the process of that id lives on.
func mustBeGone(t *testing.T, pidFile string) {
	t.Helper()
	text, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}

	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}

	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d lives on: %v", pid, err)
	}
}

func TestAServerOfAnotherKindIsNotTakenForIt(t *testing.T) {
	if ready(&http.Response{StatusCode: http.StatusNotFound}) {
		t.Error("any server would do")
	}
}
