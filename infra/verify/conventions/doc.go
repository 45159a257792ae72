// Package conventions tests the conventions of the module that no linter expresses: which package may import which, whether
// the operations in functions/ agree with pkg/api/openapi.yaml, and what error formats, names and package comments contain.
// The linter's rules are in .golangci.yaml. It holds tests only.
//
// Package templates compares the directories, the template and the description, which must name the same functions. Package
// system checks that a script sees every response that the description lists.
package conventions
