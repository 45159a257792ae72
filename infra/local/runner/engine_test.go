package runner_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// sharedLog is a log that can be read while it is written.
type sharedLog struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (l *sharedLog) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(text)
}

func (l *sharedLog) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

// killEngine kills the engine and returns its process ID.
func killEngine(t *testing.T, system *runner.Runner) int {
	t.Helper()
	pid := enginePID(system)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}

	return pid
}

// enginePID returns the process ID of the engine, which is the last of the system's processes.
func enginePID(system *runner.Runner) int {
	pids := system.PIDs()
	return pids[len(pids)-1]
}

// eventually sends a request until another process than the dead one answers it with 200, and returns the body.
func eventually(t *testing.T, system *runner.Runner, url string, dead int) string {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		restarted := enginePID(system) != dead
		if response, body := call(t, "GET", url, "", ""); restarted && response.StatusCode == http.StatusOK {
			return body
		}
	}

	t.Fatalf("%s was not answered with 200 in time", url)
	return ""
}

func TestADeadEngineIsStartedAgainWithItsDataAndGivenUpInTheEnd(t *testing.T) {
	log := &sharedLog{}
	system := start(t, runner.Options{Data: filepath.Join(t.TempDir(), "data"), Log: log})
	item := system.APIURL() + "/store/one"
	response, body := call(t, "PUT", item, "", "kept")
	want(t, response, body, 204, "")

	for restart := 1; restart <= 3; restart++ {
		dead := killEngine(t, system)

		if body := eventually(t, system, item, dead); !strings.Contains(body, "kept") {
			t.Fatalf("got %s after %d restarts, want what was stored", body, restart)
		}

		if got := strings.Count(log.String(), "the database engine ended (signal: killed): starting it again\n"); got != restart {
			t.Errorf("the log has %d lines about a restart, want %d: %s", got, restart, log)
		}
	}

	killEngine(t, system)

	select {
	case err := <-system.Failed():
		if want := "the database engine does not stay up (signal: killed), although it was started again 3 times: " +
			"look whether the disk is full, or start with --fresh"; err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}

	case <-time.After(20 * time.Second):
		t.Error("the runner did not give up")
	}
}

func TestAnEngineWithItsDataInMemoryIsGivenUpAtOnce(t *testing.T) {
	system := start(t, runner.Options{})
	killEngine(t, system)

	select {
	case err := <-system.Failed():
		if !strings.Contains(err.Error(), "its data was in memory: start again") {
			t.Errorf("got %v, want the loss of the data", err)
		}

	case <-time.After(20 * time.Second):
		t.Error("the runner did not give up")
	}
}

func TestCloseIsNoDeathOfTheEngine(t *testing.T) {
	log := &sharedLog{}
	system := start(t, runner.Options{Data: filepath.Join(t.TempDir(), "data"), Log: log})
	system.Close()

	select {
	case err := <-system.Failed():
		t.Errorf("got %v, want nothing", err)
	default:
	}

	if strings.Contains(log.String(), "starting it again") {
		t.Errorf("the log is %s, want no restart", log)
	}
}
