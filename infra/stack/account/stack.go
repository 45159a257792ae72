package account

import (
	"context"
	"fmt"
	"strings"
)

// Stack is a CloudFormation stack.
type Stack struct {
	StackName         string
	StackID           string
	ParentID          string
	StackStatus       string
	StackStatusReason string
	CreationTime      string
	LastUpdatedTime   string

	EnableTerminationProtection bool

	DriftInformation struct{ StackDriftStatus, LastCheckTimestamp string }

	Parameters []struct{ ParameterKey, ParameterValue string }
	Outputs    []struct{ OutputKey, OutputValue string }
	Tags       []struct{ Key, Value string }
}

// Values returns the stack's parameters by name.
func (s *Stack) Values() map[string]string {
	values := map[string]string{}
	if s == nil {
		return values
	}

	for _, p := range s.Parameters {
		values[p.ParameterKey] = p.ParameterValue
	}

	return values
}

// Output returns an output of the stack, or "" if it has none of that name.
func (s *Stack) Output(name string) string {
	if s == nil {
		return ""
	}

	for _, o := range s.Outputs {
		if o.OutputKey == name {
			return o.OutputValue
		}
	}

	return ""
}

// Stack returns the stack with a name, or nil if there is none.
func (a Account) Stack(ctx context.Context, name string) (*Stack, error) {
	var answer struct{ Stacks []Stack }
	err := a.Ask(ctx, &answer, "cloudformation", "describe-stacks", "--stack-name", name)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not exist"):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("describe the stack %s: %w", name, err)
	case len(answer.Stacks) != 1:
		return nil, nil
	}

	return &answer.Stacks[0], nil
}

// Stacks returns all stacks in the region, nested ones included.
func (a Account) Stacks(ctx context.Context) ([]Stack, error) {
	var answer struct{ Stacks []Stack }
	if err := a.Ask(ctx, &answer, "cloudformation", "describe-stacks"); err != nil {
		return nil, fmt.Errorf("list the stacks: %w", err)
	}

	return answer.Stacks, nil
}

// Resource returns the physical ID of a resource of a stack, or "" if the stack has no such resource.
func (a Account) Resource(ctx context.Context, stack, logicalID string) (string, error) {
	var answer struct {
		StackResourceDetail struct{ PhysicalResourceID string }
	}

	err := a.Ask(ctx, &answer, "cloudformation", "describe-stack-resource",
		"--stack-name", stack, "--logical-resource-id", logicalID)
	if err != nil && strings.Contains(err.Error(), "does not exist") {
		return "", nil
	}

	if err != nil {
		return "", fmt.Errorf("find %s of the stack %s: %w", logicalID, stack, err)
	}

	return answer.StackResourceDetail.PhysicalResourceID, nil
}

// Kept is what a stack of some name has left behind: the nested stacks that CloudFormation retains when their parent is
// deleted, or when its creation fails.
type Kept struct {
	// Data contains the table; nil for none.
	Data *Stack
	// Pool contains the user pool; nil for none.
	Pool *Stack
	// Items and People report whether the table and the user pool contain anything.
	Items, People bool
}

// Any reports whether anything was left behind that contains data.
func (k Kept) Any() bool { return k.Items || k.People }

// Kept returns what earlier stacks with a name have left behind, if there is no stack with that name now. If there are
// several, it returns the newest.
func (a Account) Kept(ctx context.Context, name string) (Kept, error) {
	stacks, err := a.Stacks(ctx)
	if err != nil {
		return Kept{}, err
	}

	var kept Kept
	for i := range stacks {
		// CloudFormation names a nested stack after its parent and its logical ID.
		s := &stacks[i]
		if strings.HasPrefix(s.StackName, name+"-Data-") && s.Output("TableName") != "" {
			kept.Data = newer(kept.Data, s)
		}

		if strings.HasPrefix(s.StackName, name+"-IdentityProvider-") && s.Output("UserPoolId") != "" {
			kept.Pool = newer(kept.Pool, s)
		}
	}

	return kept, a.inspect(ctx, &kept)
}

func newer(a, b *Stack) *Stack {
	if a == nil || b.CreationTime > a.CreationTime {
		return b
	}

	return a
}

// inspect finds out whether a kept table and a kept user pool still exist and contain anything. It drops those that were
// deleted by hand.
func (a Account) inspect(ctx context.Context, kept *Kept) error {
	if kept.Data != nil {
		var items struct{ Count int }
		err := a.Ask(ctx, &items, "dynamodb", "scan", "--table-name", kept.Data.Output("TableName"),
			"--select", "COUNT", "--limit", "1", "--no-paginate")
		switch {
		case err != nil && strings.Contains(err.Error(), "ResourceNotFoundException"):
			kept.Data = nil
		case err != nil:
			return fmt.Errorf("look into the kept table: %w", err)
		}

		kept.Items = items.Count > 0
	}

	if kept.Pool != nil {
		var people struct{ Users []any }
		err := a.Ask(ctx, &people, "cognito-idp", "list-users", "--user-pool-id", kept.Pool.Output("UserPoolId"),
			"--limit", "1", "--no-paginate")
		switch {
		case err != nil && strings.Contains(err.Error(), "ResourceNotFoundException"):
			kept.Pool = nil
		case err != nil:
			return fmt.Errorf("look into the kept user pool: %w", err)
		}

		kept.People = len(people.Users) > 0
	}

	return nil
}
