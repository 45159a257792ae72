package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

// deployment deploys a stack, or prints its status.
type deployment struct {
	options
	account.Account

	// root is the repository.
	root string
	out  io.Writer
	in   *terminal
	// program runs a program on the terminal.
	program func(ctx context.Context, name string, arguments ...string) error

	template  template
	saved     saved
	accountID string
}

// open finds out which stack is meant, in which account and region, and reads template.yaml.
func (d *deployment) open(ctx context.Context) error {
	var err error
	if d.template, err = readTemplate(d.root); err != nil {
		return err
	}

	if d.saved, err = readSaved(d.root, d.stack); err != nil {
		return err
	}

	d.stack = d.saved.stack
	if err := d.template.checkName(d.stack); err != nil {
		return err
	}

	if err := d.template.unknown("samconfig.toml", d.saved.overrides); err != nil {
		return err
	}

	if err := d.template.unknown("--set", d.set); err != nil {
		return err
	}

	d.Region = d.region
	if d.Region == "" {
		d.Region = d.saved.region
	}

	if d.Region == "" {
		d.Region = account.DefaultRegion(ctx, d.Run)
	}

	if d.Region == "" {
		return errors.New("no region is configured. Add --region, or set AWS_REGION")
	}

	var caller struct{ Account string }
	if err := d.Ask(ctx, &caller, "sts", "get-caller-identity"); err != nil {
		return fmt.Errorf("you are not signed in to AWS. Run 'aws configure' or 'aws sso login' first: %w", err)
	}

	d.accountID = caller.Account
	return nil
}

// deploy deploys the stack and prints its addresses.
func (d *deployment) deploy(ctx context.Context) error {
	if err := d.open(ctx); err != nil {
		return err
	}

	present, err := d.Stack(ctx, d.stack)
	if err != nil {
		return err
	}

	action, why := next(present)
	switch action {
	case refuse:
		return errors.New(why)
	case recreate:
		if err := d.removeFailed(ctx); err != nil {
			return err
		}
	case create, update:
	}

	values, err := d.choose(ctx, present, action == update)
	if err != nil {
		return err
	}

	if err := d.build(ctx, values["Architecture"]); err != nil {
		return err
	}

	if err := d.completeTable(ctx, values); err != nil {
		return err
	}

	if err := d.sam(ctx, values, d.yes); err != nil {
		return err
	}

	deployed, err := d.settle(ctx, values)
	if err != nil {
		return err
	}

	if err := d.tagTable(ctx, deployed); err != nil {
		return err
	}

	fmt.Fprintln(d.out)
	fmt.Fprintln(d.out, "API       ", deployed.Output("Url"))
	fmt.Fprintln(d.out, "Console   ", deployed.Output(consoleParameter))
	fmt.Fprintln(d.out, "Dashboard ", deployed.Output("DashboardUrl"))

	return d.checkCache(ctx, values)
}

// choose returns the values to deploy, after it has asked for them, checked them and printed what they change. present is
// the stack, or one whose creation failed, or nil. exists reports whether it is there to be updated.
func (d *deployment) choose(ctx context.Context, present *account.Stack, exists bool) (map[string]string, error) {
	before := present.Values()
	sources := []map[string]string{d.set, d.saved.overrides, before}

	var api, pool string
	if exists {
		fmt.Fprintf(d.out, "The stack %s exists in account %s, region %s.\n", d.stack, d.accountID, d.Region)

		var err error
		if api, err = d.Resource(ctx, d.stack, "Api"); err != nil {
			return nil, err
		}

		pool = present.Output("Issuer")[strings.LastIndex(present.Output("Issuer"), "/")+1:]
	} else {
		fmt.Fprintf(d.out, "There is no stack %s in account %s, region %s. This deployment creates it.\n",
			d.stack, d.accountID, d.Region)

		found, err := d.found(ctx)
		if err != nil {
			return nil, err
		}

		sources = append(sources, found...)
	}

	values := d.template.values(sources...)
	if d.ask || !exists && !d.yes {
		if err := d.in.ask(d.template.parameters, values); err != nil {
			return nil, err
		}
	}

	d.followConsole(values, before, api)

	if err := d.keepSignIn(ctx, values, pool); err != nil {
		return nil, err
	}

	if err := d.template.checkValues(values, d.Region); err != nil {
		return nil, err
	}

	if err := checkScopes(values); err != nil {
		return nil, err
	}

	if err := d.checkSignIn(ctx, values, pool); err != nil {
		return nil, err
	}

	if strings.HasSuffix(values["MailSender"], ".invalid") {
		fmt.Fprintln(d.out, "MailSender is a placeholder, so invitations are not sent. Set it to an address that SES has verified.")
	}

	if !exists {
		return values, nil
	}

	return values, d.confirmChanges(before, values)
}

// found returns the values of a new stack that follow from what the account contains already.
func (d *deployment) found(ctx context.Context) ([]map[string]string, error) {
	adopted, err := d.adoptKept(ctx)
	if err != nil {
		return nil, err
	}

	role, err := d.logRole(ctx)
	if err != nil {
		return nil, err
	}

	return []map[string]string{adopted, role}, nil
}

// logRole returns the parameter that keeps API Gateway's log role if the account already has one in this region, because
// other APIs use it.
func (d *deployment) logRole(ctx context.Context) (map[string]string, error) {
	var gateway struct{ CloudwatchRoleArn string }
	if err := d.Ask(ctx, &gateway, "apigateway", "get-account"); err != nil {
		return nil, fmt.Errorf("look for API Gateway's log role: %w", err)
	}

	if gateway.CloudwatchRoleArn == "" {
		return nil, nil
	}

	return map[string]string{"ApiGatewayLogRole": "keep"}, nil
}

