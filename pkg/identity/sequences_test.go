//go:build !race

package identity_test

// sequences is the number of random sequences of sign-ins that the model test plays.
const sequences = 1_000_000

// powerSequences is the number of random sequences that the model test of a token's power plays.
const powerSequences = 100_000
