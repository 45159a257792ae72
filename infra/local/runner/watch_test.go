package runner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

const watchedTemplate = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
  One:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: go1.x}
    Properties:
      CodeUri: one/
      Handler: bootstrap
      Runtime: provided.al2023
      Events:
        Get:
          Type: Api
          Properties: {RestApiId: !Ref Api, Path: /one, Method: GET}
  Two:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: go1.x}
    Properties:
      CodeUri: two/
      Handler: bootstrap
      Runtime: provided.al2023
      Events:
        Get:
          Type: Api
          Properties: {RestApiId: !Ref Api, Path: /two, Method: GET}
`

// watchedFunction is a function that answers with a text of package shared and the ID of its process.
const watchedFunction = `package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"%s
)

func main() {
	lambda.Start(func() (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: fmt.Sprint(%s, " ", os.Getpid())}, nil
	})
}
`

func TestASavedFileIsServedAndNothingElseIsReplaced(t *testing.T) {
	t.Parallel()
	module := watchedModule(t)
	system, log := startWatched(t, module)

	first, firstProcess := answerOf(t, system, "/one")
	_, secondProcess := answerOf(t, system, "/two")
	if first != "before" {
		t.Fatalf("the function answers %q, want before", first)
	}

	write(t, filepath.Join(module, "shared", "shared.go"), "package shared\n\nconst Text = \"after\"\n")
	await(t, func() bool { text, _ := answerOf(t, system, "/one"); return text == "after" })

	if _, process := answerOf(t, system, "/one"); process == firstProcess {
		t.Error("the changed function still has its old process")
	}

	if _, process := answerOf(t, system, "/two"); process != secondProcess {
		t.Error("the function that does not use the changed file has another process")
	}

	if text := log.String(); !strings.Contains(text, "one rebuilt in ") || strings.Contains(text, "two rebuilt") {
		t.Errorf("the log tells other builds than that of one:\n%s", text)
	}
}

func TestAFunctionThatDoesNotCompileFailsUntilItDoes(t *testing.T) {
	t.Parallel()
	module := watchedModule(t)
	system, log := startWatched(t, module)

	shared := filepath.Join(module, "shared", "shared.go")
	write(t, shared, "package shared\n\nconst Text = missing\n")
	await(t, func() bool {
		response, _ := call(t, "GET", system.APIURL()+"/one", "", "")
		return response.StatusCode == 502
	})

	if text := log.String(); !strings.Contains(text, "undefined: missing") {
		t.Errorf("the log lacks the compiler's error:\n%s", text)
	}

	if text, _ := answerOf(t, system, "/two"); text != "two" {
		t.Errorf("the other function answers %q, want two", text)
	}

	write(t, shared, "package shared\n\nconst Text = \"mended\"\n")
	await(t, func() bool {
		response, body := call(t, "GET", system.APIURL()+"/one", "", "")
		return response.StatusCode == 200 && strings.HasPrefix(body, "mended ")
	})
}

func TestAChangedTemplateAsksForANewStart(t *testing.T) {
	t.Parallel()
	module := watchedModule(t)
	_, log := startWatched(t, module)

	write(t, filepath.Join(module, "template.yaml"), watchedTemplate+"\n# changed\n")
	await(t, func() bool { return strings.Contains(log.String(), "the template has changed: stop the runner") })
}

func TestPrebuiltFunctionsCannotBeWatched(t *testing.T) {
	t.Parallel()
	_, err := runner.Start(t.Context(), complete(runner.Options{Watch: true}))
	if err == nil || !strings.Contains(err.Error(), "omit --functions or --watch") {
		t.Errorf("the runner starts with %v, want an error that names both flags", err)
	}
}

// watchedModule creates a module with two functions, of which only one imports package shared, and returns its directory.
func watchedModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		if err != nil {
			t.Fatal(err)
		}

		_, rest, _ := strings.Cut(string(text), "\n")
		if name == "go.mod" {
			text = []byte("module watched.example\n" + rest)
		}

		write(t, filepath.Join(dir, name), string(text))
	}

	write(t, filepath.Join(dir, "template.yaml"), watchedTemplate)
	write(t, filepath.Join(dir, "shared", "shared.go"), "package shared\n\nconst Text = \"before\"\n")
	write(t, filepath.Join(dir, "one", "main.go"), fmt.Sprintf(watchedFunction, "\n\n\t\"watched.example/shared\"", "shared.Text"))
	write(t, filepath.Join(dir, "two", "main.go"), fmt.Sprintf(watchedFunction, "", `"two"`))
	return dir
}

// startWatched starts the template of a module with Options.Watch, and returns its log too.
func startWatched(t *testing.T, module string) (*runner.Runner, *sharedLog) {
	t.Helper()
	log := &sharedLog{}
	return start(t, runner.Options{
		Template: filepath.Join(module, "template.yaml"),
		Build:    filepath.Join(module, ".local", "functions"),
		Watch:    true,
		Log:      log,
	}), log
}

// answerOf returns the text that a watched function answers with, and the ID of its process.
func answerOf(t *testing.T, system *runner.Runner, path string) (text, process string) {
	t.Helper()
	response, body := call(t, "GET", system.APIURL()+path, "", "")
	if response.StatusCode != 200 {
		t.Fatalf("GET %s: got %d %s, want 200", path, response.StatusCode, body)
	}

	text, process, _ = strings.Cut(body, " ")
	return text, process
}

// write writes a file and creates its directory.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}

	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// await waits until a condition holds, and fails the test if it does not within a minute.
func await(t *testing.T, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()

	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("the condition does not hold after a minute")
		}
	}
}
