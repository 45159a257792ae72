// Package console builds the web console, serves it with the local runner and demo data, and tests it in a browser.
// console_test.go runs the Playwright tests of tests/, lighthouse/ runs Lighthouse, and interactions/ times what people do.
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynoxide"
	"github.com/leasehold-dev/leasehold/infra/local/ageing"
	"github.com/leasehold-dev/leasehold/infra/local/bulk"
	"github.com/leasehold-dev/leasehold/infra/local/demo"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// generatedMembers is the number of generated members of the large organization.
const generatedMembers = 3000

// Browser is the path of Chromium on Debian.
const Browser = "/usr/bin/chromium"

// Build builds the console and the page that documents the API into the dist directories of their functions. It installs the
// Node.js packages and the browsers that the tests need. Its errors say what to install by hand.
func Build(ctx context.Context, log io.Writer) error {
	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}

	pages := []string{
		filepath.Join(root, "functions", "console", "web"),
		filepath.Join(root, "functions", "description-get", "web"),
	}
	tests := filepath.Join(root, "infra", "verify", "console")

	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("npm is missing: install Node.js 20.19 or newer: %w", err)
	}

	for _, dir := range append(pages, tests) {
		if err := installPackages(ctx, log, dir); err != nil {
			return err
		}
	}

	for _, dir := range pages {
		if err := run(ctx, log, dir, "npm", "run", "build"); err != nil {
			return fmt.Errorf("build %s: %w", dir, err)
		}
	}

	return installBrowsers(ctx, log, tests)
}

// installPackages installs the packages of the lock file in dir, unless they are newer than the lock file.
func installPackages(ctx context.Context, log io.Writer, dir string) error {
	locked, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return fmt.Errorf("find the lock file: %w", err)
	}

	installed, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json"))
	if err == nil && !installed.ModTime().Before(locked.ModTime()) {
		return nil
	}

	if err := run(ctx, log, dir, "npm", "ci"); err != nil {
		return fmt.Errorf("install the packages of %s: %w", dir, err)
	}

	return nil
}

// installBrowsers installs the browsers that are missing: with apt-get as root on Debian. Elsewhere, Playwright installs
// Chromium, and Firefox has to be there.
func installBrowsers(ctx context.Context, log io.Writer, tests string) error {
	var missing []string
	if _, err := os.Stat(Browser); err != nil {
		missing = append(missing, "chromium", "fonts-inter")
	}

	if firefox() == "" {
		missing = append(missing, "firefox-esr")
	}

	if len(missing) == 0 {
		return nil
	}

	if _, err := exec.LookPath("apt-get"); err == nil && runtime.GOOS == "linux" && os.Geteuid() == 0 {
		if err := run(ctx, log, tests, "apt-get", "update", "-qq"); err != nil {
			return fmt.Errorf("update the package lists: %w", err)
		}

		if err := run(ctx, log, tests, "apt-get", append([]string{"install", "-y", "-qq"}, missing...)...); err != nil {
			return fmt.Errorf("install the browsers: %w", err)
		}

		return nil
	}

	if firefox() == "" {
		return errors.New("firefox is missing: install it (on Debian, the package firefox-esr)")
	}

	if err := run(ctx, log, tests, "npx", "playwright", "install", "chromium"); err != nil {
		return fmt.Errorf("install a browser: install the Debian packages chromium and fonts-inter as root, "+
			"or make `npx playwright install chromium` succeed: %w", err)
	}

	return nil
}

// firefox returns the path of Firefox, or "" if it is not installed.
func firefox() string {
	for _, name := range []string{"firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}

	return ""
}

// Serve starts the local runner on a free port. Its table is in memory, and has the demo data and an organization of thousands
// of members. That organization has a number of audit events in addition to those of its creation. The directory data gets
// the token of the demo.
func Serve(ctx context.Context, log io.Writer, data string, events int) (*runner.Runner, error) {
	seeded := &demo.Demo{TokenFile: filepath.Join(data, "demo-token")}
	return runner.Start(ctx, runner.Options{
		Log:    log,
		People: demo.People,
		Age:    ageing.Age,
		Seed: func(ctx context.Context, base string, client *dynamodb.Client, table string) ([]string, error) {
			lines, err := seeded.Seed(ctx, base, client, table)
			if err != nil {
				return nil, err
			}

			// The large organization comes last, because the demo ages every item in the table.
			return lines, createLargeOrganization(ctx, client, table, events)
		},
	})
}

// createLargeOrganization creates the organization of tests/large-organization.spec.ts, which Grete Hermann owns.
func createLargeOrganization(ctx context.Context, client *dynamodb.Client, tableName string, events int) error {
	owner, sample, err := bulk.CreateOrganization(ctx, client, tableName, "Meridian Rail", table.Claims{
		Issuer:    "bulk",
		Subject:   "grete",
		Email:     "grete@example.com",
		FirstName: "Grete",
		LastName:  "Hermann",
	})
	if err != nil {
		return fmt.Errorf("create a large organization: %w", err)
	}

	firstNames := []string{"Ada", "Emmy", "Mary", "Vera", "Zora"}
	memberName := func(i int) string { return fmt.Sprintf("%s%04d", firstNames[i%len(firstNames)], i) }
	users, err := sample.AddCopies(ctx, generatedMembers, memberName)
	if err != nil {
		return err
	}

	if events > 0 {
		if err := sample.AddEvents(ctx, owner.Org, events, users, memberName); err != nil {
			return err
		}
	}

	return sample.AddToMemberCount(ctx, owner.Org, generatedMembers)
}

// Measure builds the console, serves it with a number of additional audit events, and runs a Node.js program of this directory
// that measures it and prints what it measured.
func Measure(ctx context.Context, events int, program string) error {
	if err := Build(ctx, os.Stderr); err != nil {
		return err
	}

	data, err := os.MkdirTemp("", "leasehold-console-")
	if err != nil {
		return fmt.Errorf("make a directory for the data: %w", err)
	}

	defer func() { _ = os.RemoveAll(data) }()
	system, err := Serve(ctx, os.Stderr, data, events)
	if err != nil {
		return err
	}

	defer system.Close()

	if err := Drive(ctx, os.Stdout, system, "node", program); err != nil {
		return fmt.Errorf("measure the console with %s: %w", program, err)
	}

	return nil
}

// Drive runs a Node.js program of this directory against a running system.
func Drive(ctx context.Context, log io.Writer, system *runner.Runner, program ...string) error {
	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}

	command := exec.CommandContext(ctx, program[0], program[1:]...)
	command.Dir = filepath.Join(root, "infra", "verify", "console")
	command.Env = append(os.Environ(), "LEASEHOLD_CONSOLE="+system.APIURL()+"/console", "LEASEHOLD_FIREFOX="+firefox())
	command.Stdout, command.Stderr = log, log
	return command.Run()
}

func run(ctx context.Context, log io.Writer, dir, name string, arguments ...string) error {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir, command.Stdout, command.Stderr = dir, log, log
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return command.Run()
}
