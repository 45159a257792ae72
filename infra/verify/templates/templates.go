// Package templates reads the functions and policies from the templates and the directories. Tests and tools compare these
// with each other, with the API's description and with a deployed stack.
package templates

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
	"github.com/leasehold-dev/leasehold/pkg/table"
)

// Schema names the partition keys of the table and its indexes. Package iam compares the leading keys of policies with
// their values.
var Schema = iam.Schema{"": table.AttrPK, table.Index1: table.AttrGSI1PK, table.Index2: table.AttrGSI2PK}

// LogicalID returns the name of a function's resource: its directory in PascalCase, followed by "Function".
func LogicalID(function string) string {
	var id strings.Builder
	for word := range strings.SplitSeq(function, "-") {
		id.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}

	return id.String() + "Function"
}

// Directories returns the sorted names of the functions in a directory, that is, of its directories with a main.go.
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

// DuringARestore begins the Sid of each statement that lets the authorizer use the tables of a restore: the stack's own table
// and the restored ones.
const DuringARestore = "DuringARestore"

// Emulated returns a function's Policies without the statements that the emulator's requests never match: those of DuringARestore,
// and those on services other than DynamoDB and SES.
func Emulated(policies any) any {
	documents, ok := policies.([]any)
	if !ok {
		return policies
	}

	var kept []any
	for _, each := range documents {
		document, _ := each.(map[string]any)
		statements, _ := document["Statement"].([]any)
		document = maps.Clone(document)
		document["Statement"] = slices.DeleteFunc(slices.Clone(statements), isNotEmulated)
		kept = append(kept, document)
	}

	return kept
}

func isNotEmulated(statement any) bool {
	fields, _ := statement.(map[string]any)
	actions, ok := fields["Action"].([]any)
	if !ok {
		actions = []any{fields["Action"]}
	}

	sid, _ := fields["Sid"].(string)
	return strings.HasPrefix(sid, DuringARestore) || slices.ContainsFunc(actions, func(action any) bool {
		name := fmt.Sprint(action)
		return !strings.HasPrefix(name, "dynamodb:") && !strings.HasPrefix(name, "ses:")
	})
}

// Policies returns each function's resolved Policies by directory name. It sets the template's parameter RestoredTable, so
// that the policies refer to the table tableName. It leaves out what Emulated does.
func Policies(file, tableName string) (map[string]any, error) {
	loaded, err := template.Load(file, map[string]string{"RestoredTable": tableName})
	if err != nil {
		return nil, fmt.Errorf("read the policies: %w", err)
	}

	policies := map[string]any{}
	for _, function := range loaded.Functions {
		policies[function.Name] = Emulated(function.Policies)
	}

	return policies, nil
}

// Grants returns all permissions that the template's policies grant. It returns an error for a policy on any resource except
// the table tableName, its indexes and mail identities.
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
		"configuration-set/leasehold-MailConfiguration",
	}

	grants := guard.Unused()
	for _, grant := range grants {
		if !slices.Contains(resources, grant.Resource) {
			return nil, fmt.Errorf("%s: a policy of %s is on %s, which is not one of %q",
				file, grant.Function, grant.Resource, resources)
		}
	}

	return grants, nil
}
