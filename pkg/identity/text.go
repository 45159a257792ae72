package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxName is the maximum length of the name of a person, an organization or a solution, in characters.
	MaxName = 100
	// MaxDescription is the maximum length of a description, in characters.
	MaxDescription = 200
)

// CleanText returns the text without surrounding white space. It returns an InvalidRequest error for the field if the text
// holds a control character or a line break, is not valid UTF-8, or has more than max characters.
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

// endsLine reports whether a character is a control character or one of Unicode's other line and paragraph separators.
func endsLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// CleanName is CleanText for a name of at most MaxName characters that must not be empty.
func CleanName(field, text string) (string, error) {
	text, err := CleanText(field, text, MaxName)
	if err == nil && text == "" {
		err = InvalidField(field, "Enter a name of 1 to %d characters.", MaxName)
	}

	return text, err
}

// CleanEmail returns an email address in the form in which it is compared and stored: trimmed and in lower case. It returns
// an InvalidRequest error for the field if the text is not an address.
func CleanEmail(field, address string) (string, error) {
	valid := utf8.ValidString(address)
	address = strings.ToLower(strings.TrimSpace(address))
	local, domain, ok := strings.Cut(address, "@")
	bad := !ok || !valid || local == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") || len(address) > 254 ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") ||
		strings.ContainsFunc(address, func(r rune) bool { return unicode.IsSpace(r) || endsLine(r) || strings.ContainsRune(`"(),:;<>[\]`, r) })
	if bad {
		return "", InvalidField(field, "Enter an email address such as ada@example.com.")
	}

	return address, nil
}
