// Package description reads pkg/api/openapi.yaml, for tests and tools that compare the service with its description.
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
	problemsExtension    = "x-leasehold-problems"
)

// The security schemes that operations name.
const (
	// TokenScheme is that of personal access tokens.
	TokenScheme = "personalAccessToken"
	// SessionScheme is that of sessions.
	SessionScheme = "sessionToken"
)

// The values of x-leasehold-decided-by, which names what decides whether a caller may call an operation.
const (
	// ByNobody marks operations that require no credential.
	ByNobody = "nobody"
	// ByPermission marks operations for which pkg/endpoint requires one permission in the path's organization.
	ByPermission = "permission"
	// ByRule marks operations in the path's organization for which a rule decides. The listed permissions satisfy the rule.
	// So can a role in a solution, or a request that concerns only the caller.
	ByRule = "rule"
	// BySelf marks operations on the caller's own data, in no particular organization. The listed permissions are those
	// that people use for themselves.
	BySelf = "self"
)

// Description is an OpenAPI document with its references resolved.
type Description struct {
	Document *openapi3.T
	// Operations holds every operation by its method and path, such as "GET /me".
	Operations map[string]Operation
}

// Operation is one operation of a description. The embedded value holds all that OpenAPI defines for it. Its OperationID is
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
			if found.Security == nil {
				found.Security = &document.Security
			}

			if err := operation.check(); err != nil {
				return nil, fmt.Errorf("%s: %s %s: %w", file, method, path, err)
			}

			description.Operations[method+" "+path] = operation
		}
	}

	return description, nil
}

// check returns an error for an extension whose value does not have the documented form. The methods below can then ignore
// that case.
func (o Operation) check() error {
	for _, name := range []string{permissionExtension, pathsExtension} {
		if _, ok := list(o.Extensions[name]); !ok {
			return fmt.Errorf("%s must be a list of strings, not %v", name, o.Extensions[name])
		}
	}

	for status, response := range o.Responses.Map() {
		value := response.Value.Extensions[problemsExtension]
		if _, ok := list(value); !ok {
			return fmt.Errorf("%s of the response %s must be a list of strings, not %v", problemsExtension, status, value)
		}
	}

	if value, given := o.Extensions[sessionOnlyExtension]; given {
		if _, isBool := value.(bool); !isBool {
			return fmt.Errorf("%s must be true or false, not %v", sessionOnlyExtension, value)
		}
	}

	if value, given := o.Extensions[decidedByExtension]; given {
		if !slices.Contains([]any{ByNobody, ByPermission, ByRule, BySelf}, value) {
			return fmt.Errorf("%s must be %s, %s, %s or %s, not %v",
				decidedByExtension, ByNobody, ByPermission, ByRule, BySelf, value)
		}
	}

	return nil
}

// list returns the strings of an extension's value. A missing extension is an empty list.
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
// express and which the description lists in x-leasehold-paths. It also includes a HEAD for each GET, which the description
// promises for all of them and lists for none.
func (d *Description) Routes() map[string]string {
	routes := map[string]string{}
	for _, operation := range d.Operations {
		further, _ := list(operation.Extensions[pathsExtension])
		for _, path := range append(further, operation.Path) {
			routes[operation.Method+" "+path] = operation.OperationID
			if operation.Method == http.MethodGet {
				routes[http.MethodHead+" "+path] = operation.OperationID
			}
		}
	}

	return routes
}

// ServesFiles reports whether an operation serves files. Its function does not check the parameters and headers of a request,
// as pkg/endpoint does for all other operations.
func (o Operation) ServesFiles() bool {
	return slices.Contains([]string{"console", "description-get"}, o.OperationID)
}

// Public reports whether an operation needs no credential.
func (o Operation) Public() bool { return o.Security != nil && len(*o.Security) == 0 }

// Permissions returns the permissions of which the caller needs one. An empty list means that the operation requires none.
// The result declared reports whether the operation has a list.
func (o Operation) Permissions() (permissions []string, declared bool) {
	value, declared := o.Extensions[permissionExtension]
	permissions, _ = list(value)
	return permissions, declared
}

// DecidedBy returns the operation's value of x-leasehold-decided-by, or "" if it has none.
func (o Operation) DecidedBy() string {
	by, _ := o.Extensions[decidedByExtension].(string)
	return by
}

// Takes reports whether an operation accepts the credentials of a security scheme.
func (o Operation) Takes(scheme string) bool {
	return o.Security != nil && slices.ContainsFunc(*o.Security, func(requirement openapi3.SecurityRequirement) bool {
		_, named := requirement[scheme]
		return named
	})
}

// Problems returns the kinds of problem that a response lists in x-leasehold-problems, such as "not-found".
func Problems(response *openapi3.Response) []string {
	kinds, _ := list(response.Extensions[problemsExtension])
	return kinds
}

// SessionOnly reports whether an operation rejects personal access tokens. The result declared reports whether the operation
// has the extension x-leasehold-session-only.
func (o Operation) SessionOnly() (only, declared bool) {
	only, declared = o.Extensions[sessionOnlyExtension].(bool)
	return only, declared
}

// TakesHeader reports whether an operation lists a request header, such as "If-Match", among its parameters.
func (o Operation) TakesHeader(name string) bool {
	return o.Parameters.GetByInAndName(openapi3.ParameterInHeader, http.CanonicalHeaderKey(name)) != nil
}

// RequiresHeader reports whether an operation requires a request header.
func (o Operation) RequiresHeader(name string) bool {
	header := o.Parameters.GetByInAndName(openapi3.ParameterInHeader, http.CanonicalHeaderKey(name))
	return header != nil && header.Required
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

// has reports whether a schema or one of its parts has a property. Schemas may refer to themselves, so has does not enter
// a schema again that is listed in above.
func has(schema *openapi3.SchemaRef, property string, above []*openapi3.Schema) bool {
	if schema == nil || schema.Value == nil || slices.Contains(above, schema.Value) {
		return false
	}

	if schema.Value.Properties[property] != nil {
		return true
	}

	value := schema.Value
	parts := slices.Concat(openapi3.SchemaRefs{value.Items}, value.AllOf, value.AnyOf, value.OneOf)
	for _, part := range value.Properties {
		parts = append(parts, part)
	}

	above = append(slices.Clone(above), value)
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return has(part, property, above) })
}
