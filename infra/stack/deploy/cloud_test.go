package main

import (
	"bufio"
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/stack/account"
)

const (
	testAccount = "123456789012"
	testRegion  = "eu-central-1"
	testAPI     = "abc123"
	testConsole = "https://abc123.execute-api.eu-central-1.amazonaws.com/v1/console"
)

// cloud imitates the programs that a deployment runs: git, the AWS CLI and the SAM CLI.
type cloud struct {
	t    *testing.T
	root string
	// stacks are the stacks of the account by name.
	stacks map[string]*account.Stack
	// answers are the answers of AWS CLI commands by their first words. A command without one answers nothing.
	answers map[string]string
	// failures are the errors of AWS CLI commands by their first words.
	failures map[string]error
	// machine is the processor for which the imitated compiler builds, whatever was asked for.
	machine elf.Machine
	// deployed holds the parameters of every sam deploy.
	deployed []map[string]string
	// asked holds every command line.
	asked []string
	// out is what the deployment printed.
	out bytes.Buffer
}

// completeTable is the answer of describe-table for a table with all settings and without a key of the account.
const completeTable = `{"Table":{"TableArn":"arn:table","TableStatus":"ACTIVE","DeletionProtectionEnabled":true}}`

// newCloud returns an empty account, and a repository with the real template.yaml.
func newCloud(t *testing.T) *cloud {
	t.Helper()
	text, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}

	data, err := os.ReadFile("../../../" + tableFile)
	if err != nil {
		t.Fatal(err)
	}

	c := &cloud{
		t:      t,
		root:   t.TempDir(),
		stacks: map[string]*account.Stack{},
		answers: map[string]string{
			"dynamodb describe-table":        completeTable,
			"dynamodb describe-time-to-live": `{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"purge_at"}}`,
			"dynamodb describe-continuous-backups": `{"ContinuousBackupsDescription":
				{"PointInTimeRecoveryDescription":{"PointInTimeRecoveryStatus":"ENABLED"}}}`,
			"dynamodb describe-contributor-insights": `{"ContributorInsightsStatus":"ENABLED","ContributorInsightsMode":"THROTTLED_KEYS"}`,
		},
		failures: map[string]error{},
		machine:  elf.EM_AARCH64,
	}
	c.write("template.yaml", text)
	c.write(tableFile, data)
	c.answers["apigateway get-authorizers"] = `{"items":[{"authorizerResultTtlInSeconds":0}]}`
	return c
}

func (c *cloud) write(name string, text []byte) {
	c.t.Helper()
	path := filepath.Join(c.root, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o644)); err != nil {
		c.t.Fatal(err)
	}
}

// stack adds a complete stack whose parameters are the template's defaults but for some.
func (c *cloud) stack(name string, values map[string]string) *account.Stack {
	c.t.Helper()
	template, err := readTemplate(c.root)
	if err != nil {
		c.t.Fatal(err)
	}

	s := &account.Stack{StackName: name, StackID: "arn:" + name, StackStatus: "UPDATE_COMPLETE"}
	c.fill(s, template.values(values))
	c.stacks[name] = s
	return s
}

// fill sets the parameters of a stack, and its outputs as template.yaml does.
func (c *cloud) fill(s *account.Stack, values map[string]string) {
	console := testConsole
	if values["DomainName"] != "" {
		console = "https://" + values["DomainName"] + "/v1/console"
	}

	s.Parameters, s.Outputs = nil, nil
	for name, value := range values {
		s.Parameters = append(s.Parameters, struct{ ParameterKey, ParameterValue string }{name, value})
	}

	s.Outputs = append(s.Outputs, struct{ OutputKey, OutputValue string }{"ConsoleUrl", console})
}

// nested adds a stack that was kept when its parent was deleted.
func (c *cloud) nested(name string, values, outputs map[string]string) *account.Stack {
	s := &account.Stack{StackName: name, StackStatus: "CREATE_COMPLETE", ParentID: "arn:deleted"}
	c.fill(s, values)
	for key, value := range outputs {
		s.Outputs = append(s.Outputs, struct{ OutputKey, OutputValue string }{key, value})
	}

	c.stacks[name] = s
	return s
}

