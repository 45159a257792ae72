package interpreted

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// samBuild says how to get directories that can run.
const samBuild = "run sam build, and pass .aws-sam/build/template.yaml to --with"

// directory returns the directory of a function's code, without symbolic links. It rejects one outside home.
func directory(declared template.Function, home string) (string, error) {
	home, err := filepath.EvalSymlinks(home)
	if err != nil {
		return "", fmt.Errorf("find the template's directory: %w", err)
	}

	root, err := filepath.EvalSymlinks(declared.Dir)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s has its code in %s, which does not exist: build it there, or %s",
			declared.LogicalID, declared.Dir, samBuild)
	}

	if err != nil {
		return "", fmt.Errorf("find the code of %s: %w", declared.LogicalID, err)
	}

	if !within(home, root) {
		return "", fmt.Errorf("%s has its code in %s, outside the directory of its template, where the runner runs nothing: "+
			"move the template up, or %s", declared.LogicalID, declared.Dir, samBuild)
	}

	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		return "", fmt.Errorf("%s has its code in %s, which is not a directory: unpack it and name the directory in CodeUri, or %s",
			declared.LogicalID, declared.Dir, samBuild)
	}

	return filepath.Abs(root)
}

// within reports whether a path is home or below it. Neither has symbolic links.
func within(home, path string) bool {
	relative, err := filepath.Rel(home, path)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator))
}

// checkHandler rejects a handler whose file is missing, or is a link that leaves the directory of the code.
func checkHandler(declared template.Function, language language, root string) error {
	module := moduleOf(declared.Handler, language)
	if module == "" {
		return fmt.Errorf("%s has the handler %q: write it as file.function, such as app.handler", declared.LogicalID, declared.Handler)
	}

	for _, ending := range language.endings {
		path, err := filepath.EvalSymlinks(filepath.Join(root, module) + filepath.FromSlash(ending))
		if err != nil {
			continue
		}

		if !within(root, path) {
			return fmt.Errorf("%s has the handler %q, whose file %s is outside the directory of its code: move it there, or %s",
				declared.LogicalID, declared.Handler, path, samBuild)
		}

		return nil
	}

	return fmt.Errorf("%s has the handler %q, but %s has no file %s: if the code has to be built first, %s",
		declared.LogicalID, declared.Handler, declared.Dir, module+language.endings[0], samBuild)
}

// moduleOf returns the path of a handler's file without its ending; "" if the handler is not of the form file.function. In
// Python the last dot ends the module, whose dots and slashes separate directories. In Node.js the first dot of the last
// segment does.
func moduleOf(handler string, language language) string {
	dir, base := "", handler
	if cut := strings.LastIndex(handler, "/"); cut >= 0 {
		dir, base = handler[:cut+1], handler[cut+1:]
	}

	dot := strings.Index(base, ".")
	if language.program == "python3" {
		dot = strings.LastIndex(base, ".")
	}

	if dot <= 0 || dot == len(base)-1 || strings.Contains(handler, "..") {
		return ""
	}

	module := dir + base[:dot]
	if language.program == "python3" {
		module = strings.ReplaceAll(module, ".", "/")
	}

	return filepath.FromSlash(module)
}

// machines maps the architectures of Go to those in the header of a Linux program.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// built returns the program of a function with one of Lambda's provided runtimes: the file bootstrap. It rejects a program of
// another machine.
func built(declared template.Function, root string) (string, error) {
	path := filepath.Join(root, "bootstrap")
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("%s has the runtime %s, but %s has no file bootstrap: %s",
			declared.LogicalID, declared.Runtime, declared.Dir, samBuild)
	}

	info, err := os.Stat(resolved)
	if err != nil || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 || !within(root, resolved) {
		return "", fmt.Errorf("%s has the runtime %s, but %s is not a program in that directory: make it executable, or %s",
			declared.LogicalID, declared.Runtime, path, samBuild)
	}

	program, err := elf.Open(resolved)
	if err != nil {
		return path, nil // a script, or a program of another system
	}

	defer program.Close()

	if runtime.GOOS != "linux" || machines[runtime.GOARCH] != program.Machine {
		return "", fmt.Errorf("%s is a program for Linux on %s, which this machine (%s, %s) can't run: build it for this one, "+
			"for example with Architectures in the template", path, program.Machine, runtime.GOOS, runtime.GOARCH)
	}

	return path, nil
}
