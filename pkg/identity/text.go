package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxName is the longest name of a person, an organization or a solution, in characters.
	MaxName = 100
	// MaxDescription is the longest description, in characters.
	MaxDescription = 200
)

// CleanText trims the text and refuses control characters and more than max characters; field names the culprit.
func CleanText(field, text string, max int) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case !utf8.ValidString(text) || strings.ContainsFunc(text, endsLine):
		return "", InvalidField(field, "Use one line of text without control characters.")
	case utf8.RuneCountInString(text) > max:
		return "", InvalidField(field, "Use at most %d characters.", max)
	}

	return text, nil
}

// endsLine reports control characters and what else Unicode has to end a line.
func endsLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// CleanName is CleanText that refuses an empty name.
func CleanName(field, text string) (string, error) {
	text, err := CleanText(field, text, MaxName)
	if err == nil && text == "" {
		err = InvalidField(field, "Give a name of 1 to %d characters.", MaxName)
	}

	return text, err
}

// CleanEmail is the address in the form in which it is compared and stored: trimmed and in lower case.
func CleanEmail(field, address string) (string, error) {
	valid := utf8.ValidString(address)
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, ok := strings.Cut(address, "@")
	bad := !ok || !valid || local == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") || len(address) > 254 ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") ||
		strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || endsLine(r) || strings.ContainsRune(`"(),:;<>[\]`, r) })
	if bad {
		return "", InvalidField(field, "Give an email address such as ada@example.com.")
	}

	return address, nil
}
