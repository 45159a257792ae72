package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/leasehold-dev/leasehold/infra/emulator/iam"
	"github.com/leasehold-dev/leasehold/infra/emulator/template"
)

// readPolicies sets the check of the functions' requests: Options.Authorize or, without it, the functions' Policies in
// the template.
func (r *Runner) readPolicies(context.Context) error {
	r.decide = r.options.Authorize
	if r.decide != nil {
		return nil
	}

	schema, err := schemaOf(r.loaded.Tables)
	if err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	policies := map[string]any{}
	for _, function := range r.loaded.Functions {
		policies[function.Name] = function.Policies
	}

	guard, err := iam.New(schema, policies)
	if err != nil {
		return fmt.Errorf("the template is wrong: %w", err)
	}

	r.decide = guard.Check
	return nil
}

// schemaOf returns the partition keys of the tables and their indexes. The requests of a function name a table, but
// package iam knows one set of keys, so all tables must name their partition keys alike.
func schemaOf(tables []template.Table) (iam.Schema, error) {
	schema := iam.Schema{}
	for _, table := range tables {
		keys := map[string][]template.Key{"": table.Keys}
		for _, index := range append(append([]template.Index{}, table.Indexes...), table.LocalIndexes...) {
			keys[index.Name] = index.Keys
		}

		for index, key := range keys {
			partition := partitionKey(key)
			if known, ok := schema[index]; ok && known != partition {
				return nil, fmt.Errorf("%s has the partition key %s where another table has %s: the local runner needs the same name "+
					"in all tables", table.LogicalID, partition, known)
			}

			schema[index] = partition
		}
	}

	return schema, nil
}

// partitionKey returns the name of the HASH key.
func partitionKey(keys []template.Key) string {
	for _, key := range keys {
		if key.Type == "HASH" {
			return key.Name
		}
	}

	return ""
}

// authorize returns an error if a function may not send a request to DynamoDB or SES, and logs it: the function's
// caller sees only an internal error, and the developer needs to know which permission is missing.
func (r *Runner) authorize(function, action string, request map[string]any) error {
	err := r.decide(function, action, request)

	var denied *iam.Denied
	switch {
	case errors.As(err, &denied):
		fmt.Fprintf(r.options.Log, "access denied: %s lacks %s: add it to the function's Policies in %s\n",
			denied.Function, denied.Permission(), filepath.Base(r.options.Template))
	case err != nil:
		fmt.Fprintf(r.options.Log, "access denied: %s, %s: %v\n", function, action, err)
	}

	return err
}
