package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/wildcard"
)

// policy is the policy document that an authorizer returns.
type policy struct {
	Version   string
	Statement statements
}

// statement allows or denies actions on resources.
type statement struct {
	Effect   string
	Action   oneOrMany
	Resource oneOrMany
}

// statements is a list of statements. A policy may also hold a single one without a list.
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

// check rejects a policy that API Gateway could not evaluate.
func (p *policy) check() error {
	if len(p.Statement) == 0 {
		return errors.New("the policy has no statement")
	}

	for _, statement := range p.Statement {
		if statement.Effect != "Allow" && statement.Effect != "Deny" {
			return fmt.Errorf("the policy has the Effect %q: only Allow and Deny are valid", statement.Effect)
		}

		if len(statement.Action) == 0 || len(statement.Resource) == 0 {
			return errors.New("a statement of the policy lacks Action or Resource")
		}
	}

	return nil
}

// decision is what a policy says about a method and path.
type decision int

const (
	undecided decision = iota
	allowed
	denied
)

// evaluate decides as IAM does: a matching Deny takes precedence over a matching Allow.
func (p *policy) evaluate(methodARN string) decision {
	result := undecided
	for _, statement := range p.Statement {
		if !statement.covers(methodARN) {
			continue
		}

		if statement.Effect == "Deny" {
			return denied
		}

		result = allowed
	}

	return result
}

// invoke is the action of a call, in lower case: IAM ignores the case of actions.
const invoke = "execute-api:invoke"

func (s statement) covers(methodARN string) bool {
	return slices.ContainsFunc(s.Action, func(pattern string) bool {
		return wildcard.Match(strings.ToLower(pattern), invoke)
	}) && slices.ContainsFunc(s.Resource, func(pattern string) bool {
		return wildcard.Match(pattern, methodARN)
	})
}
