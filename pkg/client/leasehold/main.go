// Command leasehold calls the API of Leasehold from a terminal or a script.
//
// It signs in with "leasehold login" and a browser, or takes a token from LEASEHOLD_TOKEN. docs/command.md is its
// guide, and "leasehold help" lists the commands.
//
// Exit codes:
//
//	0    done
//	1    the API refused the request, or a checked token is malformed
//	2    the command was used wrongly; nothing was sent
//	3    not signed in, or the credentials no longer work
//	4    the API can't be reached, failed, or is overloaded; try again later
//	130  interrupted
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	a := &app{
		in:     os.Stdin,
		out:    os.Stdout,
		errs:   os.Stderr,
		getenv: os.Getenv, //nolint:forbidigo // a command reads the environment of its user
		now:    time.Now,  //nolint:forbidigo // the clock of the command
	}
	os.Exit(a.run(ctx, os.Args[1:])) //nolint:forbidigo // a command has arguments
}
