// Package iam decides whether the policies of a function allow one of its requests, and records which grants were used.
//
// It supports statements that allow actions on a table, an index or a mail identity, with a condition on
// dynamodb:LeadingKeys or ses:FromAddress. Anything else in a policy is an error. It follows IAM in these details:
//
//   - Each item of a transaction is a separate request: TransactWriteItems is not an action, but dynamodb:PutItem is.
//   - A batch is one request, and one statement must cover all its keys.
//   - A request without keys satisfies every ForAllValues condition.
package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/wildcard"
)

const (
	leadingKeys = "dynamodb:LeadingKeys"
	fromAddress = "ses:FromAddress"
)

// statement allows actions on resources. A nil condition list means that there is no such condition.
type statement struct {
	actions     []string
	resources   []string
	leadingKeys []string
	senders     []string
}

// parsePolicies parses the resolved Policies of a function: a list of policy documents, each with statements.
func parsePolicies(policies any) ([]statement, error) {
	var statements []statement
	for i, policy := range list(policies) {
		document, ok := policy.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("policy %d is %v: only inline policy documents are supported", i, policy)
		}

		for j, raw := range list(document["Statement"]) {
			parsed, err := parseStatement(raw)
			if err != nil {
				return nil, fmt.Errorf("policy %d, statement %d: %w", i, j, err)
			}

			statements = append(statements, parsed)
		}
	}

	return statements, nil
}

func parseStatement(raw any) (statement, error) {
	fields, ok := raw.(map[string]any)
	if !ok {
		return statement{}, fmt.Errorf("%v is not a statement", raw)
	}

	for name := range fields {
		switch name {
		case "Sid", "Effect", "Action", "Resource", "Condition":
		default:
			return statement{}, fmt.Errorf("%s is not supported", name)
		}
	}

	if fields["Effect"] != "Allow" {
		return statement{}, fmt.Errorf("the effect %v is not supported", fields["Effect"])
	}

	var parsed statement
	var err error
	if parsed.actions, err = texts("Action", fields["Action"]); err != nil {
		return statement{}, err
	}

	if parsed.resources, err = texts("Resource", fields["Resource"]); err != nil {
		return statement{}, err
	}

	for i, arn := range parsed.resources {
		parsed.resources[i] = shortResource(arn)
	}

	return parsed, parsed.parseCondition(fields["Condition"])
}

func (s *statement) parseCondition(raw any) error {
	condition, ok := raw.(map[string]any)
	if raw != nil && !ok {
		return fmt.Errorf("the condition %v is not supported", raw)
	}

	for operator, raw := range condition {
		keys, ok := raw.(map[string]any)
		if !ok || len(keys) == 0 {
			return fmt.Errorf("the condition %s is not supported", operator)
		}

		for key, values := range keys {
			if err := s.parseOperator(operator, key, values); err != nil {
				return err
			}
		}
	}

	return nil
}

func (s *statement) parseOperator(operator, key string, values any) (err error) {
	switch {
	case operator == "ForAllValues:StringLike" && key == leadingKeys:
		s.leadingKeys, err = texts(key, values)
	case operator == "StringEquals" && key == fromAddress:
		s.senders, err = texts(key, values)
	default:
		err = fmt.Errorf("the condition %s on %s is not supported", operator, key)
	}

	return err
}

// allows reports whether the statement alone allows the request.
func (s statement) allows(r request) bool {
	return anyMatches(s.actions, r.action) && anyMatches(s.resources, r.resource) &&
		(s.leadingKeys == nil || allMatched(s.leadingKeys, r.keys)) &&
		(s.senders == nil || slices.Contains(s.senders, r.sender))
}

// grants splits the statement into the smallest permissions that it gives.
func (s statement) grants(function string) []Grant {
	patterns := s.leadingKeys
	if patterns == nil {
		patterns = []string{""}
	}

	var grants []Grant
	for _, action := range s.actions {
		for _, resource := range s.resources {
			for _, pattern := range patterns {
				grants = append(grants, Grant{function, action, resource, pattern})
			}
		}
	}

	return grants
}

// used returns the statement's grants that an allowed request uses.
func (s statement) used(function string, r request) []Grant {
	return slices.DeleteFunc(s.grants(function), func(g Grant) bool {
		if !wildcard.Match(g.Action, r.action) || !wildcard.Match(g.Resource, r.resource) {
			return true
		}

		return s.leadingKeys != nil && !slices.ContainsFunc(r.keys, func(key string) bool {
			return wildcard.Match(g.LeadingKeys, key)
		})
	})
}

// Grant is the smallest permission of a policy: one action on one resource, for one pattern of leading keys.
type Grant struct {
	// Function is the function's name, such as "token-create".
	Function string
	// Action is written as in the policy, such as "dynamodb:GetItem".
	Action string
	// Resource is the table, the index or the identity without account and region, such as "table/NAME/index/GSI1".
	Resource string
	// LeadingKeys is one pattern, such as "USER#*"; "" without a condition on leading keys.
	LeadingKeys string
}

// String returns the grant on one line, its four parts separated by spaces; "-" stands for no leading keys.
func (g Grant) String() string {
	keys := g.LeadingKeys
	if keys == "" {
		keys = "-"
	}

	return strings.Join([]string{g.Function, g.Action, g.Resource, keys}, " ")
}

// sorted returns the grants of a set, sorted by their lines.
func sorted(set map[Grant]bool) []Grant {
	return slices.SortedFunc(maps.Keys(set), func(a, b Grant) int { return strings.Compare(a.String(), b.String()) })
}

// shortResource drops partition, service, region and account from an ARN.
func shortResource(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}

// list returns a list, or a single value as a list of one.
func list(value any) []any {
	switch value := value.(type) {
	case nil:
		return nil
	case []any:
		return value
	}

	return []any{value}
}

// texts returns a string or a list of strings as a list. It rejects an empty list.
func texts(name string, value any) ([]string, error) {
	var values []string
	for _, item := range list(value) {
		text, ok := item.(string)
		if !ok {
			return nil, fmt.Errorf("%s contains %v, which is not a string", name, item)
		}

		values = append(values, text)
	}

	if len(values) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}

	return values, nil
}

func anyMatches(patterns []string, value string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return wildcard.Match(pattern, value) })
}

func allMatched(patterns, values []string) bool {
	return !slices.ContainsFunc(values, func(value string) bool { return !anyMatches(patterns, value) })
}
