//go:build race

package identity_test

// sequences is the number of random sequences of sign-ins that the model test plays. The race detector makes each about ten
// times slower and finds nothing in a rule without goroutines.
const sequences = 20_000
