package main

import "strings"

// contentPolicy lets the page load its own scripts and styles, talk to its own origin and to the given ones, and nothing
// else: nothing inline, no third party, no frames, no string that becomes markup or code.
func contentPolicy(connect []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " "),
		"form-action 'none'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
}
