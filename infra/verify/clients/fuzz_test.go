package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
)

// reported returns a report of schemathesis with one request whose check failed.
func reported(check, method string, status int, answer string) string {
	return fmt.Sprintf(`{"ScenarioFinished":{"recorder":{"label":"POST /me/tokens",`+
		`"checks":{"a":[{"name":"not_a_server_error","status":"success"},{"name":%q,"status":"failure"}]},`+
		`"interactions":{"a":{"request":{"method":%q},"response":{"status_code":%d,"content":{"$base64":%q}}}}}}}`+"\n",
		check, method, status, base64.StdEncoding.EncodeToString([]byte(answer)))
}

func TestAFindingWithoutAnExplanationFails(t *testing.T) {
	const cursor = `{"field":"cursor","detail":"The cursor belongs to another list. Start again without a cursor."}`
	problem := func(kind, detail, errors string) string {
		return fmt.Sprintf(`{"type":"https://example.com#problem-%s","detail":%q,"errors":[%s]}`, kind, detail, errors)
	}

	for name, test := range map[string]struct {
		report string
		want   string // in the error; "" for none
	}{
		"nothing":          {`{"ScenarioFinished":{"recorder":{"interactions":{"a":{}}}}}`, ""},
		"a server error":   {reported("not_a_server_error", "POST", 500, problem("internal", "Failed.", "")), "not_a_server_error"},
		"no problem":       {reported(valid, "POST", 400, "<html>"), valid},
		"an explained one": {reported(missingHeader, "PATCH", 428, problem("version-required", "Send If-Match.", "")), ""},
		"a header that its pattern rules out": {
			reported(valid, "POST", 400, problem("invalid-request", "If-Match: Send the ETag as you read it.", "")), "",
		},
		"one of two fields": {
			reported(valid, "GET", 400, problem("invalid-request", "2 fields are invalid.", cursor+`,{"field":"limit","detail":"No."}`)),
			"limit: No.",
		},
		"both fields": {reported(valid, "GET", 400, problem("invalid-request", "2 fields are invalid.", cursor+","+cursor)), ""},
	} {
		requests, findings, err := readReport(strings.NewReader(test.report))
		if err != nil || requests != 1 {
			t.Errorf("%s: %d requests, %v, want 1", name, requests, err)
		}

		err = fuzzing{strict: true}.judge(io.Discard, findings)
		if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want one with %q", name, err, test.want)
		}
	}
}

// TestALimitThatTheDescriptionDoesNotSayFailsAStrictRun has a finding of each kind.
func TestALimitThatTheDescriptionDoesNotSayFailsAStrictRun(t *testing.T) {
	for check, fails := range map[string]bool{valid: false, invalid: false, "not_a_server_error": true, "use_after_free": true} {
		found := []finding{{Check: check, Status: 418}}
		var printed strings.Builder
		if err := (fuzzing{}).judge(&printed, found); (err != nil) != fails || !fails && !strings.Contains(printed.String(), check) {
			t.Errorf("%s: the error is %v and %q was printed", check, err, printed.String())
		}

		if err := (fuzzing{strict: true}).judge(io.Discard, found); err == nil {
			t.Errorf("%s: no error in a strict run", check)
		}
	}
}

func TestAFailureOfSchemathesisItselfFails(t *testing.T) {
	if _, _, err := readReport(strings.NewReader(`{"NonFatalError":{"info":"out of reach"}}`)); err == nil {
		t.Error("an error of schemathesis was ignored")
	}
}
