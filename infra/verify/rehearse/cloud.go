package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/child"
	"github.com/leasehold-dev/leasehold/infra/verify/deployed"
)

// tools runs the programs of infra/stack/deploy/requirements.txt, with files in the directory work.
type tools struct {
	root, work string
	// region is the AWS region of every request.
	region string
}

// The regions of the rehearsal. The stack is in mainRegion.
const (
	mainRegion    = "eu-central-1"
	upgradeRegion = "eu-west-1"
	secondRegion  = "eu-north-1"
)

// The access keys of the rehearsal. The stand-in prints what deployer does, that is, the programs of make deploy.
const (
	rehearsal = "rehearsal"
	deployer  = "deployer"
)

// command returns a command that prefers the programs of the virtual environment and can't reach a real AWS account.
func (t tools) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	bin := filepath.Join(t.root, ".local", "venv", "bin")
	command := exec.CommandContext(ctx, name, arguments...)
	if path := filepath.Join(bin, name); fileExists(path) {
		command = exec.CommandContext(ctx, path, arguments...)
	}

	command.Dir = t.root

	// These credentials are valid nowhere, so a request that misses the stand-in fails instead of reaching a real account.
	inherited := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_") })
	command.Env = append(inherited,
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_ACCESS_KEY_ID="+rehearsal,
		"AWS_SECRET_ACCESS_KEY="+rehearsal,
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_DEFAULT_REGION="+t.region,
		"AWS_REGION="+t.region,
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_MAX_ATTEMPTS=1",
		"AWS_PAGER=",
		"SAM_CLI_TELEMETRY=0",
		"PYTHONDONTWRITEBYTECODE=1",
	)

	return command
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// run runs a command and returns its output. The error of a command that fails includes all that it printed.
func (t tools) run(command *exec.Cmd) ([]byte, error) {
	output, err := command.Output()
	if err == nil {
		return output, nil
	}

	printed := string(output)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		printed += string(exit.Stderr)
	}

	return nil, fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, printed)
}

// cloud is the stand-in for AWS.
type cloud struct {
	tools
	// release is what deploy deploys.
	release  release
	endpoint string
	process  *child.Process
	log      *os.File

	// owner has two tokens: early was made before the restore, and late after it.
	owner       owner
	early, late string
}

// start starts the stand-in on a free port of loopback and waits until it answers.
func start(ctx context.Context, t tools) (*cloud, error) {
	port, err := child.FreePort()
	if err != nil {
		return nil, err
	}

	log, err := os.Create(filepath.Join(t.work, "cloud.log"))
	if err != nil {
		return nil, fmt.Errorf("create the stand-in's log: %w", err)
	}

	c := &cloud{tools: t, endpoint: "http://127.0.0.1:" + port, log: log}

	command := t.command(ctx, "python", "infra/verify/rehearse/cloud.py", port, filepath.Join(t.work, "fail"))
	command.Stdout, command.Stderr = log, log
	if c.process, err = child.Start(command); err != nil {
		return nil, fmt.Errorf("start the stand-in: %w", err)
	}

	within, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()

	if err := c.process.Await(within, c.endpoint+"/moto-api/", func(*http.Response) bool { return true }); err != nil {
		return nil, errors.Join(fmt.Errorf("start the stand-in (see %s): %w", log.Name(), err), c.stop())
	}

	return c, nil
}

// stop kills the stand-in and closes its log.
func (c *cloud) stop() error {
	c.process.Kill()
	return c.log.Close()
}

// aws runs the AWS CLI against the stand-in and decodes its answer into out, unless that is nil.
func (c *cloud) aws(ctx context.Context, out any, arguments ...string) error {
	arguments = append(arguments, "--endpoint-url", c.endpoint)
	if out != nil {
		arguments = append(arguments, "--output", "json")
	}

	answer, err := c.run(c.command(ctx, "aws", arguments...))
	if err != nil || out == nil {
		return err
	}

	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("aws %s: %w", strings.Join(arguments, " "), err)
	}

	return nil
}

