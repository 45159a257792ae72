package lambda_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// api serves the Invoke operation of a service.
func api(t *testing.T, service *lambda.Service, log io.Writer) string {
	t.Helper()
	server := httptest.NewServer(service.InvokeAPI(log))
	t.Cleanup(server.Close)
	return server.URL
}

// post sends an Invoke request and returns the response with its body.
func post(t *testing.T, url, name, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequest("POST", url+lambda.InvokePath+name+"/invocations", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}

	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	response, err := http.DefaultClient.Do(request)
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

func TestInvokeAnswersAsLambdaDoes(t *testing.T) {
	url := api(t, start(t, nil), io.Discard)
	const invocationType = "X-Amz-Invocation-Type"
	for _, c := range []struct {
		name, function, body string
		headers              []string
		status               int
		part, failed, kind   string
	}{
		{"a call", "specimen", `{"do":"tell"}`, nil, 200, `"arn":"arn:aws:lambda:us-east-1:123456789012:function:specimen"`, "", ""},
		{"a call that says so", "specimen", `{"do":"tell"}`, []string{invocationType, "RequestResponse"}, 200, `"arn":`, "", ""},
		{"no payload", "specimen", "", nil, 200, `"arn":`, "", ""},
		{"a qualifier", "specimen:live", "{}", nil, 200, `"arn":`, "", ""},
		{"an ARN", "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aspecimen%3Alive", "{}", nil, 200, `"arn":`, "", ""},
		{"a part of an ARN", "123456789012:function:specimen", "{}", nil, 200, `"arn":`, "", ""},
		{
			"a function that fails", "specimen", `{"do":"fail"}`, nil,
			200, `{"errorMessage":"as asked","errorType":"errorString"}`, "Unhandled", "",
		},
		{"a function that exits", "specimen", `{"do":"exit"}`, nil, 200, `"errorType":"Runtime.ExitError"`, "Unhandled", ""},
		{"a dry run", "specimen", `{"do":"exit"}`, []string{invocationType, "DryRun"}, 204, "", "", ""},
		{
			"an unknown function", "nobody", "{}", nil,
			404, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody", "", "ResourceNotFoundException",
		},
		{"no JSON", "specimen", "{", nil, 400, "Could not parse request body into json", "", "InvalidRequestContentException"},
		{"another type", "specimen", "{}", []string{invocationType, "Later"}, 400, "RequestResponse", "", "InvalidParameterValueException"},
		{"too long", "specimen", `"` + strings.Repeat("x", 6<<20) + `"`, nil, 413, "longer than 6291456 bytes", "", "RequestTooLargeException"},
		{
			"too long for an event", "specimen", `"` + strings.Repeat("x", 1<<20) + `"`, []string{invocationType, "Event"},
			413, "longer than 1048576 bytes", "", "RequestTooLargeException",
		},
		{"a page", "specimen", "{}", []string{"Origin", "https://evil.example"}, 403, "web pages", "", "AccessDeniedException"},
		{"a page without an origin", "specimen", "{}", []string{"Sec-Fetch-Site", "cross-site"}, 403, "web pages", "", "AccessDeniedException"},
	} {
		t.Run(c.name, func(t *testing.T) {
			response, body := post(t, url, c.function, c.body, c.headers...)
			if response.StatusCode != c.status || !strings.Contains(body, c.part) ||
				response.Header.Get("X-Amz-Function-Error") != c.failed ||
				response.Header.Get("X-Amzn-Errortype") != c.kind ||
				response.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("got %d %s %v, want %d %s, %q, %q",
					response.StatusCode, body, response.Header, c.status, c.part, c.failed, c.kind)
			}

			if c.status == 200 && response.Header.Get("X-Amz-Executed-Version") != "$LATEST" {
				t.Errorf("the headers are %v, want the executed version", response.Header)
			}
		})
	}

	response, err := http.Get(url + lambda.InvokePath + "specimen")
	if err != nil {
		t.Fatal(err)
	}

	response.Body.Close()
	if response.StatusCode != 404 {
		t.Errorf("another operation: got %d, want 404", response.StatusCode)
	}
}

func TestAnEventIsAcceptedAndRunsBeforeCloseReturns(t *testing.T) {
	var log bytes.Buffer
	service := start(t, nil)
	url := api(t, service, &log)

	for _, do := range []string{"leave", "fail"} {
		response, body := post(t, url, "specimen", `{"do":"`+do+`"}`, "X-Amz-Invocation-Type", "Event")
		if response.StatusCode != 202 || body != "" {
			t.Errorf("got %d %s, want 202 without a body", response.StatusCode, body)
		}
	}

	service.Close()

	if !strings.Contains(log.String(), "the event for specimen failed: ") {
		t.Errorf("the log is %q, want the failures", &log)
	}
}
