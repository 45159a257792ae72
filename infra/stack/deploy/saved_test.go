package main

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestReadSaved(t *testing.T) {
	const file = `version = 0.1

[default.global.parameters]
stack_name = "leasehold" # the default

[default.deploy.parameters]
capabilities = "CAPABILITY_IAM"
region = "eu-west-1"
parameter_overrides = "StageName=\"v1\" OidcClientId=\"a \\\"b\\\" c\" AlarmAddress=\"\" ThrottleRate=5"

[prod.deploy.parameters]
parameter_overrides = ["StageName=v2", "AlarmAddress=\"ops@example.com\""]
`
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "samconfig.toml"), []byte(file), 0o644); err != nil {
		t.Fatal(err)
	}

	first := map[string]string{"StageName": "v1", "OidcClientId": `a "b" c`, "AlarmAddress": "", "ThrottleRate": "5"}
	for stack, want := range map[string]saved{
		"":          {environment: "default", stack: "leasehold", region: "eu-west-1", overrides: first},
		"leasehold": {environment: "default", stack: "leasehold", region: "eu-west-1", overrides: first},
		"prod": {
			environment: "prod",
			stack:       "prod",
			overrides:   map[string]string{"StageName": "v2", "AlarmAddress": "ops@example.com"},
		},
		"other": {environment: "default", stack: "other"},
	} {
		got, err := readSaved(root, stack)
		if err != nil || got.environment != want.environment || got.stack != want.stack || got.region != want.region ||
			!maps.Equal(got.overrides, want.overrides) {
			t.Errorf("readSaved(%q) = %+v, %v, want %+v", stack, got, err, want)
		}
	}
}

func TestReadSavedRejectsWhatItCannotRead(t *testing.T) {
	for _, line := range []string{
		`parameter_overrides = "ParameterKey=A,ParameterValue=B C"`,
		`parameter_overrides = "A=\"open"`,
		`parameter_overrides = [`,
		`parameter_overrides = """`,
		`stack_name = 'prod'`,
	} {
		root := t.TempDir()
		text := "[default.deploy.parameters]\n" + line + "\n"
		if err := os.WriteFile(filepath.Join(root, "samconfig.toml"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}

		if got, err := readSaved(root, ""); err == nil {
			t.Errorf("with %s, readSaved = %+v, want an error", line, got)
		}
	}
}

func TestQuoteIsTheOppositeOfUnquote(t *testing.T) {
	for _, value := range []string{"", "plain", "with space", `"quoted"`, `back\slash`, "a,b=c"} {
		if got := unquote(quote(value)); got != value {
			t.Errorf("unquote(quote(%q)) = %q", value, got)
		}
	}
}
