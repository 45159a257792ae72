// Package child starts processes that end with their parent, such as the database engine and the functions. A child
// runs in its own process group, so a Ctrl-C in the terminal reaches only the parent, which then stops its children in
// order. On Linux, the kernel also kills a child whose parent dies without stopping it.
package child

import (
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Process is a running child.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts cmd. It returns the error of exec.Cmd.Start.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = attributes()
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go p.run(started)

	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}

	return p, nil
}

// run starts the child, waits for it, and keeps its thread until the child exits. The kernel sends the parent-death
// signal when the thread that forked ends, not when the process does, and Go may end a thread that it no longer needs.
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}

	started <- nil
	p.err = p.cmd.Wait()
	close(p.done)
}

// Done returns a channel that is closed when the child has exited.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err returns how the child exited; nil for exit status 0. Call it only after Done is closed.
func (p *Process) Err() error { return p.err }

// PID returns the child's process ID.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop sends SIGTERM to the child, kills it if it has not exited within grace, and returns when it has exited.
func (p *Process) Stop(grace time.Duration) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(grace)
	defer timer.Stop()

	select {
	case <-p.done:
		return
	case <-timer.C:
	}

	p.Kill()
}

// Kill kills the child and returns when it has exited.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}
