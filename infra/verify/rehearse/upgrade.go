package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
)

// outcome is what an upgrade must keep, and the version of the authorizer, which it must replace.
type outcome struct {
	values             map[string]string
	table, issuer, api string
	live               function
}

// deployed returns what is deployed.
func (c *cloud) deployed(ctx context.Context) (outcome, error) {
	stack, err := c.stack(ctx)
	if err != nil {
		return outcome{}, err
	}

	live, err := c.live(ctx)
	return outcome{
		values: stack.Values(),
		table:  stack.Output("TableName"),
		issuer: stack.Output("Issuer"),
		api:    stack.Output("Url"),
		live:   live,
	}, err
}

// checkUpgrade deploys an earlier release in a region of its own, with the program of that release, and then this
// one. A token that was made before the upgrade must work after it.
func (c *cloud) checkUpgrade(ctx context.Context, earlier release) error {
	old, current := c.in(upgradeRegion), c.in(upgradeRegion)
	old.release = earlier

	if _, err := old.deploy(ctx, "--set", "AlarmAddress=ops@example.com", "--set", "ThrottleRate=77"); err != nil {
		return fmt.Errorf("deploy the earlier release: %w", err)
	}

	before, err := old.deployed(ctx)
	if err != nil {
		return err
	}

	_, token, err := old.newToken(ctx, before.table, "ada")
	if err != nil {
		return err
	}

	if err := old.checkTokens(ctx, map[string]bool{token: true}); err != nil {
		return fmt.Errorf("before the upgrade: %w", err)
	}

	if _, err := current.deploy(ctx); err != nil {
		return err
	}

	after, err := current.deployed(ctx)
	if err != nil {
		return err
	}

	return errors.Join(
		before.checkKept(after),
		current.checkReplaced(ctx, before, after),
		current.checkTokens(ctx, map[string]bool{token: true}),
	)
}

// checkKept checks that an upgrade has kept the parameters, the table, the user pool and the address.
func (d outcome) checkKept(after outcome) error {
	kept := maps.Clone(after.values)
	maps.DeleteFunc(kept, func(name, _ string) bool {
		_, known := d.values[name]
		return !known
	})

	return errors.Join(
		compare("parameters", kept, d.values),
		compare("table", after.table, d.table),
		compare("issuer", after.issuer, d.issuer),
		compare("address", after.api, d.api),
	)
}

// checkReplaced checks that an upgrade has published a version of the authorizer with the new code, and has replaced
// the functions and routes by those of this release.
func (c *cloud) checkReplaced(ctx context.Context, before, after outcome) error {
	latest, err := c.functions(ctx)
	if err != nil {
		return err
	}

	return errors.Join(
		compare("whether the version is another", after.live.Version != before.live.Version, true),
		compare("whether its code is another", after.live.CodeSha256 != before.live.CodeSha256, true),
		compare("its code", after.live.CodeSha256, latest["authorizer"].CodeSha256),
		c.checkFunctions(ctx, after.table),
		c.checkRoutes(ctx),
	)
}

// checkSame deploys the same release again, as a colleague with a fresh clone does. Nothing may change.
func (c *cloud) checkSame(ctx context.Context) error {
	before, err := c.deployed(ctx)
	if err != nil {
		return err
	}

	if _, err := c.deploy(ctx); err != nil {
		return err
	}

	after, err := c.deployed(ctx)
	return errors.Join(
		err,
		before.checkKept(after),
		compare("the live version", after.live.Version, before.live.Version),
	)
}
