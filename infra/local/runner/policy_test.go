package runner_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// syncBuffer is a buffer for several goroutines.
type syncBuffer struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// changedTemplate writes a copy of testdata/template.yaml with old replaced, next to the original, so that the paths in
// it still hold.
func changedTemplate(t *testing.T, old, replacement string) string {
	t.Helper()
	text, err := os.ReadFile("../testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}

	if strings.Count(string(text), old) != 1 {
		t.Fatalf("testdata/template.yaml does not contain %q exactly once", old)
	}

	file, err := os.CreateTemp("../testdata", "tmp-*.yaml")
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() { os.Remove(file.Name()) })
	defer file.Close()

	if _, err := file.WriteString(strings.Replace(string(text), old, replacement, 1)); err != nil {
		t.Fatal(err)
	}

	return file.Name()
}

func TestAMissingPolicyLineIsDeniedAndLogged(t *testing.T) {
	for _, c := range []struct {
		name, old, replacement string
		method, path           string
		permission             string
	}{
		{
			name:        "DynamoDB",
			old:         "[dynamodb:GetItem, dynamodb:PutItem]",
			replacement: "[dynamodb:GetItem]",
			method:      "PUT",
			path:        "/store/a",
			permission:  `dynamodb:PutItem on table/leasehold-Data-Table (leading keys ["a"])`,
		},
		{
			name:        "SES",
			old:         "Action: ses:SendEmail",
			replacement: "Action: ses:SendBounce",
			method:      "GET",
			path:        "/store/x?mail=mira@example.com",
			permission:  "ses:SendEmail on identity/no-reply@example.com",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log syncBuffer
			template := changedTemplate(t, c.old, c.replacement)
			system := start(t, runner.Options{Template: template, Log: &log})

			response, body := call(t, c.method, system.APIURL()+c.path, "", "")
			want(t, response, body, 502, "")

			line := fmt.Sprintf("access denied: store lacks %s: add it to the function's Policies in %s\n",
				c.permission, filepath.Base(template))
			if !strings.Contains(log.String(), line) {
				t.Errorf("the log is\n%s\nwant the line\n%s", log.String(), line)
			}

			// The other statements still hold.
			response, body = call(t, "GET", system.APIURL()+"/store/a", "", "")
			want(t, response, body, 404, "")
		})
	}
}

func TestAFunctionWithoutPoliciesMayNotUseTheTable(t *testing.T) {
	var log syncBuffer
	template := changedTemplate(t, "      CodeUri: functions/store/\n      Policies:", "      CodeUri: functions/store/\n      Tags:")
	system := start(t, runner.Options{Template: template, Log: &log})

	response, body := call(t, "PUT", system.APIURL()+"/store/a", "", "")
	want(t, response, body, 502, "")

	if !strings.Contains(log.String(), "access denied: store lacks dynamodb:PutItem") {
		t.Errorf("the log does not name the missing permission:\n%s", log.String())
	}
}

func TestAnUnsupportedPolicyIsAnErrorAtTheStart(t *testing.T) {
	template := changedTemplate(t, "Action: ses:SendEmail,", "Action: ses:SendEmail, Condition: { Bool: { a: b } },")
	_, err := runner.Start(t.Context(), complete(runner.Options{Template: template}))

	want := "the template is wrong: policies of store: policy 0, statement 1: the condition Bool on a is not supported"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
