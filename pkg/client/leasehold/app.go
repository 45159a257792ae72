package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// The exit codes; see the package comment.
const (
	exitRefused     = 1
	exitUsage       = 2
	exitSignedOut   = 3
	exitUnreachable = 4
	exitInterrupted = 130
)

// app is one run of the command.
type app struct {
	in     io.Reader
	out    io.Writer
	errs   io.Writer
	getenv func(string) string
	now    func() time.Time

	url  string // of the flag --url
	org  string // of the flag --org
	json bool   // of the flag --json

	started bool // whether the arguments were valid and a command began
}

// usageError is an error of the person who typed the command.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func misused(format string, values ...any) error { return usageError{fmt.Sprintf(format, values...)} }

// errSignedOut means that there are no credentials.
var errSignedOut = errors.New(`you are not signed in: run "leasehold login", or set LEASEHOLD_TOKEN`)

// errSignIn means that the sign-in at the identity provider did not succeed.
var errSignIn = errors.New("you are not signed in")

// run runs the command and returns its exit code.
func (a *app) run(ctx context.Context, arguments []string) int {
	root := a.root()
	root.SetArgs(arguments)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errs)

	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}

	a.report(err)
	return a.code(ctx, err)
}

// code returns the exit code for an error.
func (a *app) code(ctx context.Context, err error) int {
	problem, answered := errors.AsType[*client.Problem](err)
	_, usage := errors.AsType[usageError](err)

	switch {
	case !a.started || usage:
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.Is(err, errSignedOut), errors.Is(err, errSignIn), answered && problem.Status == http.StatusUnauthorized:
		return exitSignedOut
	case answered && (problem.Status == http.StatusTooManyRequests || problem.Status >= http.StatusInternalServerError):
		return exitUnreachable
	case answered, errors.Is(err, client.ErrMalformed):
		return exitRefused
	}

	return exitUnreachable
}

// report prints an error: the sentence of the API and the fields at fault, or the whole problem as JSON with --json.
func (a *app) report(err error) {
	problem, ok := errors.AsType[*client.Problem](err)
	if !ok {
		fmt.Fprintln(a.errs, "leasehold:", err)
		if !a.started {
			fmt.Fprintln(a.errs, `Run "leasehold help" for the commands.`)
		}

		return
	}

	if a.json && json.Valid(problem.Body) {
		fmt.Fprintln(a.errs, strings.TrimSpace(string(problem.Body)))
		return
	}

	fmt.Fprintln(a.errs, "leasehold:", printable(problem.Error()))
	for _, field := range problem.Fields {
		if line := field.Field + ": " + field.Detail; !strings.Contains(problem.Detail, line) {
			fmt.Fprintln(a.errs, "  "+printable(line))
		}
	}

	if problem.RetryAfter > 0 {
		fmt.Fprintf(a.errs, "  Try again in %s.\n", problem.RetryAfter)
	}
}

// root returns the command with all of its subcommands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "leasehold",
		Short:         "Call the API of Leasehold",
		Long:          rootHelp,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
	}

	flags := root.PersistentFlags()
	flags.StringVar(&a.url, "url", "", "address of the API with its stage (default $LEASEHOLD_URL, or where you signed in)")
	flags.StringVar(&a.org, "org", "", "ID of the organization (default $LEASEHOLD_ORG, the token's, or your current one)")
	flags.BoolVar(&a.json, "json", false, "print what the API answers as JSON; lists have one item per line")

	root.AddCommand(
		a.loginCommand(),
		a.logoutCommand(),
		a.whoamiCommand(),
		a.tokenCommand(),
		a.membersCommand(),
		a.inviteCommand(),
		a.auditCommand(),
		a.apiCommand(),
	)
	a.watch(root)

	return root
}

