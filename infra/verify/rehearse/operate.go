package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// commands returns a block of commands that operators copy from docs/operating.md. It is the n-th block below a heading,
// counted from 0.
func (t tools) commands(heading string, n int) (string, error) {
	text, err := os.ReadFile(filepath.Join(t.root, "docs", "operating.md"))
	if err != nil {
		return "", fmt.Errorf("read docs/operating.md: %w", err)
	}

	_, section, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	section, _, _ = strings.Cut(section, "\n## ")
	blocks := strings.Split(section, "```\n")
	if 2*n+1 >= len(blocks) {
		return "", fmt.Errorf("docs/operating.md has no block %d of commands under the heading %q", n, heading)
	}

	return blocks[2*n+1], nil
}

// operate runs commands in a shell, as an operator would, against the stand-in.
func (c *cloud) operate(ctx context.Context, commands string) error {
	shell := c.command(ctx, "bash", "-euc", commands)
	shell.Env = append(shell.Env, "AWS_ENDPOINT_URL="+c.endpoint)
	_, err := c.run(shell)
	return err
}

// restored is the table that the documented commands restore into.
const restored = "leasehold-restored-1"

// checkRestore restores the table with the documented commands. It checks that the new table has the item and the settings
// of the old one.
func (c *cloud) checkRestore(ctx context.Context, tableName string) error {
	item := `{"PK":{"S":"USER#u"},"SK":{"S":"PROFILE"},"name":{"S":"Ada"}}`
	if err := c.aws(ctx, nil, "dynamodb", "put-item", "--table-name", tableName, "--item", item); err != nil {
		return err
	}

	commands, err := c.commands("Restore", 0)
	if err != nil {
		return err
	}

	if err := c.operate(ctx, commands); err != nil {
		return err
	}

	var found struct {
		Item map[string]map[string]string
	}

	key := `{"PK":{"S":"USER#u"},"SK":{"S":"PROFILE"}}`
	err = c.aws(ctx, &found, "dynamodb", "get-item", "--table-name", restored, "--key", key)
	return errors.Join(
		err,
		compare("the restored item", found.Item["name"]["S"], "Ada"),
		c.checkKeys(ctx, restored),
		c.checkLifetimes(ctx, restored),
	)
}

// checkTearDown removes the data that a deleted stack keeps, with the documented commands, and checks that only the
// restored table is left. The stand-in creates no user pool, so checkTearDown first creates one with the same protection.
func (c *cloud) checkTearDown(ctx context.Context, tableName string) error {
	var created struct{ UserPool struct{ ID string } }
	err := c.aws(ctx, &created, "cognito-idp", "create-user-pool",
		"--pool-name", stackName, "--deletion-protection", "ACTIVE")
	if err != nil {
		return err
	}

	err = c.aws(ctx, nil, "cognito-idp", "create-user-pool-domain",
		"--user-pool-id", created.UserPool.ID, "--domain", stackName)
	if err != nil {
		return err
	}

	commands, err := c.commands("Tear down", 1)
	if err != nil {
		return err
	}

	// The stand-in can't delete a stack, because some of its resources are only placeholders.
	commands, _, _ = strings.Cut(commands, "aws cloudformation ")
	names := strings.NewReplacer("TABLE", tableName, "POOL", created.UserPool.ID, "PREFIX", stackName)
	if err := c.operate(ctx, names.Replace(commands)); err != nil {
		return err
	}

	var left struct {
		TableNames []string
		UserPools  []any
	}

	return errors.Join(
		c.aws(ctx, &left, "dynamodb", "list-tables"),
		c.aws(ctx, &left, "cognito-idp", "list-user-pools", "--max-results", "10"),
		compare("tables", left.TableNames, []string{restored}),
		compare("user pools", len(left.UserPools), 0),
	)
}
