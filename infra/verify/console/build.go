// Package console builds the web console, serves it with the local runner and its demo data, and drives it in a
// browser. The browser tests are Playwright's, in tests/; console_test.go runs them, lighthouse/ runs Lighthouse.
package console

import (
	"context"
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

// many is how many people the large organization has besides its owner and one member.
const many = 3000

// Browser is where Debian puts Chromium.
const Browser = "/usr/bin/chromium"

// Build builds the page's source into functions/console/dist and installs what the tests need: Node.js packages, and
// a browser where there is none. Its errors say what to install by hand.
func Build(ctx context.Context, log io.Writer) error {
	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}

	web, tests := filepath.Join(root, "functions", "console", "web"), filepath.Join(root, "infra", "verify", "console")

	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("find npm: install Node.js 20.19 or newer: %w", err)
	}

	for _, dir := range []string{web, tests} {
		if err := installPackages(ctx, log, dir); err != nil {
			return err
		}
	}

	if err := run(ctx, log, web, "npm", "run", "build"); err != nil {
		return fmt.Errorf("build the page: %w", err)
	}

	return installBrowser(ctx, log, tests)
}

// installPackages installs what the lock file names, unless that is what is there.
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

func installBrowser(ctx context.Context, log io.Writer, tests string) error {
	if _, err := os.Stat(Browser); err == nil {
		return nil
	}

	if _, err := exec.LookPath("apt-get"); err == nil && runtime.GOOS == "linux" && os.Geteuid() == 0 {
		if err := run(ctx, log, tests, "apt-get", "update", "-qq"); err != nil {
			return fmt.Errorf("update the package lists: %w", err)
		}

		if err := run(ctx, log, tests, "apt-get", "install", "-y", "-qq", "chromium", "fonts-inter"); err != nil {
			return fmt.Errorf("install Chromium: %w", err)
		}

		return nil
	}

	if err := run(ctx, log, tests, "npx", "playwright", "install", "chromium"); err != nil {
		return fmt.Errorf("install a browser: install Debian's packages chromium and fonts-inter as root, or let `npx playwright install chromium` work: %w", err)
	}

	return nil
}

// Serve starts the local runner with its demo data and an organization of thousands, kept in data, on a port, 0 for a
// free one.
func Serve(ctx context.Context, log io.Writer, data string, port int) (*runner.Runner, error) {
	seeded := &demo.Demo{TokenFile: filepath.Join(data, "demo-token")}
	return runner.Start(ctx, runner.Options{
		Data:   data,
		Log:    log,
		Port:   port,
		People: demo.People,
		Age:    ageing.Age,
		Seed: func(ctx context.Context, base string, client *dynamodb.Client, table string) ([]string, error) {
			lines, err := seeded.Seed(ctx, base, client, table)
			if err != nil {
				return nil, err
			}

			// The demo ages the table, which rewrites every item, so the large organization comes afterwards.
			return lines, addLargeOrganization(ctx, client, table)
		},
	})
}

// addLargeOrganization adds the organization of tests/many.spec.ts. Grete Hermann owns it.
func addLargeOrganization(ctx context.Context, client *dynamodb.Client, tableName string) error {
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

	firsts := []string{"Ada", "Emmy", "Mary", "Vera", "Zora"}
	name := func(i int) string { return fmt.Sprintf("%s%04d", firsts[i%len(firsts)], i) }
	if _, err := sample.AddCopies(ctx, many, name); err != nil {
		return err
	}

	return sample.AddToMemberCount(ctx, owner.Org, many)
}

// Drive runs a Node.js program of this directory against a running system.
func Drive(ctx context.Context, log io.Writer, system *runner.Runner, program ...string) error {
	root, err := dynoxide.ModuleRoot(".")
	if err != nil {
		return fmt.Errorf("find the module: %w", err)
	}

	command := exec.CommandContext(ctx, program[0], program[1:]...)
	command.Dir = filepath.Join(root, "infra", "verify", "console")
	command.Env = append(os.Environ(), "LEASEHOLD_CONSOLE="+system.APIURL()+"/console")
	command.Stdout, command.Stderr = log, log
	return command.Run()
}

func run(ctx context.Context, log io.Writer, dir, name string, arguments ...string) error {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir, command.Stdout, command.Stderr = dir, log, log
	command.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	return command.Run()
}
