package table

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/leasehold-dev/leasehold/pkg/identity"
)

// How a search spells names. fold is older and stays as it is, because the keys of memberships and of numbered search
// rows were made with it. It keeps letters such as "ø" and "ß" and all punctuation, and a member has at most three numbered
// rows. Word rows hold what fold and these rows miss: each begins at another word of the names and runs to their end,
// spelled with plain letters and without anything between the words. So one row answers "o'brien", "obrien" and "o brien",
// and "van der" finds "Mary Ann van der Berg".
//
// Releases before word rows neither read nor write them. After a change by such a release, a member can have too few word
// rows, or rows of an earlier name. The first are written again when the name changes. The second find nobody, because
// a list compares every entry with the member as they are.

// maxWordRows is the most word rows of a member. The transactions in which a member joins or leaves depend on it.
const maxWordRows = 16

const apostrophe = "'"

// apostrophes replaces the characters that people type for an apostrophe. It runs before normalization, which takes some of
// them apart, and after it, because others are a part of a letter.
var apostrophes = strings.NewReplacer(
	"`", apostrophe,
	"\u00b4", apostrophe, // acute accent
	"\u00b7", apostrophe, // middle dot, as in "Gal·la"
	"\u02b9", apostrophe, // modifier letter prime
	"\u02bb", apostrophe, // ʻokina
	"\u02bc", apostrophe, // modifier letter apostrophe
	"\u02bd", apostrophe,
	"\u02be", apostrophe,
	"\u02bf", apostrophe,
	"\u02c8", apostrophe,
	"\u02ca", apostrophe,
	"\u02cb", apostrophe,
	"\u0374", apostrophe, // Greek numeral sign
	"\u055a", apostrophe, // Armenian apostrophe
	"\u05f3", apostrophe, // Hebrew geresh
	"\u1fbd", apostrophe,
	"\u1fbf", apostrophe,
	"\u1fef", apostrophe,
	"\u1ffd", apostrophe,
	"\u2018", apostrophe,
	"\u2019", apostrophe,
	"\u201b", apostrophe,
	"\u2032", apostrophe,
	"\u2035", apostrophe,
	"\ua78c", apostrophe,
	"\uff07", apostrophe,
	"\uff40", apostrophe,
)

// plainLetters are the spellings of letters that Unicode does not take apart.
var plainLetters = map[rune]string{
	'ß': "ss",
	'æ': "ae",
	'œ': "oe",
	'ø': "o",
	'ł': "l",
	'đ': "d",
	'ð': "d",
	'þ': "th",
	'ħ': "h",
	'ŧ': "t",
	'ŋ': "n",
	'ĸ': "k",
	'ə': "e",
	'ƒ': "f",
}

const (
	grave     = '\u0300'
	acute     = '\u0301'
	diaeresis = '\u0308'
	tatweel   = '\u0640' // lengthens an Arabic word and means nothing
)

// spell returns the plain letters of a name, in lower case, with one space between words. An apostrophe inside a word
// stays as "'": a word can be searched for from there, too.
func spell(name string) string {
	var (
		plain strings.Builder
		base  rune // the letter that a mark belongs to
	)

	for _, r := range apostrophes.Replace(norm.NFKD.String(apostrophes.Replace(name))) {
		switch {
		case unicode.IsMark(r):
			if !isAccent(base, r) {
				plain.WriteRune(r)
			}
		case unicode.Is(unicode.Cf, r) || r == tatweel:
			// invisible, or without meaning
		case r == '\'':
			base = 0
			plain.WriteString(apostrophe)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			base = unicode.ToLower(unicode.ToUpper(r)) // of "ı" and "ς", too
			if letters, ok := plainLetters[base]; ok {
				plain.WriteString(letters)
			} else {
				plain.WriteRune(base)
			}
		default:
			base = 0
			plain.WriteByte(' ')
		}
	}

	words := strings.FieldsFunc(plain.String(), unicode.IsSpace)
	for i := range words {
		words[i] = strings.Trim(words[i], apostrophe)
	}

	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), " ")
}

// isAccent reports whether people leave out a mark on a letter when they type. It covers the accents of Latin and Greek,
// the vowel points of Hebrew, Arabic and Syriac, and the stress marks of Cyrillic. In other scripts, and in letters such as
// "й", a mark makes another letter.
func isAccent(base, mark rune) bool {
	if unicode.Is(unicode.Cyrillic, base) {
		return mark == grave || mark == acute || mark == diaeresis && base == 'е'
	}

	return unicode.In(base, unicode.Latin, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Syriac)
}

