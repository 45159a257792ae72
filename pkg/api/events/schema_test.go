package events_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/pkg/api/events"
	"github.com/leasehold-dev/leasehold/pkg/identity"
)

var update = flag.Bool("update", false, "write the schemas and the table in docs/events.md")

// TestEveryActionHasASchema also keeps the schemas and the document up to date.
func TestEveryActionHasASchema(t *testing.T) {
	schemas, err := events.Schemas()
	if err != nil {
		t.Fatal(err)
	}

	want := []string{events.AnyFile}
	for _, action := range slices.Concat(identity.OrganizationActions, identity.PersonalActions) {
		want = append(want, events.SchemaFile(action))
	}

	slices.Sort(want)

	if got := slices.Sorted(maps.Keys(schemas)); !slices.Equal(got, want) {
		t.Errorf("there are the schemas\n%q\nwant one for each action\n%q", got, want)
	}

	for name, text := range schemas {
		same(t, filepath.Join("schemas", name), text)
	}

	files, err := filepath.Glob("schemas/*")
	if err != nil || len(files) != len(schemas) {
		t.Errorf("schemas has %d files (error %v), want the %d of the actions", len(files), err, len(schemas))
	}
}

func TestTheGuideListsEveryAction(t *testing.T) {
	const file, begin, end = "../../../docs/events.md", "<!-- actions -->\n", "<!-- /actions -->"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	before, rest, begins := strings.Cut(string(text), begin)
	_, after, ends := strings.Cut(rest, end)
	if !begins || !ends {
		t.Fatalf("%s has no section from %s to %s", file, begin, end)
	}

	same(t, file, []byte(before+begin+events.Markdown()+end+after))
}

// same compares a file with a text, or writes it with -update.
func same(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}

		return
	}

	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is out of date (error %v): run go test ./pkg/api/events -update", file, err)
	}
}
