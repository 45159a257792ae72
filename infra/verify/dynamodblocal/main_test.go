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

// TestMain runs the tests, or acts as java or mvn if the test binary is called by that name. The tests link the binary under
// these names, because they test what surrounds the two programs.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "java":
		os.Exit(fakeJava(os.Args))
	case "mvn":
		os.Exit(fakeMaven())
	}

	// The tests run on every platform.
	natives[runtime.GOOS+"/"+runtime.GOARCH] = "libsqlite4java-*"
	os.Exit(m.Run())
}

// fakeJava writes its process ID to a file and then answers as DynamoDB Local does to a request without credentials.
func fakeJava(arguments []string) int {
	if os.Getenv("FAKE") == "old java" {
		fmt.Fprintln(os.Stderr, "java.lang.UnsupportedClassVersionError: ServerRunner")
		return 1
	}

	if err := os.WriteFile(os.Getenv("PID_FILE"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
		return 2
	}

	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Requestid", "1")
		w.WriteHeader(http.StatusBadRequest)
	})

	err := http.ListenAndServe("127.0.0.1:"+arguments[len(arguments)-1], answer)
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// fakeMaven creates empty libraries in the working directory.
func fakeMaven() int {
	if os.Getenv("FAKE") == "no network" {
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

// setUp puts the fake tools on PATH and changes to an empty repository. It returns the file for the process ID of java.
func setUp(t *testing.T, fake string, tools ...string) (pidFile string) {
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
	t.Setenv("FAKE", fake)
	t.Setenv("PID_FILE", pidFile)

	if len(tools) < 2 {
		t.Setenv("PATH", bin)
	}

	return pidFile
}

func TestEachFailureIsASentenceThatSaysWhatToDo(t *testing.T) {
	for name, c := range map[string]struct {
		fake  string
		tools []string
		want  string
	}{
		"no java": {
			tools: []string{"mvn"},
			want:  "java is missing, which runs DynamoDB Local: install a Java runtime, version 17 or newer",
		},
		"no mvn": {
			tools: []string{"java"},
			want:  "mvn is missing, which downloads DynamoDB Local: install Apache Maven",
		},
		"no network": {
			fake:  "no network",
			tools: []string{"java", "mvn"},
			want: "mvn could not download DynamoDB Local (Could not transfer artifact): " +
				"check the network and the mirrors in ~/.m2/settings.xml, then try again",
		},
		"old java": {
			fake:  "old java",
			tools: []string{"java", "mvn"},
			want: "start DynamoDB Local: the server exited before it answered " +
				"(java.lang.UnsupportedClassVersionError: ServerRunner); it requires Java 17 or newer",
		},
	} {
		t.Run(name, func(t *testing.T) {
			setUp(t, c.fake, c.tools...)
			if err := run(t.Context(), []string{"--", "true"}); err == nil || err.Error() != c.want {
				t.Errorf("run returned the error\n%v\nwant\n%s", err, c.want)
			}
		})
	}

	if err := run(t.Context(), []string{"--"}); err == nil || !strings.HasPrefix(err.Error(), "usage:") {
		t.Errorf("without a command, run returned the error %v, want the usage", err)
	}
}

func TestTheCommandHasTheAddressAndTheServerStopsHoweverItEnds(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		code   int
	}{
		"success": {`test -n "$` + tabletest.EndpointVariable + `"`, 0},
		"failure": {"exit 7", 7},
	} {
		t.Run(name, func(t *testing.T) {
			pidFile := setUp(t, "", "java", "mvn")
			err := run(t.Context(), []string{"sh", "-c", c.script})

			var failed *exec.ExitError
			if code := 0; errors.As(err, &failed) {
				if code = failed.ExitCode(); code != c.code {
					t.Errorf("the exit status is %d, want %d", code, c.code)
				}
			} else if err != nil || c.code != 0 {
				t.Errorf("run returned the error %v, want exit status %d", err, c.code)
			}

			checkExited(t, pidFile)
		})
	}
}

// checkExited fails the test if the process whose ID is in the file still runs.
func checkExited(t *testing.T, pidFile string) {
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
		t.Errorf("process %d still runs, want it stopped (signal 0 returned %v)", pid, err)
	}
}

func TestReadyRejectsOtherServers(t *testing.T) {
	if ready(&http.Response{StatusCode: http.StatusNotFound}) {
		t.Error("ready accepted an answer without X-Amzn-Requestid")
	}
}
