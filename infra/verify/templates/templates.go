// Package templates reads what the templates, the API's description and the directories say the service is made of, for
// tests and tools that hold them against each other and against what was deployed.
package templates

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// Schema names the partition keys of the table and its indexes, as the policies' leading keys are judged by.
var Schema = iam.Schema{"": table.AttrPK, table.Index1: table.AttrGSI1PK, table.Index2: table.AttrGSI2PK}

// LogicalID is the name of a function's resource: its directory in PascalCase, with "Function" behind it.
func LogicalID(function string) string {
	var id strings.Builder
	for word := range strings.SplitSeq(function, "-") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}

	return id.String() + "Function"
}

// Directories lists the functions in a directory: the names of the directories in it that hold a main.go, in order.
func Directories(functions string) ([]string, error) {
	entries, err := os.ReadDir(functions)
	if err != nil {
		return nil, fmt.Errorf("list the functions: %w", err)
	}

	var names []string
	for _, entry := range entries {
		if _, err := os.Stat(functions + "/" + entry.Name() + "/main.go"); err == nil {
			names = append(names, entry.Name())
		}
	}

	return names, nil
}

// Operations reads an OpenAPI description: the operationId by method and path, as "GET /me". Greedy paths, which OpenAPI
// has no words for, are taken from x-leasehold-paths.
func Operations(file string) (map[string]string, error) {
	var description struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := read(file, &description); err != nil {
		return nil, err
	}

	operations := map[string]string{}
	for path, item := range description.Paths {
		for method, node := range item {
			if !slices.Contains([]string{"get", "put", "post", "patch", "delete"}, method) {
				continue
			}

			var operation struct {
				ID    string   `yaml:"operationId"`
				Paths []string `yaml:"x-leasehold-paths"`
			}
			if err := node.Decode(&operation); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", file, method, path, err)
			}

			for _, path := range append(operation.Paths, path) {
				operations[strings.ToUpper(method)+" "+path] = operation.ID
			}
		}
	}

	return operations, nil
}

// Policies reads each function's Policies from the template, by directory name. What a resource refers to is written out
// as if the table's name were tableName and the sender's identity any.
func Policies(file, tableName string) (map[string]any, error) {
	var template struct {
		Resources map[string]struct {
			Type       string `yaml:"Type"`
			Properties struct {
				CodeURI  string    `yaml:"CodeUri"`
				Policies yaml.Node `yaml:"Policies"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := read(file, &template); err != nil {
		return nil, err
	}

	policies := map[string]any{}
	for id, resource := range template.Resources {
		if resource.Type != "AWS::Serverless::Function" {
			continue
		}

		written, err := writtenOut(&resource.Properties.Policies, tableName)
		if err != nil {
			return nil, fmt.Errorf("%s: policies of %s: %w", file, id, err)
		}

		policies[strings.TrimSuffix(strings.TrimPrefix(resource.Properties.CodeURI, "functions/"), "/")] = written
	}

	return policies, nil
}

// writtenOut is a node as plain values, with the few references that policies make resolved.
func writtenOut(node *yaml.Node, tableName string) (any, error) {
	switch {
	case node.Kind == 0:
		return nil, nil
	case strings.HasPrefix(node.Tag, "!") && !strings.HasPrefix(node.Tag, "!!"):
		return resolved(node.Tag+" "+node.Value, tableName)
	case node.Kind == yaml.ScalarNode:
		return node.Value, nil
	case node.Kind == yaml.SequenceNode:
		values := []any{}
		for _, item := range node.Content {
			value, err := writtenOut(item, tableName)
			if err != nil {
				return nil, err
			}

			values = append(values, value)
		}

		return values, nil
	}

	values := map[string]any{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value, err := writtenOut(node.Content[i+1], tableName)
		if err != nil {
			return nil, err
		}

		values[node.Content[i].Value] = value
	}

	return values, nil
}

func resolved(reference, tableName string) (any, error) {
	switch reference {
	case "!GetAtt Data.Outputs.TableArn":
		return "table/" + tableName, nil
	case "!GetAtt Data.Outputs.Index1Arn":
		return "table/" + tableName + "/index/" + table.Index1, nil
	case "!GetAtt Data.Outputs.Index2Arn":
		return "table/" + tableName + "/index/" + table.Index2, nil
	case "!Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*":
		return "identity/*", nil
	case "!Ref MailSender":
		return "sender", nil
	}

	return nil, fmt.Errorf("a policy may not refer to %s", reference)
}

// Grants are everything that the template's policies give.
func Grants(file, tableName string) ([]iam.Grant, error) {
	policies, err := Policies(file, tableName)
	if err != nil {
		return nil, err
	}

	guard, err := iam.New(Schema, policies)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	return guard.Unused(), nil
}

func read(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read a description: %w", err)
	}

	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}

	return nil
}
