package iam

import (
	"fmt"
	"strings"
	"sync"
)

// Guard judges the requests of all functions and records the grants they use. It is safe for concurrent use.
type Guard struct {
	schema     Schema
	statements map[string][]statement

	mu   sync.Mutex
	used map[Grant]bool
}

// New returns a guard for the resolved Policies property of each function: a list of policy documents without intrinsic
// functions. It denies every request of a function without policies. New rejects what it cannot judge exactly, such as
// managed policies, Deny and unknown conditions.
func New(schema Schema, policies map[string]any) (*Guard, error) {
	g := &Guard{schema: schema, statements: map[string][]statement{}, used: map[Grant]bool{}}
	for function, raw := range policies {
		statements, err := parsePolicies(raw)
		if err != nil {
			return nil, fmt.Errorf("policies of %s: %w", function, err)
		}

		g.statements[function] = statements
	}

	return g, nil
}

// Denied is the error for a request that no policy of the function allows.
type Denied struct {
	// Function is the function's name, such as "token-create".
	Function string

	// Action is written as in a policy, such as "dynamodb:GetItem".
	Action string

	// Resource is the table, the index or the mail identity without account and region, such as "table/NAME".
	Resource string

	// LeadingKeys are the partition keys that the request names.
	LeadingKeys []string
}

// Error returns the denial in AWS's wording.
func (d *Denied) Error() string {
	return fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s%s because no policy in the template allows it",
		d.Function, d.Action, d.Resource, d.keys())
}

// Permission returns the missing permission, such as `dynamodb:GetItem on table/NAME (leading keys ["USER#a"])`.
func (d *Denied) Permission() string {
	return d.Action + " on " + d.Resource + d.keys()
}

func (d *Denied) keys() string {
	if len(d.LeadingKeys) == 0 {
		return ""
	}
	return fmt.Sprintf(" (leading keys %q)", d.LeadingKeys)
}

// Check judges one request of a function. The action is the API's name for it, with or without its service, such as
// "TransactWriteItems" or "dynamodb:TransactWriteItems"; body is its decoded JSON. Check returns a *Denied if the
// policies do not allow every part of the request. A denied request uses no grants.
func (g *Guard) Check(function, action string, body map[string]any) error {
	requests, err := g.schema.requests(action[strings.IndexByte(action, ':')+1:], body)
	if err != nil {
		return fmt.Errorf("check %s of %s: %w", action, function, err)
	}

	var used []Grant
	for _, r := range requests {
		grants := g.allowing(function, r)
		if grants == nil {
			return &Denied{function, r.action, r.resource, r.keys}
		}

		used = append(used, grants...)
	}

	g.record(used)
	return nil
}

// allowing returns the used grants of the first statement that allows a request; nil if none does. A second statement
// that allows the same request stays unused, so that Unused reports it as superfluous.
func (g *Guard) allowing(function string, r request) []Grant {
	for _, s := range g.statements[function] {
		if s.allows(r) {
			return s.used(function, r)
		}
	}

	return nil
}

func (g *Guard) record(grants []Grant) {
	g.mu.Lock()
	defer g.mu.Unlock()

	for _, grant := range grants {
		g.used[grant] = true
	}
}

// Used returns the grants used so far, sorted by their lines.
func (g *Guard) Used() []Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return sorted(g.used)
}

// Unused returns the grants not used so far, sorted by their lines.
func (g *Guard) Unused() []Grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	unused := map[Grant]bool{}
	for function, statements := range g.statements {
		for _, s := range statements {
			for _, grant := range s.grants(function) {
				if !g.used[grant] {
					unused[grant] = true
				}
			}
		}
	}

	return sorted(unused)
}
