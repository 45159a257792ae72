// Package description reads pkg/api/openapi.yaml, for tests and tools that compare the service with what its description
// promises. It is the only reader of that file outside the code generators.
package description

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
)

// File is the description's path within the repository.
const File = "pkg/api/openapi.yaml"

// The extensions that openapi.yaml adds to an operation. Their meaning is documented at the head of that file.
const (
	permissionExtension  = "x-leasehold-permission"
	decidedByExtension   = "x-leasehold-decided-by"
	sessionOnlyExtension = "x-leasehold-session-only"
	pathsExtension       = "x-leasehold-paths"
)

// The values of x-leasehold-decided-by: what decides whether a caller may call an operation.
const (
	// ByNobody is for operations that need no credential.
	ByNobody = "nobody"
	// ByPermission is for operations whose one permission the edge asks for, in the organization that the path names.
	ByPermission = "permission"
	// ByRule is for operations in the organization that the path names where a rule decides. The listed permissions
	// satisfy the rule; so can a solution role, or that the request concerns only the caller.
	ByRule = "rule"
	// BySelf is for operations on what belongs to the caller, in no particular organization. The listed permissions are
	// those that a person uses for themselves.
	BySelf = "self"
)

// Description is an OpenAPI document with its references resolved.
type Description struct {
	Document *openapi3.T
	// Operations holds every operation by its method and path, such as "GET /me".
	Operations map[string]Operation
}

// Operation is one operation of a description. The embedded value holds all that OpenAPI defines for it; OperationID is
// the name of the function's directory.
type Operation struct {
	*openapi3.Operation
	Method string
	Path   string
}

// Load reads the description in a file. It returns an error if the file is not valid OpenAPI or if an extension does not
// have the form that the file documents.
func Load(file string) (*Description, error) {
	document, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the description %s: %w", file, err)
	}

	description := &Description{Document: document, Operations: map[string]Operation{}}
	for path, item := range document.Paths.Map() {
		for method, found := range item.Operations() {
			operation := Operation{Operation: found, Method: method, Path: path}
			if err := operation.check(); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", file, method, path, err)
			}

			description.Operations[method+" "+path] = operation
		}
	}

	return description, nil
}

// check reports an extension whose value has another form than documented, so that the methods below need not return
// errors.
func (o Operation) check() error {
	for _, name := range []string{permissionExtension, pathsExtension} {
		if _, ok := list(o.Extensions[name]); !ok {
			return fmt.Errorf("%s must be a list of strings, not %v", name, o.Extensions[name])
		}
	}

	if value, given := o.Extensions[sessionOnlyExtension]; given {
		if _, isBool := value.(bool); !isBool {
			return fmt.Errorf("%s must be true or false, not %v", sessionOnlyExtension, value)
		}
	}

	if value, given := o.Extensions[decidedByExtension]; given {
		if !slices.Contains([]any{ByNobody, ByPermission, ByRule, BySelf}, value) {
			return fmt.Errorf("%s must be %s, %s, %s or %s, not %v", decidedByExtension, ByNobody, ByPermission, ByRule, BySelf, value)
		}
	}

	return nil
}

// list returns the texts of an extension's value: none if the extension is not given.
func list(value any) (texts []string, ok bool) {
	values, ok := value.([]any)
	for _, item := range values {
		text, isText := item.(string)
		if !isText {
			return nil, false
		}

		texts = append(texts, text)
	}

	return texts, ok || value == nil
}

// Routes returns the operationId of every route, by method and path. It includes the greedy paths, which OpenAPI cannot
// express and which the description lists in x-leasehold-paths.
func (d *Description) Routes() map[string]string {
	routes := map[string]string{}
	for _, operation := range d.Operations {
		further, _ := list(operation.Extensions[pathsExtension])
		for _, path := range append(further, operation.Path) {
			routes[operation.Method+" "+path] = operation.OperationID
		}
	}

	return routes
}

// Public reports whether an operation needs no credential.
func (o Operation) Public() bool { return o.Security != nil && len(*o.Security) == 0 }

// Permissions returns the permissions of which the caller needs one. An operation may declare an empty list, which means
// that it asks for none; declared reports whether it has a list at all.
func (o Operation) Permissions() (permissions []string, declared bool) {
	value, declared := o.Extensions[permissionExtension]
	permissions, _ = list(value)
	return permissions, declared
}

// DecidedBy returns what decides whether a caller may call the operation; "" if the operation does not declare it.
func (o Operation) DecidedBy() string {
	by, _ := o.Extensions[decidedByExtension].(string)
	return by
}

// SessionOnly reports whether an operation rejects personal access tokens; declared reports whether it says so at all.
func (o Operation) SessionOnly() (only, declared bool) {
	only, declared = o.Extensions[sessionOnlyExtension].(bool)
	return only, declared
}

// TakesHeader reports whether an operation lists a request header, such as "If-Match", among its parameters.
func (o Operation) TakesHeader(name string) bool {
	return o.Parameters.GetByInAndName(openapi3.ParameterInHeader, http.CanonicalHeaderKey(name)) != nil
}

// Answers reports whether an operation lists a status among its responses.
func (o Operation) Answers(status int) bool { return o.Responses.Status(status) != nil }

// Returns reports whether the schema of a successful JSON response has a property of this name, at any depth.
func (o Operation) Returns(property string) bool {
	for status, response := range o.Responses.Map() {
		code, err := strconv.Atoi(status)
		if err != nil || code/100 != 2 {
			continue
		}

		if media := response.Value.Content.Get("application/json"); media != nil && has(media.Schema, property, nil) {
			return true
		}
	}

	return false
}

// has searches a schema and everything it is made of for a property. Schemas may refer to themselves, so it does not enter
// one of the schemas above again.
func has(schema *openapi3.SchemaRef, property string, above []*openapi3.Schema) bool {
	if schema == nil || schema.Value == nil || slices.Contains(above, schema.Value) {
		return false
	}

	if schema.Value.Properties[property] != nil {
		return true
	}

	parts := slices.Concat(openapi3.SchemaRefs{schema.Value.Items}, schema.Value.AllOf, schema.Value.AnyOf, schema.Value.OneOf)
	for _, part := range schema.Value.Properties {
		parts = append(parts, part)
	}

	above = append(slices.Clone(above), schema.Value)
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return has(part, property, above) })
}
