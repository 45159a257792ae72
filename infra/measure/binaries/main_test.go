package main

import (
	"strings"
	"testing"
)

func TestAFigureThatRisesByMoreThanTheToleranceIsAnError(t *testing.T) {
	want := map[string]figures{"a": {Size: 1000, InitBytes: 1000, InitAllocations: 1000}}
	if err := compare(map[string]figures{"a": {Size: 1030, InitBytes: 1030, InitAllocations: 1030}}, want); err != nil {
		t.Errorf("within the tolerance: %v", err)
	}

	for what, got := range map[string]map[string]figures{
		"the size of the binary":            {"a": {Size: 1031, InitBytes: 1000, InitAllocations: 1000}},
		"the bytes of initialization":       {"a": {Size: 1000, InitBytes: 1031, InitAllocations: 1000}},
		"the allocations of initialization": {"a": {Size: 1000, InitBytes: 1000, InitAllocations: 1031}},
		"no committed figures":              {"b": {Size: 1, InitBytes: 1, InitAllocations: 1}},
	} {
		if err := compare(got, want); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("got %v, want an error about %s", err, what)
		}
	}
}
