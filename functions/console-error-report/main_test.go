package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/leasehold-dev/leasehold/pkg/api"
	"github.com/leasehold-dev/leasehold/pkg/endpoint"
)

const consoleDetails = "../console/web/src/api/error-details.ts"

func sent() api.ConsoleError {
	return api.ConsoleError{
		ID:      "3f9k2m7q8x1z",
		Name:    "RangeError",
		Message: "Invalid time value",
		Frames:  []string{"audit-BkT3xQ2a.js:1:20417"},
		Release: "index-C4dW9fPe",
		View:    "profile-tokens",
		Browser: "Firefox 140",
	}
}

// report sends a report and returns the status, the body of the answer, and everything that was logged.
func report(t *testing.T, body any) (status int, answer, logged string) {
	t.Helper()
	var logs bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logs, nil)))
	defer slog.SetDefault(before)

	handle, err := endpoint.Handler(endpoint.NoRecords{}, operation(), time.Now)
	if err != nil {
		t.Fatal(err)
	}

	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}

	response, err := handle(t.Context(), events.APIGatewayProxyRequest{
		HTTPMethod:        http.MethodPost,
		Path:              "/console/errors",
		MultiValueHeaders: map[string][]string{"Content-Type": {"application/json"}},
		Body:              string(text),
	})
	if err != nil {
		t.Fatal(err)
	}

	return response.StatusCode, response.Body, logs.String()
}

func TestAReportIsOneLineOfTheLogWithItsID(t *testing.T) {
	status, _, logged := report(t, sent())
	if status != http.StatusNoContent {
		t.Errorf("the status is %d, want 204", status)
	}

	var line struct{ Msg, Report, Name, Error, Release, View, Browser string }
	for text := range strings.Lines(logged) {
		if strings.Contains(text, "an error in the console") {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatal(err)
			}
		}
	}

	want := sent()
	if line.Report != want.ID || line.Name != want.Name || line.Error != want.Message || line.Release != want.Release ||
		line.View != want.View || line.Browser != want.Browser || !strings.Contains(logged, want.Frames[0]) {
		t.Errorf("the log is %s, want %+v", logged, want)
	}
}

// TestNoSecretAndNoPersonalDataReachesTheLog sends messages that browsers and libraries compose with values in them.
func TestNoSecretAndNoPersonalDataReachesTheLog(t *testing.T) {
	for message, want := range map[string]string{
		"Invalid time value": "Invalid time value",
		"Cannot read properties of undefined (reading 'phone')":                       "Cannot read properties of undefined (reading 'phone')",
		`can't access property "expiresAt", token is undefined`:                       `can't access property "expiresAt", token is undefined`,
		"lhp_51koWyzB8q308Wl1bWmAfq85BPfhnpCW208Wl1bYsUlk is wrong":                   "[removed] is wrong",
		"Bearer eyJhbGciOiJSUzI1NiIsInR5.eyJzdWIiOiIxMjM0":                            "Bearer [removed]",
		"no person ada@example.com here":                                              "no person [removed] here",
		`Unexpected token 'A', "Ada Lovelace" is not valid JSON`:                      "Unexpected token [removed], [removed] is not valid JSON",
		"Failed to fetch https://api.example/v1/me?code=abc":                          "Failed to fetch [removed]",
		"no route /org_01k8m6q3a1b2c3d4e5f6g7h8j9/users?q=ada":                        "no route [removed]",
		"usr_01k8m6q3a1b2c3d4e5f6g7h8j9 is unknown":                                   "[removed] is unknown",
		"phone +41 44 668 18 00 is wrong":                                             "phone [removed] is wrong",
		"a\u202eb\u200bc":                                                             "abc",
		"q=lovelace":                                                                  "[removed]",
		"setting 'lhp_51koWyzB8q308Wl1bWmAfq85BPfhnpCW208Wl1bYsUlk' failed":           "setting [removed] failed",
		"`Ada Lovelace` and “Grace Hopper” are not here, 5f2b7c9d1e3a4f6b8c0d2e4f6a8": "[removed] and [removed] are not here, [removed]",
	} {
		body := sent()
		body.Message = message
		status, _, logged := report(t, body)
		if got := withoutData(message); got != want {
			t.Errorf("%q becomes %q, want %q", message, got, want)
		}

		if status != http.StatusNoContent || message != want && strings.Contains(logged, quoted(t, message)) {
			t.Errorf("%q: status %d, log %s", message, status, logged)
		}
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}

	return string(raw)
}

// TestWhatThePageDoesNotSendIsRefusedAndNotLogged puts an address, a token and a text in each field.
func TestWhatThePageDoesNotSendIsRefusedAndNotLogged(t *testing.T) {
	for _, value := range []string{"ada@example.com", "lhp_51koWyzB8q308Wl1bWmAfq85BPfhnpCW208Wl1bYsUlk4gTFMiFk25B0xYZxieaa", "Ada Lovelace", ""} {
		for field, set := range map[string]func(*api.ConsoleError){
			"id":      func(e *api.ConsoleError) { e.ID = value },
			"name":    func(e *api.ConsoleError) { e.Name = value },
			"release": func(e *api.ConsoleError) { e.Release = value },
			"view":    func(e *api.ConsoleError) { e.View = value },
			"browser": func(e *api.ConsoleError) { e.Browser = value },
			"frames":  func(e *api.ConsoleError) { e.Frames = []string{value} },
		} {
			body := sent()
			set(&body)
			status, answer, logged := report(t, body)
			if status != http.StatusBadRequest || !strings.Contains(answer, `"field":"`+field+`"`) {
				t.Errorf("%s %q: status %d, %s, want 400 for the field", field, value, status, answer)
			}

			if value != "" && strings.Contains(logged, value) || strings.Contains(logged, "an error in the console") {
				t.Errorf("%s %q is logged: %s", field, value, logged)
			}
		}
	}

	long := sent()
	long.Message, long.Frames = strings.Repeat("a", maxMessage+1), slices.Repeat(long.Frames, maxFrames+1)
	status, answer, _ := report(t, long)
	if status != http.StatusBadRequest || !strings.Contains(answer, `"field":"message"`) || !strings.Contains(answer, `"field":"frames"`) {
		t.Errorf("a long report: status %d, %s, want 400 for both fields", status, answer)
	}

	more := map[string]any{"id": "3f9k2m7q8x1z", "userAgent": "Mozilla/5.0"}
	if status, _, _ := report(t, more); status != http.StatusBadRequest {
		t.Errorf("an unknown field: status %d, want 400", status)
	}
}

// TestTheConsoleRemovesTheSameData compares the pattern with the console's.
func TestTheConsoleRemovesTheSameData(t *testing.T) {
	text, err := os.ReadFile(consoleDetails)
	if err != nil {
		t.Fatal(err)
	}

	// Prettier can break the line after the equals sign.
	joined := strings.Join(strings.Fields(string(text)), " ")
	for name, pattern := range map[string]*regexp.Regexp{"data": data, "property": property} {
		want := strings.Join(strings.Fields("const "+name+" = /"+pattern.String()+"/g;"), " ")
		if !strings.Contains(joined, want) {
			t.Errorf("%s does not have %s", consoleDetails, want)
		}
	}
}
