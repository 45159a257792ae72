package interpreted_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/interpreted"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// tree writes files, given as pairs of a path and a text, to a new directory.
func tree(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}

		if err := os.WriteFile(path, []byte(files[i+1]), 0o755); err != nil {
			t.Fatal(err)
		}
	}

	return dir
}

// inDirectory returns a function with code in a directory.
func inDirectory(dir, runtime, handler string) template.Function {
	return template.Function{
		LogicalID:   "Orders",
		Name:        "stack-Orders",
		Dir:         dir,
		Runtime:     runtime,
		Handler:     handler,
		Environment: map[string]string{"GIVEN": "yes"},
		Timeout:     10 * time.Second,
	}
}

func TestCodeInADirectoryRuns(t *testing.T) {
	for _, c := range []struct {
		name, runtime, handler string
		files                  []string
	}{
		{
			"Python in the directory",
			"python3.13",
			"app.handler",
			[]string{"app.py", "import other\ndef handler(e, c): return {'text': other.word}", "other.py", "word = 'found'"},
		},
		{
			"Python in a package, with a slash",
			"python3.12",
			"src/app.handler",
			[]string{"src/app.py", "from src.other import word\ndef handler(e, c): return {'text': word}", "src/other.py", "word = 'found'"},
		},
		{
			"Python in a package, with a dot",
			"python3.12",
			"src.app.handler",
			[]string{"src/__init__.py", "", "src/app.py", "from .other import word\ndef handler(e, c): return {'text': word}", "src/other.py", "word = 'found'"},
		},
		{
			"a Python module called bootstrap",
			"python3.12",
			"app.handler",
			[]string{"app.py", "import bootstrap\ndef handler(e, c): return {'text': bootstrap.word}", "bootstrap.py", "word = 'found'"},
		},
		{
			"CommonJS",
			"nodejs22.x",
			"index.handler",
			[]string{"index.js", "const { word } = require('./other'); exports.handler = async () => ({ text: word });", "other.js", "exports.word = 'found';"},
		},
		{
			"CommonJS below a directory, with a callback",
			"nodejs20.x",
			"src/app.handler",
			[]string{"src/app.js", "exports.handler = (event, context, callback) => setTimeout(() => callback(null, { text: 'found' }), 1);"},
		},
		{
			"an ES module by its ending",
			"nodejs22.x",
			"app.handler",
			[]string{"app.mjs", "import { word } from './other.mjs'; export const handler = async () => ({ text: word });", "other.mjs", "export const word = 'found';"},
		},
		{
			"an ES module by its package, with a function in an object",
			"nodejs22.x",
			"app.orders.handler",
			[]string{"package.json", `{"type":"module"}`, "app.js", "export const orders = { handler: () => Promise.resolve({ text: 'found' }) };"},
		},
		{
			"CommonJS by its ending, and a package",
			"nodejs22.x",
			"app.handler",
			[]string{
				"package.json", `{"type":"module"}`,
				"app.cjs", "exports.handler = async () => ({ text: require('words').word });",
				"node_modules/words/index.js", "exports.word = 'found';",
				"node_modules/words/package.json", "{}",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := tree(t, c.files...)
			service, _ := run(t, inDirectory(dir, c.runtime, c.handler))
			if got := ask(t, service, map[string]string{}); got.Text != "found" {
				t.Errorf("got %+v, want found", got)
			}

			if left, _ := filepath.Glob(filepath.Join(dir, "*", "*.pyc")); len(left) > 0 {
				t.Errorf("the directory holds %v, which was not there before", left)
			}
		})
	}
}

