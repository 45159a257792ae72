package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/pkg/table/tabletest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()

	// The command has already printed why it failed.
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(max(failed.ExitCode(), 1))
	}

	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run starts the server, runs a command with its address in the environment, and stops the server.
func run(ctx context.Context, arguments []string) error {
	if len(arguments) > 0 && arguments[0] == "--" {
		arguments = arguments[1:]
	}

	if len(arguments) == 0 {
		return errors.New("usage: go run ./infra/verify/dynamodblocal COMMAND [ARGUMENT ...]")
	}

	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return err
	}

	java, err := exec.LookPath("java")
	if err != nil {
		return errors.New("java is missing, which runs DynamoDB Local: install a Java runtime, version 17 or newer")
	}

	libraries, err := fetch(ctx, filepath.Join(root, ".local", "dynamodb-local"), os.Stderr)
	if err != nil {
		return err
	}

	running, err := start(ctx, java, libraries)
	if err != nil {
		return err
	}

	defer running.close()
	return test(ctx, arguments, running.url)
}

// test runs the command until it exits. The command is in the same process group, so that Ctrl-C reaches it too.
func test(ctx context.Context, arguments []string, url string) error {
	command := exec.CommandContext(ctx, arguments[0], arguments[1:]...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Env = append(os.Environ(), tabletest.EndpointVariable+"="+url)
	if err := command.Run(); err != nil {
		return fmt.Errorf("run %s: %w", arguments[0], err)
	}

	return nil
}
