package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leasehold-dev/leasehold/pkg/client"
)

// tokenColumns are the columns of a list of tokens.
var tokenColumns = []column[client.Token]{
	{"ID", func(t client.Token) string { return t.ID }},
	{"DESCRIPTION", func(t client.Token) string { return t.Description }},
	{"STATUS", func(t client.Token) string { return string(t.Status) }},
	{"LEASE ENDS", func(t client.Token) string { return timestamp(&t.LeaseExpiresAt) }},
	{"EXPIRES", func(t client.Token) string { return timestamp(&t.ExpiresAt) }},
	{"LAST USED", func(t client.Token) string { return timestamp(t.LastUsedAt) }},
}

// tokens is what the subcommands of token share: whose tokens they act on.
type tokens struct {
	*app
	account string // of the flag --service-account; "" for the user's own
}

func (a *app) tokenCommand() *cobra.Command {
	t := &tokens{app: a}
	command := &cobra.Command{
		Use:   "token",
		Short: "Create, list, change and check personal access tokens",
		Args:  cobra.NoArgs,
	}
	command.PersistentFlags().StringVar(&t.account, "service-account", "", "ID of a service account, to act on its tokens")

	command.AddCommand(
		t.createCommand(),
		t.listCommand(),
		t.oneCommand("get", "Show a token", t.get),
		t.oneCommand("extend", "Extend the lease of a token by two weeks", t.extend),
		t.oneCommand("delete", "Delete a token; it stops working immediately", t.remove),
		t.renameCommand(),
		t.rotateCommand(),
		a.deriveCommand(),
		a.checkCommand(),
	)

	return command
}

// oneCommand returns a command that acts on the token with an ID.
func (t *tokens) oneCommand(name, short string, do func(ctx context.Context, id string) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE:  func(command *cobra.Command, arguments []string) error { return do(command.Context(), arguments[0]) },
	}
}

// path returns a client and the path of the list of tokens.
func (t *tokens) path(ctx context.Context) (*client.Client, string, error) {
	if t.account == "" {
		c, _, err := t.connect()
		return c, "/me/tokens", err
	}

	c, org, err := t.within(ctx)
	return c, org + "/service-accounts/" + escape(t.account) + "/tokens", err
}

// limits are the flags for what a new token can do.
type limits struct {
	expiresIn string
	scopes    []string
	networks  []string
}

func (l *limits) flags(command *cobra.Command, usage string) {
	command.Flags().StringVar(&l.expiresIn, "expires-in", "", usage)
	command.Flags().StringArrayVar(&l.scopes, "scope", nil,
		"a permission that the token carries, such as members:view (repeat it)")
	command.Flags().StringArrayVar(&l.networks, "network", nil,
		"a network that the token works from, such as 192.0.2.0/24 (repeat it)")
}

// expiry returns the time that --expires-in means: nil without it.
func (l *limits) expiry(now time.Time) (*time.Time, error) {
	if l.expiresIn == "" {
		return nil, nil
	}

	duration, err := time.ParseDuration(l.expiresIn)
	if days, found := strings.CutSuffix(l.expiresIn, "d"); found {
		var count uint64
		count, err = strconv.ParseUint(days, 10, 10)
		duration = time.Duration(count) * 24 * time.Hour
	}

	if err != nil || duration <= 0 {
		return nil, misused("--expires-in %s is not a duration such as 90d, 12h or 30m", l.expiresIn)
	}

	at := now.Add(duration).UTC().Truncate(time.Second)
	return &at, nil
}

func (t *tokens) createCommand() *cobra.Command {
	var l limits
	var description string
	var selfRotate bool
	command := &cobra.Command{
		Use:   "create",
		Short: "Create a token and print its secret",
		Long: `Create a token and print its secret on standard output. The secret is shown only this once.

It requires the session of "leasehold login".`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return t.create(command.Context(), l, description, selfRotate)
		},
	}
	command.Flags().StringVarP(&description, "description", "d", "", "what will use the token, for example \"Nightly export\"")
	command.Flags().BoolVar(&selfRotate, "self-rotate", false, "let the token rotate itself")
	l.flags(command, "when the token expires, such as 90d (default six months, or what the organization allows)")

	return command
}