// watch makes a command and its subcommands record that they began. Every error before that is one of usage.
func (a *app) watch(command *cobra.Command) {
	if run := command.RunE; run != nil {
		command.RunE = func(command *cobra.Command, arguments []string) error {
			a.started = true
			return run(command, arguments)
		}
	}

	for _, below := range command.Commands() {
		a.watch(below)
	}
}

const rootHelp = `Call the API of Leasehold.

Sign in with "leasehold login", or set these variables:

  LEASEHOLD_TOKEN   a personal access token, which takes precedence over the session of "leasehold login"
  LEASEHOLD_URL     the address of the API with its stage, such as https://leasehold.example.com/v1
  LEASEHOLD_ORG     the ID of an organization

Exit codes: 0 done; 1 refused by the API; 2 wrong use; 3 not signed in, or the credentials no longer work;
4 the API can't be reached, failed, or is overloaded; 130 interrupted.`

// version returns the version of the module, or "devel" if it was built from a working directory.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}

	return "devel"
}

// target returns what was saved at the last sign-in, and the address of the API.
func (a *app) target() (*store, string, error) {
	s, err := a.open()
	if err != nil {
		return nil, "", err
	}

	address, err := a.address(s)
	return s, address, err
}

// address returns the address of the API.
func (a *app) address(s *store) (string, error) {
	for _, address := range []string{a.url, a.getenv("LEASEHOLD_URL"), s.URL} {
		if address != "" {
			return strings.TrimRight(address, "/"), nil
		}
	}

	return "", misused("set LEASEHOLD_URL or --url to the address of the API, such as https://leasehold.example.com/v1")
}

// connect returns a client with the credentials of the user, and the text of the credentials. It returns errSignedOut if
// there are none.
func (a *app) connect() (*client.Client, client.Secret, error) {
	c, secret, err := a.tryConnect()
	if err == nil && secret.Reveal() == "" {
		err = errSignedOut
	}

	return c, secret, err
}

// tryConnect is connect for requests that may need no credentials. Without any, the client sends none.
func (a *app) tryConnect() (*client.Client, client.Secret, error) {
	s, address, err := a.target()
	if err != nil {
		return nil, client.Secret{}, err
	}

	secret := client.NewSecret(strings.TrimSpace(a.getenv("LEASEHOLD_TOKEN")))
	if secret.Reveal() == "" {
		if secret, err = s.secret(address); err != nil && !errors.Is(err, errSignedOut) {
			return nil, client.Secret{}, err
		}
	}

	c, err := a.client(address, secret)
	return c, secret, err
}

// client returns a client of the API at an address.
func (a *app) client(address string, secret client.Secret) (*client.Client, error) {
	c, err := client.New(address, secret.Reveal(),
		client.WithUserAgent("leasehold-command/"+version()),
		client.WithRetries(3, 30*time.Second),
	)
	if err != nil {
		return nil, usageError{err.Error()}
	}

	return c, nil
}

// organization returns the ID of the organization that a command acts in.
func (a *app) organization(ctx context.Context, c *client.Client, secret client.Secret) (string, error) {
	for _, org := range []string{a.org, a.getenv("LEASEHOLD_ORG")} {
		if org != "" {
			return org, nil
		}
	}

	if info, err := client.InspectToken(secret.Reveal()); err == nil && info.Organization != "" {
		return info.Organization, nil
	}

	me, err := c.GetProfile(ctx)
	switch {
	case err != nil:
		return "", fmt.Errorf("find your organization: %w", err)
	case me.CurrentOrganization != nil:
		return me.CurrentOrganization.ID, nil
	case me.DefaultOrganization != nil:
		return me.DefaultOrganization.ID, nil
	}

	return "", misused("you belong to no organization: name one with --org")
}

// within returns a client, and the path of an organization in which a command acts.
func (a *app) within(ctx context.Context) (c *client.Client, path string, err error) {
	c, secret, err := a.connect()
	if err != nil {
		return nil, "", err
	}

	org, err := a.organization(ctx, c, secret)
	return c, "/organizations/" + escape(org), err
}
