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
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
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

// Policies returns each function's resolved Policies by directory name, as if the table's name were tableName: the
// template's parameter RestoredTable puts a table of that name in place of its own.
func Policies(file, tableName string) (map[string]any, error) {
	loaded, err := template.Load(file, map[string]string{"RestoredTable": tableName})
	if err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}

	policies := map[string]any{}
	for _, function := range loaded.Functions {
		policies[function.Name] = function.Policies
	}

	return policies, nil
}

// Grants returns everything that the template's policies allow. It rejects a policy on any resource but the table
// tableName, its indexes and a mail identity.
func Grants(file, tableName string) ([]iam.Grant, error) {
	policies, err := Policies(file, tableName)
	if err != nil {
		return nil, err
	}

	guard, err := iam.New(Schema, policies)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}

	resources := []string{
		"table/" + tableName,
		"table/" + tableName + "/index/" + table.Index1,
		"table/" + tableName + "/index/" + table.Index2,
		"identity/*",
	}

	grants := guard.Unused()
	for _, grant := range grants {
		if !slices.Contains(resources, grant.Resource) {
			return nil, fmt.Errorf("%s: a policy of %s is on %s, which is not one of %q", file, grant.Function, grant.Resource, resources)
		}
	}

	return grants, nil
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
