package console_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/leasehold-dev/leasehold/infra/verify/console"
)

const (
	dist = "../../../functions/console/dist"
	// maxSize is the limit in bytes for the JavaScript and CSS of the first load, compressed with gzip.
	maxSize = 60 << 10
	// maxAsset is the limit in bytes for one file of a web page. A Lambda function's response has at most 6 MB as JSON,
	// which spells some characters with six.
	maxAsset = 3 << 20
)

// transcript collects the output of a tool, to show it if the test fails.
type transcript struct{ bytes.Buffer }

func newTranscript(t *testing.T) *transcript {
	t.Helper()

	var log transcript
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})

	return &log
}

func TestTheConsoleInABrowser(t *testing.T) {
	t.Run("build", func(t *testing.T) {
		if err := console.Build(t.Context(), newTranscript(t)); err != nil {
			t.Fatal(err)
		}
	})
	if t.Failed() {
		return
	}

	t.Run("units", testUnits)
	t.Run("size", testSize)
	t.Run("size of each file", testAssets)
	t.Run("source maps are next to the page and not in it", testSourceMaps)
	t.Run("no registry in the lock files", testLockFiles)
	t.Run("browser", testBrowser)
}

func testUnits(t *testing.T) {
	log := newTranscript(t)
	command := exec.CommandContext(t.Context(), "npm", "test")
	command.Dir, command.Stdout, command.Stderr = "../../../functions/console/web", log, log
	if err := command.Run(); err != nil {
		t.Errorf("the console's unit tests failed: %v", err)
	}
}

// testBrowser runs the Playwright tests. What a failed test prints is short enough to stay whole in the log of a CI service.
func testBrowser(t *testing.T) {
	log := newTranscript(t)
	system, err := console.Serve(t.Context(), log, t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}

	defer system.Close()

	if err := console.Drive(t.Context(), log, system, "npx", "playwright", "test", "--reporter=dot"); err != nil {
		t.Errorf("the browser tests failed: %v", err)
	}
}

// testSize adds up the scripts and style sheets of index.html, which make up the first load.
func testSize(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(dist, "index.html"))
	if err != nil {
		t.Fatal(err)
	}

	total := 0
	asset := regexp.MustCompile(`(?:src|href)="\./(assets/[^"]+\.(?:js|css))"`)
	for _, found := range asset.FindAllSubmatch(page, -1) {
		total += zippedSize(t, string(found[1]))
	}

	if total == 0 || total > maxSize {
		t.Errorf("the first load has %d bytes of compressed JavaScript and CSS, want more than 0 and at most %d", total, maxSize)
	}

	t.Logf("the first load has %d bytes of compressed JavaScript and CSS", total)
}

// testAssets checks the files of all web pages, which are text, because the API passes no binary media type on.
func testAssets(t *testing.T) {
	files, err := filepath.Glob("../../../functions/*/dist/assets/*")
	if err != nil || len(files) < 10 {
		t.Fatalf("the web pages have the files %q (error %v), want at least 10", files, err)
	}

	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		if len(content) > maxAsset || !utf8.Valid(content) {
			t.Errorf("%s has %d bytes (text: %t), want at most %d bytes of text", file, len(content), utf8.Valid(content), maxAsset)
		}
	}
}

// testSourceMaps checks that each script of the console has a source map for operators, that no file that is served is one or
// names one, and that the command in docs/operating.md reads them.
func testSourceMaps(t *testing.T) {
	served, err := filepath.Glob(filepath.Join(dist, "assets", "*"))
	if err != nil {
		t.Fatal(err)
	}

	for _, file := range served {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		if filepath.Ext(file) == ".map" || bytes.Contains(content, []byte("sourceMappingURL")) {
			t.Errorf("%s leads to a source map", file)
		}

		if filepath.Ext(file) == ".js" {
			locateMiddle(t, filepath.Base(file), content)
		}
	}
}

// locateMiddle asks locate.mjs for the source of the place in the middle of a script's longest line.
func locateMiddle(t *testing.T, script string, content []byte) {
	t.Helper()
	line, column := 0, 0
	for i, text := range bytes.Split(content, []byte("\n")) {
		if len(text)/2 > column {
			line, column = i+1, len(text)/2
		}
	}

	place := fmt.Sprintf("%s:%d:%d", script, line, column)
	out, err := exec.CommandContext(t.Context(), "node", "../../../functions/console/web/locate.mjs", place).CombinedOutput()
	if err != nil || !regexp.MustCompile(`: src/[\w/.-]+\.tsx?:\d+:\d+\n$`).Match(out) {
		t.Errorf("%s is at %q (error %v), want a place in src/", place, out, err)
	}
}

// zippedSize returns the size of a built file after compression with gzip.
func zippedSize(t *testing.T, name string) int {
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
	for _, name := range []string{"package-lock.json", "../../../functions/console/web/package-lock.json",
		"../../../functions/description-get/web/package-lock.json"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}

		if strings.Contains(string(content), `"resolved"`) {
			t.Errorf("%s contains the URLs of downloaded packages; create it with the settings of .npmrc", name)
		}
	}
}
