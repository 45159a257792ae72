package console_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/leasehold-dev/leasehold/infra/verify/console"
)

const (
	dist = "../../../functions/console/dist"
	// most is what the first load may weigh at most: JavaScript and CSS, gzipped.
	most = 60 << 10
)

// transcript is what the tools print, shown when a test fails.
type transcript struct{ bytes.Buffer }

func (o *transcript) showOnFailure(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(o.String())
		}
	})
}

func TestTheConsoleDoesInABrowserWhatItPromises(t *testing.T) {
	var log transcript
	log.showOnFailure(t)

	if err := console.Build(t.Context(), &log); err != nil {
		t.Fatal(err)
	}

	t.Run("units", func(t *testing.T) { testUnits(t, &log) })
	t.Run("weight", testWeight)
	t.Run("no registry in the lock files", testLockFiles)
	system, err := console.Serve(t.Context(), &log, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}

	defer system.Close()

	if err := console.Drive(t.Context(), &log, system, "npx", "playwright", "test"); err != nil {
		t.Errorf("the browser tests: %v", err)
	}
}

func testUnits(t *testing.T, log io.Writer) {
	command := exec.CommandContext(t.Context(), "npm", "test")
	command.Dir, command.Stdout, command.Stderr = "../../../functions/console/web", log, log
	if err := command.Run(); err != nil {
		t.Errorf("the page's unit tests: %v", err)
	}
}

// testWeight adds up what the page names, and what that names: nothing else is loaded first.
func testWeight(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		t.Fatal(err)
	}

	total := 0
	for _, found := range regexp.MustCompile(`(?:src|href)="\./(assets/[^"]+\.(?:js|css))"`).FindAllSubmatch(page, -1) {
		total += zipped(t, string(found[1]))
	}

	if total == 0 || total > most {
		t.Errorf("the first load weighs %d bytes of JavaScript and CSS, gzipped; it may weigh %d", total, most)
	}

	t.Logf("first load: %d bytes of JavaScript and CSS, gzipped", total)
}

func zipped(t *testing.T, name string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dist, name))
	if err != nil {
		t.Fatal(err)
	}

	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		t.Fatal(err)
	}

	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}

	return packed.Len()
}

func testLockFiles(t *testing.T) {
	for _, name := range []string{"package-lock.json", "../../../functions/console/web/package-lock.json"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		if strings.Contains(string(content), `"resolved"`) {
			t.Errorf("%s names where packages were downloaded from; see .npmrc", name)
		}
	}
}
