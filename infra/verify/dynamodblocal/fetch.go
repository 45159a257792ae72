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
	// copier is the Maven plugin that lays a program's libraries into one directory.
	copier = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
)

// natives are the platforms that DynamoDB Local's dependencies bring SQLite for.
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

// fetch is the directory of DynamoDB Local's libraries below dir, filled first when it is absent. Progress goes to log.
func fetch(ctx context.Context, dir string, log io.Writer) (string, error) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	native, known := natives[platform]
	if !known {
		return "", fmt.Errorf("DynamoDB Local has no SQLite for %s: start it elsewhere, and run the tests with LEASEHOLD_TEST_DYNAMODB set to its URL", platform)
	}

	libraries := filepath.Join(dir, version)
	if complete(libraries, native) {
		return libraries, nil
	}

	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", errors.New("mvn is missing, and DynamoDB Local is fetched with it: install Apache Maven")
	}

	fmt.Fprintf(log, "fetching DynamoDB Local %s with Maven (about 50 MB) ...\n", version)

	if err := install(ctx, mvn, dir, libraries); err != nil {
		return "", err
	}

	if !complete(libraries, native) {
		return "", fmt.Errorf("mvn brought no complete DynamoDB Local: delete %s and try again", dir)
	}

	return libraries, nil
}

func complete(libraries, native string) bool {
	for _, name := range []string{"DynamoDBLocal-" + version + ".jar", native} {
		if found, err := filepath.Glob(filepath.Join(libraries, name)); err != nil || len(found) == 0 {
			return false
		}
	}

	return true
}

// install fills libraries by way of a scratch directory, so that an interrupted fetch is never taken for a finished one.
func install(ctx context.Context, mvn, dir, libraries string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the directory of DynamoDB Local: %w", err)
	}

	scratch, err := os.MkdirTemp(dir, "fetch-")
	if err != nil {
		return fmt.Errorf("make a directory for DynamoDB Local: %w", err)
	}

	defer os.RemoveAll(scratch)

	if err := os.WriteFile(filepath.Join(scratch, "pom.xml"), []byte(pom), 0o644); err != nil {
		return fmt.Errorf("write what Maven is to fetch: %w", err)
	}

	command := exec.CommandContext(ctx, mvn, "--quiet", "--batch-mode", "--strict-checksums", copier, "-DincludeScope=runtime", "-DoutputDirectory=libraries")
	command.Dir = scratch
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("mvn could not fetch DynamoDB Local (%s): check the network and the mirrors in ~/.m2/settings.xml, then try again", firstError(output, err))
	}

	if err := os.RemoveAll(libraries); err != nil {
		return fmt.Errorf("remove a half-fetched DynamoDB Local: %w", err)
	}

	if err := os.Rename(filepath.Join(scratch, "libraries"), libraries); err != nil {
		return fmt.Errorf("put DynamoDB Local in place: %w", err)
	}

	return nil
}

// firstError is the first line in which Maven says what went wrong.
func firstError(output []byte, err error) string {
	for line := range strings.Lines(string(output)) {
		if text, found := strings.CutPrefix(strings.TrimSpace(line), "[ERROR] "); found && text != "" {
			return text
		}
	}

	return err.Error()
}
