package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// commands returns a block of commands that operators copy from docs/operating.md. It is the n-th block below a
// heading, counted from 0.
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

// checkRestore restores the table with the documented commands. It checks that the new table has the keys and the
// items of the old one, and none of the settings that a restore leaves out. Otherwise the next step could not show
// that a deployment sets them.
func (c *cloud) checkRestore(ctx context.Context, tableName string) error {
	var err error
	if c.owner, c.early, err = c.newToken(ctx, tableName, "ada"); err != nil {
		return err
	}

	commands, err := c.commands("Restore", 0)
	if err != nil {
		return err
	}

	if err := c.operate(ctx, commands); err != nil {
		return err
	}

	// This token is not in the restored table.
	if c.late, err = c.mint(ctx, tableName, c.owner); err != nil {
		return err
	}

	if err := c.checkLifetimes(ctx, restored); err == nil {
		return errors.New("the restored table has the settings of the old one already")
	}

	var old, restoredItems struct{ Count int }
	return errors.Join(
		c.aws(ctx, &old, "dynamodb", "scan", "--table-name", tableName, "--select", "COUNT"),
		c.aws(ctx, &restoredItems, "dynamodb", "scan", "--table-name", restored, "--select", "COUNT"),
		compare("whether the old table has more items", old.Count > restoredItems.Count && restoredItems.Count > 0, true),
	)
}

// checkTearDown removes the data that a deleted stack keeps, with the documented commands, and checks that only the
// restored table is left. The stand-in does not create the domain of a user pool, so checkTearDown first creates one.
func (c *cloud) checkTearDown(ctx context.Context, tableName string) error {
	pool, err := c.pool(ctx)
	if err != nil {
		return err
	}

	err = c.aws(ctx, nil, "cognito-idp", "create-user-pool-domain", "--user-pool-id", pool, "--domain", stackName)
	if err != nil {
		return err
	}

	commands, err := c.commands("Tear down", 1)
	if err != nil {
		return err
	}

	// The nested stacks are placeholders in part, so the stand-in can't delete them in order.
	commands, _, _ = strings.Cut(commands, "aws cloudformation ")
	names := strings.NewReplacer("TABLE", tableName, "POOL", pool, "PREFIX", stackName)
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
		compare("whether the table is left", slices.Contains(left.TableNames, tableName), false),
		compare("user pools", len(left.UserPools), 0),
	)
}

// pool returns the ID of the one user pool.
func (c *cloud) pool(ctx context.Context) (string, error) {
	var pools struct{ UserPools []struct{ ID string } }
	if err := c.aws(ctx, &pools, "cognito-idp", "list-user-pools", "--max-results", "10"); err != nil {
		return "", err
	}

	if len(pools.UserPools) != 1 {
		return "", fmt.Errorf("got the user pools %v, want exactly one", pools.UserPools)
	}

	return pools.UserPools[0].ID, nil
}
