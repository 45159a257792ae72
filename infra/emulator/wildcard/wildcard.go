// Package wildcard matches the patterns of IAM policies.
package wildcard

import "strings"

// Match reports whether pattern matches all of value. A * matches any run of characters, including slashes and colons,
// a ? matches exactly one byte, and everything else matches itself. Match is case-sensitive.
//
// It backtracks only to the last star, so its time grows with len(pattern) * len(value) for any number of stars.
func Match(pattern, value string) bool {
	star, resume := -1, 0 // the last star, and the end of its run of characters so far
	p := 0

	for v := 0; v < len(value); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, v
			p++

		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p++
			v++

		case star >= 0:
			resume++
			p, v = star+1, resume

		default:
			return false
		}
	}

	return strings.Trim(pattern[p:], "*") == ""
}
