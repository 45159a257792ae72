package table_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryWriteOfOneItemGoesThroughWriteOne finds writes that a transaction on the same item would fail: the SDK does not
// retry TransactionConflictException.
func TestEveryWriteOfOneItemGoesThroughWriteOne(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}

	single := regexp.MustCompile(`client\.(PutItem|UpdateItem|DeleteItem)\(`)
	within := regexp.MustCompile(`writeOne\(ctx, "[^"]+", func\(\) error \{\s+_, err := (\w+\.)*$`)
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}

		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}

		for _, place := range single.FindAllIndex(source, -1) {
			found++
			if !within.Match(source[:place[0]]) {
				t.Errorf("%s: %s is not in a call of writeOne", file, source[place[0]:place[1]])
			}
		}
	}

	if found == 0 {
		t.Error("there are no writes of one item")
	}
}
