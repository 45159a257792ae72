//go:build race

package identity_test

// sequences is the number of random sequences of sign-ins that the model test plays. The race detector makes each about ten
// times slower and finds nothing in a rule without goroutines.
const sequences = 20_000

// powerSequences is the number of random sequences that the model test of a token's power plays.
const powerSequences = 2_000
