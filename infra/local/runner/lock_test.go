package runner

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestAStoppedRunnerLeavesTheDataThoughAProcessIsBeingStarted holds a copy of the open lock file, as a process does that is
// being started.
func TestAStoppedRunnerLeavesTheDataThoughAProcessIsBeingStarted(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	first := &Runner{options: Options{Data: data}}
	if err := first.lockData(); err != nil {
		t.Fatal(err)
	}

	inherited, err := syscall.Dup(int(first.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}

	defer syscall.Close(inherited)

	second := &Runner{options: Options{Data: data}}
	defer second.unlockData()
	if err := second.lockData(); err == nil {
		t.Error("two runners use the same data")
	}

	first.unlockData()

	third := &Runner{options: Options{Data: data}}
	defer third.unlockData()
	if err := third.lockData(); err != nil {
		t.Errorf("after the first runner has stopped: %v", err)
	}
}
