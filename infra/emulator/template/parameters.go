package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// settle sets the parameters. It rejects unknown ones, ones without a value, and values that their declarations forbid.
// CloudFormation checks defaults too. An error never repeats a value, which can be a secret.
func (d *document) settle(given map[string]string) error {
	d.parameters = map[string]string{}
	declared := entries(d.section("Parameters"))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if declared[name] == nil {
			return fmt.Errorf("%s: there is no parameter %s", d.file, name)
		}
	}

	for _, name := range slices.Sorted(maps.Keys(declared)) {
		value, err := d.settled(name, declared[name], given)
		if err != nil {
			return err
		}

		d.parameters[name] = value
	}

	return nil
}

// settled returns the value of a parameter: the given one or the default. Systems Manager does not exist here, so the value
// of a parameter that names an entry of its parameter store must be given, and is used as the value of that entry.
func (d *document) settled(name string, declaration *yaml.Node, given map[string]string) (string, error) {
	where, kind := "Parameters."+name, d.constraint(declaration, "Type")
	stored := strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<")

	value, isGiven := given[name]
	if !isGiven {
		fallback := child(declaration, "Default")
		if fallback == nil || stored {
			return "", d.errorf(declaration, where, "the parameter has neither a value nor a default that can be used here: "+
				"give it a value with --parameter %s=VALUE", name)
		}

		value = scalarText(fallback)
	}

	if stored {
		return value, nil
	}

	reason, err := d.forbids(declaration, kind, value)
	if err != nil {
		return "", d.errorf(declaration, where, "%v", err)
	}

	if explained := d.constraint(declaration, "ConstraintDescription"); reason != "" && explained != "" {
		reason += ": " + explained
	}

	if reason != "" {
		return "", d.errorf(declaration, where, "the value %s; give another one with --parameter %s=VALUE", reason, name)
	}

	return value, nil
}

// constraint returns the text of an attribute of a declaration.
func (d *document) constraint(declaration *yaml.Node, name string) string {
	return scalarText(orEmpty(child(declaration, name)))
}

// forbids returns why the declaration of a parameter forbids a value; "" if it does not. CloudFormation applies a pattern to
// the whole value, or to each value of a CommaDelimitedList. A declaration that can't be checked is an error.
func (d *document) forbids(declaration *yaml.Node, kind, value string) (string, error) {
	values := []string{value}
	if isListType(kind) {
		values = texts(items(value))
	}

	var allowed []string
	for _, node := range orEmpty(child(declaration, "AllowedValues")).Content {
		allowed = append(allowed, scalarText(node))
	}

	pattern, err := regexp.Compile(`\A(?:` + d.constraint(declaration, "AllowedPattern") + `)\z`)
	if err != nil {
		return "", fmt.Errorf("the emulator can't check AllowedPattern: %w; try a copy of the template without it", err)
	}

	for _, one := range values {
		switch {
		case len(allowed) > 0 && !slices.Contains(allowed, one):
			return "must be one of " + strings.Join(allowed, ", "), nil
		case child(declaration, "AllowedPattern") != nil && !pattern.MatchString(one):
			return "must match the pattern " + d.constraint(declaration, "AllowedPattern"), nil
		}

		if kind != "Number" && kind != "List<Number>" {
			continue
		}

		if reason := d.forbidsNumber(declaration, one); reason != "" {
			return reason, nil
		}
	}

	return d.forbidsLength(declaration, kind, value), nil
}

// forbidsNumber returns why a declaration forbids a number.
func (d *document) forbidsNumber(declaration *yaml.Node, value string) string {
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return "must be a number"
	}

	for name, outside := range map[string]func(limit float64) bool{
		"MinValue": func(limit float64) bool { return number < limit },
		"MaxValue": func(limit float64) bool { return number > limit },
	} {
		text := d.constraint(declaration, name)
		if limit, err := strconv.ParseFloat(text, 64); err == nil && outside(limit) {
			return "must respect " + name + ", which is " + text
		}
	}

	return ""
}

// forbidsLength returns why a declaration forbids the length of a string, in characters.
func (d *document) forbidsLength(declaration *yaml.Node, kind, value string) string {
	if kind != "String" {
		return ""
	}

	length := utf8.RuneCountInString(value)
	for name, outside := range map[string]func(limit int) bool{
		"MinLength": func(limit int) bool { return length < limit },
		"MaxLength": func(limit int) bool { return length > limit },
	} {
		text := d.constraint(declaration, name)
		if limit, err := strconv.Atoi(text); err == nil && outside(limit) {
			return "must respect " + name + ", which is " + text + " characters"
		}
	}

	return ""
}

// isList reports whether a parameter is a list, such as a CommaDelimitedList.
func (d *document) isList(parameter string) bool {
	return isListType(d.constraint(child(d.section("Parameters"), parameter), "Type"))
}

func isListType(kind string) bool {
	kind = strings.TrimPrefix(kind, "AWS::SSM::Parameter::Value<")
	return strings.HasPrefix(kind, "CommaDelimitedList") || strings.HasPrefix(kind, "List<")
}

// items returns the values of a list, which CloudFormation separates by commas and spaces.
func items(value string) []any {
	var all []any
	for item := range strings.SplitSeq(value, ",") {
		all = append(all, strings.TrimSpace(item))
	}

	return all
}
