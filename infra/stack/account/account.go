// Package account reads an AWS account with the AWS CLI. The commands that deploy a stack and check a deployed one use it.
//
//	account.go  running the AWS CLI
//	stack.go    CloudFormation stacks, and what a deleted stack has left behind
package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// Runner runs a program and returns its standard output. The error of a program that fails includes its standard error.
type Runner func(ctx context.Context, name string, arguments ...string) ([]byte, error)

// Account is an AWS account, seen with the credentials of the environment.
type Account struct {
	// Region is the region of every request; "" for the CLI's own.
	Region string
	// Run runs the AWS CLI.
	Run Runner
}

// Ask runs the AWS CLI with arguments such as "sts", "get-caller-identity" and decodes its answer into out, unless that is
// nil.
func (a Account) Ask(ctx context.Context, out any, arguments ...string) error {
	full := append(slices.Clip(arguments), "--output", "json")
	if a.Region != "" {
		full = append(full, "--region", a.Region)
	}

	answer, err := a.Run(ctx, "aws", full...)
	if err != nil {
		return fmt.Errorf("aws %s: %w", strings.Join(arguments, " "), err)
	}

	// Some commands print nothing if there is nothing to say.
	if out == nil || len(answer) == 0 {
		return nil
	}

	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("aws %s: decode the answer: %w", strings.Join(arguments, " "), err)
	}

	return nil
}

// URLSuffix returns the domain of AWS's endpoints in a region, such as amazonaws.com.
func (a Account) URLSuffix() string {
	if strings.HasPrefix(a.Region, "cn-") {
		return "amazonaws.com.cn"
	}

	return "amazonaws.com"
}

// Exec is the Runner of real programs.
func Exec(ctx context.Context, name string, arguments ...string) ([]byte, error) {
	output, err := exec.CommandContext(ctx, name, arguments...).Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return output, fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}

	if err != nil {
		return output, fmt.Errorf("run %s: %w", name, err)
	}

	return output, nil
}

// DefaultRegion returns the region that the environment or the AWS CLI's configuration names, or "" for none.
func DefaultRegion(ctx context.Context, run Runner) string {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := os.Getenv(name); region != "" {
			return region
		}
	}

	// The command fails if no region is configured.
	region, err := run(ctx, "aws", "configure", "get", "region")
	if err != nil {
		return ""
	}

	return strings.TrimSpace(string(region))
}
