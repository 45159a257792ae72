package wildcard

import (
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true},
		{"", "a", false},
		{"a", "a", true},
		{"a", "A", false},
		{"a", "ab", false},
		{"*", "", true},
		{"*", "a/b:c", true},
		{"**", "", true},
		{"?", "", false},
		{"?", "/", true},
		{"?", "ab", false},
		{"a*", "b", false},
		{"USER#*", "USER#", true},
		{"USER#*", "USER#a*", true},
		{"USER#*", "ORG#USER#a", false},
		{"*b*d", "abcbd", true},
		{"*b*d", "abcbe", false},
		{"*ab", "aab", true},
		{"a?c*", "abc", true},
		{"a?c*", "ac", false},
		{"arn:aws:execute-api:*:*:*/v1/*", "arn:aws:execute-api:us-east-1:123456789012:local/v1/GET/a", true},
		{"arn:aws:execute-api:*:*:*/v2/*", "arn:aws:execute-api:us-east-1:123456789012:local/v1/GET/a", false},
	} {
		if got := Match(c.pattern, c.value); got != c.want {
			t.Errorf("Match(%q, %q) = %t, want %t", c.pattern, c.value, got, c.want)
		}
	}
}

// FuzzMatch compares Match with its definition.
func FuzzMatch(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**", "")
	f.Fuzz(func(t *testing.T, pattern, value string) {
		if got, want := Match(pattern, value), recursiveMatch(pattern, value); got != want {
			t.Errorf("Match(%q, %q) = %t, want %t", pattern, value, got, want)
		}
	})
}

// recursiveMatch states the definition of Match by recursion. It takes exponential time in the number of stars, so it
// leaves long inputs to Match.
func recursiveMatch(pattern, value string) bool {
	if len(pattern)*len(value) > 400 {
		return Match(pattern, value)
	}

	switch {
	case pattern == "":
		return value == ""
	case pattern[0] == '*':
		return recursiveMatch(pattern[1:], value) || value != "" && recursiveMatch(pattern, value[1:])
	case value == "":
		return false
	}

	return (pattern[0] == '?' || pattern[0] == value[0]) && recursiveMatch(pattern[1:], value[1:])
}

// TestManyStarsTakeNoExponentialTime matches a pattern that a recursive matcher needs longer than this test's time for.
func TestManyStarsTakeNoExponentialTime(t *testing.T) {
	if Match(strings.Repeat("a*", 100)+"b", strings.Repeat("a", 1000)) {
		t.Error("a value without b matched a pattern that ends with b")
	}
}
