package gateway

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"testing"
)

// changing is what differs from request to request in an event; the first group stays.
var changing = regexp.MustCompile(`("(?:requestId|extendedRequestId|X-Forwarded-Port|x-forwarded-port)":\[?"|127\.0\.0\.1:|Root=|"integrationLatency":)[^",}]*`)

// steady is an event with what changes taken out, indented.
func steady(t *testing.T, event []byte) string {
	t.Helper()
	var text bytes.Buffer
	if err := json.Indent(&text, changing.ReplaceAll(event, []byte("${1}0")), "", "  "); err != nil {
		t.Fatal(err)
	}

	return text.String() + "\n"
}

// keepsItsForm holds an event against a file of testdata.
func keepsItsForm(t *testing.T, event []byte, file string) {
	t.Helper()
	want, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}

	if got := steady(t, event); got != string(want) {
		t.Errorf("%s: got %s", file, got)
	}
}

// TestTheEventsOfARESTAPIKeepTheirForm holds them to the byte: package endpoint's functions are deployed against it.
func TestTheEventsOfARESTAPIKeepTheirForm(t *testing.T) {
	s := serve(t, nil)
	s.do(t, "DELETE", "/guarded/a%20b/part?x=1&x=2", `{"k":1}`, "Authorization", "Bearer good", "Content-Type", "application/json", "User-Agent", "tester", "Cookie", "a=1; b=2").want(t, 200, "fine")
	keepsItsForm(t, s.events["authorizer"][0], "rest-token.json")
	keepsItsForm(t, s.events["work"][0], "rest-proxy.json")
}
