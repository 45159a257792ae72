package dynoxide

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// Version is the pinned version of dynoxide.
const Version = "1.2.1"

// platforms maps Go's names of a platform to the npm packages that hold the engine for it.
var platforms = map[string]string{
	"linux/amd64":  "linux-x64",
	"linux/arm64":  "linux-arm64",
	"darwin/amd64": "darwin-x64",
	"darwin/arm64": "darwin-arm64",
}

// ModuleRoot returns the nearest directory at or above dir that holds a go.mod.
func ModuleRoot(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("find the module root: %w", err)
	}

	for at := start; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}

		if at == filepath.Dir(at) {
			return "", fmt.Errorf("there is no go.mod at or above %s: run this command inside the repository", start)
		}
	}
}

// Binary returns the path of the engine's binary. It downloads the binary if it is absent; concurrent processes wait
// for one download. It writes progress to log.
func Binary(ctx context.Context, log io.Writer) (string, error) {
	root, err := ModuleRoot(".")
	if err != nil {
		return "", err
	}

	return fetch(ctx, filepath.Join(root, ".local", "engine"), runtime.GOOS+"/"+runtime.GOARCH, log)
}

func fetch(ctx context.Context, dir, platform string, log io.Writer) (string, error) {
	name, ok := platforms[platform]
	if !ok {
		return "", fmt.Errorf("the database engine has no build for %s: use another DynamoDB-compatible server", platform)
	}

	binary := filepath.Join(dir, Version, "node_modules", "@dynoxide", name, "dynoxide")
	if present(binary) {
		return binary, nil
	}

	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}

	defer unlock()

	if present(binary) {
		return binary, nil
	}

	fmt.Fprintf(log, "downloading the database engine (dynoxide %s, %s, about 8 MB) with npm …\n", Version, name)

	if err := install(ctx, filepath.Join(dir, Version), "@dynoxide/"+name+"@"+Version); err != nil {
		return "", err
	}

	if !present(binary) {
		return "", fmt.Errorf("npm installed no database engine at %s: delete %s and try again", binary, dir)
	}

	return binary, nil
}

func present(binary string) bool {
	info, err := os.Stat(binary)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// install installs an npm package into dir. It works in a scratch directory and renames it, so that an interrupted
// installation is never taken for a complete one.
func install(ctx context.Context, dir, npmPackage string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is missing, which downloads the database engine: install Node.js, which includes npm, " +
			"from https://nodejs.org")
	}

	scratch, err := os.MkdirTemp(filepath.Dir(dir), "fetch-")
	if err != nil {
		return fmt.Errorf("create a directory for the database engine: %w", err)
	}

	defer os.RemoveAll(scratch)

	command := exec.CommandContext(ctx, npm, "install",
		"--prefix", scratch,
		"--no-save",
		"--no-package-lock",
		"--no-audit",
		"--no-fund",
		"--ignore-scripts",
		"--fetch-retries", "1",
		"--fetch-retry-mintimeout", "1000",
		npmPackage)
	command.Dir = scratch

	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm could not download the database engine %s (%s): check the network and npm's registry setting "+
			"(npm config get registry), then try again", npmPackage, reason(output, err))
	}

	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove an incomplete download of the database engine: %w", err)
	}

	if err := os.Rename(scratch, dir); err != nil {
		return fmt.Errorf("move the database engine into its directory: %w", err)
	}

	return nil
}

// reason returns the first line of npm's output that reports an error.
func reason(output []byte, err error) string {
	for line := range strings.Lines(string(output)) {
		line = strings.TrimSpace(line)
		for _, mark := range []string{"npm error ", "npm ERR! "} {
			if text, found := strings.CutPrefix(line, mark); found && text != "" {
				return text
			}
		}
	}

	return err.Error()
}

// lock holds an advisory lock on a file until the returned function is called, or the process dies.
func lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("create the engine directory: %w", err)
	}

	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the engine lock: %w", err)
	}

	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("wait for the engine lock: %w", err)
	}

	return func() { file.Close() }, nil
}
