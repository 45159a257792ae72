// Package deployed checks a deployed stack from outside: what the AWS CLI says about it, and how its API answers. A stand-in
// for AWS can't show these things, so the rehearsal lists the checks with their commands, and `make verify-deployed` runs
// them.
//
//	deployed.go  the checks and their table
//	settings.go  checks of what AWS says, each with one command of the AWS CLI
//	answer.go    checks of what the API answers, each with one curl command
//	token.go     a token from its creation to its deletion: the only check that changes anything
package deployed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// Target is what is checked.
type Target struct {
	account.Account
	// Stack is the deployed stack, or nil for an API on this machine, which has no AWS account.
	Stack *account.Stack
	// URL is the base URL of the API, such as https://api.example.com/v1.
	URL string
	// Session is the token of a session, for the check that creates a token; "" to leave that out.
	Session string
	names   *strings.Replacer
}

// errSkipped is the error of a check that does not apply. Its text says why.
type errSkipped string

func (e errSkipped) Error() string { return string(e) }

// Check is one check.
type Check struct {
	// Claim is what is true if the check passes.
	Claim string
	// Command is the command that an operator can run instead. Its words in capital letters are placeholders.
	Command string

	run func(ctx context.Context, t *Target) error
}

// Checks returns all checks in the order in which they run.
func Checks() []Check {
	var all []Check
	for _, s := range settings {
		all = append(all, s.check())
	}

	for _, a := range answers {
		all = append(all, a.check())
	}

	return append(all, tokenCheck)
}

// Run runs all checks, prints a row of a table for each, and returns all failures.
func Run(ctx context.Context, t *Target, out io.Writer) error {
	if err := t.resolve(ctx); err != nil {
		return err
	}

	var failures []error
	passed, skipped := 0, 0

	for _, check := range Checks() {
		err := check.run(ctx, t)

		verdict, detail := "ok", ""
		if why, ok := errors.AsType[errSkipped](err); ok {
			verdict, detail = "-", " ("+string(why)+")"
			skipped++
		} else if err != nil {
			verdict, detail = "FAILED", ""
			failures = append(failures, fmt.Errorf("%s: %w\n  Check it with: %s", check.Claim, err, t.name(check.Command)))
		} else {
			passed++
		}

		fmt.Fprintf(out, "%-7s %s%s\n", verdict, check.Claim, detail)
	}

	fmt.Fprintf(out, "\n%d passed, %d failed, %d left out\n", passed, len(failures), skipped)

	return errors.Join(failures...)
}

// resolve finds the names that stand for the placeholders of the commands.
func (t *Target) resolve(ctx context.Context) error {
	pairs := []string{"https://API/v1", t.URL}
	if t.Stack != nil {
		api, err := t.Resource(ctx, t.Stack.StackName, "Api")
		if err != nil {
			return fmt.Errorf("find the API: %w", err)
		}

		values, issuer := t.Stack.Values(), t.Stack.Output("Issuer")
		pairs = append(pairs,
			"STACK", t.Stack.StackName,
			"API-ID", api,
			"TABLE", t.Stack.Output("TableName"),
			"POOL", issuer[strings.LastIndex(issuer, "/")+1:],
			"DOMAIN", values["DomainName"],
			"SINCE", strconv.FormatInt(time.Now().Add(-time.Hour).UnixMilli(), 10),
		)
	}

	t.names = strings.NewReplacer(pairs...)
	return nil
}

// name replaces the placeholders of a command.
func (t *Target) name(command string) string { return t.names.Replace(command) }

// value returns a parameter of the stack.
func (t *Target) value(parameter string) string { return t.Stack.Values()[parameter] }

// want returns an error if two values differ.
func want[T comparable](name string, got, want T) error {
	if got == want {
		return nil
	}

	return fmt.Errorf("%s is %v, want %v", name, got, want)
}

// exists returns an error if a value is empty.
func exists(name, value string) error {
	if value == "" {
		return fmt.Errorf("%s is missing", name)
	}

	return nil
}
