// Package conventions holds the rules of this repository that no linter expresses, as tests: which package imports which,
// what the operations in functions/ share with pkg/api/openapi.yaml, and what error messages, names and package comments
// contain. The linter's rules are in .golangci.yaml. infra/verify/templates checks that directories, template and
// description name the same functions; infra/verify/system checks that every described response is seen.
package conventions
