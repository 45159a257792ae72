//go:build !race

package identity_test

// sequences is the number of random sequences of sign-ins that the model test plays.
const sequences = 1_000_000
