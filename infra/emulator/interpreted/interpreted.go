// Package interpreted prepares the functions of a template that were not built here: Python and Node.js, in directories
// (CodeUri) or in the template (InlineCode), and directories with a built bootstrap. Package lambda runs them like any other
// function: bootstrap.py and bootstrap.mjs make them processes that poll the Lambda Runtime API.
//
// They run with the python3 and node of this machine, whichever version the template names. Nothing is installed for them: the
// packages that they import must be in their directories, where sam build and the package managers put them.
//
//	interpreted.go   Programs and Prepare
//	directory.go     the directories of code, and what is missing in them
package interpreted

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

//go:embed bootstrap.py
var pythonBootstrap []byte

//go:embed bootstrap.mjs
var nodeBootstrap []byte

// language is an interpreted language.
type language struct {
	name      string   // for people
	prefix    string   // of its runtimes
	program   string   // the interpreter
	where     string   // the address of the interpreter's makers
	itself    []string // the arguments with which the interpreter prints its own path
	arguments []string // before the path of the bootstrap
	bootstrap []byte
	ending    string   // of the bootstrap's name and of inline code
	endings   []string // of a handler's file
}

var languages = []language{
	{
		name:      "Python",
		prefix:    "python3.",
		program:   "python3",
		where:     "https://www.python.org",
		itself:    []string{"-c", "import sys; print(sys.executable)"},
		arguments: []string{"-B"}, // writes no bytecode next to the code
		bootstrap: pythonBootstrap,
		ending:    ".py",
		endings:   []string{".py", "/__init__.py"},
	},
	{
		name:      "Node.js",
		prefix:    "nodejs",
		program:   "node",
		where:     "https://nodejs.org",
		itself:    []string{"-p", "process.execPath"},
		bootstrap: nodeBootstrap,
		ending:    ".mjs",
		endings:   []string{".js", ".mjs", ".cjs"},
	},
}

// Programs finds the interpreters and remembers where they are. The zero value is ready for use.
type Programs struct{ found map[string]string }

// find returns the path of an interpreter. It resolves wrappers, which need environment variables that functions don't have.
func (p *Programs) find(ctx context.Context, language language, function string) (string, error) {
	if path := p.found[language.program]; path != "" {
		return path, nil
	}

	wrapper, err := exec.LookPath(language.program)
	if err != nil {
		return "", fmt.Errorf("%s is missing, which the function %s needs: install %s from %s",
			language.program, function, language.name, language.where)
	}

	path, err := exec.CommandContext(ctx, wrapper, language.itself...).Output()
	if err != nil {
		return "", fmt.Errorf("%s, which the function %s needs, does not run: %w; install %s from %s",
			wrapper, function, err, language.name, language.where)
	}

	if p.found == nil {
		p.found = map[string]string{}
	}

	p.found[language.program] = strings.TrimSpace(string(path))
	return p.found[language.program], nil
}

// Prepare returns the function that runs the code of a declared one. It writes the bootstrap and inline code to the directory
// scratch/<name>. It rejects code outside the directory home, which is the template's, and code that can't run here, with an
// error that says what to do.
func (p *Programs) Prepare(ctx context.Context, declared template.Function, home, scratch string) (lambda.Function, error) {
	prepared := lambda.Function{
		Name:        declared.Name,
		Handler:     declared.Handler,
		Environment: declared.Environment,
		Timeout:     declared.Timeout,
		MemoryMB:    declared.MemoryMB,
	}

	isBuilt := declared.InlineCode == "" && strings.HasPrefix(declared.Runtime, "provided.")
	language, err := languageOf(declared)
	if err != nil && !isBuilt {
		return lambda.Function{}, err
	}

	if declared.InlineCode == "" {
		if prepared.Root, err = directory(declared, home); err != nil {
			return lambda.Function{}, err
		}
	}

	if isBuilt {
		prepared.Binary, err = built(declared, prepared.Root)
		return prepared, err
	}

	if prepared.Binary, err = p.find(ctx, language, declared.LogicalID); err != nil {
		return lambda.Function{}, err
	}

	own := filepath.Join(scratch, declared.Name)
	if declared.InlineCode != "" {
		prepared.Root = own
		err = checkInline(declared)
	} else {
		err = checkHandler(declared, language, prepared.Root)
	}

	if err != nil {
		return lambda.Function{}, err
	}

	program, err := write(declared, language, own)
	prepared.Arguments = append(append([]string{}, language.arguments...), program)
	return prepared, err
}

// languageOf returns the language of a function's runtime.
func languageOf(declared template.Function) (language, error) {
	for _, language := range languages {
		if strings.HasPrefix(declared.Runtime, language.prefix) {
			return language, nil
		}
	}

	return language{}, fmt.Errorf("%s has the runtime %q, but only Python, Node.js and built programs of provided.al2023 run here: "+
		"run it with another tool, and let that invoke the authorizer", declared.LogicalID, declared.Runtime)
}

// checkInline rejects a handler in another file than the one that CloudFormation writes.
func checkInline(declared template.Function) error {
	if module, _, _ := strings.Cut(declared.Handler, "."); module != "index" {
		return fmt.Errorf("%s has the handler %q, but CloudFormation writes InlineCode to a file named index: "+
			"write the handler as index.<function>", declared.LogicalID, declared.Handler)
	}

	return nil
}

// write writes the bootstrap and the inline code of a function to a directory, and returns the path of the bootstrap.
func write(declared template.Function, language language, own string) (program string, err error) {
	if err := os.MkdirAll(own, 0o755); err != nil {
		return "", fmt.Errorf("create a directory for %s: %w", declared.LogicalID, err)
	}

	program = filepath.Join(own, "bootstrap"+language.ending)
	files := map[string][]byte{program: language.bootstrap}
	if declared.InlineCode != "" {
		files[filepath.Join(own, "index"+language.endings[0])] = []byte(declared.InlineCode)
	}

	for path, text := range files {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return "", fmt.Errorf("write the code of %s: %w", declared.LogicalID, err)
		}
	}

	return program, nil
}
