package pipe

import (
	"encoding/json"
	"fmt"
	"strings"
)

// pattern is an event pattern: the same object as an event, with a list of alternatives for each value that matters.
type pattern map[string]node

// node is a part of a pattern: an object, or a list of alternatives.
type node struct {
	fields       pattern
	alternatives []alternative
}

// alternative is a text that a value is equal to, or begins with.
type alternative struct {
	text   string
	prefix bool
}

// parsePattern reads a pattern in JSON. It supports texts and {"prefix": text}, and rejects other kinds of match.
func parsePattern(text string) (pattern, error) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, fmt.Errorf("the pattern %s is not a JSON object: %w", text, err)
	}

	return newPattern(fields)
}

func newPattern(fields map[string]any) (pattern, error) {
	parsed := pattern{}
	for name, value := range fields {
		switch value := value.(type) {
		case map[string]any:
			nested, err := newPattern(value)
			if err != nil {
				return nil, err
			}

			parsed[name] = node{fields: nested}

		case []any:
			alternatives, err := newAlternatives(name, value)
			if err != nil {
				return nil, err
			}

			parsed[name] = node{alternatives: alternatives}

		default:
			return nil, fmt.Errorf("%s of a pattern is neither an object nor a list", name)
		}
	}

	return parsed, nil
}

func newAlternatives(name string, values []any) ([]alternative, error) {
	var all []alternative
	for _, value := range values {
		if text, isText := value.(string); isText {
			all = append(all, alternative{text: text})
			continue
		}

		match, _ := value.(map[string]any)
		text, isText := match["prefix"].(string)
		if !isText || len(match) != 1 {
			return nil, fmt.Errorf("the emulator supports texts and prefixes in a pattern, and %s has another kind of match", name)
		}

		all = append(all, alternative{text: text, prefix: true})
	}

	return all, nil
}

// matches reports whether a decoded JSON value has all that the pattern names.
func (p pattern) matches(value any) bool {
	object, _ := value.(map[string]any)
	for name, part := range p {
		if !part.matches(object[name]) {
			return false
		}
	}

	return object != nil
}

func (n node) matches(value any) bool {
	if n.fields != nil {
		return n.fields.matches(value)
	}

	text, isText := value.(string)
	for _, each := range n.alternatives {
		if isText && (text == each.text || each.prefix && strings.HasPrefix(text, each.text)) {
			return true
		}
	}

	return false
}
