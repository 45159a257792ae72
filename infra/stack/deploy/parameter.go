package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// parameter is a parameter of template.yaml.
type parameter struct {
	Name           string   `yaml:"-"`
	Type           string   `yaml:"Type"`
	Default        string   `yaml:"Default"`
	AllowedPattern string   `yaml:"AllowedPattern"`
	AllowedValues  []string `yaml:"AllowedValues"`
	MinValue       *float64 `yaml:"MinValue"`
	MaxValue       *float64 `yaml:"MaxValue"`
	Description    string   `yaml:"Description"`
}

// template is what a deployment reads of template.yaml.
type template struct {
	// parameters are in the order of the template.
	parameters []parameter
	// functions are the names of the functions without the stack's name and its hyphen.
	functions []string
}

// readTemplate reads template.yaml in a directory.
func readTemplate(root string) (template, error) {
	text, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		return template{}, fmt.Errorf("read the template: %w", err)
	}

	var file struct {
		Parameters yaml.Node `yaml:"Parameters"`
		Resources  map[string]struct {
			Type       string
			Properties struct {
				FunctionName yaml.Node `yaml:"FunctionName"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return template{}, fmt.Errorf("read the template: %w", err)
	}

	var t template
	for i := 0; i+1 < len(file.Parameters.Content); i += 2 {
		var p parameter
		if err := file.Parameters.Content[i+1].Decode(&p); err != nil {
			return template{}, fmt.Errorf("read the parameter %s: %w", file.Parameters.Content[i].Value, err)
		}

		p.Name = file.Parameters.Content[i].Value
		t.parameters = append(t.parameters, p)
	}

	for _, resource := range file.Resources {
		name, found := strings.CutPrefix(resource.Properties.FunctionName.Value, "${AWS::StackName}-")
		if found {
			t.functions = append(t.functions, name)
		}
	}

	slices.Sort(t.functions)
	if len(t.parameters) == 0 || len(t.functions) == 0 {
		return template{}, errors.New("template.yaml has no parameters or no functions")
	}

	return t, nil
}

// values returns the values of all parameters. Each comes from the first of sources that has it, or is the default.
func (t template) values(sources ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, p := range t.parameters {
		all[p.Name] = p.Default
		for _, source := range slices.Backward(sources) {
			if value, ok := source[p.Name]; ok {
				all[p.Name] = value
			}
		}
	}

	return all
}

// unknown returns an error that names the values that belong to no parameter. It says where they come from.
func (t template) unknown(where string, values map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(t.parameters, func(p parameter) bool { return p.Name == name }) {
			return fmt.Errorf("%s sets %s, which is not a parameter of template.yaml", where, name)
		}
	}

	return nil
}

// check returns an error if the template does not allow a value.
func (p parameter) check(value string) error {
	if p.AllowedPattern != "" {
		pattern, err := regexp.Compile(p.AllowedPattern)
		if err != nil {
			return fmt.Errorf("%s: read the pattern: %w", p.Name, err)
		}

		if !pattern.MatchString(value) {
			return fmt.Errorf("%s is %q, which does not match %s. %s", p.Name, value, p.AllowedPattern, p.Description)
		}
	}

	if len(p.AllowedValues) > 0 && !slices.Contains(p.AllowedValues, value) {
		return fmt.Errorf("%s is %q. Use one of %s", p.Name, value, strings.Join(p.AllowedValues, ", "))
	}

	if p.Type != "Number" {
		return nil
	}

	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return fmt.Errorf("%s is %q. Use a number", p.Name, value)
	}

	if p.MinValue != nil && number < *p.MinValue || p.MaxValue != nil && number > *p.MaxValue {
		return fmt.Errorf("%s is %s, which is out of range. %s", p.Name, value, p.Description)
	}

	return nil
}

// longestFunctionName is the longest name of a Lambda function, in characters.
const longestFunctionName = 64

var stackNames = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)

// checkName returns an error if a stack can't have a name, because one of its functions could not have its own.
func (t template) checkName(stack string) error {
	if !stackNames.MatchString(stack) {
		return fmt.Errorf("the stack name is %q. Use lowercase letters, digits and hyphens, and begin with a letter", stack)
	}

	longest := slices.MaxFunc(t.functions, func(a, b string) int { return len(a) - len(b) })
	if limit := longestFunctionName - len("-"+longest); len(stack) > limit {
		return fmt.Errorf("the stack name %s has %d characters. Use at most %d, because a function is named STACK-%s "+
			"and Lambda allows %d characters", stack, len(stack), limit, longest, longestFunctionName)
	}

	return nil
}

// checkValues returns every reason why values can't be deployed in a region.
func (t template) checkValues(values map[string]string, region string) error {
	var problems []error
	for _, p := range t.parameters {
		problems = append(problems, p.check(values[p.Name]))
	}

	if values["OidcIssuer"] != "" && values["OidcClientId"] == "" {
		problems = append(problems, errors.New("OidcIssuer requires OidcClientId"))
	}

	certificate := strings.Split(values["CertificateArn"], ":")
	switch {
	case values["DomainName"] != "" && values["CertificateArn"] == "":
		problems = append(problems, errors.New("DomainName requires CertificateArn"))
	case values["CertificateArn"] != "" && (len(certificate) < 6 || certificate[2] != "acm"):
		problems = append(problems, fmt.Errorf("CertificateArn is %q. Use the ARN of an ACM certificate", values["CertificateArn"]))
	case values["CertificateArn"] != "" && certificate[3] != region:
		problems = append(problems, fmt.Errorf("CertificateArn is in %s. The API needs a certificate in %s", certificate[3], region))
	}

	return errors.Join(problems...)
}

// changes returns a line for each parameter whose value differs, in the order of the template.
func (t template) changes(before, after map[string]string) []string {
	var lines []string
	for _, p := range t.parameters {
		old, known := before[p.Name]
		switch {
		case !known:
			lines = append(lines, fmt.Sprintf("%s = %q (new parameter)", p.Name, after[p.Name]))
		case old != after[p.Name]:
			lines = append(lines, fmt.Sprintf("%s: %q -> %q", p.Name, old, after[p.Name]))
		}
	}

	return lines
}
