package secret

import "strings"

// HasForm reports whether text has the form that Pattern describes. Its checksum can be wrong; see Parse. It exists
// because the authorizer does without regular expressions.
func HasForm(text string) bool {
	chars := patBytes / blockBytes * blockChars
	digits, found := strings.CutPrefix(text, patPrefix)
	if !found {
		chars = sessionBytes / blockBytes * blockChars
		digits, found = strings.CutPrefix(text, sessionPrefix)
	}

	if !found || len(digits) != chars {
		return false
	}

	for i := range len(digits) {
		if _, ok := digit(digits[i]); !ok {
			return false
		}
	}

	return true
}
