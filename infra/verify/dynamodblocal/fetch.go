package main

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
)

const (
	// version is the newest DynamoDB Local that runs on Java 17.
	version = "2.6.1"
	// copier is the goal of the Maven plugin that copies a program's libraries into one directory.
	copier = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
)

// natives lists the platforms for which DynamoDB Local's dependencies include SQLite, with the name of its library.
var natives = map[string]string{
	"linux/amd64":  "libsqlite4java-linux-amd64-*.so",
	"darwin/amd64": "libsqlite4java-osx-*.dylib",
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>` + version + `</version>
    </dependency>
  </dependencies>
</project>
`

// fetch returns the directory below dir with DynamoDB Local's libraries. It downloads them if they are missing, and writes
// its progress to log.
func fetch(ctx context.Context, dir string, log io.Writer) (string, error) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	native, known := natives[platform]
	if !known {
		return "", fmt.Errorf("DynamoDB Local has no SQLite for %s: start it on another machine, "+
			"and run the tests with LEASEHOLD_TEST_DYNAMODB set to its URL", platform)
	}

	libraries := filepath.Join(dir, version)
	if complete(libraries, native) {
		return libraries, nil
	}

	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", errors.New("mvn is missing, which downloads DynamoDB Local: install Apache Maven")
	}

	fmt.Fprintf(log, "Downloading DynamoDB Local %s with Maven (about 50 MB) ...\n", version)

	if err := install(ctx, mvn, dir, libraries); err != nil {
		return "", err
	}

	if !complete(libraries, native) {
		return "", fmt.Errorf("mvn downloaded an incomplete DynamoDB Local: delete %s and try again", dir)
	}

	return libraries, nil
}

// complete reports whether the libraries include DynamoDB Local and SQLite.
func complete(libraries, native string) bool {
	for _, name := range []string{"DynamoDBLocal-" + version + ".jar", native} {
		if found, err := filepath.Glob(filepath.Join(libraries, name)); err != nil || len(found) == 0 {
			return false
		}
	}

	return true
}

// install downloads into a scratch directory and then renames it, so that an interrupted download never looks complete.
func install(ctx context.Context, mvn, dir, libraries string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("create the directory of DynamoDB Local: %w", err)
	}

	scratch, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return fmt.Errorf("create a scratch directory for DynamoDB Local: %w", err)
	}

	defer os.RemoveAll(scratch)

	if err := os.WriteFile(filepath.Join(scratch, "pom.xml"), []byte(pom), 0o644); err != nil {
		return fmt.Errorf("write pom.xml for Maven: %w", err)
	}

	command := exec.CommandContext(ctx, mvn, "--quiet", "--batch-mode", "--strict-checksums", copier,
		"-DincludeScope=runtime", "-DoutputDirectory=libraries")
	command.Dir = scratch
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("mvn could not download DynamoDB Local (%s): "+
			"check the network and the mirrors in ~/.m2/settings.xml, then try again", firstError(output, err))
	}

	if err := os.RemoveAll(libraries); err != nil {
		return fmt.Errorf("remove an incomplete DynamoDB Local: %w", err)
	}

	if err := os.Rename(filepath.Join(scratch, "libraries"), libraries); err != nil {
		return fmt.Errorf("move DynamoDB Local into place: %w", err)
	}

	return nil
}

// firstError returns the text of Maven's first error line, or that of err if there is none.
func firstError(output []byte, err error) string {
	for line := range strings.Lines(string(output)) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "[ERROR] "); found && text != "" {
			return text
		}
	}

	return err.Error()
}
