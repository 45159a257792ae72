package runner_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// beside is a template with an HTTP API and a REST API of somebody else's.
const beside = "../testdata/beside.yaml"

func TestTheAPIsOfAnotherTemplateAskTheSameAuthorizerProcess(t *testing.T) {
	system := start(t, runner.Options{With: []string{beside}})
	neighbours := system.Neighbours()
	if len(neighbours) != 2 || !strings.HasSuffix(neighbours[0].Example(), "/here") || !strings.HasSuffix(neighbours[1].Example(), "/v7/told") {
		t.Fatalf("got %+v", neighbours)
	}

	response, body := call(t, "GET", system.APIURL()+"/guarded", "everything", "")
	want(t, response, body, 200, `"calls":"1"`)
	response, body = call(t, "GET", neighbours[0].Example(), "everything", "")
	want(t, response, body, 200, "hello from beside 2 False")
	response, body = call(t, "GET", neighbours[1].Example(), "everything", "")
	want(t, response, body, 200, "hello from beside 3 False")
	response, body = call(t, "GET", neighbours[0].URL()+"/told/me", "bad", "")
	want(t, response, body, 403, `{"message":"Forbidden"}`)
	response, body = call(t, "GET", neighbours[1].Example(), "bad", "")
	want(t, response, body, 403, "explicit deny")
	response, body = call(t, "GET", system.BaseURL()+"/_local/", "", "")
	want(t, response, body, 200, "GET    "+neighbours[0].URL()+"/told/{to}")
}

func TestANeighbourAnswersOnlyToTheNamesOfThisMachine(t *testing.T) {
	system := start(t, runner.Options{With: []string{beside}})
	request, err := http.NewRequest("GET", system.Neighbours()[0].Example(), nil)
	if err != nil {
		t.Fatal(err)
	}

	request.Host = "evil.example"
	response, body := send(t, request)
	want(t, response, body, 421, "")
}

func TestCloseEndsTheNeighbours(t *testing.T) {
	system := start(t, runner.Options{With: []string{beside}})
	call(t, "GET", system.Neighbours()[0].Example(), "everything", "")
	pids := system.PIDs()
	if len(pids) != 3 { // engine, authorizer and the python function
		t.Fatalf("running: %v", pids)
	}

	system.Close()

	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d still runs", pid)
		}
	}

	for _, neighbour := range system.Neighbours() {
		if _, err := net.Dial("tcp", strings.Split(neighbour.URL(), "/")[2]); err == nil {
			t.Errorf("%s still listens", neighbour.URL())
		}
	}
}

// consecutive finds a free port before a taken one.
func consecutive(t *testing.T) int {
	t.Helper()
	for range 100 {
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { taken.Close() })
		port := taken.Addr().(*net.TCPAddr).Port
		if free, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port-1)); err == nil {
			free.Close()
			return port - 1
		}
	}

	t.Fatal("no port is free before a taken one")
	return 0
}

func TestWhatCannotBeServedBesideIsOneSentence(t *testing.T) {
	text, err := os.ReadFile(beside)
	if err != nil {
		t.Fatal(err)
	}

	changed := func(old, by string) string {
		if !strings.Contains(string(text), old) {
			t.Fatalf("there is no %s", old)
		}

		path := filepath.Join(t.TempDir(), "theirs.yaml")
		if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), old, by)), 0o600); err != nil {
			t.Fatal(err)
		}

		return path
	}

	whole := changed("Resources:", "Resources:")
	port := consecutive(t)
	for _, c := range []struct {
		name, with, want string
		port             int
	}{
		{"no file", "nowhere.yaml", "the template of --with is wrong: read the template", 0},
		{"an import of nobody's", changed("leasehold-authorizer-arn", "other-authorizer-arn"), `exports "other-authorizer-arn"`, 0},
		{"a function in files", changed("InlineCode: |", "CodeUri: src/\n      Description: |"), "Tell has its code in", 0},
		{"another language", changed("python3.13", "nodejs22.x"), `the local runner runs that of python3 only`, 0},
		{"a table", changed("Resources:\n", "Resources:\n  T: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: [{ AttributeName: a, KeyType: HASH }] } }\n"), "describes the table T", 0},
		{"a schedule", changed("      Events:\n", "      Events:\n        Hourly: { Type: Schedule, Properties: { Schedule: rate(1 hour) } }\n"), "has the schedule Hourly", 0},
		{"a queue", changed("      Events:\n", "      Events:\n        Jobs: { Type: SQS, Properties: { Queue: q } }\n"), "has the event Jobs of theirs-Tell, which is of type SQS", 0},
		{"no API", changed("Type: AWS::Serverless::", "Type: AWS::Other::"), "describes no API: there is nothing to serve", 0},
		{"the next port is taken", whole, "port " + strconv.Itoa(port+1) + " is taken: stop what listens there, or choose another with --port", port},
	} {
		t.Run(c.name, func(t *testing.T) {
			started, err := runner.Start(t.Context(), complete(runner.Options{With: []string{c.with}, Port: c.port}))
			if err == nil {
				started.Close()
			}

			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}

	t.Run("the same file twice", func(t *testing.T) {
		_, err := runner.Start(t.Context(), complete(runner.Options{With: []string{beside, beside}}))
		if err == nil || !strings.Contains(err.Error(), "two functions have the name beside-Tell") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("no python", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		_, err := runner.Start(t.Context(), complete(runner.Options{With: []string{beside}}))
		if err == nil || !strings.HasPrefix(err.Error(), "python3 is missing") {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheRunnersOwnTemplateHasNoHTTPAPIAndNoInlineCode(t *testing.T) {
	for change, want := range map[string]string{
		"http.yaml":   "A is an HTTP API: the local runner serves one from another template, given with --with",
		"inline.yaml": "F has InlineCode: the local runner runs such a function from another template, given with --with",
	} {
		resource := map[string]string{
			"http.yaml":   "A: { Type: AWS::Serverless::HttpApi, Properties: {} }",
			"inline.yaml": "F: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.13, Handler: index.handler, InlineCode: pass } }",
		}[change]

		dir, err := os.MkdirTemp("../testdata", "tmp-") // inside the module, as a template is
		if err != nil {
			t.Fatal(err)
		}

		t.Cleanup(func() { os.RemoveAll(dir) })
		path := filepath.Join(dir, change)
		if err := os.WriteFile(path, []byte("Resources: { "+resource+" }"), 0o600); err != nil {
			t.Fatal(err)
		}

		if _, err := runner.Start(t.Context(), complete(runner.Options{Template: path})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
