// Package conventions tests the conventions of the module: which package may import which, which code may read the
// environment and the clock, and whether the operations in functions/ agree with pkg/api/openapi.yaml. It holds tests only.
//
// Package templates compares the directories, the template and the description, which must name the same functions. Package
// system checks that a script sees every response that the description lists.
package conventions
