// Package wire reads and writes JSON without reflection. It serves the authorizer, which reads and writes little, and in every
// request; everything else uses encoding/json.
package wire

import (
	"encoding/json"
	"errors"
	"strings"
)

// ErrText is the error for text that is not JSON of the form that the caller expects.
var ErrText = errors.New("the text is not JSON of the expected form")

// Scanner reads JSON text from front to back. After the first text that it does not expect, Err returns ErrText and the results
// of the other methods have no meaning. It does not reject every text that is not JSON: it reads what trusted servers sent.
type Scanner struct {
	text   string
	at     int
	failed bool
}

// NewScanner returns a Scanner that begins at the start of a text.
func NewScanner(text string) Scanner { return Scanner{text: text} }

// Err returns ErrText if the text was not what was expected.
func (s *Scanner) Err() error {
	if s.failed {
		return ErrText
	}

	return nil
}

// Peek returns the next byte that is not white space, or 0 at the end, and does not consume it.
func (s *Scanner) Peek() byte {
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}

	return 0
}

// Fail makes Err return ErrText.
func (s *Scanner) Fail() { s.failed = true }

func (s *Scanner) expect(c byte) {
	if s.Peek() != c {
		s.failed = true
		return
	}

	s.at++
}

// more reports whether another element follows in an object or array that ends with a byte, and consumes what separates it
// from the element before.
func (s *Scanner) more(first bool, end byte) bool {
	switch c := s.Peek(); {
	case s.failed:
		return false
	case c == end:
		s.at++
		return false
	case first:
		return true
	default:
		s.expect(',')
		return !s.failed
	}
}

// Object calls member for each name in an object. member must consume the value.
func (s *Scanner) Object(member func(name string)) {
	s.expect('{')
	for first := true; s.more(first, '}'); first = false {
		name := s.Text()
		s.expect(':')
		member(name)
	}
}

// Array calls element for each element of an array. element must consume it.
func (s *Scanner) Array(element func()) {
	s.expect('[')
	for first := true; s.more(first, ']'); first = false {
		element()
	}
}

// Text consumes a string and returns its value, which shares the memory of the text unless it has escapes.
func (s *Scanner) Text() string {
	s.expect('"')
	start := s.at
	for isEscaped := false; s.at < len(s.text) && !s.failed; s.at++ {
		switch s.text[s.at] {
		case '\\':
			isEscaped = true
			s.at++
		case '"':
			s.at++
			if isEscaped {
				return s.unescaped(s.text[start-1 : s.at])
			}

			return s.text[start : s.at-1]
		}
	}

	s.failed = true
	return ""
}

func (s *Scanner) unescaped(quoted string) string {
	var value string
	if err := json.Unmarshal([]byte(quoted), &value); err != nil {
		s.failed = true
	}

	return value
}

// Raw consumes any value and returns its text.
func (s *Scanner) Raw() string {
	s.Peek()
	start := s.at

	switch s.Peek() {
	case '{':
		s.Object(func(string) { s.Raw() })
	case '[':
		s.Array(func() { s.Raw() })
	case '"':
		s.Text()
	default: // a number or a literal
		for s.at < len(s.text) && !strings.ContainsRune(",]} \t\r\n", rune(s.text[s.at])) {
			s.at++
		}

		s.failed = s.failed || s.at == start
	}

	return s.text[start:min(s.at, len(s.text))]
}

// AppendString appends a text as a JSON string.
func AppendString(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return appendEscaped(to, text)
		}
	}

	to = append(to, '"')
	to = append(to, text...)

	return append(to, '"')
}

func appendEscaped(to []byte, text string) []byte {
	encoded, err := json.Marshal(text)
	if err != nil { // which does not happen to a string
		return append(to, `""`...)
	}

	return append(to, encoded...)
}