// squash returns a spelled name without what separates its words.
func squash(spelled string) string {
	return strings.NewReplacer(" ", "", apostrophe, "").Replace(spelled)
}

// tails returns a spelled name from each of its words to its end, without apostrophes.
func tails(spelled string) []string {
	var all []string
	for i := range spelled {
		if i == 0 || strings.ContainsAny(spelled[i-1:i], " '") {
			all = append(all, strings.ReplaceAll(spelled[i:], apostrophe, ""))
		}
	}

	return all
}

// nameTails returns the tails of a person's display name, and of their first and last name. A person without names is shown
// by their email address, which has a row of its own and is no name.
func nameTails(p identity.Person) []string {
	if p.DisplayName == p.Email {
		p.DisplayName = ""
	}

	return append(tails(spell(p.DisplayName)), tails(spell(p.FirstName+" "+p.LastName))...)
}

// wordTerms returns the terms of a person's word rows: the tails of the names that neither the beginning of the display
// name nor a numbered row holds. If there are more than maxWordRows, the first ones count.
func wordTerms(p identity.Person) []string {
	held := append(searchTerms(p), fold(p.DisplayName))

	var terms []string
	for _, tail := range nameTails(p) {
		term := cut(squash(tail))
		if len(terms) < maxWordRows && !anyBegins(held, cut(tail)) && !anyBegins(terms, term) {
			terms = append(terms, term)
		}
	}

	return terms
}

// anyBegins reports whether one of the texts begins with a prefix.
func anyBegins(texts []string, prefix string) bool {
	return slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, prefix) })
}

// query is a search text in the spellings in which it is looked up.
type query struct {
	// folded are the beginnings of folded names, words and addresses.
	folded []string
	// word is the beginning of a squashed name; "" if the text is an address or has no letters.
	word string
	// text is the folded text, and letters are its plain letters with one space between words; "" if word is.
	text, letters string
}

// newQuery returns the spellings of a search text; the zero query if it is empty.
func newQuery(text string) query {
	if strings.Contains(text, "@") {
		return query{folded: []string{fold(text)}, text: fold(text)}
	}

	spelled := spell(text)
	q := query{
		word:    cut(squash(spelled)),
		text:    fold(text),
		letters: strings.ReplaceAll(spelled, apostrophe, ""),
	}

	for _, spelling := range []string{q.text, q.letters, q.word} {
		if spelling = cut(spelling); spelling != "" && !slices.Contains(q.folded, spelling) {
			q.folded = append(q.folded, spelling)
		}
	}

	return q
}

func (q query) empty() bool { return len(q.folded) == 0 }

// foundAt returns the place at which a list shows a member whom the query finds; "" if it does not find them. That is the
// first place by display name or numbered row or, without such a place, by word row.
func (q query) foundAt(m identity.Membership) string {
	person := m.Visible()
	if !q.matches(person) {
		return ""
	}

	first := ""
	for _, term := range append(searchTerms(person), person.DisplayName) {
		if at := place(term, m.User); q.begins(at) && (first == "" || at < first) {
			first = at
		}
	}

	if first != "" || q.word == "" {
		return first
	}

	for _, term := range wordTerms(person) {
		if at := wordPlace(term, m.User); strings.HasPrefix(at, q.word) && (first == "" || at < first) {
			first = at
		}
	}

	return first
}

// matches reports whether the query finds a person as names are spelled now. Folding drops marks that tell letters apart,
// so a place by a folded name is not enough.
func (q query) matches(p identity.Person) bool {
	if q.word == "" || q.begins(fold(p.Email)) {
		return true
	}

	return slices.ContainsFunc(nameTails(p), func(tail string) bool { return strings.HasPrefix(squash(tail), q.word) })
}

// isIn reports whether a person's names or email address contain the query. It finds everybody whom matches finds, too, so
// that "obrien" finds "O'Brien" and "jeanluc" finds "Jean-Luc".
func (q query) isIn(p identity.Person) bool {
	switch {
	case q.text != "" && strings.Contains(fold(p.Email), q.text):
		return true
	case q.word == "":
		return strings.Contains(fold(p.DisplayName), q.text)
	case q.matches(p):
		return true
	}

	return slices.ContainsFunc([]string{p.DisplayName, p.FirstName + " " + p.LastName}, func(name string) bool {
		return strings.Contains(strings.ReplaceAll(spell(name), apostrophe, ""), q.letters)
	})
}

// begins reports whether a folded text begins with the query.
func (q query) begins(folded string) bool {
	return slices.ContainsFunc(q.folded, func(spelling string) bool { return strings.HasPrefix(folded, spelling) })
}
