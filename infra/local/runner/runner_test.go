package runner_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/local/runner"
)

func start(t *testing.T, options runner.Options) *runner.Runner {
	t.Helper()
	options.Template, options.Functions = "../testdata/template.yaml", functions
	started, err := runner.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Close)
	return started
}

// call sends a request and returns the answer with its body read.
func call(t *testing.T, method, url, token string, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

func TestARequestPassesTheAuthorizerAndReachesItsFunction(t *testing.T) {
	system := start(t, runner.Options{Log: t.Output()})
	response, body := call(t, "GET", system.APIURL()+"/guarded?a=1", "good", "")
	if response.StatusCode != 200 || !strings.Contains(body, `"principalId":"somebody"`) {
		t.Fatalf("got %d %s", response.StatusCode, body)
	}
	response, body = call(t, "GET", system.APIURL()+"/guarded", "bad", "")
	if response.StatusCode != 401 || !strings.Contains(body, "token-expired") {
		t.Fatalf("got %d %s", response.StatusCode, body)
	}
}
