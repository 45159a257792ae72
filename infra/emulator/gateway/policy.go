package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

type policy struct {
	Version   string
	Statement statements
}

type statement struct {
	Effect   string
	Action   oneOrMany
	Resource oneOrMany
}

// statements is a list of statements, or one alone.
type statements []statement

func (s *statements) UnmarshalJSON(text []byte) error {
	var many []statement
	if err := json.Unmarshal(text, &many); err == nil {
		*s = many
		return nil
	}

	var one statement
	if err := json.Unmarshal(text, &one); err != nil {
		return fmt.Errorf("read the policy's statements: %w", err)
	}

	*s = statements{one}
	return nil
}

// oneOrMany is a string or a list of strings.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(text []byte) error {
	var one string
	if err := json.Unmarshal(text, &one); err == nil {
		*o = oneOrMany{one}
		return nil
	}

	var many []string
	if err := json.Unmarshal(text, &many); err != nil {
		return fmt.Errorf("read a policy's list: %w", err)
	}

	*o = many
	return nil
}

func (p *policy) check() error {
	if len(p.Statement) == 0 {
		return errors.New("the policy has no statement")
	}

	for _, statement := range p.Statement {
		if statement.Effect != "Allow" && statement.Effect != "Deny" {
			return fmt.Errorf("the policy's Effect is %q, neither Allow nor Deny", statement.Effect)
		}

		if len(statement.Action) == 0 || len(statement.Resource) == 0 {
			return errors.New("a policy's statement needs Action and Resource")
		}
	}

	return nil
}

type decision int

const (
	undecided decision = iota
	allowed
	denied
)

// evaluate decides as IAM does: a Deny that matches wins, then an Allow.
func (p *policy) evaluate(methodARN string) decision {
	result := undecided
	for _, statement := range p.Statement {
		if !anyMatches(statement.Action, "execute-api:Invoke", true) || !anyMatches(statement.Resource, methodARN, false) {
			continue
		}

		if statement.Effect == "Deny" {
			return denied
		}

		result = allowed
	}

	return result
}

func anyMatches(patterns []string, value string, foldCase bool) bool {
	for _, pattern := range patterns {
		if foldCase {
			pattern, value = strings.ToLower(pattern), strings.ToLower(value)
		}

		if wildcard(pattern, value) {
			return true
		}
	}

	return false
}

// wildcard matches * to any run of characters, slashes too, and ? to any one.
func wildcard(pattern, value string) bool {
	star, mark, p := -1, 0, 0
	for v := 0; v < len(value); {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, v
			p++

		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == value[v]):
			p++
			v++

		case star >= 0:
			mark++
			p, v = star+1, mark

		default:
			return false
		}
	}

	return strings.Trim(pattern[p:], "*") == ""
}
