package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
	"github.com/leasehold-dev/leasehold/infra/local/signin"
	"github.com/leasehold-dev/leasehold/pkg/client"
)

// root is the repository, seen from this directory.
const root = "../../.."

var (
	running *runner.Runner
	// programs is the directory of the built command.
	programs string
)

// suite runs the tests with a built command and a runner.
type suite struct{ *testing.M }

func TestMain(m *testing.M) {
	testscript.Main(suite{m}, map[string]func(){"browser": browse})
}

func (s suite) Run() int {
	code, err := s.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}

	return code
}

func (s suite) run() (int, error) {
	dir, err := os.MkdirTemp("", "leasehold-command-*")
	if err != nil {
		return 0, err
	}

	defer func() { _ = os.RemoveAll(dir) }()

	build := exec.Command("go", "build", "-trimpath", "-o", dir+string(filepath.Separator), "./pkg/client/leasehold")
	build.Dir = root
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the command: %w\n%s", err, output)
	}

	programs = dir
	running, err = runner.Start(context.Background(), runner.Options{Log: os.Stderr})
	if err != nil {
		return 0, err
	}

	defer running.Close()

	return s.M.Run(), nil
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"session":      cmdSession,
			"organization": cmdOrganization,
			"exits":        cmdExits,
			"keep":         cmdKeep,
			"mode":         cmdMode,
			"start":        cmdStart,
			"shows":        cmdShows,
			"interrupt":    cmdInterrupt,
			"ends":         cmdEnds,
			"occupy":       cmdOccupy,
		},
	})
}

// environment returns the variables of a script or a snippet that works in a directory.
func environment(dir string) []string {
	return []string{
		"PATH=" + programs + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"LEASEHOLD_URL=" + running.APIURL(),
		"LEASEHOLD_CONFIG=" + filepath.Join(dir, "config"),
		"LEASEHOLD_KEYRING=off",
	}
}

type startedKey struct{}

func setUp(env *testscript.Env) error {
	paths := env.Getenv("PATH") // has the program browser
	env.Vars = append(env.Vars, environment(env.WorkDir)...)
	env.Setenv("PATH", programs+string(filepath.ListSeparator)+paths)
	env.Setenv("BROWSER_PAGE", filepath.Join(env.WorkDir, "page.html"))
	env.Values[startedKey{}] = map[string]*started{}
	return nil
}

func cmdSession(ts *testscript.TestScript, _ bool, arguments []string) {
	session, err := signin.Session(context.Background(), running.APIURL(), arguments[1])
	ts.Check(err)
	ts.Setenv(arguments[0], session.Secret)
}

func cmdOrganization(ts *testscript.TestScript, _ bool, arguments []string) {
	c, err := client.New(running.APIURL(), ts.Getenv(arguments[1]))
	ts.Check(err)
	created, err := c.CreateOrganization(context.Background(), client.OrganizationCreate{Name: arguments[2]})
	ts.Check(err)
	ts.Setenv(arguments[0], created.ID)
}

func cmdExits(ts *testscript.TestScript, _ bool, arguments []string) {
	want, err := strconv.Atoi(arguments[0])
	ts.Check(err)

	got := 0
	err = ts.Exec("leasehold", arguments[1:]...)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}

	if got != want {
		ts.Fatalf("leasehold %s: exit code %d, want %d", strings.Join(arguments[1:], " "), got, want)
	}
}

func cmdKeep(ts *testscript.TestScript, _ bool, arguments []string) {
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(arguments) > 1 {
		match := regexp.MustCompile(arguments[1]).FindStringSubmatch(text)
		if len(match) != 2 {
			ts.Fatalf("the output does not match %s once: %s", arguments[1], text)
		}

		text = match[1]
	}

	ts.Setenv(arguments[0], text)
}

func cmdMode(ts *testscript.TestScript, _ bool, arguments []string) {
	info, err := os.Stat(ts.MkAbs(arguments[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != arguments[1] {
		ts.Fatalf("%s has the mode %s, want %s", arguments[0], got, arguments[1])
	}
}

// started is a command that runs next to its script.
type started struct {
	command *exec.Cmd
	lines   chan string
}

func cmdStart(ts *testscript.TestScript, _ bool, arguments []string) {
	command := exec.Command(filepath.Join(programs, "leasehold"), arguments[1:]...)
	command.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "LEASEHOLD_URL", "LEASEHOLD_CONFIG", "LEASEHOLD_KEYRING", "LEASEHOLD_TOKEN"} {
		command.Env = append(command.Env, name+"="+ts.Getenv(name))
	}

	reader, writer := io.Pipe()
	command.Stdout, command.Stderr = writer, writer
	ts.Check(command.Start())

	s := &started{command: command, lines: make(chan string, 100)}
	go func() {
		for scanner := bufio.NewScanner(reader); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()

	ts.Value(startedKey{}).(map[string]*started)[arguments[0]] = s
	ts.Defer(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

func (s *started) wait() error { return s.command.Wait() }

func find(ts *testscript.TestScript, name string) *started {
	return ts.Value(startedKey{}).(map[string]*started)[name]
}

func cmdShows(ts *testscript.TestScript, _ bool, arguments []string) {
	pattern, timeout := regexp.MustCompile(arguments[1]), time.After(time.Minute)
	for {
		select {
		case line := <-find(ts, arguments[0]).lines:
			ts.Logf("%s: %s", arguments[0], line)
			if match := pattern.FindStringSubmatch(line); match != nil {
				if len(match) > 1 {
					ts.Setenv(arguments[0], match[1])
				}

				return
			}

		case <-timeout:
			ts.Fatalf("no line of %s matches %s", arguments[0], arguments[1])
		}
	}
}

func cmdInterrupt(ts *testscript.TestScript, _ bool, arguments []string) {
	s := find(ts, arguments[0])
	ts.Check(s.command.Process.Signal(os.Interrupt))
	ts.Check(s.wait())
}

func cmdEnds(ts *testscript.TestScript, _ bool, arguments []string) {
	ts.Check(find(ts, arguments[0]).wait())
}

func cmdOccupy(ts *testscript.TestScript, _ bool, _ []string) {
	for _, port := range []string{"28451", "28452", "28453"} {
		listener, err := net.Listen("tcp4", "127.0.0.1:"+port)
		ts.Check(err)
		ts.Defer(func() { _ = listener.Close() })
	}
}
