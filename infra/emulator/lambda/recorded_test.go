package lambda_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/leasehold-dev/leasehold/infra/emulator/lambda"
)

// The tests in this file compare the service with what LocalStack recorded on AWS: github.com/localstack/localstack at
// 8b9a79f0, directory tests/aws/services/lambda_. Each names the file and the test there.

// test_lambda_common.snapshot.json, TestLambdaCommon::test_introspection_invoke[provided.al2023]. The values that depend on
// the account, the sandbox or the directory of the code differ here. The recorded _X_AMZN_TRACE_ID is not Lambda's: runtimes
// set it for each invocation, and aws-lambda-go does so unless it serves several at a time. LocalStack creates the function with the log format Text, for which the
// environment has no AWS_LAMBDA_LOG_FORMAT.
func TestTheEnvironmentOfAFunctionIsAsRecorded(t *testing.T) {
	service := start(t, func(f *lambda.Function) {
		f.Environment, f.MemoryMB, f.Handler = map[string]string{"TEST_KEY": "TEST_VAL"}, 1024, "function.handler"
	})

	set := map[string]string{}
	for _, line := range mustInvoke(t, service, "environment").Environment {
		name, value, _ := strings.Cut(line, "=")
		set[name] = value
	}

	const differs = ""
	for name, recorded := range map[string]string{
		"AWS_ACCESS_KEY_ID":               differs,
		"AWS_DEFAULT_REGION":              "us-east-1",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
		"AWS_LAMBDA_FUNCTION_NAME":        "specimen",
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/specimen",
		"AWS_LAMBDA_LOG_STREAM_NAME":      differs,
		"AWS_LAMBDA_RUNTIME_API":          differs,
		"AWS_REGION":                      "us-east-1",
		"AWS_SECRET_ACCESS_KEY":           differs,
		"AWS_SESSION_TOKEN":               differs,
		"AWS_XRAY_CONTEXT_MISSING":        "LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS":         differs,
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		"LAMBDA_TASK_ROOT":                differs,
		"LANG":                            "en_US.UTF-8",
		"LD_LIBRARY_PATH":                 "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
		"PATH":                            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"TEST_KEY":                        "TEST_VAL",
		"TZ":                              ":UTC",
		"_AWS_XRAY_DAEMON_ADDRESS":        differs,
		"_AWS_XRAY_DAEMON_PORT":           "2000",
		"_HANDLER":                        "function.handler",
	} {
		if got := set[name]; got == "" || recorded != differs && got != recorded {
			t.Errorf("%s is %q here, but AWS was recorded with %q", name, got, recorded)
		}

		delete(set, name)
	}

	// AWS sets it only for functions with several invocations at a time, which no recording has.
	delete(set, "AWS_LAMBDA_MAX_CONCURRENCY")

	if len(set) > 0 {
		t.Errorf("the environment also has %v, which AWS was recorded without", set)
	}
}

// test_lambda.snapshot.json: the tests TestLambdaBehavior::test_lambda_invoke_with_timeout,
// TestLambdaErrors::test_lambda_handler_exit, TestLambdaErrors::test_lambda_runtime_wrapper_not_found (which shows the
// message for a status) and TestLambdaBaseFeatures::test_lambda_too_large_response.
func TestTheFailuresOfFunctionsAreAsRecorded(t *testing.T) {
	const id = `^RequestId: [0-9a-f-]{36} Error: `
	for do, want := range map[string]struct{ kind, message string }{
		"sleep":           {"Sandbox.Timedout", id + `Task timed out after 1\.00 seconds$`},
		"leave":           {"Runtime.ExitError", id + `Runtime exited without providing a reason$`},
		"exit":            {"Runtime.ExitError", id + `Runtime exited with error: exit status 3$`},
		"seven-megabytes": {"Function.ResponseSizeTooLarge", `^Response payload size exceeded maximum allowed payload size \(6291556 bytes\)\.$`},
	} {
		t.Run(do, func(t *testing.T) {
			service := start(t, func(f *lambda.Function) {
				if do == "sleep" {
					f.Timeout = time.Second
				}
			})

			_, err := invoke(t, service, do)
			wantError(t, err, want.kind, "")

			message := strings.TrimPrefix(err.Error(), want.kind+": ")
			if !regexp.MustCompile(want.message).MatchString(message) {
				t.Errorf("the message is %q here, but AWS was recorded with %s", message, want.message)
			}
		})
	}
}

// test_lambda.py, TestLambdaBaseFeatures::test_large_payloads and test_lambda_large_response, which says that 100 bytes more
// than 6 MB are the limit.
func TestPayloadsOfTheRecordedSizesAreAccepted(t *testing.T) {
	service := start(t, nil)
	mustInvoke(t, service, "tell"+strings.Repeat(" ", 5_000_000))

	answer, err := service.InvokeJSON(t.Context(), "specimen", map[string]string{"do": "six-megabytes"})
	if err != nil || len(answer) != 6<<20+len(`""`) {
		t.Errorf("an answer of 6 MB gave %d bytes and the error %v, want all of it", len(answer), err)
	}
}
