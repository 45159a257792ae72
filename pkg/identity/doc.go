// Package identity holds the nouns of Leasehold and the rules between them: profiles, organizations, memberships,
// roles and permissions, solutions, personal access tokens, sessions and their leases.
//
// The package does no I/O and reads no clock: the current time is always a parameter. It imports only the standard
// library, golang.org/x/text and oklog/ulid, so every rule can be tested as a plain function.
package identity
