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

// tools runs the programs of infra/stack/deploy/requirements.txt.
type tools struct{ root, work string }

func (t tools) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	bin := filepath.Join(t.root, ".local", "venv", "bin")
	command := exec.CommandContext(ctx, name, arguments...)
	if path := filepath.Join(bin, name); fileExists(path) {
		command = exec.CommandContext(ctx, path, arguments...)
	}

	command.Dir = t.root
	// Credentials that open nothing: whatever is not sent to the stand-in fails instead of reaching a real account.
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_") })
	command.Env = append(own, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"AWS_ACCESS_KEY_ID=rehearsal", "AWS_SECRET_ACCESS_KEY=rehearsal",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_DEFAULT_REGION=eu-central-1", "AWS_REGION=eu-central-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=", "SAM_CLI_TELEMETRY=0", "PYTHONDONTWRITEBYTECODE=1")

	return command
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func (t tools) run(command *exec.Cmd) ([]byte, error) {
	output, err := command.Output()
	if err == nil {
		return output, nil
	}

	said := string(output)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		said += string(exit.Stderr)
	}

	return nil, fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, said)
}

// build makes what is deployed, for the default processor.
func (t tools) build(ctx context.Context) error {
	fmt.Println("building with sam build ...")
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
		return nil, fmt.Errorf("keep the stand-in's log: %w", err)
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
		return nil, fmt.Errorf("%w (see %s; stopping: %w)", err, log.Name(), c.stop())
	}

	return c, nil
}

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

// deploy uploads what was built with sam package, translates it as AWS would, and creates the stack.
func (c *cloud) deploy(ctx context.Context) error {
	fmt.Println("deploying to the stand-in ...")
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

	if _, err := c.run(c.command(ctx, "python", "infra/stack/deploy/translate.py", packaged, translated, c.endpoint)); err != nil {
		return err
	}

	if err := c.aws(ctx, nil, "s3", "cp", "--quiet", translated, "s3://"+bucket+"/stack.json"); err != nil {
		return err
	}

	return c.aws(ctx, nil, "cloudformation", "create-stack", "--stack-name", stackName, "--capabilities", "CAPABILITY_IAM",
		"--template-url", "https://s3.amazonaws.com/"+bucket+"/stack.json")
}

// sayWhatIsNotShown lists the kinds of resources that were only placeholders, and what moto leaves out of the others.
func (c *cloud) sayWhatIsNotShown() error {
	log, err := os.ReadFile(c.log.Name())
	if err != nil {
		return fmt.Errorf("read the stand-in's log: %w", err)
	}

	fmt.Println("\nwhat the stand-in cannot show, and only a real account can:")

	for line := range strings.SplitSeq(string(log), "\n") {
		if kind, ok := strings.CutPrefix(line, "placeholder: "); ok {
			fmt.Println("  not made:", kind)
		}
	}

	for _, gap := range []string{
		"of the API: its authorizer, gateway responses, throttles and access log",
		"of functions: processor, tracing, log settings; that they start",
		"of policies: that IAM enforces them (the local runner enforces them in the whole-system tests)",
		"that CloudFormation takes the SAM transform and every property; cfn-lint and sam validate judge those",
		"a rollback of the canary, mail, sign-in at Cognito, a domain, the deletion of a stack",
	} {
		fmt.Println("  not kept or not tried:", gap)
	}

	return nil
}