func (t *tokens) create(ctx context.Context, l limits, description string, selfRotate bool) error {
	expires, err := l.expiry(t.now())
	if err != nil {
		return err
	}

	c, secret, err := t.connect()
	if err != nil {
		return err
	}

	org, err := t.organization(ctx, c, secret)
	if err != nil {
		return err
	}

	var created *client.TokenCreated
	var response client.Response
	if t.account == "" {
		created, err = c.CreateToken(ctx, client.TokenCreate{
			Description:    given(description),
			ExpiresAt:      expires,
			Networks:       l.networks,
			OrganizationID: org,
			Scopes:         l.scopes,
			SelfRotate:     given(selfRotate),
		}, client.WithResponse(&response))
	} else {
		created, err = c.CreateServiceAccountToken(ctx, org, t.account, client.ServiceAccountTokenCreate{
			Description: given(description),
			ExpiresAt:   expires,
			Networks:    l.networks,
			Scopes:      l.scopes,
			SelfRotate:  given(selfRotate),
		}, client.WithResponse(&response))
	}

	if err != nil {
		return err
	}

	t.say("Created %s. It expires on %s, or if it is unused for two weeks. Its secret is shown only now:",
		created.ID, timestamp(&created.ExpiresAt))

	return t.printSecret(created.Secret, response)
}

// given returns a pointer to a value, or nil for the zero value, which is not sent.
func given[T comparable](value T) *T {
	if value == *new(T) {
		return nil
	}

	return &value
}

// printSecret prints a secret alone, or the whole answer with --json.
func (a *app) printSecret(secret client.Secret, response client.Response) error {
	if a.json {
		return a.printJSON(response.Body)
	}

	if _, err := fmt.Fprintln(a.out, secret.Reveal()); err != nil {
		return fmt.Errorf("print the secret: %w", err)
	}

	return nil
}

func (t *tokens) listCommand() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "list",
		Short: "List tokens, the newest first",
		Args:  cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			c, path, err := t.path(command.Context())
			if err != nil {
				return err
			}

			return list(command.Context(), t.app, c, path+"?includeExpired="+strconv.FormatBool(all), tokenColumns)
		},
	}
	command.Flags().BoolVar(&all, "all", false, "include tokens that have ended in the last 30 days")

	return command
}

// describeToken prints a token, or the answer with --json.
func (a *app) describeToken(token client.Token, response client.Response) error {
	if a.json {
		return a.printJSON(response.Body)
	}

	scopes := "not limited"
	if token.Scopes != nil {
		scopes = strings.Join(*token.Scopes, " ")
	}

	from := ""
	if token.LastUsedFrom != nil {
		from = fmt.Sprint(" from ", value(token.LastUsedFrom.Address))
	}

	used := "never"
	if token.LastUsedAt != nil {
		used = timestamp(token.LastUsedAt) + from
	}

	return a.describe(
		field{"ID", token.ID},
		field{"prefix", token.Prefix},
		field{"description", token.Description},
		field{"organization", token.Organization.Name + " (" + token.Organization.ID + ")"},
		field{"status", string(token.Status)},
		field{"reason", value(token.EndedReason) + value(token.SuspendedReason)},
		field{"scopes", scopes},
		field{"networks", strings.Join(token.Networks, " ")},
		field{"rotates itself", strconv.FormatBool(token.SelfRotate)},
		field{"created", timestamp(&token.CreatedAt)},
		field{"last used", used},
		field{"lease ends", timestamp(&token.LeaseExpiresAt)},
		field{"expires", timestamp(&token.ExpiresAt)},
	)
}

