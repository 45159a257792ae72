// Package wildcard matches the patterns of IAM policies.
package wildcard

import "strings"

// Match reports whether pattern matches the whole of value: * matches any run of characters, slashes and colons
// included, ? matches exactly one byte, and everything else matches itself. Case counts.
//
// Match returns to the last star only, so its time grows with len(pattern) * len(value), however many stars there are.
func Match(pattern, value string) bool {
	star, resume := -1, 0 // the last star, and where its run of characters ends so far
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
