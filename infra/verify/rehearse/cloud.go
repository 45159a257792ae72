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
)

// tools runs the programs of infra/stack/deploy/requirements.txt, with files in the directory work.
type tools struct{ root, work string }

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
		"AWS_ACCESS_KEY_ID=rehearsal",
		"AWS_SECRET_ACCESS_KEY=rehearsal",
		"AWS_CONFIG_FILE="+os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
		"AWS_DEFAULT_REGION=eu-central-1",
		"AWS_REGION=eu-central-1",
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

// build builds the stack with sam build, for the default processor.
func (t tools) build(ctx context.Context) error {
	fmt.Println("Building the stack with sam build ...")
	_, err := t.run(t.command(ctx, "sh", "infra/stack/deploy/build.sh", "--build-dir", filepath.Join(t.work, "build")))
	return err
}

// cloud is the stand-in for AWS.
type cloud struct {
	tools
	endpoint string
	process  *child.Process
	log      *os.File
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

	command := t.command(ctx, "python", "infra/verify/rehearse/cloud.py", port)
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

// deploy uploads the built stack with sam package, translates its template as AWS would, and creates the stack.
func (c *cloud) deploy(ctx context.Context) error {
	fmt.Println("Deploying to the stand-in ...")

	packaged, translated := filepath.Join(c.work, "packaged.yaml"), filepath.Join(c.work, "translated.json")

	if err := c.aws(ctx, nil, "s3", "mb", "s3://"+bucket); err != nil {
		return err
	}

	upload := c.command(ctx, "sam", "package", "--template-file", filepath.Join(c.work, "build", "template.yaml"),
		"--s3-bucket", bucket, "--output-template-file", packaged)
	upload.Env = append(upload.Env, "AWS_ENDPOINT_URL="+c.endpoint)
	if _, err := c.run(upload); err != nil {
		return err
	}

	translate := c.command(ctx, "python", "infra/stack/deploy/translate.py", packaged, translated, c.endpoint)
	if _, err := c.run(translate); err != nil {
		return err
	}

	if err := c.aws(ctx, nil, "s3", "cp", "--quiet", translated, "s3://"+bucket+"/stack.json"); err != nil {
		return err
	}

	return c.aws(ctx, nil, "cloudformation", "create-stack",
		"--stack-name", stackName,
		"--capabilities", "CAPABILITY_IAM",
		"--template-url", "https://s3.amazonaws.com/"+bucket+"/stack.json")
}

// printGaps prints the resource types that were only placeholders, and the properties that moto ignores.
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

	fmt.Println("Settings and behavior that it does not test:")

	for _, gap := range []string{
		"API: the authorizer, gateway responses, throttles and the access log",
		"functions: the processor, tracing, log settings, and that they start",
		"policies: that IAM enforces them (the local runner enforces them in the whole-system tests)",
		"CloudFormation: that it accepts the SAM transform and every property (cfn-lint and sam validate check them)",
		"a rollback of the canary, mail, sign-in with Cognito, a custom domain, the firewall, and the deletion of a stack",
	} {
		fmt.Println("  -", gap)
	}

	return nil
}