// value returns what a pointer points to, or the zero value.
func value[T any](pointer *T) (v T) {
	if pointer != nil {
		v = *pointer
	}

	return v
}

func (t *tokens) get(ctx context.Context, id string) error {
	c, path, err := t.path(ctx)
	if err != nil {
		return err
	}

	var token client.Token
	var response client.Response
	if err := c.Do(ctx, "GET", path+"/"+escape(id), nil, &token, client.WithResponse(&response)); err != nil {
		return err
	}

	return t.describeToken(token, response)
}

// extend reads the end of the lease, and extends it from there.
func (t *tokens) extend(ctx context.Context, id string) error {
	c, path, err := t.path(ctx)
	if err != nil {
		return err
	}

	var token client.Token
	if err := c.Do(ctx, "GET", path+"/"+escape(id), nil, &token); err != nil {
		return err
	}

	var extended client.TokenExtended
	var response client.Response
	err = c.Do(ctx, "POST", path+"/"+escape(id)+"/extend", client.TokenExtend{LeaseExpiresAt: token.LeaseExpiresAt},
		&extended, client.WithResponse(&response))
	if err != nil {
		return err
	}

	if t.json {
		return t.printJSON(response.Body)
	}

	for _, warning := range extended.Warnings {
		t.say("Warning: %s", warning.Detail)
	}

	t.say("The lease of %s ends on %s if it is not used.", extended.ID, timestamp(&extended.LeaseExpiresAt))
	return nil
}

func (t *tokens) remove(ctx context.Context, id string) error {
	c, path, err := t.path(ctx)
	if err != nil {
		return err
	}

	if err := c.Do(ctx, "DELETE", path+"/"+escape(id), nil, nil); err != nil {
		return err
	}

	t.say("Deleted %s. It no longer works.", id)
	return nil
}

func (t *tokens) renameCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rename ID DESCRIPTION",
		Short: "Change the description of a token",
		Args:  cobra.ExactArgs(2),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.rename(command.Context(), arguments[0], arguments[1])
		},
	}
}

func (t *tokens) rename(ctx context.Context, id, description string) error {
	c, path, err := t.path(ctx)
	if err != nil {
		return err
	}

	var response client.Response
	if err := c.Do(ctx, "GET", path+"/"+escape(id), nil, nil, client.WithResponse(&response)); err != nil {
		return err
	}

	read := client.WithHeader("If-Match", response.Header.Get("ETag"))
	change := client.TokenUpdate{Description: &description}
	var token client.Token
	err = c.Do(ctx, "PATCH", path+"/"+escape(id), change, &token, read, client.WithResponse(&response))
	if err != nil {
		return err
	}

	if t.json {
		return t.printJSON(response.Body)
	}

	t.say("Renamed %s to %q.", token.ID, token.Description)
	return nil
}

