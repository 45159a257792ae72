package template

import (
	"errors"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// choose resolves Fn::If. It does not resolve the branch that is not taken.
func (d *document) choose(argument *yaml.Node, where string) (any, error) {
	if argument.Kind != yaml.SequenceNode || len(argument.Content) != 3 {
		return nil, d.errorf(argument, where, "Fn::If needs a condition and two values")
	}

	holds, err := d.condition(argument.Content[0].Value)
	if err != nil {
		return nil, d.errorf(argument, where, "%v", err)
	}

	if holds {
		return d.value(argument.Content[1], where)
	}

	return d.value(argument.Content[2], where)
}

// condition evaluates a named condition.
func (d *document) condition(name string) (bool, error) {
	node := d.conditions[name]
	if node == nil {
		return false, errors.New("there is no condition " + strconv.Quote(name))
	}

	if d.resolving["Conditions."+name] {
		return false, errors.New("condition " + name + " is circular")
	}

	d.resolving["Conditions."+name] = true
	defer delete(d.resolving, "Conditions."+name)
	return d.truth(node, "Conditions."+name)
}

// truth evaluates a condition.
func (d *document) truth(node *yaml.Node, where string) (bool, error) {
	if node.Kind != yaml.MappingNode || len(node.Content) != 2 {
		return false, d.errorf(node, where, "a condition needs one function")
	}

	argument := node.Content[1]
	switch node.Content[0].Value {
	case "Condition":
		return d.condition(argument.Value)
	case "Fn::Equals":
		return d.equal(argument, where)
	case "Fn::Not":
		if len(argument.Content) != 1 {
			return false, d.errorf(node, where, "Fn::Not needs one condition")
		}

		holds, err := d.truth(argument.Content[0], where)
		return !holds, err

	case "Fn::And":
		return d.all(argument, where, true)
	case "Fn::Or":
		holds, err := d.all(argument, where, false)
		return !holds, err
	}

	return false, d.errorf(node, where, "the emulator does not support the condition %s", node.Content[0].Value)
}

// all reports whether every condition of a list evaluates to want.
func (d *document) all(list *yaml.Node, where string, want bool) (bool, error) {
	for _, node := range list.Content {
		holds, err := d.truth(node, where)
		if err != nil {
			return false, err
		}

		if holds != want {
			return false, nil
		}
	}

	return true, nil
}

// equal evaluates Fn::Equals.
func (d *document) equal(argument *yaml.Node, where string) (bool, error) {
	if len(argument.Content) != 2 {
		return false, d.errorf(argument, where, "Fn::Equals needs two values")
	}

	var sides [2]string
	for i := range sides {
		value, err := d.value(argument.Content[i], where)
		if err != nil {
			return false, err
		}

		if sides[i], err = text(value); err != nil {
			return false, d.errorf(argument, where, "%v", err)
		}
	}

	return sides[0] == sides[1], nil
}

// join resolves Fn::Join.
func join(argument any) (any, error) {
	parts, ok := argument.([]any)
	if !ok || len(parts) != 2 {
		return nil, errors.New("Fn::Join needs a separator and a list")
	}

	separator, _ := parts[0].(string)
	values, ok := parts[1].([]any)
	if !ok {
		return nil, errors.New("Fn::Join needs a separator and a list")
	}

	texts := make([]string, len(values))
	for i, value := range values {
		part, err := text(value)
		if err != nil {
			return nil, err
		}

		texts[i] = part
	}

	return strings.Join(texts, separator), nil
}

// choice resolves Fn::Select.
func choice(argument any) (any, error) {
	parts, _ := argument.([]any)
	if len(parts) != 2 {
		return nil, errors.New("Fn::Select needs an index and a list")
	}

	index, err := strconv.Atoi(asText(parts[0]))
	values, ok := parts[1].([]any)
	if err != nil || !ok || index < 0 || index >= len(values) {
		return nil, errors.New("Fn::Select needs an index within its list: " +
			"attributes of resources that are not created here are made up, so write the value in a copy of the template")
	}

	return values[index], nil
}

// split resolves Fn::Split.
func split(argument any) (any, error) {
	parts, _ := argument.([]any)
	if len(parts) != 2 {
		return nil, errors.New("Fn::Split needs a separator and a string")
	}

	var values []any
	for part := range strings.SplitSeq(asText(parts[1]), asText(parts[0])) {
		values = append(values, part)
	}

	return values, nil
}

func asText(value any) string {
	text, _ := value.(string)
	return text
}

// lookUp resolves Fn::FindInMap.
func (d *document) lookUp(resolved any, argument *yaml.Node, where string) (any, error) {
	keys, _ := resolved.([]any)
	if len(keys) < 3 {
		return nil, d.errorf(argument, where, "Fn::FindInMap needs a map and two keys")
	}

	node := child(child(d.mappings[asText(keys[0])], asText(keys[1])), asText(keys[2]))
	if node == nil {
		return nil, d.errorf(argument, where, "the mapping %s has no value for %s and %s",
			asText(keys[0]), asText(keys[1]), asText(keys[2]))
	}

	return d.value(node, where)
}
