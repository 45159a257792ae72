package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/performance.md from the kept results instead of comparing it")

func TestThePageIsMadeOfTheKeptResults(t *testing.T) {
	t.Chdir("../../..")

	want, err := page(resultsDir)
	if err != nil {
		t.Fatal(err)
	}

	if *update {
		if err := writeDocument(); err != nil {
			t.Fatal(err)
		}
	}

	got, err := os.ReadFile(document)
	if err != nil || string(got) != want {
		t.Errorf("%s differs from the results in %s, %v: write it with go test ./infra/measure/bench -update",
			document, resultsDir, err)
	}
}

func TestEveryPartHasAChapterWithItsResults(t *testing.T) {
	t.Chdir("../../..")

	kept, err := filepath.Glob(filepath.Join(resultsDir, "*.json"))
	if err != nil || len(kept) != len(chapters) {
		t.Fatalf("%d results %v for %d chapters", len(kept), err, len(chapters))
	}

	text, err := page(resultsDir)
	if err != nil {
		t.Fatal(err)
	}

	for _, c := range chapters {
		if !strings.Contains(text, "\n## "+c.title+"\n") || !strings.Contains(text, "(#"+c.anchor+")") {
			t.Errorf("the page lacks the results of %s", c.part)
		}
	}
}

func TestADifferenceBetweenTheTablesIsAnError(t *testing.T) {
	same := callCost{
		requests:    2,
		readUnits:   1.5,
		writeUnits:  3,
		allocations: 1000,
	}
	other := func(change func(*callCost)) callCost {
		changed := same
		change(&changed)
		return changed
	}

	for what, large := range map[string]callCost{
		"a request more":          other(func(c *callCost) { c.requests++ }),
		"half a read unit more":   other(func(c *callCost) { c.readUnits += 0.5 }),
		"a write unit less":       other(func(c *callCost) { c.writeUnits-- }),
		"a fifth more allocation": other(func(c *callCost) { c.allocations *= 1.2 }),
	} {
		for bounded, want := range map[bool]int{false: 1, true: 0} {
			before, after := []measurement{{"list", bounded, same}}, []measurement{{"list", bounded, large}}
			if _, apart := scaleTable(world{}, world{}, before, after); len(apart) != want {
				t.Errorf("%s, bounded %t: %d errors, want %d", what, bounded, len(apart), want)
			}
		}
	}

	alike := other(func(c *callCost) { c.allocations *= 1.05 })
	before, after := []measurement{{"list", false, same}}, []measurement{{"list", false, alike}}
	table, apart := scaleTable(world{}, world{}, before, after)
	if len(apart) != 0 || table.Rows[0][1] != "2" || table.Rows[0][4] != "1000 → 1050" {
		t.Errorf("a twentieth more allocations are %v in %v", apart, table.Rows)
	}
}
