package identity

import (
	"strings"
	"unicode/utf8"
)

// maxExcerpt is the most bytes that a log line holds of one text that a caller or another system chose.
const maxExcerpt = 200

// Excerpt returns the beginning of a text that is not ours, for a log line: at most 200 bytes, cut between characters.
// Without it, the sender of a long text decides what the log costs.
func Excerpt(text string) string {
	if len(text) <= maxExcerpt {
		return text
	}

	const mark = "…"
	cut := maxExcerpt - len(mark)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}

	return strings.ToValidUTF8(text[:cut], "") + mark
}