const nodeCode = `
exports.handler = (event, context, callback) => {
  switch (event.do) {
    case "throw": throw new RangeError("as asked");
    case "reject": return Promise.reject(new TypeError("as asked"));
    case "string": return Promise.reject("only text");
    case "callback": return callback(new Error("by callback"));
    case "silent": return;
    case "late": setTimeout(() => { throw new Error("nobody catches this"); }, 1); return new Promise(() => {});
    case "forgotten": Promise.reject(new Error("nobody awaits this")); return new Promise(() => {});
    case "exit": process.exit(3);
    case "circle": { const circle = {}; circle.circle = circle; return Promise.resolve(circle); }
  }
  console.log("said", event.text);
  return Promise.resolve({ text: event.text, pid: process.pid, id: context.awsRequestId, arn: context.invokedFunctionArn,
    left: context.getRemainingTimeInMillis(), given: process.env.GIVEN });
};
`

func TestANodeHandlerReceivesItsEventAndContext(t *testing.T) {
	service, logs := run(t, inDirectory(tree(t, "index.js", nodeCode), "nodejs22.x", "index.handler"))
	got := ask(t, service, map[string]string{"text": "ä"})
	if got.Text != "ä" || got.Given != "yes" || !strings.HasSuffix(got.ARN, ":stack-Orders") || got.Left <= 0 || got.Left > 10_000 {
		t.Errorf("got %+v, want the event, the environment and the context of the invocation", got)
	}

	service.Close()

	if text, err := os.ReadFile(filepath.Join(logs, "stack-Orders.log")); err != nil || !strings.Contains(string(text), "said ä") {
		t.Errorf("the log is %q (%v), want what the handler printed", text, err)
	}
}

func TestAnErrorOfANodeHandlerKeepsTheProcess(t *testing.T) {
	service, _ := run(t, inDirectory(tree(t, "index.js", nodeCode), "nodejs22.x", "index.handler"))
	before := ask(t, service, map[string]string{})
	fails(t, service, "throw", "RangeError", "as asked")
	fails(t, service, "reject", "TypeError", "as asked")
	fails(t, service, "string", "string", "only text")
	fails(t, service, "callback", "Error", "by callback")
	fails(t, service, "circle", "TypeError", "circular")

	if raw, err := service.InvokeJSON(t.Context(), "stack-Orders", map[string]string{"do": "silent"}); err != nil || string(raw) != "null" {
		t.Errorf("got %s, %v, want null for a handler that returns nothing", raw, err)
	}

	if after := ask(t, service, map[string]string{}); after.PID != before.PID {
		t.Error("an error ended the process, want it to serve the next invocation")
	}

	for do, want := range map[string][2]string{
		"late":      {"Error", "nobody catches this"},
		"forgotten": {"Runtime.UnhandledPromiseRejection", "nobody awaits this"},
		"exit":      {"Runtime.ExitError", "exit status 3"},
	} {
		before := ask(t, service, map[string]string{})
		fails(t, service, do, want[0], want[1])

		if after := ask(t, service, map[string]string{}); after.PID == before.PID {
			t.Errorf("%s: the process goes on, want a new one", do)
		}
	}
}

func TestNodeCodeThatDoesNotLoadFailsItsInvocation(t *testing.T) {
	for text, want := range map[string][2]string{
		"exports.handler = (":       {"Runtime.UserCodeSyntaxError", "SyntaxError"},
		"require('nowhere')":        {"Runtime.ImportModuleError", "Cannot find module 'nowhere'"},
		"exports.x = 1":             {"Runtime.HandlerNotFound", "index.handler is undefined or not exported"},
		"throw new RangeError('1')": {"RangeError", "1"},
	} {
		service, _ := run(t, inDirectory(tree(t, "index.js", text), "nodejs22.x", "index.handler"))
		fails(t, service, "tell", want[0], want[1])
	}
}

func TestInlineNodeCodeRuns(t *testing.T) {
	declared := inline(nodeCode)
	declared.Runtime = "nodejs22.x"
	service, _ := run(t, declared)
	if got := ask(t, service, map[string]string{"text": "hi"}); got.Text != "hi" {
		t.Errorf("got %+v, want hi", got)
	}
}

