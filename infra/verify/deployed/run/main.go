// Command run checks a deployed stack from outside and prints a table:
//
//	go run ./infra/verify/deployed/run --stack NAME [--region REGION]
//	go run ./infra/verify/deployed/run --api http://127.0.0.1:3000/v1
//
// With --stack it asks AWS and calls the API. With --api it only calls the API. It reads everything and changes nothing, but
// for one personal access token that it creates, uses and deletes. For that, LEASEHOLD_SESSION must contain the token of a
// session. At an API on this machine, it signs in the demo's person by itself. It exits with status 1 if a check fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/infra/stack/account"
	"github.com/leasehold-dev/leasehold/infra/verify/deployed"
)

// demoPerson is in the data of `make run`.
const demoPerson = "ada@example.com"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("verify-deployed", flag.ExitOnError)
	stack := flags.String("stack", "leasehold", "`name` of the stack")
	region := flags.String("region", "", "AWS `region` (default: AWS_REGION, or the AWS CLI's)")
	api := flags.String("api", "", "base `URL` of an API; asks AWS nothing")

	if err := flags.Parse(arguments); err != nil {
		return fmt.Errorf("read the options: %w", err)
	}

	target := deployed.Target{
		Account: account.Account{Region: *region, Run: account.Exec},
		URL:     strings.TrimSuffix(*api, "/"),
		Session: os.Getenv("LEASEHOLD_SESSION"),
	}

	if *api == "" {
		if target.Region == "" {
			target.Region = account.DefaultRegion(ctx, target.Run)
		}

		var err error
		if target.Stack, err = target.Account.Stack(ctx, *stack); err != nil {
			return fmt.Errorf("find the stack: %w", err)
		}

		if target.Stack == nil {
			return fmt.Errorf("there is no stack %s in %s", *stack, target.Region)
		}

		target.URL = target.Stack.Output("Url")
	}

	if err := signIn(ctx, &target); err != nil {
		return err
	}

	return deployed.Run(ctx, &target, os.Stdout)
}

// signIn signs in at an API on this machine, whose issuer asks for no password.
func signIn(ctx context.Context, target *deployed.Target) error {
	address, err := url.Parse(target.URL)
	if err != nil || address.Host == "" {
		return errors.New("the API's address is not a URL")
	}

	if target.Session != "" || address.Hostname() != "127.0.0.1" {
		return nil
	}

	session, err := signin.Session(ctx, target.URL, demoPerson)
	if err != nil {
		return fmt.Errorf("sign in at the API on this machine: %w", err)
	}

	target.Session = session.Secret
	return nil
}
