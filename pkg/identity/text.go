package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	// MaxName is the maximum length of the name of a person, an organization or a solution, in characters.
	MaxName = 100
	// MaxDescription is the maximum length of a description, in characters.
	MaxDescription = 200

	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// CleanText returns the text without surrounding white space and in Unicode normalization form C. It returns an
// InvalidRequest error for the field if the text has more than max characters, or holds what a reader can't see or what
// changes how the text around it reads: control and format characters, line breaks, or damaged UTF-8. Joiners (U+200C and
// U+200D) are allowed between letters, where several scripts need them.
func CleanText(field, text string, max int) (string, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
		return "", InvalidField(field, "Send the text in valid UTF-8, without the replacement character U+FFFD.")
	}

	text = norm.NFC.String(strings.TrimFunc(text, unicode.IsSpace))

	switch bad, found := firstUnprintable(text); {
	case found && (unicode.IsControl(bad) || unicode.In(bad, unicode.Zl, unicode.Zp)):
		return "", InvalidField(field, "Use one line of text without control characters.")
	case found:
		return "", InvalidField(field, "Remove the invisible character %U.", bad)
	case utf8.RuneCountInString(text) > max:
		return "", InvalidField(field, "Use at most %d characters.", max)
	}

	return text, nil
}

// CleanName is CleanText for a required name of at most MaxName characters. The name must have a letter or a digit, so
// that it shows in a list.
func CleanName(field, text string) (string, error) {
	text, err := CleanOptionalName(field, text)
	if err == nil && text == "" {
		err = InvalidField(field, "Enter a name of 1 to %d characters.", MaxName)
	}

	return text, err
}

// CleanOptionalName is CleanName for a name that may be empty.
func CleanOptionalName(field, text string) (string, error) {
	text, err := CleanText(field, text, MaxName)
	if err != nil {
		return "", err
	}

	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return "", InvalidField(field, "Use at least one letter or digit.")
	}

	return text, nil
}

// FittingName returns the name that another system asserts as CleanOptionalName accepts it: cut to MaxName characters, or
// "" if it breaks another rule. It cuts before a character that stands alone, so that no letter loses its marks.
func FittingName(text string) string {
	runes := []rune(norm.NFC.String(strings.TrimFunc(text, unicode.IsSpace)))
	if len(runes) > MaxName {
		cut := MaxName
		for cut > 0 && continues(runes[cut-1], runes[cut]) {
			cut--
		}

		runes = runes[:cut]
	}

	clean, err := CleanOptionalName("name", string(runes))
	if err != nil {
		return ""
	}

	return clean
}

// continues reports whether r belongs to the same written character as the one before it: a mark, a variation selector, a
// skin tone, or either side of a joiner.
func continues(before, r rune) bool {
	joiner := func(r rune) bool { return r == zeroWidthJoiner || r == zeroWidthNonJoiner }
	return unicode.IsMark(r) || r >= 0x1F3FB && r <= 0x1F3FF || joiner(r) || joiner(before)
}

// firstUnprintable returns the first character of the text that CleanText rejects.
func firstUnprintable(text string) (bad rune, found bool) {
	runes := []rune(text)
	for i, r := range runes {
		joins := r == zeroWidthJoiner || r == zeroWidthNonJoiner
		if joins && i > 0 && i+1 < len(runes) && joinable(runes[i-1]) && unicode.IsLetter(runes[i+1]) {
			continue
		}

		if !Printable(r) {
			return r, true
		}
	}

	return 0, false
}

// joinable reports whether a joiner may follow the character: a letter, or a mark such as a virama.
func joinable(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// Printable reports whether a reader can see the character, or the space that it makes. Control, format, private-use and
// unassigned characters are not printable, nor are the letters and marks that Unicode defines to have no appearance.
func Printable(r rune) bool {
	switch {
	case unicode.In(r, invisible):
		return false
	case unicode.Is(unicode.Zs, r):
		return true
	}

	return unicode.IsPrint(r)
}

// invisible lists the characters outside the category Cf that Unicode's property Default_Ignorable_Code_Point makes
// invisible (Unicode Standard Annex 44), and the blank Braille pattern. The variation selectors U+FE0E and U+FE0F are not
// listed, because people write emoji with them.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1},
		{Lo: 0x115F, Hi: 0x1160, Stride: 1},
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1},
		{Lo: 0x180B, Hi: 0x180F, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xFE00, Hi: 0xFE0D, Stride: 1},
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1BCA0, Hi: 0x1BCA3, Stride: 1},
		{Lo: 0x1D173, Hi: 0x1D17A, Stride: 1},
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1},
	},
}