// deploy deploys the finished build as a pipeline does, with further options such as --adopt, and returns what was
// printed. The functions are for the processor of this machine, because the rehearsal runs the authorizer.
func (c *cloud) deploy(ctx context.Context, options ...string) (string, error) {
	all := []string{"deploy", "--yes", "--built", c.release.built(), "--set", "Architecture=" + processor()}
	return c.leasehold(ctx, append(all, options...)...)
}

// leasehold runs the program of the release that operators deploy with.
func (c *cloud) leasehold(ctx context.Context, arguments ...string) (string, error) {
	command := c.command(ctx, c.release.program(), arguments...)
	command.Dir = c.release.sources
	command.Env = append(command.Env,
		"AWS_ACCESS_KEY_ID="+deployer,
		"AWS_ENDPOINT_URL="+c.endpoint,
		"PATH="+strings.Join([]string{
			c.release.bin(),
			filepath.Join(c.root, ".local", "venv", "bin"),
			os.Getenv("PATH"),
		}, string(os.PathListSeparator)),
	)
	output, err := c.run(command)
	return string(output), err
}

// in returns the stand-in as it is seen in another region.
func (c *cloud) in(region string) *cloud {
	other := *c
	other.region = region
	return &other
}

// disaster are the points of a restore that only a real account shows. They depend on the names of a backup plan, so
// make verify-deployed does not check them.
var disaster = []deployed.Check{
	{
		Claim: "AWS Backup copies the table to the second region (the rehearsal copies the items itself)",
		Command: "aws backup list-recovery-points-by-backup-vault --region SECOND --backup-vault-name leasehold " +
			"--query 'RecoveryPoints[].[CreationDate,Status]'",
	},
	{
		Claim:   "a restore to a point in time leaves out what was written later (the stand-in restores the present)",
		Command: "aws dynamodb describe-table --table-name leasehold-restored-1 --query Table.RestoreSummary",
	},
	{
		Claim:   "the copy of the domain in the second region is ready for the record in Route 53",
		Command: "aws apigateway get-domain-name --region SECOND --domain-name DOMAIN --query domainNameStatus",
	},
}

// printGaps prints what the stand-in can't show: the resource types that were only placeholders, and a command for each
// point that only a real account can show.
func (c *cloud) printGaps() error {
	log, err := os.ReadFile(c.log.Name())
	if err != nil {
		return fmt.Errorf("read the stand-in's log: %w", err)
	}

	fmt.Println("\nOnly a real account can show the following. Resources that the stand-in does not create:")

	for line := range strings.SplitSeq(string(log), "\n") {
		if kind, ok := strings.CutPrefix(line, "placeholder: "); ok {
			fmt.Println("  -", kind)
		}
	}

	fmt.Println("What it does not test, each with the command that shows it on a real account. make verify-deployed runs all " +
		"but the last three:")

	for _, check := range deployed.Checks() {
		fmt.Printf("  - %s\n      %s\n", check.Claim, check.Command)
	}

	for _, check := range disaster {
		fmt.Printf("  - %s\n      %s\n", check.Claim, check.Command)
	}

	fmt.Println("What no command can show without changing something:")

	for _, gap := range []string{
		"a rollback of the canary: deploy an authorizer that fails, and watch CodeDeploy return its calls",
		"that an invitation arrives: invite yourself in the console",
		"a sign-in with Cognito, and signing out: sign in to the console",
		"that a stack that was part of a deleted one can be updated: deploy with --adopt, then sign in",
		"policies: that IAM enforces them (the local runner enforces them in the whole-system tests)",
		"CloudFormation: that it accepts the SAM transform and every property (cfn-lint and sam validate check them)",
		"that the firewall blocks an address: exceed WafRateLimit from one",
		"that IAM accepts the role of the example workflow: deploy with it",
		"how long a restore takes: restore the table once, and delete the copy",
	} {
		fmt.Println("  -", gap)
	}

	return nil
}
