package dynoxide

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// build is the engine for one platform.
type build struct {
	// npm is the name of the npm package in the scope @dynoxide.
	npm string
	// sha256 is the digest of the binary in that package, in hexadecimal. If it is "", no digest is known here, and the
	// binary runs unchecked after a warning.
	sha256 string
}

// builds maps Go's names of a platform to the engine for it. To pin a build, or to change Version, take the digests from
// packages that "npm audit signatures" accepts.
var builds = map[string]build{
	"linux/amd64":  {npm: "linux-x64", sha256: "be909b7910d3fb552e85db10ef3c8ebae4bd35fee0f26dffdb6dfa5cc656426e"},
	"linux/arm64":  {npm: "linux-arm64"},
	"darwin/amd64": {npm: "darwin-x64"},
	"darwin/arm64": {npm: "darwin-arm64"},
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

// Private creates a directory that only its owner can enter, and makes an existing one so.
func Private(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("create a private directory: %w", err)
	}

	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("make %s private: %w", dir, err)
	}

	return nil
}

// Binary returns the path of the engine's binary, which has the pinned digest. It downloads the binary if it is absent;
// concurrent processes wait for one download. It writes progress to log. The directory .local is private afterwards.
func Binary(ctx context.Context, log io.Writer) (string, error) {
	root, err := ModuleRoot(".")
	if err != nil {
		return "", err
	}

	platform := runtime.GOOS + "/" + runtime.GOARCH
	engine, ok := builds[platform]
	if !ok {
		return "", fmt.Errorf("the database engine has no build for %s: use another DynamoDB-compatible server", platform)
	}

	local := filepath.Join(root, ".local")
	if err := Private(local); err != nil {
		return "", err
	}

	return fetch(ctx, filepath.Join(local, "engine"), engine, log)
}

// fetch returns the path of a binary below dir. It checks the digest each time, since the caller runs the binary.
func fetch(ctx context.Context, dir string, engine build, log io.Writer) (string, error) {
	binary, err := download(ctx, dir, engine.npm, log)
	if err != nil {
		return "", err
	}

	digest, err := digestOf(binary)
	if err != nil {
		return "", err
	}

	switch engine.sha256 {
	case digest:
	case "":
		fmt.Fprintf(log, "this release knows no digest of the database engine %s %s, so it runs unchecked (SHA-256 %s)\n",
			engine.npm, Version, digest)
	default:
		return "", fmt.Errorf("the database engine %s has the SHA-256 %s, not %s as expected, and was not run: "+
			"delete %s and try again", binary, digest, engine.sha256, dir)
	}

	return binary, nil
}

// digestOf returns the SHA-256 of a file in hexadecimal.
func digestOf(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("check the database engine: %w", err)
	}

	defer file.Close()

	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("check the database engine: %w", err)
	}

	return hex.EncodeToString(hash.Sum(nil)), nil
}

// download returns the path of the binary in an npm package, which it installs if it is absent.
func download(ctx context.Context, dir, name string, log io.Writer) (string, error) {
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
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
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