func (t *tokens) rotateCommand() *cobra.Command {
	var self bool
	var overlap time.Duration
	command := &cobra.Command{
		Use:   "rotate {ID | --self}",
		Short: "Replace a token by one with a new secret, and print that",
		Long: `Replace a token by one with a new secret, and print that on standard output.

The old token keeps working for the overlap, so that you can exchange it wherever it is in use.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			if self == (len(arguments) == 1) {
				return misused("give either the ID of a token or --self")
			}

			var request client.TokenRotate
			if command.Flags().Changed("overlap") {
				seconds := int64(overlap / time.Second)
				request.OverlapSeconds = &seconds
			}

			return t.rotate(command.Context(), strings.Join(arguments, ""), request)
		},
	}
	command.Flags().BoolVar(&self, "self", false,
		"rotate the token in LEASEHOLD_TOKEN, which must be able to rotate itself")
	command.Flags().DurationVar(&overlap, "overlap", 0,
		"how long the old token keeps working, such as 1h, at most 168h (default one day)")

	return command
}

// rotate rotates the token with an ID, or the one that the command uses if the ID is "".
func (t *tokens) rotate(ctx context.Context, id string, request client.TokenRotate) error {
	c, path, err := t.path(ctx)
	if err != nil {
		return err
	}

	if id == "" {
		info, err := client.InspectToken(strings.TrimSpace(t.getenv("LEASEHOLD_TOKEN")))
		if err != nil || info.Kind != "pat" || t.account != "" {
			return misused("--self rotates the personal access token in LEASEHOLD_TOKEN, and there is none")
		}

		id = info.ID
	}

	var created client.TokenCreated
	var response client.Response
	err = c.Do(ctx, "POST", path+"/"+escape(id)+"/rotate", request, &created, client.WithResponse(&response))
	if err != nil {
		return err
	}

	t.say("Created %s, which replaces %s. It expires on %s. Its secret is shown only now:",
		created.ID, id, timestamp(&created.ExpiresAt))

	return t.printSecret(created.Secret, response)
}

func (a *app) deriveCommand() *cobra.Command {
	var l limits
	command := &cobra.Command{
		Use:   "derive [-]",
		Short: "Derive a narrower token, without a request, and print it",
		Long: `Derive a narrower token from a personal access token, and print it on standard output. It needs no network.

The personal access token is read from LEASEHOLD_TOKEN, or from standard input if the argument is -.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, arguments []string) error { return a.derive(l, arguments) },
	}
	l.flags(command, "when the derived token expires, such as 30m, at most 24h (default 1h)")

	return command
}

func (a *app) derive(l limits, arguments []string) error {
	text := a.getenv("LEASEHOLD_TOKEN")
	if len(arguments) > 0 {
		if arguments[0] != "-" {
			return misused("an argument would show the token to other users: set LEASEHOLD_TOKEN, or pipe it to derive -")
		}

		read, err := io.ReadAll(io.LimitReader(a.in, 4096))
		if err != nil {
			return fmt.Errorf("read the token: %w", err)
		}

		text = string(read)
	}

	if l.expiresIn == "" {
		l.expiresIn = "1h"
	}

	expires, err := l.expiry(a.now())
	if err != nil {
		return err
	}

	if expires.Sub(a.now()) > 24*time.Hour {
		return misused("--expires-in must be at most 24h")
	}

	caveats := client.Caveats{Expires: *expires, Scopes: l.scopes}
	for _, network := range l.networks {
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			return misused("--network %s is not a network such as 192.0.2.0/24", network)
		}

		caveats.Networks = append(caveats.Networks, prefix)
	}

	derived, err := client.DeriveToken(client.NewSecret(strings.TrimSpace(text)), caveats)
	if err != nil {
		return usageError{err.Error()}
	}

	if a.json {
		return a.printValue(map[string]string{"secret": derived.Reveal(), "expiresAt": timestamp(expires)})
	}

	return a.printSecret(derived, client.Response{})
}

func (a *app) checkCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [TOKEN]",
		Short: "Check the form and the checksum of a token, without a request",
		Long: `Check the form and the checksum of a token, and print the IDs in it. It needs no network, and prints no secret.

The token is read from standard input, so that it stays out of the list of processes, or from the argument. A token that
is well-formed need not work: "leasehold whoami" asks the API.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, arguments []string) error { return a.check(arguments) },
	}
}

func (a *app) check(arguments []string) error {
	text := strings.Join(arguments, "")
	if text == "" || text == "-" {
		read, err := io.ReadAll(io.LimitReader(a.in, 4096))
		if err != nil {
			return fmt.Errorf("read the token: %w", err)
		}

		text = string(read)
	}

	info, err := client.InspectToken(strings.TrimSpace(text))
	if err != nil {
		return err
	}

	if a.json {
		return a.printValue(info)
	}

	return a.describe(
		field{"kind", credentials[info.Kind]},
		field{"ID", info.ID},
		field{"prefix", info.Prefix},
		field{"user", info.User},
		field{"organization", info.Organization},
	)
}
