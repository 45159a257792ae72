package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// description is the API description, from the repository's root.
const description = "pkg/api/openapi.yaml"

// generated is a generated client.
type generated struct {
	name     string
	generate func(context.Context, tools) error
	// program returns the command that uses the client, in the working directory; nil if nothing is run.
	program func(tools) []string
}

// clients lists the clients in the order in which they are tried.
var clients = []generated{
	{
		name:     "openapi-generator, Python",
		generate: openAPIGenerator("python", "python/leasehold_generated", "leasehold_generated", "--package-name", "leasehold_generated"),
		program:  pythonProgram("openapi_generator.py"),
	},
	{
		name:     "openapi-python-client",
		generate: openAPIPythonClient,
		program:  pythonProgram("openapi_python_client.py"),
	},
	{
		name:     "openapi-generator, Go",
		generate: openAPIGenerator("go", "go/openapigenerator/api", "", "--additional-properties", "withGoMod=false"),
		program:  goProgram("openapigenerator"),
	},
	{
		name:     "oapi-codegen",
		generate: oapiCodegen,
		program:  goProgram("oapicodegen"),
	},
	{
		name:     "ogen",
		generate: ogen,
		program:  goProgram("ogen"),
	},
	{
		name:     "openapi-typescript",
		generate: openAPITypeScript,
		program:  func(tools) []string { return []string{"node", filepath.Join("node", "openapi-fetch.js")} },
	},
	{
		name:     "openapi-generator, Java",
		generate: openAPIGenerator("java", "java", "", "--library", "native"),
	},
}

// openAPIGenerator returns a function that runs OpenAPI Generator and keeps a part of its output in a directory of the
// working directory.
func openAPIGenerator(language, target, part string, options ...string) func(context.Context, tools) error {
	return func(ctx context.Context, t tools) error {
		output := filepath.Join(t.work, "openapi-generator", language)
		words := append([]string{
			t.python.Command("openapi-generator-cli"), "generate",
			"--input-spec", t.description,
			"--generator-name", language,
			"--output", output,
		}, options...)
		if _, err := execute(ctx, t.work, nil, words...); err != nil {
			return err
		}

		if err := inventedNames(output); err != nil {
			return err
		}

		if err := os.Rename(filepath.Join(output, part), filepath.Join(t.work, target)); err != nil {
			return fmt.Errorf("keep what was generated: %w", err)
		}

		return nil
	}
}

// inventedNames returns an error if OpenAPI Generator had to invent the name of a type. Such names contain "inline".
func inventedNames(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if name := strings.ToLower(filepath.Base(path)); err == nil && strings.Contains(name, "inline") {
			return fmt.Errorf("a type of the description has no name: %s", filepath.Base(path))
		}

		return err
	})
}

// openAPIPythonClient generates a client and returns an error if the generator left out an answer, which it says in a
// warning.
func openAPIPythonClient(ctx context.Context, t tools) error {
	printed, err := execute(ctx, t.work, []string{"PATH=" + filepath.Dir(t.python.Command("ruff")) + ":" + os.Getenv("PATH")},
		t.python.Command("openapi-python-client"), "generate",
		"--path", t.description,
		"--meta", "none",
		"--output-path", filepath.Join("python", "leasehold_client"))
	if err != nil {
		return err
	}

	if text := string(printed); strings.Contains(text, "WARNING") || strings.Contains(text, "omitted") {
		return fmt.Errorf("the generator warns:\n%s", text)
	}

	return nil
}

func oapiCodegen(ctx context.Context, t tools) error {
	api := filepath.Join(t.work, "go", "oapicodegen", "api")
	if err := os.Mkdir(api, 0o755); err != nil {
		return fmt.Errorf("create the package: %w", err)
	}

	_, err := execute(ctx, filepath.Join(t.work, "go"), nil, "go", "tool", "oapi-codegen",
		"-generate", "client,models", "-package", "api", "-o", filepath.Join(api, "api.go"), t.description)
	return err
}

func ogen(ctx context.Context, t tools) error {
	_, err := execute(ctx, filepath.Join(t.work, "go"), nil, "go", "tool", "ogen",
		"--config", "ogen.yml", "--target", filepath.Join("ogen", "api"), "--package", "api", t.description)
	return err
}

func openAPITypeScript(ctx context.Context, t tools) error {
	dir := filepath.Join(t.work, "node")
	_, err := execute(ctx, dir, nil, "npx", "--no-install", "openapi-typescript", t.description, "--output", "schema.gen.ts")
	if err != nil {
		return err
	}

	_, err = execute(ctx, dir, nil, "npx", "--no-install", "tsc", "--strict", "--noEmitOnError", "--skipLibCheck",
		"--target", "es2022", "--module", "nodenext", "--types", "node", "openapi-fetch.ts")
	return err
}

func pythonProgram(name string) func(tools) []string {
	return func(t tools) []string { return []string{t.python.Command("python"), filepath.Join("python", name)} }
}

func goProgram(name string) func(tools) []string {
	return func(tools) []string { return []string{"go", "run", "-C", "go", "./" + name} }
}
