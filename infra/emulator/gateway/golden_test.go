package gateway

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// changing matches the values in an event that differ from request to request. The first group is kept.
var changing = regexp.MustCompile(
	`("(?:requestId|extendedRequestId|X-Forwarded-Port|x-forwarded-port)":\[?"|127\.0\.0\.1:|Root=|"integrationLatency":)` +
		`[^",}]*`)

// steady returns an event, indented, with 0 for the values that differ from request to request.
func steady(t *testing.T, event []byte) string {
	t.Helper()
	var text bytes.Buffer
	if err := json.Indent(&text, changing.ReplaceAll(event, []byte("${1}0")), "", "  "); err != nil {
		t.Fatal(err)
	}

	return text.String() + "\n"
}

// keepsItsForm compares an event with a file of testdata.
func keepsItsForm(t *testing.T, event []byte, file string) {
	t.Helper()
	want, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}

	if got := steady(t, event); got != string(want) {
		t.Errorf("the event differs from testdata/%s: it is %s", file, got)
	}
}

// TestTheEventsOfARESTAPIKeepTheirForm compares every byte: the deployed functions rely on the form.
func TestTheEventsOfARESTAPIKeepTheirForm(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "DELETE", "/guarded/a%20b/part?x=1&x=2", `{"k":1}`,
		"Authorization", "Bearer good",
		"Content-Type", "application/json",
		"User-Agent", "tester",
		"Cookie", "a=1; b=2").want(t, 200, "fine")

	keepsItsForm(t, s.events["authorizer"][0], "rest-token.json")
	keepsItsForm(t, s.events["work"][0], "rest-proxy.json")
}
