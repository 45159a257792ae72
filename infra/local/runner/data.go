package runner

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
)

// prepareData creates the directories of data and logs.
func (r *Runner) prepareData(context.Context) error {
	if r.options.Data == "" {
		scratch, err := os.MkdirTemp("", "leasehold-")
		if err != nil {
			return fmt.Errorf("create a directory for the data: %w", err)
		}

		r.scratch = scratch
	} else if err := r.lockData(); err != nil {
		return err
	}

	if r.options.Logs == "" {
		r.options.Logs = filepath.Join(r.dataDir(), "logs")
	}

	for _, dir := range []string{r.dataDir(), r.options.Logs} {
		if err := dynoxide.Private(dir); err != nil {
			return fmt.Errorf("create the data directory: %w", err)
		}
	}

	return nil
}

// unlockData lets another runner use the data. It unlocks before it closes: a process that is being started at this moment
// holds a copy of the open file until it runs its program, and the lock with it.
func (r *Runner) unlockData() {
	if r.lock == nil {
		return
	}

	_ = syscall.Flock(int(r.lock.Fd()), syscall.LOCK_UN)
	_ = r.lock.Close()
}

// lockData locks the data directory against other runners, and empties it if Fresh is set. The lock file is next to the
// directory, so that it survives the emptying.
func (r *Runner) lockData() error {
	path := filepath.Clean(r.options.Data) + ".lock"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}

	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return fmt.Errorf("open the data directory's lock: %w", err)
	}

	r.lock = lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another runner uses the data in %s: stop it, or choose another directory with --data", r.options.Data)
	}

	if !r.options.Fresh {
		return nil
	}

	if err := os.RemoveAll(r.options.Data); err != nil {
		return fmt.Errorf("delete the old data: %w", err)
	}

	return nil
}

// dataDir returns the directory of the data: Options.Data, or the one that Close removes.
func (r *Runner) dataDir() string {
	if r.options.Data == "" {
		return r.scratch
	}
	return r.options.Data
}
