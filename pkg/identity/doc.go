// Package identity holds the nouns of Leasehold and the rules between them: profiles, organizations, memberships,
// roles and permissions, solutions, personal access tokens, sessions and their leases.
//
// It does no input or output and reads no clock: the present moment is always a parameter. It imports the standard
// library and oklog/ulid, nothing else, so every rule here can be tested as a plain function.
package identity
