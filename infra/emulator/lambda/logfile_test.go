package lambda

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALogIsBoundedAndKeepsTheNewestLines(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "logs")
	log := &logFile{path: filepath.Join(dir, "f.log"), limit: 100}
	if err := log.open(); err != nil {
		t.Fatal(err)
	}

	for range 50 {
		line := strings.Repeat("x", 29) + "\n"
		if n, err := log.Write([]byte(line)); n != 30 || err != nil {
			t.Fatalf("got %d, %v, want 30", n, err)
		}
	}

	_, _ = log.Write([]byte("last\n"))
	log.close()

	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("the directory holds %v, %v, want the log and the old one", files, err)
	}

	for _, file := range files {
		if info, err := file.Info(); err != nil || info.Size() > 100 {
			t.Errorf("%s has %d bytes, %v, want at most 100", file.Name(), info.Size(), err)
		}
	}

	if text, err := os.ReadFile(log.path); err != nil || !bytes.HasSuffix(text, []byte("last\n")) {
		t.Errorf("the log is %q, %v, want the last line", text, err)
	}
}

func TestALogGoesOnWhereAnEarlierRunEnded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.log")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 98), 0o600); err != nil {
		t.Fatal(err)
	}

	log := &logFile{path: path, limit: 100}
	if err := log.open(); err != nil {
		t.Fatal(err)
	}

	_, _ = log.Write([]byte("new\n"))
	log.close()

	if text, err := os.ReadFile(path); string(text) != "new\n" || err != nil {
		t.Errorf("the log is %q, %v, want only the new line", text, err)
	}

	if old, err := os.ReadFile(path + ".1"); len(old) != 98 || err != nil {
		t.Errorf("the old log has %d bytes, %v, want 98", len(old), err)
	}
}

func TestALogThatCannotBeWrittenCostsOnlyItsLines(t *testing.T) {
	log := &logFile{path: filepath.Join(t.TempDir(), "f.log"), limit: 100}
	if err := log.open(); err != nil {
		t.Fatal(err)
	}

	if err := log.file.Close(); err != nil {
		t.Fatal(err)
	}

	if n, err := log.Write([]byte("lost\n")); n != 5 || err != nil {
		t.Errorf("got %d, %v, want no error", n, err)
	}
}
