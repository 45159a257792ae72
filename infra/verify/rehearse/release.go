package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// release is a state of the sources that is built and deployed.
type release struct {
	// sources is the root of its sources, and work the directory of its build.
	sources, work string
}

// built returns the directory of the output of sam build.
func (r release) built() string { return filepath.Join(r.work, "build") }

// program returns the path of the program of make deploy.
func (r release) program() string { return filepath.Join(r.work, "deploy") }

// bin returns the directory in which sam.py has the name sam.
func (r release) bin() string { return filepath.Join(r.work, "bin") }

// processor returns the parameter Architecture for this machine.
func processor() string {
	if runtime.GOARCH == "amd64" {
		return "x86_64"
	}

	return runtime.GOARCH
}

// build builds a release: the stack with sam build, and the program that operators deploy with.
func (t tools) build(ctx context.Context, r release) error {
	stack := t.command(ctx, "sh", "infra/stack/deploy/build.sh",
		"--template-file", filepath.Join(r.sources, "template.yaml"),
		"--build-dir", r.built(),
		"--parameter-overrides", "Architecture="+processor())
	program := t.command(ctx, "go", "build", "-o", r.program(), "./infra/stack/deploy")
	program.Dir = r.sources

	if _, err := t.run(stack); err != nil {
		return err
	}

	if _, err := t.run(program); err != nil {
		return err
	}

	sam := "#!/bin/sh\nexec python " + filepath.Join(t.root, "infra/verify/rehearse/sam.py") + " " + r.work + " \"$@\"\n"
	err := errors.Join(os.MkdirAll(r.bin(), 0o755), os.WriteFile(filepath.Join(r.bin(), "sam"), []byte(sam), 0o700))
	if err != nil {
		return fmt.Errorf("write the stand-in for sam: %w", err)
	}

	// What an earlier rehearsal packaged was uploaded to its own stand-in.
	if err := os.RemoveAll(filepath.Join(r.work, "packaged.yaml")); err != nil {
		return fmt.Errorf("remove the package of an earlier rehearsal: %w", err)
	}

	return nil
}

// decisive are the directories whose changes change the authorizer.
var decisive = []string{"functions/authorizer", "pkg/table", "pkg/identity", "pkg/secret", "pkg/settings"}

// previous returns the newest commit before this one whose authorizer differs, with its sources extracted into a
// directory. An upgrade from it must publish a version of the authorizer.
func (t tools) previous(ctx context.Context, current release) (release, error) {
	log := t.command(ctx, "git", append([]string{"log", "--first-parent", "-20", "--format=%H^", "--"}, decisive...)...)
	commits, err := t.run(log)
	if err != nil {
		return release{}, err
	}

	authorizer, err := os.ReadFile(filepath.Join(current.built(), "AuthorizerFunction", "bootstrap"))
	if err != nil {
		return release{}, fmt.Errorf("read the authorizer: %w", err)
	}

	r := release{work: filepath.Join(t.work, "previous")}
	r.sources = filepath.Join(r.work, "sources")
	for commit := range strings.FieldsSeq(string(commits)) {
		if err := t.extract(ctx, commit, r.sources); err != nil {
			return release{}, err
		}

		path, err := t.authorizerOf(ctx, r, "linux")
		if err != nil {
			return release{}, err
		}

		older, err := os.ReadFile(path)
		if err != nil {
			return release{}, fmt.Errorf("read the authorizer of an earlier commit: %w", err)
		}

		if !bytes.Equal(older, authorizer) {
			return r, nil
		}
	}

	return release{}, errors.New("no earlier commit has another authorizer; a clone needs the commits until its last change")
}

// extract writes the files of a commit into a directory, and this build's files of the web pages, which the commit does
// not have.
func (t tools) extract(ctx context.Context, commit, directory string) error {
	extract := t.command(ctx, "bash", "-euo", "pipefail", "-c",
		`rm -rf "$1"; mkdir -p "$1"; git archive "$0" | tar -x -C "$1"; `+
			`for page in console description-get; do [ ! -d "$1/functions/$page" ] || cp -r "functions/$page/dist" "$1/functions/$page/"; done`,
		commit, directory)
	_, err := t.run(extract)
	return err
}

// authorizerOf builds the authorizer of a release for an operating system, as infra/stack/deploy/build.sh does, and
// returns the path of the program.
func (t tools) authorizerOf(ctx context.Context, r release, system string) (string, error) {
	path := filepath.Join(r.work, "authorizer")
	build := t.command(ctx, "go", "build", "-tags=lambda.norpc", "-trimpath", "-buildvcs=false", "-ldflags=-s -w",
		"-o", path, "./functions/authorizer")
	build.Dir = r.sources
	build.Env = append(build.Env, "CGO_ENABLED=0", "GOOS="+system)
	_, err := t.run(build)
	return path, err
}
