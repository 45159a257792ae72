package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/pkg/api"
)

const base = "https://api.example.com/v1"

// descriptions returns the description of the deployment at base, in both formats.
func descriptions(t *testing.T) (inYAML, inJSON string) {
	t.Helper()
	asText, err := asYAML(api.Description)
	if err != nil {
		t.Fatal(err)
	}

	converted, err := asJSON(asText)
	if err != nil {
		t.Fatal(err)
	}

	return asText.at(base), converted.at(base)
}

func TestBothFormatsSayTheSameAsTheFileExceptForTheServer(t *testing.T) {
	var want, inYAML, inJSON map[string]any
	textYAML, textJSON := descriptions(t)
	for text, into := range map[string]*map[string]any{api.Description: &want, textYAML: &inYAML} {
		if err := yaml.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}

	if err := json.Unmarshal([]byte(textJSON), &inJSON); err != nil {
		t.Fatal(err)
	}

	want["servers"] = []any{map[string]any{"url": base, "description": "The deployment that serves this description."}}

	// YAML distinguishes integers from floating-point numbers and JSON does not, so compare what JSON can express.
	for format, got := range map[string]any{"YAML": inYAML, "JSON": inJSON} {
		if !reflect.DeepEqual(throughJSON(t, got), throughJSON(t, want)) {
			t.Errorf("the description in %s differs from openapi.yaml in more than its servers", format)
		}
	}
}

func throughJSON(t *testing.T, value any) (plain any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}

	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}

	return plain
}

func TestTheJSONKeepsTheOrderOfTheFile(t *testing.T) {
	_, inJSON := descriptions(t)
	last := 0
	for _, name := range []string{`"openapi":`, `"info":`, `"servers":`, `"/sign-in":`, `"/me":`, `"/organizations":`, `"components":`} {
		at := strings.Index(inJSON, name)
		if at <= last && name != `"openapi":` {
			t.Errorf("%s is at %d, want it after %d", name, at, last)
		}

		last = at
	}
}

func TestAnAddressCannotBreakOutOfTheDescription(t *testing.T) {
	inYAML, err := asYAML(api.Description)
	if err != nil {
		t.Fatal(err)
	}

	hostile := "https://a\"\n  - url: https://evil.example # \\"
	var got struct{ Servers []struct{ URL string } }
	if err := yaml.Unmarshal([]byte(inYAML.at(hostile)), &got); err != nil {
		t.Fatal(err)
	}

	if len(got.Servers) != 1 || got.Servers[0].URL != hostile {
		t.Errorf("the servers are %q, want one", got.Servers)
	}
}

func TestADescriptionOfAnotherFormIsRefused(t *testing.T) {
	for _, text := range []string{"", "openapi: 3.1.0\npaths: {}\n", "info:\n  servers:\n    - url: /\n"} {
		if _, err := asYAML(text); err == nil {
			t.Errorf("%q: no error, want one about its servers", text)
		}
	}

	if _, err := asJSON(document{"a: &x {}\nb: *x\nservers: [", "]"}); err == nil {
		t.Error("an alias: no error, want one that names its line")
	}
}

func BenchmarkJSON(b *testing.B) {
	inYAML, err := asYAML(api.Description)
	if err != nil {
		b.Fatal(err)
	}

	for b.Loop() {
		if _, err := asJSON(inYAML); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkYAML(b *testing.B) {
	for b.Loop() {
		if _, err := asYAML(api.Description); err != nil {
			b.Fatal(err)
		}
	}
}
