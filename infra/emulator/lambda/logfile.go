package lambda

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// maxLog is the size in bytes from which a log is replaced. A function has one log and one old log.
const maxLog = 5 << 20

// logFile is the log of a function. A write that would make it longer than its limit first renames it to <name>.1, in place of
// the one before. A process writes to it through a pipe, so that no process holds an old log open.
type logFile struct {
	path  string
	limit int64

	mutex sync.Mutex
	file  *os.File
	size  int64
}

// open opens the log, unless it is open already.
func (l *logFile) open() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.file != nil {
		return nil
	}

	if err := os.MkdirAll(filepath.Dir(l.path), 0o755); err != nil {
		return fmt.Errorf("create the log directory: %w", err)
	}

	return l.reopen()
}

// reopen opens the log at its end. It needs l.mutex held.
func (l *logFile) reopen() error {
	file, err := os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open the log %s: %w", l.path, err)
	}

	l.file, l.size = file, 0
	if info, err := file.Stat(); err == nil {
		l.size = info.Size()
	}

	return nil
}

// Write appends what a process printed. It always succeeds: a full disk must cost lines of the log, not the function, which
// could not write to its pipe any more.
func (l *logFile) Write(text []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.size > 0 && l.size+int64(len(text)) > l.limit {
		l.rotate()
	}

	if l.file != nil {
		n, _ := l.file.Write(text)
		l.size += int64(n)
	}

	return len(text), nil
}

// rotate replaces the old log by the current one and begins a new one. It needs l.mutex held.
func (l *logFile) rotate() {
	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}

	if err := os.Rename(l.path, l.path+".1"); err != nil {
		_ = os.Truncate(l.path, 0) // keep the bound rather than the lines
	}

	_ = l.reopen()
}

// close closes the log. A later write is dropped.
func (l *logFile) close() {
	l.mutex.Lock()
	defer l.mutex.Unlock()

	if l.file != nil {
		_ = l.file.Close()
		l.file = nil
	}
}
