package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// saved is what samconfig.toml says about one stack.
type saved struct {
	// environment is the first part of the section's name, for --config-env.
	environment string
	stack       string
	region      string
	overrides   map[string]string
}

var (
	section = regexp.MustCompile(`^\[([A-Za-z0-9_-]+)\.([a-z]+)\.parameters\]$`)
	setting = regexp.MustCompile(`^([a-z0-9_]+)\s*=\s*(.*)$`)
	// override is one parameter and its value in the notation of `sam deploy --parameter-overrides`.
	override = regexp.MustCompile(`^([A-Za-z0-9]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)`)
)

// readSaved returns what samconfig.toml in a directory says about a stack; "" is the stack of the section default. The
// section of a stack has its name, such as [prod.deploy.parameters], or is default if that names the stack.
func readSaved(root, stack string) (saved, error) {
	text, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if errors.Is(err, fs.ErrNotExist) {
		return saved{environment: "default", stack: stack}, nil
	}

	if err != nil {
		return saved{}, fmt.Errorf("read samconfig.toml: %w", err)
	}

	all, err := sections(string(text))
	if err != nil {
		return saved{}, fmt.Errorf("read samconfig.toml: %w", err)
	}

	if own, ok := all[stack]; ok && stack != "" {
		own.environment, own.stack = stack, stack
		return *own, nil
	}

	found := saved{environment: "default", stack: stack}
	if own, ok := all["default"]; ok && (stack == "" || own.stack == stack) {
		found = *own
		found.environment = "default"
	}

	return found, nil
}

// sections returns the settings of samconfig.toml that a deployment uses, by environment. As sam does, it lets the last of
// several values apply, and those of the command deploy before those of global.
func sections(text string) (map[string]*saved, error) {
	all := map[string]*saved{}

	for _, command := range []string{"global", "deploy"} {
		var current *saved
		for number, line := range strings.Split(text, "\n") {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				current = nil
				if match := section.FindStringSubmatch(line); match != nil && match[2] == command {
					if all[match[1]] == nil {
						all[match[1]] = &saved{}
					}

					current = all[match[1]]
				}

				continue
			}

			if err := current.read(line); err != nil {
				return nil, fmt.Errorf("line %d: %w", number+1, err)
			}
		}
	}

	return all, nil
}

// read reads one line of a section. It ignores a line of another section.
func (s *saved) read(line string) error {
	match := setting.FindStringSubmatch(line)
	if s == nil || match == nil {
		return nil
	}

	var err error
	switch match[1] {
	case "stack_name":
		s.stack, err = tomlString(match[2])
	case "region":
		s.region, err = tomlString(match[2])
	case "parameter_overrides":
		s.overrides, err = overrides(match[2])
	}

	return err
}

// decode decodes a value of TOML that is written as in JSON, in one line. A comment can follow it.
func decode(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	err := decoder.Decode(into)
	if err == nil {
		if rest := strings.TrimSpace(text[decoder.InputOffset():]); rest != "" && rest[0] != '#' {
			err = fmt.Errorf("unexpected %s", rest)
		}
	}

	if err != nil {
		return fmt.Errorf("write the value as strings in double quotes, in one line: %w", err)
	}

	return nil
}

// tomlString decodes a basic string of TOML.
func tomlString(text string) (value string, err error) {
	err = decode(text, &value)
	return value, err
}

// overrides decodes the value of parameter_overrides: a string, or an array of strings in one line.
func overrides(text string) (map[string]string, error) {
	var list []string
	if strings.HasPrefix(text, "[") {
		if err := decode(text, &list); err != nil {
			return nil, err
		}
	} else {
		one, err := tomlString(text)
		if err != nil {
			return nil, err
		}

		list = []string{one}
	}

	values := map[string]string{}
	for _, rest := range list {
		for rest = strings.TrimSpace(rest); rest != ""; {
			match := override.FindStringSubmatch(rest)
			if match == nil {
				return nil, fmt.Errorf("parameter_overrides: write each value as NAME=\"VALUE\", separated by spaces, not %q", rest)
			}

			values[match[1]] = unquote(match[2])
			rest = rest[len(match[0]):]
		}
	}

	return values, nil
}

// unquote removes the quotation marks around a value, and the backslashes before those within.
func unquote(text string) string {
	if len(text) < 2 || text[0] != '"' {
		return text
	}

	return strings.ReplaceAll(text[1:len(text)-1], `\"`, `"`)
}
