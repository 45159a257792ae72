// Package conventions holds the rules of the house as tests, and nothing else: who imports whom, who reads the environment and
// the clock, how long a function is, what is documented, and that the operations in functions/ say the same of themselves
// as pkg/api/openapi.yaml. That directories, template and description name the same functions is held in infra/verify/templates, and
// that every answer the description lists is seen, in infra/verify/system.
package conventions