// deploy runs the command deploy with options, and answers its questions with lines. Without lines, nobody answers.
func (c *cloud) deploy(arguments string, lines ...string) error {
	c.t.Helper()
	return c.command("deploy", arguments, lines...)
}

func (c *cloud) command(command, arguments string, lines ...string) error {
	c.t.Helper()
	opts, err := parse(command, strings.Fields("--region "+testRegion+" "+arguments), &c.out)
	if err != nil {
		return err
	}

	d := deployment{
		options: opts,
		Account: account.Account{Run: c.run},
		root:    c.root,
		out:     &c.out,
		in: &terminal{
			lines:       bufio.NewScanner(strings.NewReader(strings.Join(lines, "\n") + "\n")),
			out:         &c.out,
			interactive: len(lines) > 0,
		},
		program: c.program,
	}
	if command == "status" {
		return d.status(c.t.Context())
	}

	return d.deploy(c.t.Context())
}

// run answers git and the AWS CLI.
func (c *cloud) run(_ context.Context, name string, arguments ...string) ([]byte, error) {
	line := name + " " + strings.Join(arguments, " ")
	c.asked = append(c.asked, line)
	option := func(name string) string {
		if i := slices.Index(arguments, name); i >= 0 {
			return arguments[i+1]
		}

		return ""
	}

	stack := c.stacks[option("--stack-name")]
	switch {
	case name == "git":
		return []byte("v1.2.3-4-gabcdef\n"), nil
	case strings.HasPrefix(line, "aws sts get-caller-identity"):
		return []byte(`{"Account":"` + testAccount + `"}`), nil
	case strings.HasPrefix(line, "aws cloudformation describe-stacks --stack-name") && stack == nil:
		return nil, errors.New("Stack with id x does not exist")
	case strings.HasPrefix(line, "aws cloudformation describe-stacks --stack-name"):
		return json.Marshal(map[string]any{"Stacks": []*account.Stack{stack}})
	case strings.HasPrefix(line, "aws cloudformation describe-stacks"):
		var all []*account.Stack
		for _, s := range c.stacks {
			all = append(all, s)
		}

		return json.Marshal(map[string]any{"Stacks": all})
	case strings.HasPrefix(line, "aws cloudformation describe-stack-resource --"):
		return []byte(`{"StackResourceDetail":{"PhysicalResourceId":"` + testAPI + `"}}`), nil
	case strings.HasPrefix(line, "aws cloudformation delete-stack"):
		delete(c.stacks, option("--stack-name"))
	}

	words := strings.Join(arguments[:2], " ")
	return []byte(c.answers[words]), c.failures[words]
}

// program builds the functions, or deploys as CloudFormation does: a parameter that is not given takes the stack's value.
func (c *cloud) program(_ context.Context, name string, arguments ...string) error {
	c.asked = append(c.asked, name+" "+strings.Join(arguments, " "))

	if name == "sh" {
		header := make([]byte, 64)
		copy(header, "\x7fELF\x02\x01\x01")
		binary.LittleEndian.PutUint16(header[16:], uint16(elf.ET_EXEC))
		binary.LittleEndian.PutUint16(header[18:], uint16(c.machine))
		binary.LittleEndian.PutUint32(header[20:], 1)
		binary.LittleEndian.PutUint16(header[52:], 64)
		c.write(".aws-sam/build/RoleListFunction/bootstrap", header)
		c.write(".aws-sam/build/template.yaml", []byte("AWSTemplateFormatVersion: '2010-09-09'\nMetadata:\n  Other: 1\n"))
		return nil
	}

	i := slices.Index(arguments, "--parameter-overrides")
	values, err := overrides(mustJSON(arguments[i+1:]))
	if err != nil {
		return fmt.Errorf("read the parameters: %w", err)
	}

	stack := arguments[slices.Index(arguments, "--stack-name")+1]
	c.deployed = append(c.deployed, values)
	c.stack(stack, values)
	return nil
}

func mustJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}

	return string(text)
}

// ran reports whether a command line that contains all words was run.
func (c *cloud) ran(words ...string) bool {
	return slices.ContainsFunc(c.asked, func(line string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(line, word) })
	})
}