// confirmChanges prints the parameters that change, and asks whether to go on.
func (d *deployment) confirmChanges(before, values map[string]string) error {
	changes := d.template.changes(before, values)
	if len(changes) == 0 {
		return nil
	}

	fmt.Fprintln(d.out, "Parameters that change:")
	for _, change := range changes {
		fmt.Fprintln(d.out, " ", change)
	}

	return d.agree("Deploy these changes?")
}

// errDeclined is the error of a question answered with no.
var errDeclined = errors.New("nothing was changed")

// agree asks whether to go on, unless the option --yes has answered.
func (d *deployment) agree(question string) error {
	if d.yes {
		return nil
	}

	agrees, err := d.in.agrees(question)
	if err != nil {
		return err
	}

	if !agrees {
		return errDeclined
	}

	return nil
}

// build builds the functions for a processor, unless the option --built names a finished build. It checks that each
// function is a program for that processor, and writes the version into the built template.
func (d *deployment) build(ctx context.Context, processor string) error {
	if d.built != "" {
		return errors.Join(checkBinaries(d.built, processor), stampVersion(d.built, d.version(ctx)))
	}

	err := d.program(ctx, "sh", filepath.Join(d.root, "infra/stack/deploy/build.sh"),
		"--parameter-overrides", "Architecture="+processor)
	if err != nil {
		return fmt.Errorf("build: %w", err)
	}

	built := filepath.Join(d.root, ".aws-sam", "build")
	if err := checkBinaries(built, processor); err != nil {
		return err
	}

	return stampVersion(built, d.version(ctx))
}

// sam runs sam deploy with every parameter, so that what it deploys does not depend on this machine.
func (d *deployment) sam(ctx context.Context, values map[string]string, unattended bool) error {
	arguments := []string{
		"deploy",
		"--config-env", d.saved.environment,
		"--stack-name", d.stack,
		"--region", d.Region,
		"--capabilities", "CAPABILITY_IAM",
		"--resolve-s3",
		"--no-fail-on-empty-changeset",
	}
	if d.built != "" {
		arguments = append(arguments, "--template-file", filepath.Join(d.built, "template.yaml"))
	}

	if unattended {
		arguments = append(arguments, "--no-confirm-changeset")
	}

	arguments = append(arguments, d.options.sam...)
	arguments = append(arguments, "--parameter-overrides")

	for _, name := range slices.Sorted(maps.Keys(values)) {
		arguments = append(arguments, name+"="+quote(values[name]))
	}

	if err := d.program(ctx, "sam", arguments...); err != nil {
		return fmt.Errorf("deploy: %w", err)
	}

	return nil
}

// quote writes a value in the notation of `sam deploy --parameter-overrides`, in which a backslash stands for itself
// unless a quotation mark follows.
func quote(value string) string {
	return `"` + strings.ReplaceAll(value, `"`, `\"`) + `"`
}

// settle deploys once more if the console's address was not known before, because the API did not exist. It makes an
// adopted user pool allow that address. It returns the deployed stack.
func (d *deployment) settle(ctx context.Context, values map[string]string) (*account.Stack, error) {
	deployed, err := d.deployed(ctx)
	if err != nil {
		return nil, err
	}

	address := deployed.Output(consoleParameter)
	if values[consoleParameter] == "" && address != "" {
		fmt.Fprintf(d.out, "Setting the console's address for sign-in and emails to %s ...\n", address)

		values[consoleParameter] = address
		if err := d.sam(ctx, values, true); err != nil {
			return nil, err
		}

		if deployed, err = d.deployed(ctx); err != nil {
			return nil, err
		}
	}

	return deployed, d.followPool(ctx, values["OidcIssuer"], values[consoleParameter])
}

// deployed returns the stack, or an error if it is not completely deployed.
func (d *deployment) deployed(ctx context.Context) (*account.Stack, error) {
	stack, err := d.Stack(ctx, d.stack)
	if err != nil {
		return nil, err
	}

	if action, why := next(stack); action != update {
		return nil, fmt.Errorf("the stack %s was not deployed. %s", d.stack, why)
	}

	return stack, nil
}

// checkCache compares the cache of the authorizer's answers in API Gateway with the parameter. A longer cache would keep
// revoked tokens working.
func (d *deployment) checkCache(ctx context.Context, values map[string]string) error {
	seconds, err := d.cacheSeconds(ctx)
	if err != nil {
		return err
	}

	if want := values["AuthorizerCacheSeconds"]; seconds != want {
		return fmt.Errorf("API Gateway keeps the authorizer's answers for %s seconds, but AuthorizerCacheSeconds is %s, "+
			"so a revoked token works longer than promised. Report this as a bug of Leasehold", seconds, want)
	}

	return nil
}

// cacheSeconds returns for how many seconds API Gateway reuses an answer of the authorizer.
func (d *deployment) cacheSeconds(ctx context.Context) (string, error) {
	api, err := d.Resource(ctx, d.stack, "Api")
	if err != nil {
		return "", err
	}

	var authorizers struct {
		Items []struct{ AuthorizerResultTTLInSeconds *int }
	}
	if err := d.Ask(ctx, &authorizers, "apigateway", "get-authorizers", "--rest-api-id", api); err != nil {
		return "", fmt.Errorf("read the authorizer: %w", err)
	}

	if len(authorizers.Items) != 1 {
		return "", fmt.Errorf("the API %s has %d authorizers, want exactly one", api, len(authorizers.Items))
	}

	// API Gateway's default, if the answer leaves it out.
	seconds := 300
	if ttl := authorizers.Items[0].AuthorizerResultTTLInSeconds; ttl != nil {
		seconds = *ttl
	}

	return fmt.Sprint(seconds), nil
}