func TestABuiltProgramRuns(t *testing.T) {
	dir := t.TempDir()
	build := exec.Command("go", "build", "-tags", "lambda.norpc", "-o", filepath.Join(dir, "bootstrap"), "../lambda/testdata/specimen")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}

	service, _ := run(t, inDirectory(dir, "provided.al2023", "bootstrap"))
	if _, err := service.InvokeJSON(t.Context(), "stack-Orders", map[string]string{"do": "echo", "text": "hi"}); err != nil {
		t.Error(err)
	}
}

// foreign returns the header of a Linux program for another machine.
func foreign() string {
	machine := map[string]byte{"amd64": 0xb7, "arm64": 0x3e}[runtime.GOARCH]
	header := make([]byte, 64)
	copy(header, "\x7fELF\x02\x01\x01")
	header[16], header[18], header[20], header[52] = 2, machine, 1, 64
	return string(header)
}

func TestCodeThatCannotRunIsAnErrorThatNamesAWayOn(t *testing.T) {
	home := tree(t, "code/app.py", "", "code/index.js", "", "arm/bootstrap", foreign(), "plain.zip", "", "linked/x", "")
	outside := tree(t, "app.py", "")
	for link, target := range map[string]string{"away": outside, "linked/app.py": filepath.Join(outside, "app.py")} {
		if err := os.Symlink(target, filepath.Join(home, link)); err != nil {
			t.Fatal(err)
		}
	}

	const build = "run sam build, and pass .aws-sam/build/template.yaml to --with"
	for _, c := range []struct{ name, dir, runtime, handler, want, wayOn string }{
		{"no directory", "nowhere", "python3.13", "app.handler", "nowhere, which does not exist", build},
		{"above the template", "..", "python3.13", "app.handler", "outside the directory of its template", build},
		{"a link that leads away", "away", "python3.13", "app.handler", "outside the directory of its template", build},
		{"a handler that leads away", "linked", "python3.13", "app.handler", "app.py is outside the directory of its code", build},
		{"an archive", "plain.zip", "python3.13", "app.handler", "is not a directory", build},
		{"no handler file", "code", "python3.13", "other.handler", "has no file other.py", build},
		{"TypeScript", "code", "nodejs22.x", "app.handler", "has no file app.js", build},
		{"an upward handler", "code", "nodejs22.x", "../code/index.handler", `has the handler "../code/index.handler"`, "write it as file.function"},
		{"a malformed handler", "code", "python3.13", "app", `has the handler "app"`, "write it as file.function"},
		{"another language", "nowhere", "java21", "App::handle", `has the runtime "java21"`, "let that invoke the authorizer"},
		{"an unbuilt program", "code", "provided.al2023", "bootstrap", "has no file bootstrap", build},
		{"a program of another machine", "arm", "provided.al2023", "bootstrap", "is a program for Linux on", "build it for this one"},
	} {
		var programs interpreted.Programs
		_, err := programs.Prepare(t.Context(), inDirectory(filepath.Join(home, c.dir), c.runtime, c.handler), home, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.wayOn) ||
			!strings.Contains(err.Error(), "Orders") && c.dir != "arm" {
			t.Errorf("%s: got %v, want %s ... %s", c.name, err, c.want, c.wayOn)
		}
	}

	declared := inline("x = 1")
	declared.Handler = "app.handler"

	var programs interpreted.Programs
	if _, err := programs.Prepare(t.Context(), declared, home, t.TempDir()); err == nil ||
		!strings.Contains(err.Error(), "write the handler as index.<function>") {
		t.Errorf("got %v, want an error about the handler of inline code", err)
	}
}

func TestAMissingInterpreterIsAnErrorOfOneLine(t *testing.T) {
	dir := tree(t, "app.py", "", "app.js", "")
	t.Setenv("PATH", t.TempDir())
	for runtime, want := range map[string]string{
		"python3.13": "python3 is missing, which the function Orders needs: install Python from https://www.python.org",
		"nodejs22.x": "node is missing, which the function Orders needs: install Node.js from https://nodejs.org",
	} {
		var programs interpreted.Programs
		if _, err := programs.Prepare(t.Context(), inDirectory(dir, runtime, "app.handler"), dir, t.TempDir()); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
