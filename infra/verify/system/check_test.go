package system_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/dynamoproxy"
	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

// TestADeploymentChecksTheAuthorizer runs the hook of a deployment with the deployed authorizer. CodeDeploy is told that it
// works, and that it does not once it can't read the table.
func TestADeploymentChecksTheAuthorizer(t *testing.T) {
	t.Parallel()
	running := start(t, runner.Options{Functions: binaries, Authorize: authorize(t)})
	reports := &reports{running: running}
	server := httptest.NewServer(reports)
	t.Cleanup(server.Close)

	functions, err := lambda.Start(lambda.Options{LogDir: t.TempDir(), Functions: []lambda.Function{{
		Name:    "authorizer-check",
		Binary:  filepath.Join(binaries, "authorizer-check"),
		Timeout: time.Minute,
		Environment: map[string]string{
			"CHECKED_VERSION":             lambda.ARN("authorizer") + ":2",
			"AWS_ENDPOINT_URL_LAMBDA":     server.URL,
			"AWS_ENDPOINT_URL_CODEDEPLOY": server.URL,
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}

	t.Cleanup(functions.Close)
	deploy := func() string {
		event := []byte(`{"DeploymentId":"d-1","LifecycleEventHookExecutionId":"e-1"}`)
		if _, err := functions.Invoke(t.Context(), "authorizer-check", event); err != nil {
			t.Fatal(err)
		}

		return reports.status
	}

	if status := deploy(); status != "Succeeded" {
		t.Errorf("CodeDeploy got the status %q for a version that works, want Succeeded", status)
	}

	for _, operation := range []string{"BatchGetItem", "GetItem"} {
		restore := running.Proxy().Fail(dynamoproxy.Rule{
			Function:  "authorizer",
			Operation: operation,
			Fault:     dynamoproxy.ThrottleOnDemand,
		})
		if status := deploy(); status != "Failed" {
			t.Errorf("CodeDeploy got the status %q for a version that can't use %s, want Failed", status, operation)
		}

		restore()
	}
}

// reports imitates Lambda's Invoke with the functions of a runner, and keeps the last status that CodeDeploy gets.
type reports struct {
	running *runner.Runner
	mutex   sync.Mutex
	status  string
}

func (c *reports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}

	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "CodeDeploy_20141006.") {
		var report struct{ Status string }
		_ = json.Unmarshal(body, &report)
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.status = report.Status
		_, _ = io.WriteString(w, "{}")
		return
	}

	answer, err := c.running.Invoke(r.Context(), "authorizer", body)
	if err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer, _ = json.Marshal(map[string]string{"errorMessage": err.Error()})
	}

	_, _ = w.Write(answer)
}
