// Package recipes runs the code in docs/tokens.md and docs/scanning.md in its own language, and the rules for secret
// scanners on generated samples. It holds tests only.
//
// The tests install what the recipes need into .local/recipes, pinned by the lock files in this directory, and build
// gitleaks there from infra/verify/tools/gitleaks.
package recipes
