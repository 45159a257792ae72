package main

import (
	"regexp"
	"strings"
	"unicode"
)

const removed = "[removed]"

// data matches what can be a value in the message of an error: a text in quotation marks, a word with a character of an
// address or a query, an ID or a token, and a number of several digits. The console has the same pattern in
// functions/console/web/src/api/error-details.ts; a test compares them.
var data = regexp.MustCompile(`"[^"]*"|'[^']*'|` + "`[^`]*`" + `|“[^”]*”|` +
	`\S*[@/\\?&=%]\S*|[A-Za-z]+_[0-9A-Za-z_]+|[0-9A-Za-z_-]{20,}(?:\.[0-9A-Za-z_-]+)*|\+?[0-9][0-9 ().-]{3,}[0-9]`)

// property matches the name of a property that the code used, which a browser quotes.
var property = regexp.MustCompile(`(?:reading|setting|property) ['"][A-Za-z]{1,40}['"]`)

// withoutData returns the message without what could identify a person or be a secret, and without characters that a log
// would not show. It keeps the names of properties, because they are part of the code.
func withoutData(message string) string {
	message = strings.Map(visible, message)

	var kept strings.Builder
	rest := 0
	for _, at := range property.FindAllStringIndex(message, -1) {
		kept.WriteString(data.ReplaceAllString(message[rest:at[0]], removed))
		kept.WriteString(message[at[0]:at[1]])
		rest = at[1]
	}

	kept.WriteString(data.ReplaceAllString(message[rest:], removed))
	return kept.String()
}

// visible drops a rune that a log would not show, such as one that reverses the text after it.
func visible(r rune) rune {
	if unicode.Is(unicode.C, r) {
		return -1
	}

	return r
}
